"""The ten metrics in Polars, over the columns of the canonical rows that they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ten import COLUMNS, Answers, Peer, Weeks

from ground import Spent, timed

__all__ = ["POLARS"]

_WINDOW_S = 7 * 86400
_FLAGS = ["is_spam", "is_test", "is_deleted"]
_IN_ORDER = ["occurred_at", "seq", "event_id"]
Frame = Any


def _measure(folder: Path, weeks: Weeks) -> tuple[Answers, Mapping[str, Spent]]:
    import_module("polars")  # so that no time of ours or theirs is that of starting a library
    load, rows = timed(lambda: _load(folder))
    prepare, steps = timed(lambda: _prepare(rows, weeks))
    questions, answers = timed(lambda: {name: _by_week(ask(steps, weeks)) for name, ask in _QUESTIONS.items()})
    return answers, {"load": load, "prepare": prepare, "questions": questions}


def _by_week(frame: Frame) -> dict[int, float]:
    return {week: float(value) for week, value in frame.select("week", "value").rows() if week is not None and value is not None}


def _load(folder: Path) -> dict[str, Frame]:
    """The columns needed; instants as epoch seconds."""
    import polars as pl

    rows = {}
    for table, names in COLUMNS.items():
        instants = [pl.col(name).dt.epoch("s") for name in names if name.endswith("_at")]
        rows[table] = pl.read_parquet(folder / f"{table}.parquet", columns=list(names)).with_columns(instants)
    return rows


def _prepare(rows: dict[str, Frame], weeks: Weeks) -> dict[str, Frame]:
    """What several questions share: tickets that count, what was said, calls, solves, contacts."""
    import polars as pl

    bots = rows["agents"].filter(pl.col("kind") == "bot")["agent_id"].to_list()
    members = _members(rows["tickets"], rows["ticket_events"])
    said, talks = _said(rows, members, bots), _talks(rows["interactions"], members, bots)
    turns = _turns(rows["ticket_events"], members)
    solves = turns.filter("is_done").with_columns(week=_week("at", weeks), reopened_in=_week("next_at", weeks))
    later = pl.col("next_at").is_null() | (pl.col("reopened_in") > pl.col("week"))
    touched = _touches(said, talks, rows["ticket_events"], members, bots)
    held = solves.filter(pl.col("is_inbound") & later).join(touched, on="group_id", how="left")
    return {
        "groups": members.filter("is_survivor"),
        "said": said,
        "talks": talks,
        "solves": solves,
        "held": held,
        "handled": held.filter(_week("first_touch_at", weeks) <= pl.col("week")),
        "contacts": _contacts(rows["interactions"], weeks),
        "invitations": rows["survey_invitations"],
        "answers": rows["survey_answers"],
    }


def _week(name: str, weeks: Weeks) -> Any:
    """The number of the week of a column's instants; null where there is none."""
    import polars as pl

    known = pl.col(name).is_not_null()
    return pl.when(known).then(pl.lit(pl.Series(weeks.bounds)).search_sorted(pl.col(name), side="right").cast(pl.Int64) - 1)


