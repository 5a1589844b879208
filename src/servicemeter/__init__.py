"""servicemeter: the measuring instrument for customer service."""

__version__ = "0.1.0"
