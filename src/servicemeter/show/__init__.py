"""Words, numbers and pictures, the same on every face."""