def _members(tickets: Frame, events: Frame) -> Frame:
    """Tickets that count, with the group they were merged into."""
    import polars as pl

    flags = (
        events.filter(pl.col("field").is_in(_FLAGS)).sort(_IN_ORDER).group_by("ticket_id", "field").agg(pl.col("value").last())
    )
    flagged = flags.filter(pl.col("value") == "true").select(group_id="ticket_id").unique()
    merges = events.filter(pl.col("field") == "merged_into").sort(_IN_ORDER)
    into = dict(merges.group_by("ticket_id").agg(pl.col("value").last()).rows())
    while any(one in into for one in into.values()):
        into = {ticket: into.get(one, one) for ticket, one in into.items()}
    schema = {"ticket_id": pl.String, "group_id": pl.String}
    merged = pl.DataFrame({"ticket_id": list(into), "group_id": list(into.values())}, schema=schema)
    parts = tickets.join(merged, on="ticket_id", how="left").with_columns(group_id=pl.coalesce("group_id", "ticket_id"))
    parts = parts.with_columns(is_survivor=pl.col("ticket_id") == pl.col("group_id"))
    parts = parts.join(flagged, on="group_id", how="anti").join(tickets.select(group_id="ticket_id"), on="group_id", how="semi")
    opening = (
        parts.join(merged.select("group_id").unique(), on="group_id", how="semi")
        .sort(["created_at", "is_survivor", "ticket_id"], descending=[False, True, False])
        .group_by("group_id")
        .agg(
            pl.col("created_at").first().alias("opened_at"),
            pl.col("initiated_by").first().alias("opened_by"),
            opened=pl.lit(True),
        )
    )
    by = pl.when("opened").then("opened_by").otherwise("initiated_by").fill_null("customer")
    return parts.join(opening, on="group_id", how="left").select(
        "ticket_id", "group_id", "is_survivor", created_at=pl.coalesce("opened_at", "created_at"), is_inbound=by == "customer"
    )


def _by_person(name: str, bots: list[str]) -> Any:
    """The condition that an agent is none of the bots; an unknown one is a person."""
    import polars as pl

    return ~pl.col(name).is_in(bots).fill_null(False)


def _said(rows: dict[str, Frame], members: Frame, bots: list[str]) -> Frame:
    """What customers and people wrote, with the contact (root) it was part of."""
    import polars as pl

    agent = pl.col("author_type") == "agent"
    roots = rows["interactions"].select("interaction_id", root="root_interaction_id")
    return (
        rows["messages"]
        .filter((agent & _by_person("author_id", bots)) | (pl.col("author_type") == "customer"))
        .join(members.select("ticket_id", "group_id"), on="ticket_id")
        .join(roots, on="interaction_id", how="left")
        .select(
            "group_id",
            session_id=pl.coalesce("root", "interaction_id"),
            is_agent=agent,
            is_said=pl.col("is_public") & ~pl.col("is_auto"),
            at="occurred_at",
        )
    )


def _talks(legs: Frame, members: Frame, bots: list[str]) -> Frame:
    """Calls and chats on tickets: when the customer came, and when a person answered."""
    import polars as pl

    return legs.join(members.select("ticket_id", "group_id"), on="ticket_id").select(
        "group_id",
        session_id=pl.coalesce("root_interaction_id", "interaction_id"),
        is_inbound=pl.col("direction") == "inbound",
        began_at=pl.coalesce("queued_at", "started_at"),
        answered_at=pl.when(_by_person("agent_id", bots)).then("answered_at"),
    )


def _turns(events: Frame, members: Frame) -> Frame:
    """Solves and reopenings in turn, each with the next and the one before the last."""
    import polars as pl

    done = pl.col("value").is_in(["solved", "closed"])
    steps = (
        events.filter(pl.col("field") == "status")
        .join(members.filter("is_survivor"), on="ticket_id")
        .sort(["group_id", *_IN_ORDER])
        .with_columns(
            is_done=done,
            was_done=done.shift(1).over("group_id").fill_null(False),
            at=pl.max_horizontal("occurred_at", "created_at"),
        )
    )
    turns = steps.filter(pl.col("is_done") != pl.col("was_done"))
    at = pl.col("at")
    return turns.select(
        "group_id", "is_inbound", "created_at", "occurred_at", "is_done", "at",
        next_at=at.shift(-1).over("group_id"), before_at=at.shift(2).over("group_id"),
    )  # fmt: skip


def _touches(said: Frame, talks: Frame, events: Frame, members: Frame, bots: list[str]) -> Frame:
    """When a person first worked on each ticket."""
    import polars as pl

    changes = events.filter((pl.col("actor_type") == "agent") & _by_person("actor_id", bots)).join(members, on="ticket_id")
    work = [
        said.filter("is_agent").select("group_id", "at"),
        talks.select("group_id", at="answered_at").drop_nulls(),
        changes.select("group_id", at=pl.max_horizontal("occurred_at", "created_at")),
    ]
    return pl.concat(work).group_by("group_id").agg(first_touch_at=pl.col("at").min())


