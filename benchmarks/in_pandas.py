"""The ten metrics in pandas, over the columns of the canonical rows that they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ten import COLUMNS, Answers, Peer, Weeks

from ground import Spent, timed

__all__ = ["PANDAS"]

_WINDOW_S = 7 * 86400
_FLAGS = ["is_spam", "is_test", "is_deleted"]
_IN_ORDER = ["occurred_at", "seq", "event_id"]
Frame = Any


def _measure(folder: Path, weeks: Weeks) -> tuple[Answers, Mapping[str, Spent]]:
    import_module("pandas")  # so that no time of ours or theirs is that of starting a library
    load, rows = timed(lambda: _load(folder))
    prepare, steps = timed(lambda: _prepare(rows, weeks))
    questions, answers = timed(lambda: {name: _by_week(ask(steps, weeks)) for name, ask in _QUESTIONS.items()})
    return answers, {"load": load, "prepare": prepare, "questions": questions}


def _by_week(values: Any) -> dict[int, float]:
    return {int(week): float(value) for week, value in values.dropna().items() if week >= 0}


def _load(folder: Path) -> dict[str, Frame]:
    """The columns needed; instants as epoch seconds, unknown ones as null."""
    import pandas as pd

    rows = {}
    for table, names in COLUMNS.items():
        frame = pd.read_parquet(folder / f"{table}.parquet", columns=list(names))
        for name in frame.columns:
            if name.endswith("_at"):
                seconds = frame[name].astype("datetime64[s]")
                frame[name] = seconds.astype("int64").astype("float64").where(seconds.notna())
        rows[table] = frame
    return rows


def _prepare(rows: dict[str, Frame], weeks: Weeks) -> dict[str, Frame]:
    """What several questions share: tickets that count, what was said, calls, solves, contacts."""
    agents = rows["agents"]
    bots = set(agents.agent_id[agents.kind == "bot"])
    events = rows["ticket_events"].sort_values(_IN_ORDER)
    members = _members(rows["tickets"], events)
    said, talks = _said(rows, members, bots), _talks(rows["interactions"], members, bots)
    turns = _turns(events, members)
    solves = turns[turns.is_done].assign(week=lambda f: _week(f["at"], weeks), reopened_in=lambda f: _week(f.next_at, weeks))
    work = [said[said.is_agent][["group_id", "at"]], talks[["group_id", "answered_at"]].rename(columns={"answered_at": "at"})]
    touched = _touches(work, events, members, bots).rename("first_touch_at")
    held = solves[solves.is_inbound & (solves.next_at.isna() | (solves.reopened_in > solves.week))].join(touched, on="group_id")
    handled = held[_week(held.first_touch_at, weeks).between(0, held.week)]
    return {
        "groups": members[members.is_survivor],
        "said": said,
        "talks": talks,
        "solves": solves,
        "held": held,
        "handled": handled,
        "contacts": _contacts(rows["interactions"], weeks),
        "invitations": rows["survey_invitations"],
        "answers": rows["survey_answers"],
    }


def _week(at: Frame, weeks: Weeks) -> Frame:
    """The number of the week of instants; -1 where there is none."""
    import numpy as np
    import pandas as pd

    number = np.searchsorted(np.array(weeks.bounds), at.to_numpy(), side="right") - 1
    return pd.Series(np.where(at.isna(), -1, number), index=at.index)


def _members(tickets: Frame, events: Frame) -> Frame:
    """Tickets that count, with the group they were merged into."""
    flags = events[events.field.isin(_FLAGS)].groupby(["ticket_id", "field"]).value.last()
    flagged = set(flags[flags == "true"].index.get_level_values("ticket_id"))
    into = events[events.field == "merged_into"].groupby("ticket_id").value.last()
    while (further := into.map(into)).notna().any():
        into = further.fillna(into)
    parts = tickets.assign(group_id=tickets.ticket_id.map(into).fillna(tickets.ticket_id))
    parts["is_survivor"] = parts.ticket_id == parts.group_id
    parts["by_customer"] = parts.initiated_by.fillna("customer") == "customer"
    parts = parts[~parts.group_id.isin(flagged) & parts.group_id.isin(tickets.ticket_id)]
    several = parts.group_id.duplicated(keep=False)
    merged = parts[several].sort_values(["created_at", "is_survivor", "ticket_id"], ascending=[True, False, True])
    opening = merged.groupby("group_id").agg(created_at=("created_at", "first"), by_customer=("by_customer", "first"))
    parts.loc[several, "created_at"] = parts.group_id[several].map(opening.created_at)
    parts.loc[several, "by_customer"] = parts.group_id[several].map(opening.by_customer).astype(bool)
    return parts.rename(columns={"by_customer": "is_inbound"})[
        ["ticket_id", "group_id", "created_at", "is_inbound", "is_survivor"]
    ]


def _said(rows: dict[str, Frame], members: Frame, bots: set[str]) -> Frame:
    """What customers and people wrote, with the contact (root) it was part of."""
    messages, legs = rows["messages"], rows["interactions"]
    by_person = (messages.author_type == "agent") & ~messages.author_id.isin(bots)
    said = messages[by_person | (messages.author_type == "customer")]
    said = said.merge(members[["ticket_id", "group_id"]], on="ticket_id")
    roots = legs.set_index("interaction_id").root_interaction_id
    said["session_id"] = said.interaction_id.map(roots).fillna(said.interaction_id)
    said["is_agent"] = said.author_type == "agent"
    said["is_said"] = said.is_public & ~said.is_auto
    return said.rename(columns={"occurred_at": "at"})[["group_id", "session_id", "is_agent", "is_said", "at"]]


def _talks(legs: Frame, members: Frame, bots: set[str]) -> Frame:
    """Calls and chats on tickets: when the customer came, and when a person answered."""
    talks = legs.merge(members[["ticket_id", "group_id"]], on="ticket_id")
    talks["session_id"] = talks.root_interaction_id.fillna(talks.interaction_id)
    talks["began_at"] = talks.queued_at.fillna(talks.started_at)
    talks["answered_at"] = talks.answered_at.where(~talks.agent_id.isin(bots))
    talks["is_inbound"] = talks.direction == "inbound"
    return talks[["group_id", "session_id", "is_inbound", "began_at", "answered_at"]]


def _turns(events: Frame, members: Frame) -> Frame:
    """Solves and reopenings in turn, each with the next and the one before the last."""
    survivors = members[members.is_survivor].drop(columns="is_survivor")
    steps = events[events.field == "status"].merge(survivors, on="ticket_id").sort_values(["group_id", *_IN_ORDER])
    steps["is_done"] = steps.value.isin(["solved", "closed"])
    was_done = steps.groupby("group_id").is_done.shift(1, fill_value=False)
    turns = steps[steps.is_done != was_done].copy()
    turns["at"] = turns[["occurred_at", "created_at"]].max(axis=1)
    by_group = turns.groupby("group_id")["at"]
    turns["next_at"], turns["before_at"] = by_group.shift(-1), by_group.shift(2)
    return turns[["group_id", "is_inbound", "created_at", "occurred_at", "is_done", "at", "next_at", "before_at"]]


def _touches(work: list[Frame], events: Frame, members: Frame, bots: set[str]) -> Any:
    """When a person first worked on each ticket."""
    import pandas as pd

    changes = events[(events.actor_type == "agent") & ~events.actor_id.isin(bots)]
    changes = changes.merge(members[["ticket_id", "group_id", "created_at"]], on="ticket_id")
    changes["at"] = changes[["occurred_at", "created_at"]].max(axis=1)
    return pd.concat([*work, changes[["group_id", "at"]]]).groupby("group_id")["at"].min()


def _contacts(legs: Frame, weeks: Weeks) -> Frame:
    """Inbound calls and chats that waited for a person and whose outcome is known."""
    legs = legs.assign(root_id=legs.root_interaction_id.fillna(legs.interaction_id)).sort_values(["started_at", "interaction_id"])
    running = (legs.outcome == "in_progress") & legs.answered_at.notna()
    legs["outcome"] = legs.outcome.mask(running, "answered")
    left = legs.ended_at.fillna(legs.queued_at).fillna(legs.started_at)
    legs["decided_at"] = left.mask(legs.outcome == "answered", legs.answered_at.fillna(left))
    legs["wait_s"] = legs.answered_at.fillna(legs.ended_at) - legs.queued_at
    legs["is_unknown"] = legs.queued_at.notna() & legs.wait_s.isna()
    by_root = legs.groupby("root_id")
    whole = by_root.agg(
        direction=("direction", "first"),
        queued_at=("queued_at", "min"),
        wait_s=("wait_s", "sum"),
        is_unknown=("is_unknown", "any"),
    )
    last = legs.drop_duplicates("root_id", keep="last").set_index("root_id")
    whole = whole.join(last[["outcome", "decided_at"]])
    whole["wait_s"] = whole.wait_s.mask(whole.is_unknown)
    offered = whole.outcome.isin(["answered", "abandoned", "callback_requested", "missed"])
    kept = (whole.direction == "inbound") & whole.queued_at.notna() & (whole.decided_at < weeks.as_of) & offered
    return whole[kept].assign(week=lambda f: _week(f.queued_at, weeks))


def _created(s: dict[str, Frame], weeks: Weeks) -> Any:
    return _week(s["groups"][s["groups"].is_inbound].created_at, weeks).value_counts()


def _solved(s: dict[str, Frame], _: Weeks) -> Any:
    return s["held"].groupby("week").size()


def _backlog(s: dict[str, Frame], weeks: Weeks) -> Any:
    ins = [_week(s["groups"].created_at, weeks), _week(s["solves"].next_at.dropna(), weeks)]
    came, went = sum(_full(one, weeks) for one in ins), _full(s["solves"].week, weeks)
    return (came - went).cumsum()


def _full(numbers: Any, weeks: Weeks) -> Any:
    return numbers.value_counts().reindex(range(weeks.count), fill_value=0)


def _first_response(s: dict[str, Frame], weeks: Weeks) -> Any:
    import pandas as pd

    said, talks = s["said"], s["talks"]
    public, came = said[said.is_said], talks[talks.is_inbound]
    contacts = pd.concat(
        [public[~public.is_agent][["group_id", "at"]], came[["group_id", "began_at"]].set_axis(["group_id", "at"], axis=1)]
    )
    answers = pd.concat(
        [public[public.is_agent][["group_id", "at"]], came[["group_id", "answered_at"]].set_axis(["group_id", "at"], axis=1)]
    )
    groups = s["groups"]
    first = (
        contacts[contacts.group_id.isin(groups.group_id[groups.is_inbound])].groupby("group_id")["at"].min().rename("contact_at")
    )
    answers = answers.dropna().join(first, on="group_id", how="inner")
    found = (
        answers[answers["at"] >= answers.contact_at].groupby("group_id").agg(at=("at", "min"), contact_at=("contact_at", "first"))
    )
    return (found["at"] - found.contact_at).groupby(_week(found["at"], weeks)).median()


def _resolution(s: dict[str, Frame], _: Weeks) -> Any:
    handled = s["handled"]
    seconds = handled.occurred_at - handled.created_at
    return seconds[seconds >= 0].groupby(handled.week).median()


def _one_touch(s: dict[str, Frame], _: Weeks) -> Any:
    import pandas as pd

    written = s["said"][s["said"].is_said & s["said"].is_agent]
    talks = s["talks"].dropna(subset="answered_at").drop(columns="began_at").rename(columns={"answered_at": "at"})
    in_session = pd.concat([written.dropna(subset="session_id"), talks])
    sessions = in_session.groupby(["group_id", "session_id"], as_index=False)["at"].min()
    replies = pd.concat([written[written.session_id.isna()][["group_id", "at"]], sessions[["group_id", "at"]]])
    handled = s["handled"].reset_index(drop=True)
    pairs = handled[["group_id", "at"]].reset_index().merge(replies, on="group_id", suffixes=("", "_reply"))
    counts = pairs[pairs.at_reply <= pairs["at"]].groupby("index").size()
    return (handled.index.map(counts).to_series(index=handled.index) == 1).groupby(handled.week).mean()


def _reopened(s: dict[str, Frame], weeks: Weeks) -> Any:
    solves = s["solves"]
    first = solves.before_at.isna() | (_week(solves.before_at, weeks) < solves.week)
    of = solves[solves.is_inbound & first & (solves["at"] + _WINDOW_S < weeks.as_of)]
    return (of.next_at <= of["at"] + _WINDOW_S).groupby(of.week).mean()


def _csat(s: dict[str, Frame], weeks: Weeks) -> Any:
    asked = s["invitations"]
    asked = asked[(asked.kind == "csat") & (asked.scope == "transactional") & (asked.delivery == "delivered")]
    answers = s["answers"].merge(asked[["invitation_id"]], on="invitation_id")
    answers = answers[answers.value_num.isin([1, 2, 3, 4, 5])].sort_values(["answered_at", "answer_id"])
    week, replaced_in = _week(answers.answered_at, weeks), _week(answers.groupby("invitation_id").answered_at.shift(-1), weeks)
    kept = (replaced_in < 0) | (replaced_in > week)
    return (answers.value_num[kept] >= 4).groupby(week).mean()


def _abandoned(s: dict[str, Frame], _: Weeks) -> Any:
    return (s["contacts"].outcome == "abandoned").groupby(s["contacts"].week).mean()


def _served(s: dict[str, Frame], _: Weeks) -> Any:
    known = s["contacts"][s["contacts"].wait_s >= 0]
    return ((known.outcome == "answered") & (known.wait_s <= 20)).groupby(known.week).mean()


_QUESTIONS: dict[str, Callable[[dict[str, Frame], Weeks], Any]] = {
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

PANDAS = Peer("pandas", _measure, lambda: "" if find_spec("pandas") else "pandas is not installed")
