"""Writes the documents that follow from the code: docs/CONFIGURATION.md and docs/SIZING.md (`make docs`)."""