def _contacts(legs: Frame, weeks: Weeks) -> Frame:
    """Inbound calls and chats that waited for a person and whose outcome is known."""
    import polars as pl

    running = (pl.col("outcome") == "in_progress") & pl.col("answered_at").is_not_null()
    left = pl.coalesce("ended_at", "queued_at", "started_at")
    wait = pl.coalesce("answered_at", "ended_at") - pl.col("queued_at")
    whole = (
        legs.with_columns(root_id=pl.coalesce("root_interaction_id", "interaction_id"))
        .with_columns(outcome=pl.when(running).then(pl.lit("answered")).otherwise("outcome"), wait_s=wait)
        .with_columns(decided_at=pl.when(pl.col("outcome") == "answered").then(pl.coalesce("answered_at", left)).otherwise(left))
        .sort(["started_at", "interaction_id"])
        .group_by("root_id", maintain_order=True)
        .agg(
            pl.col("direction").first(),
            pl.col("outcome").last(),
            pl.col("decided_at").last(),
            pl.col("queued_at").min(),
            pl.col("wait_s").sum(),
            is_unknown=(pl.col("queued_at").is_not_null() & pl.col("wait_s").is_null()).any(),
        )
    )
    offered = pl.col("outcome").is_in(["answered", "abandoned", "callback_requested", "missed"])
    kept = (pl.col("direction") == "inbound") & pl.col("queued_at").is_not_null() & (pl.col("decided_at") < weeks.as_of) & offered
    return whole.filter(kept).with_columns(week=_week("queued_at", weeks), wait_s=pl.when(~pl.col("is_unknown")).then("wait_s"))


def _counted(frame: Frame, name: str, weeks: Weeks) -> Frame:
    """How many instants of a column lie in each week."""
    import polars as pl

    return frame.select(week=_week(name, weeks)).drop_nulls().group_by("week").agg(value=pl.len().cast(pl.Int64))


def _share(frame: Frame, condition: Any) -> Frame:
    return frame.group_by("week").agg(value=condition.mean())


def _created(s: dict[str, Frame], weeks: Weeks) -> Frame:
    return _counted(s["groups"].filter("is_inbound"), "created_at", weeks)


def _solved(s: dict[str, Frame], weeks: Weeks) -> Frame:
    return _counted(s["held"], "at", weeks)


def _backlog(s: dict[str, Frame], weeks: Weeks) -> Frame:
    import polars as pl

    went = _counted(s["solves"], "at", weeks).with_columns(value=-pl.col("value"))
    flow = [_counted(s["groups"], "created_at", weeks), _counted(s["solves"], "next_at", weeks), went]
    all_weeks = pl.DataFrame(
        {"week": range(weeks.count), "value": [0] * weeks.count}, schema={"week": pl.Int64, "value": pl.Int64}
    )
    net = pl.concat([all_weeks, *flow]).group_by("week").agg(pl.col("value").sum()).sort("week")
    return net.with_columns(value=pl.col("value").cum_sum())


def _first_response(s: dict[str, Frame], weeks: Weeks) -> Frame:
    import polars as pl

    public, came = s["said"].filter("is_said"), s["talks"].filter("is_inbound")
    contacts = [public.filter(~pl.col("is_agent")).select("group_id", "at"), came.select("group_id", at="began_at")]
    answers = [public.filter("is_agent").select("group_id", "at"), came.select("group_id", at="answered_at").drop_nulls()]
    inbound = s["groups"].filter("is_inbound").select("group_id")
    first = pl.concat(contacts).join(inbound, on="group_id", how="semi").group_by("group_id").agg(contact_at=pl.col("at").min())
    found = (
        pl.concat(answers)
        .join(first, on="group_id")
        .filter(pl.col("at") >= pl.col("contact_at"))
        .group_by("group_id")
        .agg(pl.col("at").min(), pl.col("contact_at").first())
    )
    return found.with_columns(week=_week("at", weeks)).group_by("week").agg(value=(pl.col("at") - pl.col("contact_at")).median())


