"""What a source covers and can supply: from when to when it is loaded, and its capabilities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from servicemeter.engines.engine import Engine
from servicemeter.ground.clock import epoch, local_day, local_midnight, moment, zone
from servicemeter.ground.phrases import phrase
from servicemeter.model.rows import Delivery
from servicemeter.model.tables import TABLES

__all__ = ["capabilities_of", "loaded_through", "note_coverage"]

_OWN = "servicemeter"
_DAY = timedelta(days=1)
_SPANS = ("valid_from", "valid_to", "recorded_at", "source_updated_at", "deleted_at")
_DERIVED = (
    ("status_history", "ticket_events", "field = 'status'"),
    ("assignment_history", "ticket_events", "field in ('assignee_id', 'team_id')"),
    ("complaint_flag", "ticket_events", "field = 'is_complaint'"),
    ("auto_flag", "messages", "is_auto"),
    ("update_ids", "messages", "update_id is not null"),
    ("handle_times", "interactions", "talk_s is not null"),
    ("intercept_surveys", "survey_invitations", "kind = 'intent'"),
    ("customer_identity", "tickets", "customer_id is not null"),
    ("customer_identity", "interactions", "customer_id is not null"),
)


def note_coverage(
    engine: Engine, delivery: Delivery, relations: Mapping[str, str], recorded_at: datetime, *, is_piece: bool = False
) -> list[str]:
    """Widen what the sources cover by what has come, and set the reporting zone of an empty book.

    Sources that came as rows of `sources` say it themselves; a piece of a longer pull covers only what it states. What is dated
    more than a day after `recorded_at` (naive UTC) says nothing of it. Returns remarks for the user.
    """
    remarks = _settle_zone(engine, delivery, recorded_at)
    if "sources" in relations:
        return remarks
    if is_piece:
        stated = set(delivery.capabilities or ())
        _widen(engine, delivery.source, delivery.loaded_from, delivery.loaded_through, stated, recorded_at)
        return remarks
    tz = delivery.tz or _said_zone(engine) or "UTC"
    latest = recorded_at + _DAY
    first, last = _first_and_last(engine, relations, latest)
    since = delivery.loaded_from or (moment(local_midnight(local_day(epoch(first), tz), tz)) if first else None)
    through = delivery.loaded_through or (last + timedelta(seconds=1) if last else None)
    capabilities = _supplied(engine, relations) if delivery.capabilities is None else set(delivery.capabilities)
    _widen(engine, delivery.source, since, through, capabilities, recorded_at)
    if delivery.loaded_through:
        return remarks + _beyond(engine, delivery, relations, tz)
    return remarks + _begun(engine, delivery, tz) + _to_come(engine, relations, latest)


def loaded_through(engine: Engine, source: str) -> datetime | None:
    """Up to when a source is loaded (naive UTC), or None."""
    rows = engine.rows(f"select loaded_through from sources where source = {engine.dialect.literal(source)}")
    return rows[0][0] if rows else None


def _beyond(engine: Engine, delivery: Delivery, relations: Mapping[str, str], tz: str) -> list[str]:
    """What came of a time after that until which it is complete, and that more was covered before."""
    through = _aware(loaded_through(engine, delivery.source))
    if through is None or delivery.loaded_through is None:
        return []
    at = f"{moment(epoch(through), tz):%Y-%m-%d %H:%M}"
    remarks = []
    if through > delivery.loaded_through:
        remarks.append(
            phrase(
                f"{delivery.source} was complete until {at} before, and stays so. If an earlier file said that by mistake, take "
                "it back (undo) and import both again."
            )
        )
    if count := _count_from(engine, relations, _naive(through)):
        remarks.append(phrase(f"Rows from {at} on: {count:,}. They are kept, and count once a later file reaches them."))
    return remarks


def _to_come(engine: Engine, relations: Mapping[str, str], latest: datetime) -> list[str]:
    """What came of a time after the load itself, and so does not say until when the source is loaded."""
    count = _count_from(engine, relations, latest)
    if not count:
        return []
    return [
        phrase(
            f"Rows of a time to come: {count:,}. They are kept and not counted. Correct their dates (a year, or day and month "
            "the wrong way round) and load them again."
        )
    ]


def _count_from(engine: Engine, relations: Mapping[str, str], instant: datetime | None) -> int:
    """How many of the rows that have come begin at an instant or later."""
    moments = [(relation, TABLES[name].moment) for name, relation in relations.items() if name != "customers"]
    literal = engine.dialect.literal(instant)
    return sum(
        int(engine.rows(f"select count(*) from {relation} where {column} >= {literal}")[0][0])
        for relation, column in moments
        if column is not None
    )


def _begun(engine: Engine, delivery: Delivery, tz: str) -> list[str]:
    """That an export of tickets as they are tells of a month in which it has no ticket: that month would be all but empty."""
    through = _aware(loaded_through(engine, delivery.source))
    if through is None or "last_solves" not in (delivery.capabilities or ()):
        return []
    source = engine.dialect.literal(delivery.source)
    [(newest,)] = engine.rows(f"select max(created_at) from tickets where source = {source}")
    if newest is None:
        return []
    created, last = (local_day(epoch(at), tz) for at in (newest.replace(tzinfo=UTC), through - timedelta(seconds=1)))
    following = (created.replace(day=1) + timedelta(days=31)).replace(day=1)
    if last < following:
        return []
    return [
        phrase(
            f"The newest ticket is of {created}, yet the file tells of {last}: that month has no new tickets. Was it exported "
            f"for tickets created until a certain day? Take it back (undo) and import it with --through {following - _DAY}."
        )
    ]


def capabilities_of(engine: Engine) -> dict[str, frozenset[str] | None]:
    """What each source can supply; None of one that says nothing about it: everything."""
    found = engine.rows("select source, capabilities from sources")
    return {source: frozenset(said.split(",")) if said else None for source, said in found}


def _settle_zone(engine: Engine, delivery: Delivery, recorded_at: datetime) -> list[str]:
    """An empty book takes its reporting zone from the first import.

    `BadSettings` for a name that is no zone: nothing could be asked any more.
    """
    held = _said_zone(engine)
    if held is not None:
        zone(held)
        return []
    literal = engine.dialect.literal
    tz = delivery.tz or "UTC"
    engine.run(
        f"insert into settings (source, recorded_at, name, value) values ('{_OWN}', {literal(recorded_at)}, 'report_tz', "
        f"{literal(tz)})"
    )
    return [phrase(f"Days and weeks are counted in {tz} (report_tz), taken from this first import.")]


def _said_zone(engine: Engine) -> str | None:
    """The reporting zone: of several that were said the last one."""
    said = engine.rows("select value from settings where name = 'report_tz' order by recorded_at, source")
    return str(said[-1][0]) if said else None


def _first_and_last(engine: Engine, relations: Mapping[str, str], latest: datetime) -> tuple[datetime | None, datetime | None]:
    """The first moment and the last instant before `latest` (naive UTC) of the facts that have come (aware)."""
    before = f"< {engine.dialect.literal(latest)}"
    firsts, lasts = [], []
    for name, relation in relations.items():
        table = TABLES[name]
        if table.moment is None or name == "customers":
            continue
        instants = [c.name for c in table.columns if c.kind == "ts" and c.name not in _SPANS]
        ends = ", ".join(f"max(case when {c} {before} then {c} end)" for c in instants)
        begins = f"min(case when {table.moment} {before} then {table.moment} end)"
        [(first, *last)] = engine.rows(f"select {begins}, {ends} from {relation}")
        firsts.append(first)
        lasts += last
    known_first = [f.replace(tzinfo=UTC) for f in firsts if f is not None]
    known_last = [t.replace(tzinfo=UTC) for t in lasts if t is not None]
    return min(known_first, default=None), max(known_last, default=None)


def _supplied(engine: Engine, relations: Mapping[str, str]) -> set[str]:
    """The capabilities that the tables which have come give."""
    found = {TABLES[name].capability or "" for name in relations} - {"", "status_history"}
    for capability, table, condition in _DERIVED:
        if table in relations and engine.rows(f"select 1 from {relations[table]} where {condition} limit 1"):
            found.add(capability)
    if "business_calendars" in relations:
        found.add("calendars")
    return found


def _widen(
    engine: Engine,
    source: str,
    since: datetime | None,
    through: datetime | None,
    capabilities: set[str],
    recorded_at: datetime,
) -> None:
    """Join new coverage and capabilities to what the source had."""
    literal = engine.dialect.literal
    held = engine.rows(f"select loaded_from, loaded_through, capabilities from sources where source = {literal(source)}")
    for old_since, old_through, old_capabilities in held:
        since = min((t for t in (since, _aware(old_since)) if t), default=None)
        through = max((t for t in (through, _aware(old_through)) if t), default=None)
        capabilities = capabilities | set(filter(None, (old_capabilities or "").split(",")))
    if not held and since is None and through is None and not capabilities:
        return
    values = ", ".join(
        literal(v) for v in (source, recorded_at, _naive(since), _naive(through), ",".join(sorted(capabilities)) or None)
    )
    engine.run(f"delete from sources where source = {literal(source)}")
    engine.run(f"insert into sources (source, recorded_at, loaded_from, loaded_through, capabilities) values ({values})")


def _aware(instant: datetime | None) -> datetime | None:
    return instant.replace(tzinfo=UTC) if instant else None


def _naive(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC).replace(tzinfo=None) if instant else None
