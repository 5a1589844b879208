"""The book of canonical rows, the calendars and the facts built from them."""
