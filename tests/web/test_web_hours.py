"""Opening hours set on the page: what is asked, what is shown before it is saved, what figures become, what is refused."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from app_client import ask
from hours_desk import NOW, WEEKDAYS, load_weekend, opened, saved, wait
from rooms import make_rooms
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.hours import hours
from servicemeter.ground.settings import Home
from servicemeter.model.hours import HoursWish
from servicemeter.office.audit import list_audit
from servicemeter.web import entrance
from servicemeter.web.app import create_app

WEEK = {f"d{day}.1.{end}": at for day, *span in WEEKDAYS for end, at in zip(("open", "close"), span, strict=True)}
SUPPORT = {"part": "week", "name": "Support", "tz": "Europe/Amsterdam", **WEEK}
SATURDAY = {**SUPPORT, "calendar": "Support", "d6.1.open": "10:00", "d6.1.close": "14:00", "since": "2026-03-02"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(None, on_demand=True) as made:
        load_weekend(made)
        yield made


@pytest.fixture(scope="module")
def kept_up() -> Iterator[Desk]:
    """A desk as a server keeps it up."""
    with Desk(None) as made:
        load_weekend(made)
        made.work_ahead(threading.Event())
        yield made


def post(desk: Any, path: str, fields: dict[str, str], lang: str = "en") -> httpx.Response:
    return ask(create_app(desk), f"{path}?lang={lang}", "POST", data=fields)


def hidden(page: str) -> dict[str, str]:
    """The fields of the button that saves."""
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in pairs}


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def save(desk: Desk, fields: dict[str, str]) -> str:
    """Look at a change and save it as the page sends it; the words of the look."""
    look = post(desk, "/settings/hours/preview", fields)
    assert look.status_code == 200, words(look.text)
    done = post(desk, "/settings/hours", hidden(look.text))
    assert done.status_code == 303, words(done.text)
    return words(look.text)


def test_hours_over_a_weekend_and_back(desk: Desk) -> None:
    # Friday 17:00 to Monday 9:30 is 2 days 16 h 30 min; in opening hours half an hour on each side; then Saturday's four, too.
    assert wait(desk) == 232_200
    version = desk.data_version
    said = save(desk, SUPPORT)
    assert "This changes 7 rows, for all times." in said and "default calendar: Support" in said
    assert "First response time" in said and "days that are over" in said
    assert (opened(desk), desk.data_version) == (3600, version + 1)
    said = save(desk, SATURDAY)
    assert "This changes 6 rows, from 2 Mar 2026 on." in said and "+ Saturday 10:00–14:00, from 2 Mar 2026 on" in said
    assert "Against the week before: Saturday: closed → 10:00–14:00." in said
    assert wait(desk) == 5 * 3600
    said = save(desk, {"part": "days", "calendar": "Support", "x1.on": "2026-03-07"})
    assert "+ 7 Mar 2026: closed all day" in said and opened(desk) == 3600
    said = save(desk, {"part": "days", "calendar": "Support", "usual": "2026-03-07"})
    assert "− 7 Mar 2026: closed all day" in said and opened(desk) == 5 * 3600
    save(desk, {"part": "back", "calendar": "Support", "take_back": "2026-03-02"})
    assert (wait(desk), desk.data_version) == (3600, version + 5)


def test_a_look_writes_nothing_and_a_get_neither(desk: Desk) -> None:
    version = desk.data_version
    look = post(desk, "/settings/hours/preview", SUPPORT)
    assert hidden(look.text)["d5.1.close"] == "17:30"
    ask(create_app(desk), "/settings/hours?new=1")
    assert (desk.data_version, hours(desk).calendars) == (version, [])


def test_what_somebody_else_saved_meanwhile_is_not_saved_over(desk: Desk) -> None:
    fields = hidden(post(desk, "/settings/hours/preview", SUPPORT).text)
    saved(desk, HoursWish("Other", tz="UTC", week=WEEKDAYS))
    late = post(desk, "/settings/hours", fields)
    assert late.status_code == 409 and "look again" in late.text
    assert [one.calendar_id for one in hours(desk).calendars] == ["Other"]


def test_hours_that_cannot_be_are_said_beside_their_field_and_kept(desk: Desk) -> None:
    wrong = {
        **SUPPORT, "tz": "Europe/Amsterdm", "d1.1.open": "17:30", "d1.1.close": "09:00", "d2.2.open": "12:00",
        "d2.2.close": "18:00", "d3.1.close": "", "d4.1.open": "9 uur", "since": "1/12/2026",
    }  # fmt: skip
    page = post(desk, "/settings/hours/preview", wrong)
    found = {name: unescape(text) for name, text in re.findall(r'class="fault" id="([\w.]+)-fault">([^<]+)<', page.text)}
    assert page.status_code == 400 and found == {
        "tz": "“Europe/Amsterdm” is no time zone. Write one such as Europe/Amsterdam.",
        "d1.1.open": "09:00 does not come after 17:30. A night shift is two openings: until 24:00, and from 00:00 on "
        "the next day.",
        "d2.2.open": "12:00–18:00 overlaps 09:00–17:30. Let it begin when the other ends, or join the two.",
        "d3.1.open": "An opening needs both times; leave both empty where there is none.",
        "d4.1.open": "“9 uur” is no time of day. Write it as HH:MM, 00:00 to 24:00.",
        "since": "“1/12/2026” is no date. Write it as 2026-12-25.",
    }
    assert 'value="9 uur" inputmode="numeric" maxlength="8" placeholder="--:--" aria-invalid="true"' in page.text
    assert "is geen tijdzone" in post(desk, "/settings/hours/preview", wrong, "nl").text
    assert post(desk, "/settings/hours", {**wrong, "seen": hours(desk).mark}).status_code == 400
    never = post(desk, "/settings/hours/preview", {"part": "week", "name": "Never", "tz": "UTC"})
    assert never.status_code == 400 and "would never be open" in never.text
    assert desk.data_version == 1


def test_a_new_calendar_does_not_take_the_place_of_another(desk: Desk) -> None:
    saved(desk, HoursWish("Support", tz="UTC", week=WEEKDAYS))
    refused = post(desk, "/settings/hours/preview", SUPPORT)
    assert refused.status_code == 400 and "There is a calendar called Support already." in refused.text


def test_a_night_shift_is_two_openings(desk: Desk) -> None:
    night = {"d5.1.open": "22:00", "d5.1.close": "24:00", "d6.1.open": "00:00", "d6.1.close": "06:00"}
    save(desk, {"part": "week", "name": "Night", "tz": "Europe/Amsterdam", **night})
    assert opened(desk) == 8 * 3600  # Friday 22:00 to Saturday 6:00
    assert words(ask(create_app(desk), "/settings/hours").text).count("22:00–24:00") == 1


def test_a_calendar_of_another_source_is_left_to_it_but_may_be_the_default(desk: Desk) -> None:
    week = [{"calendar_id": "7", "iso_weekday": day, "open": a, "close": b} for day, a, b in WEEKDAYS]
    for one in ("7", "8"):
        calendar = {"calendar_id": one, "tz": "Europe/Amsterdam", "name": "Desk"}
        rows = [{**row, "calendar_id": one} for row in week]
        desk.load(source="zendesk", now=NOW, business_calendars=[calendar], calendar_weekly_hours=rows)
    assert opened(desk) == 232_200  # with two calendars and no default all of the time counts
    page = ask(create_app(desk), "/settings/hours?calendar=7")
    assert "comes with the data of zendesk" in page.text and 'name="tz"' not in page.text
    refused = post(desk, "/settings/hours/preview", {**SATURDAY, "calendar": "7"})
    assert refused.status_code == 400 and "Change it there" in refused.text
    save(desk, {"part": "default", "calendar": "7"})
    assert opened(desk) == 3600


def test_a_second_calendar_does_not_take_the_only_one_from_the_tickets(desk: Desk) -> None:
    week = [{"calendar_id": "7", "iso_weekday": day, "open": a, "close": b} for day, a, b in WEEKDAYS]
    calendar = {"calendar_id": "7", "tz": "Europe/Amsterdam"}
    desk.load(source="zendesk", now=NOW, business_calendars=[calendar], calendar_weekly_hours=week)
    assert opened(desk) == 3600  # the only calendar is the default
    said = save(desk, {**SUPPORT, "d6.1.open": "10:00", "d6.1.close": "14:00"})
    assert "default calendar: 7" in said and "no figure changes" in said and opened(desk) == 3600


def test_public_holidays_are_rows_to_look_at(desk: Desk) -> None:
    save(desk, SUPPORT)
    address = "/settings/hours?calendar=Support&country=NL&year=2026&lang=en"
    page = ask(create_app(desk), address).text
    rows = re.findall(r'name="(x\d+)\.on" value="(2026-[^"]+)"', page)
    # New Year, Good Friday is none in the Netherlands by law, Easter 5 and 6 April, King's Day, Ascension, Whitsun, Christmas.
    assert {"2026-01-01", "2026-04-06", "2026-04-27", "2026-05-14", "2026-05-25", "2026-12-25"} <= {on for _, on in rows}
    assert "Koningsdag" in page and desk.data_version == 2
    sent: dict[str, str] = {"part": "days", "calendar": "Support"}
    for x, on in rows:
        sent |= {f"{x}.ask": "1", f"{x}.on": on, **({f"{x}.take": "1"} if on == "2026-12-25" else {})}
    save(desk, sent)
    assert [(day.on, day.openings) for day in hours(desk).calendars[0].days] == [(date(2026, 12, 25), [])]
    assert "There are no holidays for a country called" in unescape(ask(create_app(desk), address.replace("NL", "XX")).text)


def test_saving_is_for_those_who_change_settings_and_is_noted(home: Path) -> None:
    with Desk(Home(home), on_demand=True) as desk:
        load_weekend(desk)
        rooms = make_rooms(desk, Home(home), {})
        try:
            look = rooms.ask("admin", "/settings/hours/preview", "POST", data=SUPPORT)
            fields, path, foreign = hidden(look.text), "/settings/hours", {"sec-fetch-site": "cross-site"}
            for role in ("analyst", "lead", "viewer"):
                assert rooms.ask(role, path, "POST", data=fields).status_code == 403
                assert rooms.ask(role, path + "/preview", "POST", data=SUPPORT).status_code == 403
            assert rooms.ask("admin", path, "POST", data=fields, headers=foreign).status_code == 403
            assert opened(desk) == 232_200
            assert rooms.ask("admin", path, "POST", data=fields).status_code == 303
            noted = [(entry.who, entry.what) for entry in list_audit(rooms.front.office) if "hours" in entry.what]
            assert noted == [("admin@example.com", "POST /settings/hours")]
        finally:
            rooms.front.close()
        assert opened(desk) == 3600


@pytest.mark.parametrize(
    ("lang", "title", "step"),
    [
        ("en", "The figures are being worked out anew", "(step 1 of "),
        ("nl", "De cijfers worden opnieuw uitgerekend", "(stap 1 van "),
        ("ro", "Cifrele se calculează din nou", "(pasul 1 din "),
    ],
)
def test_pages_say_that_figures_are_worked_out_anew(
    kept_up: Desk, monkeypatch: pytest.MonkeyPatch, lang: str, title: str, step: str
) -> None:
    monkeypatch.setattr(entrance, "_PATIENCE_S", 0.0)
    known = {"calendar": "Support"} if hours(kept_up).calendars else {}
    save(kept_up, {**SUPPORT, **known, "d6.1.open": "10:00", "d6.1.close": {"en": "12:00", "nl": "13:00", "ro": "14:00"}[lang]})
    assert kept_up.is_making_facts
    app = create_app(kept_up)
    assert ask(app, "/assist?ticket=t").headers["refresh"] == "3"  # no fault of who asked
    shown = ask(app, f"/?lang={lang}")
    assert (shown.status_code, shown.headers["refresh"], shown.headers["retry-after"]) == (503, "3", "3")
    assert title in words(shown.text) and step in words(shown.text)
    for path, done in (("hours", "new hours now"), ("promises", "judged by it now")):
        said = ask(app, f"/settings/{path}?saved=2")
        assert said.status_code == 200 and "are being worked out anew" in said.text and done not in said.text
    assert ask(app, "/api/measure?metric=tickets_created&from=2026-03-01&to=2026-04-01").status_code == 200
    assert not kept_up.is_making_facts  # a program waits, and works along
    assert ask(app, f"/?lang={lang}").status_code == 200
    assert "are being worked out anew" not in ask(app, "/settings/hours?saved=2").text
