"""The terminal: one verb a file."""
