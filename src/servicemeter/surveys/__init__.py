"""Surveys: what is asked, who is asked and when, links that cannot be guessed, and what does not look like a person."""
