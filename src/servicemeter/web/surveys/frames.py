"""The widget for sites that take no script from others: a survey page in a frame of theirs, asked by the same rules.

`/f/SURVEY?p=PAGE&c=CUSTOMER`: the page that frames it, and the visitor as the shop signed them. Opening it stores nothing. Who
is not to be asked gets an empty page, which tells its parent so, and the site takes the frame away.
"""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response

from servicemeter.office.answers import versions_of
from servicemeter.office.invitations import Invitation, find_by_occasion
from servicemeter.surveys.doors import Door, Stamp
from servicemeter.surveys.forms import Form
from servicemeter.surveys.likeness import is_scanner
from servicemeter.surveys.visiting import admit, is_to_be_asked, occasion_of_visit
from servicemeter.web.surveys.app import Counter
from servicemeter.web.surveys.page import empty_page
from servicemeter.web.surveys.visitors import visitor_of

__all__ = ["come_by_frame", "nothing_page"]


def come_by_frame(counter: Counter, request: Request, name: str, stamp: Stamp | None) -> Door | None:
    """Where a visitor stands who opened, or answers in, a frame; None when they are not to be asked."""
    form = counter.forms.get(name)
    if form is None or form.asking.event != "visit" or not form.asking.origins:
        return None
    now = counter.clock()
    asked = request.query_params
    said = {"page": asked.get("p"), "customer": asked.get("c"), "language": asked.get("l")}
    visitor = visitor_of(counter, request, form, said, stamp.number if stamp else "")
    occasion = occasion_of_visit(visitor, now)
    with counter.office.reading() as on:
        found = find_by_occasion(on, form.name, occasion.occasion_id) if stamp or visitor.identities else None
        versions = tuple(versions_of(counter.office, on, found.invitation_id)) if found else ()
    if found and found.state == "asked":
        if stamp is None and found.rated_at is not None:
            return None  # answered before, on this device or another
        return Door(form, found, versions, is_written=True)
    is_asked_already = stamp is None and not visitor.identities and counter.has_visited(form.name, visitor.drawn_by)
    if is_scanner(dict(request.headers)) or is_asked_already or not is_to_be_asked(counter.office, form, visitor, now):
        return None

    def enter() -> Invitation | None:
        counter.note_visit(form.name, visitor.drawn_by)
        return admit(counter.office, form, visitor, now)

    fresh = Invitation(
        invitation_id=secrets.token_hex(16),
        form=form.name,
        version=0,
        occasion_id=occasion.occasion_id,
        state="asked",
        probability=1.0,
        via="widget",
        occurred_at=now,
        decided_at=now,
    )
    return Door(form, fresh, (), is_written=False, admits=enter)


def nothing_page(form: Form | None) -> Response:
    """An empty page for a frame: there is nothing to ask."""
    return empty_page(form.asking.origins if form else ())
