"""The connectors, one vendor a file (or package), found by name: here, in the user's folder, and through entry points."""
