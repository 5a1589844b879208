"""Errors, the clock and settings: what every room stands on."""
