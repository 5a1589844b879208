"""What was done, and who took rows along: the audit log and the log of exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.office.audit import AuditState, list_audit, verify_audit
from servicemeter.show.numbers import number
from servicemeter.web.reception import reception_of
from servicemeter.web.rules import may
from servicemeter.web.visit import visit

__all__ = ["router"]

router = APIRouter()
_SHOWN = 200


@dataclass(frozen=True)
class _Line:
    """One line of either log."""

    at: str
    who: str
    what: str
    about: str
    place: str


@router.api_route("/audit", methods=["GET", "HEAD"], include_in_schema=False)
@may("read_audit")
def audit_page(request: Request) -> Response:
    """The last entries of both logs, the newest first, and whether they are as they were written."""
    seen, front = visit(request), reception_of(request)

    def one(name: str, entry: dict[str, Any]) -> str:
        return str(entry.get(name, ""))

    has_office = front.home is not None and front.home.has_office()
    done = list_audit(front.office, _SHOWN) if has_office else []
    taken = front.exports.entries()[: -_SHOWN - 1 : -1] if front.exports else []
    nothing = AuditState(0, "")
    states = [verify_audit(front.office) if has_office else nothing, front.exports.verify() if front.exports else nothing]
    return seen.page(
        "audit.html",
        here="people",
        done=[_Line(_at(e.happened_at.isoformat()), e.who, e.what, _about(e.about, e.before, e.after), e.place) for e in done],
        taken=[_Line(_at(one("at", e)), one("who", e), one("what", e), "", one("place", e)) for e in taken],
        counts=[number(state.count, language=seen.language) for state in states],
        faults=[state.fault for state in states],
    )


def _at(text: str) -> str:
    return text[:19].replace("T", " ")


def _about(about: str, before: dict[str, object], after: dict[str, object]) -> str:
    """What it was about, and what changed."""
    changed = [f"{key}: {before.get(key, '–')} → {value}" for key, value in after.items() if before.get(key) != value]
    return " · ".join([about, *changed]) if about else " · ".join(changed)
