"""Checkov itself over the stacks, and over stacks that break what it checks."""
