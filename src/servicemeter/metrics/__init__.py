"""The catalogue of metrics, and questions turned into answers."""
