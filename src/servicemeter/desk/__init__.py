"""The Python API: one method a question."""
