"""One visit to a page: whose desk is asked, in which language, over which period; and the page that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from servicemeter.desk.unjudged import is_unjudged
from servicemeter.model.scorecard import Scorecard
from servicemeter.show.changes import is_compared
from servicemeter.show.dates import compared_with, period_title
from servicemeter.show.numbers import LANGUAGES
from servicemeter.show.phrases import say
from servicemeter.show.sentences import data_status
from servicemeter.web.address import FILTERS, Address, address_from
from servicemeter.web.asked import PERIODS
from servicemeter.web.asker import asker
from servicemeter.web.desklike import DeskLike
from servicemeter.web.navigation import navigation
from servicemeter.web.paper import render

__all__ = ["PATIENCE_S", "Visit", "language_of", "visit"]

PATIENCE_S = 0.25
"""How long a page waits for the findings; whoever looks at figures need not wait until all rows are checked."""


def visit(request: Request, own: Sequence[str] = ()) -> Visit:
    """What a request asks; `own` are the keys of its address that only this page knows."""
    address = address_from(request.url.path, request.query_params, own)
    return Visit(request.app.state.desk, address, address.language or language_of(request))


def language_of(request: Request) -> str:
    """The reader's language: as the address names it, else their account, else their browser among ours, else English."""
    for named in (request.query_params.get("lang"), asker().person.language):
        if named in LANGUAGES:
            return named
    wishes = [_wish(part) for part in request.headers.get("accept-language", "").split(",")]
    known = [(weight, language) for language, weight in wishes if language in LANGUAGES and weight > 0]
    return max(known, key=lambda wish: wish[0])[1] if known else LANGUAGES[0]


def _wish(part: str) -> tuple[str, float]:
    """A language and its weight: `nl-BE;q=0.8` is (nl, 0.8); one that cannot be read weighs nothing."""
    name, _, weight = part.partition(";")
    try:
        return name.strip().partition("-")[0].lower(), float(weight.strip().removeprefix("q=")) if weight else 1.0
    except ValueError:
        return name, 0.0


@dataclass(frozen=True)
class Visit:
    """A request understood: the desk, the address, and the reader's language."""

    desk: DeskLike
    address: Address
    language: str

    @cached_property
    def findings(self) -> Sequence[Any] | None:
        """What is wrong with the data; None while they are being checked. A page that looks twice waits once."""
        return self.desk.findings_within(PATIENCE_S)

    def page(self, template: str, *, here: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page of a template, in the frame that all pages share; `here` is the entry of the navigation it belongs to."""
        return render(
            template,
            self.language,
            self.address,
            status,
            navigation=navigation(self.desk, self.address, self.language, here),
            **values,
        )

    def over(self, scorecard: Scorecard) -> dict[str, Any]:
        """What a page about a period shows of it: its heading, its filters and how far the data reaches."""
        since, until, tz = scorecard.since, scorecard.until, scorecard.report_tz
        before = (scorecard.before_since, scorecard.before_until)
        has_before = is_compared(scorecard, {metric.name: metric for metric in self.desk.metrics()})
        return {
            "periods": {name: say(self.language, text) for name, text in PERIODS.items()},
            "offered": {name: values for name in FILTERS if len(values := self._values(name)) > 1 or name == "channel"},
            "unknown": self._unknown() if scorecard.notes else [],
            "unjudged": [note for note in scorecard.notes if is_unjudged(note)],
            "title": period_title(since, until, scorecard.as_of, tz, language=self.language),
            "subtitle": compared_with(
                (since, until), before, scorecard.as_of, tz, language=self.language, is_compared=has_before
            ),
            "reach": data_status(scorecard.as_of, tz, scorecard.lagging_sources, self.language),
        }

    def _unknown(self) -> list[tuple[str, str]]:
        """The chosen filters that no row has; which values there are stands in the filter's list, if the reader may see one."""
        chosen = self.address.filters.items()
        return [(name, value) for name, value in chosen if (known := self.desk.dimension_values(name)) and value not in known]

    def _values(self, dimension: str) -> list[str]:
        """What a filter offers, with the value that is chosen even where the book does not have it."""
        known = self.desk.dimension_values(dimension)
        chosen = self.address.filters.get(dimension)
        return known if chosen is None or chosen in known else [*known, chosen]
