"""Settings: what is set and where; what may safely be changed is changed here, after a look at exactly what would change."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.desk.methods.change_settings import change_settings
from servicemeter.desk.methods.plan_change import plan_change
from servicemeter.desk.methods.settings import settings
from servicemeter.desk.setting import CHANGEABLE, Changeable, SettingsShown, Value
from servicemeter.ground.errors import ServicemeterError
from servicemeter.show.durations import duration
from servicemeter.show.phrases import phrase, say
from servicemeter.web.pages import Page
from servicemeter.web.posted import moved_to, posted
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Settings"), "/settings", "house", 10, may="change_settings")
router = APIRouter()
_KEYS = ("changed",)
_TITLES = {
    "privacy.hide_individuals": phrase("Works-council mode: show teams, never single people"),
    "privacy.smallest_team": phrase("People that a team needs to be shown alone in works-council mode"),
    "privacy.redact": phrase("Mask personal data before words are stored"),
    "text.after_import": phrase("Judge after every import"),
    "surveys.organisation": phrase("Name of the organisation in surveys"),
    "surveys.address": phrase("Where people reach the survey pages"),
    "surveys.privacy_address": phrase("Address of the privacy statement in surveys"),
}
_CHOICES = {"complaints": phrase("complaints"), "reasons": phrase("contact reasons")}
_METRICS = {
    "first_response": phrase("first response"),
    "next_response": phrase("next response"),
    "resolution": phrase("resolution"),
}


@dataclass(frozen=True)
class _Field:
    """A value that can be changed here; one written in a way that this page cannot show (`is_other`) is left alone."""

    name: str
    kind: str
    title: str
    value: Value
    choices: list[tuple[str, str, bool]]
    least: int
    is_other: bool


@router.api_route("/settings", methods=["GET", "HEAD"])
def settings_page(request: Request) -> Response:
    """All settings."""
    return _page(visit(request, _KEYS))


@router.post("/settings/preview")
@may("change_settings", asks=True)
async def preview(request: Request) -> Response:
    """What would change in the file; nothing is written."""
    seen = visit(request, _KEYS)
    given = await _given(request)
    return await run_in_threadpool(_preview, seen, given)


@router.post("/settings")
async def change(request: Request) -> Response:
    """Write what was looked at."""
    seen = visit(request, _KEYS)
    given = await _given(request, "seen")
    mark = given.pop("seen", "")
    return await run_in_threadpool(_change, seen, given, mark)


async def _given(request: Request, *more: str) -> dict[str, str]:
    """The values of the form, by name; what a form leaves out when it is empty or not ticked is there, too."""
    boxes = {f"{one.name}.{choice}": one.name for one in CHANGEABLE for choice in one.choices}
    names = tuple(one.name for one in CHANGEABLE)
    sent = await posted(request, (*names, *boxes, "shown", *more))
    shown = sent.pop("shown", "").split()
    wanted = {name: sent.get(name, "") for name in shown if name in names}
    for one in CHANGEABLE:
        if one.name in wanted and one.kind == "choices":
            ticked = ",".join(choice for choice in one.choices if f"{one.name}.{choice}" in sent)
            wanted[one.name] = sent.get(one.name, ticked)
        if one.name in wanted and one.kind == "truth":
            wanted[one.name] = "true" if sent.get(one.name) == "true" else "false"
    return {**wanted, **{name: sent[name] for name in more if name in sent}}


def _preview(seen: Visit, wanted: dict[str, str]) -> Response:
    try:
        plan = plan_change(seen.desk, wanted)
    except ServicemeterError as fault:
        return _page(seen, str(fault), 400)
    return seen.page("settings_change.html", here="settings", plan=plan, wanted=wanted, shown=" ".join(wanted))


def _change(seen: Visit, wanted: dict[str, str], mark: str) -> Response:
    try:
        plan = change_settings(seen.desk, wanted, seen=mark)
    except ServicemeterError as fault:
        return _page(seen, str(fault), 409)
    return moved_to(seen.address.to("/settings", changed="restart" if plan.needs_restart else "now"))


def _page(seen: Visit, fault: str = "", status: int = 200) -> Response:
    held, language = settings(seen.desk), seen.language
    fields = [_field(one, held, language) for one in CHANGEABLE if one.name in held.values]
    return seen.page(
        "settings.html",
        here="settings",
        status=status,
        fault=fault,
        held=held,
        fields=fields,
        shown=" ".join(field.name for field in fields if not field.is_other),
        policies=[
            {
                **policy,
                "metric": say(language, _METRICS.get(policy["metric"], policy["metric"])),
                "target": duration(policy["target_s"], language=language),
            }
            for policy in held.policies
        ],
        changed=seen.address.own.get("changed"),
    )


def _field(one: Changeable, held: SettingsShown, language: str) -> _Field:
    value = held.values[one.name]
    kinds: dict[str, type] = {"truth": bool, "number": int, "text": str, "choices": list}
    ticked = value if isinstance(value, list) else []
    choices = [(choice, say(language, _CHOICES[choice]), choice in ticked) for choice in one.choices]
    is_other = not isinstance(value, kinds[one.kind]) or (one.kind == "number" and isinstance(value, bool))
    return _Field(one.name, one.kind, say(language, _TITLES[one.name]), value, choices, one.least, is_other)
