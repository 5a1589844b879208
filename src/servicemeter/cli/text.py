"""`servicemeter text`: what customers write; its verbs stand in `texts/`, one a file."""

from __future__ import annotations

from servicemeter.cli.terminal.verbs import Verbs

__all__ = ["verb"]

_HELP = """Work with what customers write: nothing of it leaves this machine.

\b
Examples:
  servicemeter text redact mail.txt         the text as it would be stored, personal data masked
"""

verb = Verbs("text", "servicemeter.cli.texts", _HELP)
