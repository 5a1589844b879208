"""Taking back a load and removing a source: the book and every figure stand as they stood before, by hand-worked rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.analyse_texts import analyse_texts
from servicemeter.desk.methods.judge_complaints import judge_complaints
from servicemeter.desk.methods.loads import loads
from servicemeter.desk.methods.plan_withdrawal import plan_withdrawal
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.methods.withdraw import withdraw
from servicemeter.desk.pulling import alone
from servicemeter.ground.errors import BadQuestion, BadSettings, UnknownName
from servicemeter.metrics.catalog import all_metrics
from servicemeter.model.tables import TABLES
from servicemeter.model.withdrawal import Withdrawal


def at(hour: int) -> datetime:
    return datetime(2026, 3, 20, hour, tzinfo=UTC)


def ticket(number: int, day: int, **more: Any) -> dict[str, Any]:
    return {"ticket_id": str(number), "created_at": f"2026-03-{day:02d}T09:00:00+00:00", **more}


def message(number: int, day: str, author: str) -> dict[str, Any]:
    return {"message_id": "m", "ticket_id": str(number), "occurred_at": f"{day}T10:00:00Z", "author_type": author}


def go(desk: Desk, source: str | None = None, load: int | None = None, *, whole: bool = False, hour: int = 23) -> Withdrawal:
    seen = plan_withdrawal(desk, source=source, load=load, is_whole=whole)
    return withdraw(desk, source=seen.source, load=seen.loads[-1].data_version if not whole else None, is_whole=whole,
                    seen=seen.mark, now=at(hour))  # fmt: skip


def held(desk: Desk) -> dict[str, Any]:
    """Every row of every table with what was before it, and every figure of the month."""
    engine = desk.book.engine
    found: dict[str, Any] = {}
    for name in TABLES:
        for place in (f'"{name}"', f'past."{name}"'):
            found[place] = sorted(engine.rows(f"select * from {place}"), key=repr)
    for name in all_metrics():
        answer = desk.measure(name, since=date(2026, 3, 1), until=date(2026, 3, 31))
        found[name] = [{k: v for k, v in row.items() if k != "data_version"} for row in answer.rows]
    return found


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(None, on_demand=True) as made:
        yield made


def count(desk: Desk, metric: str = "tickets_created") -> float | None:
    value: float | None = desk.measure(metric, since=date(2026, 3, 1), until=date(2026, 3, 31)).row["value"]
    return value


def test_a_second_load_that_is_taken_back_leaves_the_book_as_it_was(desk: Desk) -> None:
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2, channel="email"), ticket(2, 3)])
    desk.load(source="shop", now=at(2), orders=[{"order_id": "o", "customer_id": "c", "placed_at": "2026-03-02T10:00:00Z"}])
    before = held(desk)
    # Ticket 1 changes its channel, 2 comes again as it was, 3 is new.
    desk.load(source="desk", now=at(3), tickets=[ticket(1, 2, channel="chat"), ticket(2, 3), ticket(3, 19)])
    assert count(desk) == 3

    seen = plan_withdrawal(desk)
    assert (seen.source, [one.data_version for one in seen.loads]) == ("desk", [3])
    assert (seen.rows, seen.restored, seen.sources) == ({"tickets": 2}, {"tickets": 1}, ["desk"])
    assert count(desk) == 3  # looking changes nothing

    done = go(desk)
    assert done.data_version == 4 and desk.data_version == 4
    assert count(desk) == 2
    assert held(desk) == before


def test_the_content_can_be_taken_again_and_older_loads_follow(desk: Desk) -> None:
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2)])
    desk.load(source="desk", now=at(2), tickets=[ticket(2, 3)])
    desk.load(source="desk", now=at(3), tickets=[ticket(3, 4)])
    assert [one.data_version for one in plan_withdrawal(desk, source="desk", load=2).loads] == [3, 2]
    go(desk, "desk", 2)
    assert count(desk) == 1
    assert [load["undone_in"] for load in loads(desk)] == [None, 4, 4, None]
    go(desk)  # the first one is the last that stands
    assert sources(desk) == [] and count(desk) is None
    desk.load(source="desk", tz="Europe/Bucharest", now=at(5), tickets=[ticket(1, 2), ticket(2, 3)])
    assert count(desk) == 2 and desk.report_tz == "Europe/Bucharest"  # an empty book chooses its zone again
    with pytest.raises(BadQuestion, match="taken back already, in data version 4"):
        plan_withdrawal(desk, source="desk", load=3)
    with pytest.raises(UnknownName):
        plan_withdrawal(desk, source="desk", load=9)


def test_what_a_source_covers_is_what_it_covered_before(desk: Desk) -> None:
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2)])
    desk.load(source="phone", now=at(2), tickets=[ticket(7, 1)])
    before = sources(desk)
    desk.load(source="desk", now=at(3), tickets=[ticket(9, 19)],
              messages=[message(9, "2026-03-19", "agent")])  # fmt: skip
    assert sources(desk) != before
    go(desk, "desk")
    assert sources(desk) == before


def test_a_late_older_version_goes_and_the_newer_stays(desk: Desk) -> None:
    """The second load brought what ticket 1 was on the 4th, after what it was on the 6th: it stood in the past alone."""
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2, language="nl", source_updated_at="2026-03-06T00:00:00Z")])
    before = held(desk)
    desk.load(source="desk", now=at(2), tickets=[ticket(1, 2, language="ro", source_updated_at="2026-03-04T00:00:00Z")])
    assert plan_withdrawal(desk).rows == {"tickets": 1} and plan_withdrawal(desk).restored == {}
    go(desk)
    assert held(desk) == before


def test_three_versions_of_a_row_come_back_in_their_order(desk: Desk) -> None:
    for hour, language in ((1, "en"), (2, "nl"), (3, "ro")):
        desk.load(source="desk", now=at(hour), tickets=[ticket(1, 2, language=language)])
    languages = []
    for hour in (4, 5):
        go(desk, hour=hour)
        languages.append(desk.book.engine.rows("select language from tickets"))
    assert languages == [[("nl",)], [("en",)]]
    assert desk.book.engine.rows("select count(*) from past.tickets") == [(0,)]


def test_rows_kept_aside_go_with_their_load(desk: Desk) -> None:
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2)])
    desk.load(source="desk", now=at(2), tickets=[ticket(2, 2, initiated_by="pigeon"), ticket(3, 2)])
    assert len(desk.kept_aside()) == 1
    go(desk)
    assert desk.kept_aside() == [] and count(desk) == 1


def test_a_removed_source_takes_all_of_its_rows_and_no_others(desk: Desk) -> None:
    with Desk(None, on_demand=True) as other:
        other.load(source="desk", now=at(1), tickets=[ticket(1, 2)])
        alone = other.book.engine.rows("select ticket_id, source from tickets")
        figure = count(other)
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2)])
    desk.load(source="copy", now=at(2), tickets=[ticket(1, 2), ticket(2, 2, initiated_by="pigeon")])
    with pytest.raises(UnknownName):
        plan_withdrawal(desk, source="copi", is_whole=True)
    desk.load(source="copy", now=at(3), tickets=[ticket(1, 2, language="nl")])
    assert count(desk) == 2
    seen = plan_withdrawal(desk, source="copy", is_whole=True)
    assert seen.rows == {"tickets": 2, "sources": 1} and [one.data_version for one in seen.loads] == [3, 2]
    go(desk, "copy", whole=True)
    assert count(desk) == figure == 1
    assert desk.book.engine.rows("select ticket_id, source from tickets") == alone
    assert desk.book.engine.rows("select count(*) from past.tickets") == [(0,)]
    assert desk.kept_aside() == [] and [one["source"] for one in sources(desk)] == ["desk"]
    assert count(desk, "tickets_created") == 1


def test_what_points_to_a_removed_source_is_told(desk: Desk) -> None:
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2)])
    desk.load(source="polls", now=at(2), survey_invitations=[
        {"invitation_id": "i", "kind": "csat", "sent_at": "2026-03-03T09:00:00Z", "ticket_id": "1", "ticket_source": "desk"},
        {"invitation_id": "j", "kind": "csat", "sent_at": "2026-03-03T09:00:00Z"},
    ])  # fmt: skip
    assert plan_withdrawal(desk, source="desk", is_whole=True).hanging == {"survey_invitations": 1}


def test_what_cannot_be_taken_back_says_why_and_what_can_be_done(desk: Desk) -> None:
    with pytest.raises(BadQuestion, match="nothing to take back"):
        plan_withdrawal(desk)
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2)])
    desk.load(source="desk", now=at(0), tickets=[ticket(2, 2)])
    with pytest.raises(BadQuestion, match="a clock went back.*servicemeter remove desk"):
        plan_withdrawal(desk)
    desk.load(source="file", now=at(2), tickets=[ticket(3, 2, recorded_at="2026-03-01T00:00:00Z")])
    with pytest.raises(BadQuestion, match="brought 1, and 0 were recorded at its time"):
        plan_withdrawal(desk, source="file")
    desk.book.engine.run("update meta.loads set kind = null where source = 'file'")
    with pytest.raises(BadQuestion, match="an earlier servicemeter"):
        plan_withdrawal(desk, source="file")
    with pytest.raises(BadQuestion, match="servicemeter hours"):
        plan_withdrawal(desk, source="servicemeter", is_whole=True)
    with pytest.raises(BadQuestion, match="servicemeter erase"):
        plan_withdrawal(desk, source="surveys", is_whole=True)


def test_a_pulled_piece_is_not_taken_back_but_its_source_can_be_removed(desk: Desk) -> None:
    from servicemeter.desk.frames import FramesDelivery

    delivery = FramesDelivery("vendor", None, {"tickets": [ticket(1, 2)]})
    desk.take(delivery, now=at(1), cursors={"tickets": {"page": 1}})
    with pytest.raises(BadQuestion, match="came by a sync"):
        plan_withdrawal(desk, source="vendor")
    go(desk, "vendor", whole=True)
    assert desk.book.cursors("vendor") == {} and desk.book.engine.rows("select count(*) from tickets") == [(0,)]


def test_a_load_of_two_sources_waits_for_what_came_after(desk: Desk) -> None:
    rows = [ticket(1, 2, source="a"), ticket(1, 2, source="b")]
    desk.load(source="both", now=at(1), tickets=rows)
    desk.load(source="b", now=at(2), tickets=[ticket(2, 2)])
    with pytest.raises(BadQuestion, match="load 2 .b. came later"):
        plan_withdrawal(desk, source="both")
    go(desk, "b", hour=3)
    assert go(desk, "both", hour=4).sources == ["a", "b", "both"]
    assert desk.book.engine.rows("select count(*) from tickets") == [(0,)]


def test_a_load_that_came_while_one_looked_keeps_it_from_being_done(desk: Desk) -> None:
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2)])
    seen = plan_withdrawal(desk)
    desk.load(source="desk", now=at(2), tickets=[ticket(2, 2)])
    with pytest.raises(BadQuestion, match="since you looked"):
        withdraw(desk, source="desk", load=1, seen=seen.mark, now=at(3))
    assert count(desk) == 2


def test_what_the_program_said_of_the_rows_goes_with_them(desk: Desk) -> None:
    """A judgement is a load of the source after the import: it is not what is meant by the last import, and goes with it."""
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2)])
    before = held(desk)
    desk.load(source="desk", now=at(2), tickets=[ticket(2, 3)],
              messages=[message(2, "2026-03-03", "customer")],
              texts=[{"of": "message", "id": "m", "text": "I want to make a formal complaint about this."}])  # fmt: skip
    judge_complaints(desk, now=at(3))
    analyse_texts(desk, now=at(4))
    assert [load["kind"] for load in loads(desk)] == ["import", "import", "judged", "judged"]
    assert [one.data_version for one in plan_withdrawal(desk).loads] == [4, 3, 2]
    go(desk)
    assert held(desk) == before


def test_loads_of_one_moment_are_told_apart(desk: Desk) -> None:
    """One command has one moment for all of its files, and for what is judged afterwards."""
    for number in (1, 2, 3):
        desk.load(source="desk", now=at(1), tickets=[ticket(number, 2)])
    assert plan_withdrawal(desk).rows == {"tickets": 1}
    go(desk, "desk", 2)
    assert desk.book.engine.rows("select ticket_id from tickets") == [("1",)]


def test_what_a_load_of_another_name_repeated_is_not_taken_from_it(desk: Desk) -> None:
    desk.load(source="both", now=at(1), tickets=[ticket(1, 2, source="a"), ticket(1, 2, source="b")])
    desk.load(source="a", now=at(2), tickets=[ticket(1, 2), ticket(2, 2)])
    desk.load(source="both", now=at(3), tickets=[ticket(5, 2, source="b")])
    with pytest.raises(BadQuestion, match="load 2 .a. came later"):
        plan_withdrawal(desk, source="both", load=1)
    assert plan_withdrawal(desk, source="both").rows == {"tickets": 1}


def test_a_load_is_kept_from_going_by_one_of_another_name_that_repeats_it(desk: Desk) -> None:
    desk.load(source="a", now=at(1), tickets=[ticket(1, 2)])
    desk.load(source="both", now=at(2), tickets=[ticket(1, 2, source="a"), ticket(1, 2, source="b")])
    with pytest.raises(BadQuestion, match="load 2 .both. came later.*servicemeter undo both"):
        plan_withdrawal(desk, source="a")


def test_the_zone_of_the_first_import_outlives_the_load_that_came_with_it(desk: Desk) -> None:
    week = [{"calendar_id": "c", "iso_weekday": 1, "open": "09:00", "close": "17:00"}]
    desk.load(source="servicemeter", tz="Europe/Amsterdam", now=at(1), calendar_weekly_hours=week,
              settings=[{"name": "default_calendar", "value": "c"}])  # fmt: skip
    desk.load(source="desk", now=at(2), tickets=[ticket(1, 2)])
    assert plan_withdrawal(desk).source == "desk"  # what is set here is no import
    assert plan_withdrawal(desk, source="servicemeter").rows == {"calendar_weekly_hours": 1, "settings": 1}
    go(desk, "servicemeter")
    assert desk.report_tz == "Europe/Amsterdam" and "default_calendar" not in desk.book.settings()
    go(desk, "desk", hour=22)
    assert desk.book.settings() == {}


def test_rows_that_an_earlier_attempt_left_aside_are_there_again(desk: Desk) -> None:
    bad, good = ticket(2, 2, initiated_by="pigeon"), ticket(2, 2)
    desk.load(source="desk", now=at(1), tickets=[ticket(1, 2), bad])
    desk.load(source="desk", now=at(2), tickets=[ticket(1, 2), good])
    assert desk.kept_aside() == []
    go(desk)
    assert [one["value"] for one in desk.kept_aside()] == ["pigeon"]


def test_a_load_of_several_sources_forgets_the_one_that_was_removed(desk: Desk) -> None:
    desk.load(source="both", now=at(1), tickets=[ticket(1, 2, source="a"), ticket(1, 2, source="b")])
    stale = plan_withdrawal(desk, source="a", is_whole=True)
    desk.load(source="both", now=at(2), tickets=[ticket(2, 2, source="a")])
    with pytest.raises(BadQuestion, match="since you looked"):
        withdraw(desk, source="a", is_whole=True, seen=stale.mark, now=at(3))
    go(desk, "a", whole=True, hour=4)
    assert plan_withdrawal(desk, source="both", load=1).rows == {"tickets": 1}
    go(desk, "both", 1, hour=5)
    assert desk.book.engine.rows("select count(*) from tickets") == [(0,)]


def test_a_source_is_not_removed_while_it_is_synced(desk: Desk) -> None:
    desk.load(source="vendor", now=at(1), tickets=[ticket(1, 2)])
    seen = plan_withdrawal(desk, source="vendor", is_whole=True)
    with alone(desk, "vendor"), pytest.raises(BadSettings, match="being synced"):
        withdraw(desk, source="vendor", is_whole=True, seen=seen.mark, now=at(2))
    assert count(desk) == 1


def test_what_stood_in_the_past_of_sources_stands_there_again(desk: Desk) -> None:
    for hour, through in ((1, "2026-03-05T00:00:00Z"), (2, "2026-03-09T00:00:00Z")):
        desk.load(source="desk", now=at(hour), tickets=[ticket(hour, 2)], sources=[{"loaded_through": through}])
    before = held(desk)
    desk.load(source="desk", now=at(3), tickets=[ticket(3, 19)])
    go(desk)
    assert held(desk) == before
    go(desk)
    assert desk.book.engine.rows("select count(*) from past.sources") == [(0,)]
    assert sources(desk)[0]["loaded_through"] == datetime(2026, 3, 5)
