"""The declarations, one family a file; found by name."""
