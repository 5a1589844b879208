"""What pages and mails say around the questions, in each language that has a file in `words/`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from servicemeter.surveys.forms import pick_language

__all__ = ["language_name", "page_words"]


@cache
def page_words(language: str) -> dict[str, str]:
    """The words of a language, a variant's base language, or English."""
    files = {
        p.name.removesuffix(".toml"): p for p in resources.files(__package__).joinpath("words").iterdir() if ".toml" in p.name
    }
    found = pick_language([language], files) or "en"
    return dict(tomllib.loads(files[found].read_text(encoding="utf-8")))


def language_name(tag: str) -> str:
    """What a language calls itself; its short name where we do not know it.

    >>> language_name("nl-formal"), language_name("fr")
    ('Nederlands', 'FR')
    """
    words = page_words(tag)
    return words["language"] if tag == "en" or tag.startswith("en-") or words != page_words("en") else tag.upper()
