"""Day 2: commands for people and pipelines, over a running deployment's public interfaces only."""
