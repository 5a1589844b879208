"""Vendors' APIs on loopback, with their limits and their bad days."""
