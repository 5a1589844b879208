"""What pages and mails say around the questions, in each language that has a file in `words/`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from servicemeter.surveys.forms import pick_language

__all__ = ["page_words"]


@cache
def page_words(language: str) -> dict[str, str]:
    """The words of a language, a variant's base language, or English."""
    files = {
        p.name.removesuffix(".toml"): p for p in resources.files(__package__).joinpath("words").iterdir() if ".toml" in p.name
    }
    found = pick_language([language], files) or "en"
    return dict(tomllib.loads(files[found].read_text(encoding="utf-8")))
