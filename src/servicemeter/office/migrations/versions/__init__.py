"""One step a file, `v<number>_<what>.py`, in their order."""
