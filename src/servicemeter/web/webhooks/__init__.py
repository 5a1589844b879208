"""The receiver of webhooks: on the public address, beside the survey pages; it knows the office and never the book."""