def _resolution(s: dict[str, Frame], _: Weeks) -> Frame:
    import polars as pl

    seconds = pl.col("occurred_at") - pl.col("created_at")
    return s["handled"].filter(seconds >= 0).group_by("week").agg(value=seconds.median())


def _one_touch(s: dict[str, Frame], _: Weeks) -> Frame:
    import polars as pl

    written = s["said"].filter(pl.col("is_said") & pl.col("is_agent"))
    talks = s["talks"].select("group_id", "session_id", at="answered_at").drop_nulls("at")
    in_session = pl.concat([written.drop_nulls("session_id").select("group_id", "session_id", "at"), talks])
    sessions = in_session.group_by("group_id", "session_id").agg(pl.col("at").min())
    replies = pl.concat(
        [written.filter(pl.col("session_id").is_null()).select("group_id", "at"), sessions.select("group_id", "at")]
    )
    handled = s["handled"].select("group_id", "at", "week").with_row_index("solve")
    pairs = handled.join(replies.rename({"at": "replied_at"}), on="group_id").filter(pl.col("replied_at") <= pl.col("at"))
    counted = handled.join(pairs.group_by("solve").agg(replies=pl.len()), on="solve", how="left")
    return _share(counted, pl.col("replies").fill_null(0) == 1)


def _reopened(s: dict[str, Frame], weeks: Weeks) -> Frame:
    import polars as pl

    first = pl.col("before_at").is_null() | (_week("before_at", weeks) < pl.col("week"))
    of = s["solves"].filter(pl.col("is_inbound") & first & (pl.col("at") + _WINDOW_S < weeks.as_of))
    return _share(of, (pl.col("next_at") <= pl.col("at") + _WINDOW_S).fill_null(False))


def _csat(s: dict[str, Frame], weeks: Weeks) -> Frame:
    import polars as pl

    asked = s["invitations"].filter(kind="csat", scope="transactional", delivery="delivered").select("invitation_id")
    answers = (
        s["answers"]
        .join(asked, on="invitation_id", how="semi")
        .filter(pl.col("value_num").is_in([1.0, 2.0, 3.0, 4.0, 5.0]))
        .sort("answered_at", "answer_id")
        .with_columns(next_at=pl.col("answered_at").shift(-1).over("invitation_id"))
        .with_columns(week=_week("answered_at", weeks), replaced_in=_week("next_at", weeks))
    )
    kept = pl.col("replaced_in").is_null() | (pl.col("replaced_in") > pl.col("week"))
    return _share(answers.filter(kept), pl.col("value_num") >= 4)


def _abandoned(s: dict[str, Frame], _: Weeks) -> Frame:
    import polars as pl

    return _share(s["contacts"], pl.col("outcome") == "abandoned")


def _served(s: dict[str, Frame], _: Weeks) -> Frame:
    import polars as pl

    return _share(s["contacts"].filter(pl.col("wait_s") >= 0), (pl.col("outcome") == "answered") & (pl.col("wait_s") <= 20))


_QUESTIONS: dict[str, Callable[[dict[str, Frame], Weeks], Frame]] = {
    "tickets_created": _created,
    "tickets_solved": _solved,
    "backlog": _backlog,
    "first_response_time": _first_response,
    "resolution_time": _resolution,
    "one_touch_resolution_rate": _one_touch,
    "reopen_rate": _reopened,
    "csat": _csat,
    "abandonment_rate": _abandoned,
    "service_level": _served,
}

POLARS = Peer("Polars", _measure, lambda: "" if find_spec("polars") else "Polars is not installed")
