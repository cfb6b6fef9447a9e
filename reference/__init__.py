"""Writes the documents that follow from the code (`make docs`): CONFIGURATION.md, SIZING.md, POLICIES.md."""
