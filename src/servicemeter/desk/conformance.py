"""Conformance: case files (rows → questions → exact answers) through the same path as any import."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from servicemeter.analysis import intervals
from servicemeter.desk.cases import read_cases
from servicemeter.desk.desk import Desk
from servicemeter.ground.clock import (
    Calendar,
    WeeklyHours,
    due_at,
    epoch,
    instant,
    open_seconds,
    parse_hours,
    period_names,
)
from servicemeter.ground.errors import BadCase, BadQuestion, ServicemeterError, UnknownMetric
from servicemeter.metrics.catalog import all_metrics
from servicemeter.model.question import Filter, Question
from servicemeter.model.rows import Batch, arrow_type
from servicemeter.model.tables import TABLES, Column

__all__ = ["Outcome", "question_of", "run_file"]


@dataclass(frozen=True)
class Outcome:
    """What came of one question or function of a case: `pass`, `differs` or `not yet`."""

    case: str
    asked: str
    result: str
    details: str = ""


def run_file(path: Path, open_desk: Callable[[], Desk], only: Collection[str] = ()) -> Iterator[Outcome]:
    """Run every case of a file (or `only` those), each in a desk of its own that `open_desk` makes; one outcome a question."""
    content = read_cases(path)
    for case in content["cases"]:
        if only and str(case.get("id")) not in only:
            continue
        settings = _join(content.get("settings") or {}, case.get("settings") or {})
        yield from _run_case(case, settings, open_desk)


def _join(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    joined = {**defaults, **own}
    joined["calendars"] = {**(defaults.get("calendars") or {}), **(own.get("calendars") or {})}
    return joined


def _run_case(case: Mapping[str, Any], settings: Mapping[str, Any], open_desk: Callable[[], Desk]) -> Iterator[Outcome]:
    name = str(case.get("id", "?"))
    asks = case.get("asks") or []
    if any(ask["metric"] in all_metrics() for ask in asks):
        with open_desk() as desk:
            try:
                desk.take(_Rows(case, settings), now=datetime.now().astimezone())
            except (BadCase, BadQuestion) as error:
                raise BadCase(f"Case {name}: {error}") from error
            for ask in asks:
                yield _run_ask(desk, name, ask)
    else:
        for ask in asks:
            yield Outcome(name, str(ask["metric"]), "not yet")
    for function in case.get("functions") or []:
        for row in function["rows"]:
            yield _run_function(name, function["kind"], row, settings)


def _run_ask(desk: Desk, case: str, ask: Mapping[str, Any]) -> Outcome:
    asked = " ".join(str(part) for part in (ask["metric"], ask.get("params") or "", ask.get("by") or "") if part)
    try:
        answer = desk.measure(question_of(ask))
    except UnknownMetric:
        return Outcome(case, asked, "not yet")
    except ServicemeterError as error:
        return Outcome(case, asked, "differs", str(error))
    wrong = list(_compare(ask, answer.rows))
    return Outcome(case, asked, "differs" if wrong else "pass", "; ".join(wrong))


def question_of(ask: Mapping[str, Any]) -> Question:
    """A question from the keys of the case format (also those of the API's JSON)."""
    where = tuple(Filter(str(w["dimension"]), tuple(map(str, w["values"])), bool(w.get("not"))) for w in ask.get("where") or [])
    return Question(
        str(ask["metric"]),
        since=_day(ask.get("from")),
        until=_day(ask.get("to")),
        moment=_instant(ask.get("at")),
        grain=ask.get("grain"),
        by=tuple(ask.get("by") or ()),
        where=where,
        as_of=_instant(ask.get("as_of")),
        known_at=_instant((ask.get("params") or {}).get("known_at") or ask.get("known_at")),
        params={k: v for k, v in (ask.get("params") or {}).items() if k != "known_at"},
    )


def _day(value: Any) -> date | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise BadQuestion(f"{value!r} is no date; write it as 2026-03-31.") from None


def _instant(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return instant(str(value))


def _compare(ask: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    if "expect_rows" not in ask:
        if len(rows) != 1:
            yield f"{len(rows)} rows instead of one"
            return
        yield from _differences(ask["expect"], rows[0])
        return
    keys = ["period_start", *(ask.get("by") or ()), "channel", "reason", "intent"]
    left = list(rows)
    for expected in ask["expect_rows"]:
        names = [k for k in keys if k in expected]
        found = [r for r in left if all(str(r.get(k)) == str(expected[k]) for k in names)]
        if not found:
            if not _is_empty(expected):
                yield f"no row {expected}"
            continue
        left.remove(found[0])
        yield from _differences(expected, found[0], names)
    for row in left:
        if not _is_empty(row):
            yield f"a row too many: { ({k: row[k] for k in (*keys, 'value', 'n') if k in row}) }"


def _is_empty(row: Mapping[str, Any]) -> bool:
    return not row.get("n") and not row.get("value")


def _differences(expected: Mapping[str, Any], row: Mapping[str, Any], but: list[str] | None = None) -> Iterator[str]:
    for name, value in expected.items():
        if name in (but or ()):
            continue
        if name not in row:
            yield f"{name} is missing, expected {value}"
        elif not _equal(value, row[name]):
            yield f"{name} is {row[name]}, expected {value}"


def _equal(expected: Any, got: Any) -> bool:
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return all(k in got and _equal(v, got[k]) for k, v in expected.items())
    if isinstance(expected, list) and isinstance(got, list | tuple):
        return len(expected) == len(got) and all(_equal(e, g) for e, g in zip(expected, got, strict=True))
    if isinstance(expected, bool) or isinstance(got, bool) or expected is None or got is None:
        return expected is got or expected == got
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return abs(expected - got) <= max(1e-9, 1e-6 * max(abs(expected), abs(got)))
    if isinstance(got, datetime):
        return epoch(instant(str(expected))) == epoch(got)
    return str(expected) == str(got)


def _run_function(case: str, kind: str, row: Mapping[str, Any], settings: Mapping[str, Any]) -> Outcome:
    asked = f"function {kind}"
    if kind not in _FUNCTIONS:
        return Outcome(case, asked, "not yet")
    wrong = list(_differences(row["expect"], _FUNCTIONS[kind](row, settings)))
    return Outcome(case, asked, "differs" if wrong else "pass", "; ".join(wrong))


def _calendar(settings: Mapping[str, Any], name: str) -> Calendar:
    said = settings["calendars"][name]
    weekly = tuple(
        WeeklyHours(None, int(day), parse_hours(a), parse_hours(b)) for day, hours in said["weekly"].items() for a, b in hours
    )
    exceptions = {
        date.fromisoformat(str(day)): tuple((parse_hours(a), parse_hours(b)) for a, b in hours)
        for day, hours in (said.get("exceptions") or {}).items()
    }
    return Calendar(name, said["tz"], weekly, exceptions)


def _business_time(row: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    since, until = instant(row["from"]), instant(row["to"])
    return {
        "business_s": open_seconds(_calendar(settings, row["calendar"]), since, until),
        "calendar_s": epoch(until) - epoch(since),
    }


def _due(row: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    return {"due_at": due_at(_calendar(settings, row["calendar"]), instant(row["from"]), row["target_s"])}


def _survival(row: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, Any]:
    times = sorted({*row["events"], *row["censored"]})
    curve = intervals.kaplan_meier(times, [row["events"].count(t) for t in times], [row["censored"].count(t) for t in times])
    if curve is None:
        return {"median": None, "p90": None, "survival": []}
    return {"median": curve.quantile(0.5), "p90": curve.quantile(0.9), "survival": list(curve.survival)}


def _order(row: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, Any]:
    values = sorted(row["values"])
    ranks = intervals.order_ranks(len(values), 0.5)
    low, high = (None if rank is None or None in ranks else values[rank - 1] for rank in ranks)
    return {
        "mean": sum(values) / len(values),
        "median": intervals.quantile(values, 0.5),
        "p90": intervals.quantile(values, 0.9),
        "median_ci_low": low,
        "median_ci_high": high,
    }


def _ends(value: float | None, ends: tuple[float, float] | None) -> dict[str, Any]:
    low, high = ends if ends else (None, None)
    return {"value": value, "ci_low": low, "ci_high": high}


def _wilson(row: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, Any]:
    k, n = row["k"], row["n"]
    return _ends(k / n if n else None, intervals.wilson(k, n))


def _byar(row: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, Any]:
    exposure = row.get("exposure", 1)
    return _ends(row["x"] / exposure, intervals.byar(row["x"], exposure))


def _nps(row: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, Any]:
    p, d, n = row["promoters"], row["detractors"], row["n"]
    return _ends(100 * (p - d) / n if n else None, intervals.nps_interval(p, d, n))


_FUNCTIONS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]] = {
    "business_time": _business_time,
    "due_at": _due,
    "period": lambda row, _: dict(period_names(epoch(instant(row["at"])), row["tz"])),
    "kaplan_meier": _survival,
    "order_statistic": _order,
    "wilson": _wilson,
    "byar": _byar,
    "nps_interval": _nps,
}


class _Rows:
    """The rows of a case as a delivery: defaults of the case format filled in, configuration as rows."""

    source = "test"
    capabilities: tuple[str, ...] | None = ()
    loaded_from: datetime | None = None
    loaded_through: datetime | None = None

    def __init__(self, case: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self.tz: str | None = str(settings.get("report_tz", "UTC"))
        self._tables: dict[str, list[dict[str, Any]]] = {
            name: [dict(row) for row in rows or []] for name, rows in (case.get("tables") or {}).items()
        }
        self._settings = settings

    def __iter__(self) -> Iterator[Batch]:
        for name, rows in {**self._tables, **self._configuration()}.items():
            if rows:
                yield Batch(name, _arrow(name, [_with_defaults(name, row, i) for i, row in enumerate(rows)]))

    def _configuration(self) -> dict[str, list[dict[str, Any]]]:
        calendars, hours, exceptions = [], [], []
        for name, said in self._settings["calendars"].items():
            calendars.append({"calendar_id": name, "tz": said["tz"]})
            for day, spans in said["weekly"].items():
                hours += [{"calendar_id": name, "iso_weekday": int(day), "open": a, "close": b} for a, b in spans]
            for day, spans in (said.get("exceptions") or {}).items():
                own = [{"calendar_id": name, "local_date": day, "open": a, "close": b} for a, b in spans]
                exceptions += own or [{"calendar_id": name, "local_date": day}]
        settings = [{"name": "report_tz", "value": self._settings.get("report_tz", "UTC")}]
        for key in ("default_calendar", "base_currency"):
            if self._settings.get(key):
                settings.append({"name": key, "value": self._settings[key]})
        for brand, calendar in (self._settings.get("brand_calendars") or {}).items():
            settings.append({"name": f"brand_calendar:{brand}", "value": calendar})
        return {
            "business_calendars": calendars,
            "calendar_weekly_hours": hours,
            "calendar_exceptions": exceptions,
            "sla_policies": [dict(row) for row in self._settings.get("sla_policies") or []],
            "survey_scales": [dict(row) for row in self._settings.get("survey_scales") or []],
            "sources": self._sources(),
            "settings": settings,
        }

    def _sources(self) -> list[dict[str, Any]]:
        """The sources said, or one that covers everything: from before every row to after it."""
        said = self._settings.get("sources") or []
        if said:
            return [{**row, "capabilities": ",".join(row.get("capabilities") or []) or None} for row in said]
        instants = [
            instant(str(value))
            for name, rows in self._tables.items()
            for row in rows
            for column, value in row.items()
            if value is not None and _kind(name, column) == "ts"
        ]
        last = max(instants, default=instant("2000-01-01T00:00:00+00:00")) + timedelta(days=36500)
        names = sorted({str(row.get("source", self.source)) for rows in self._tables.values() for row in rows}) or [self.source]
        return [{"source": n, "loaded_through": last.isoformat()} for n in names]


def _kind(table: str, column: str) -> str:
    try:
        return TABLES[table].column(column).kind
    except KeyError:
        raise BadCase(f"there is no column {table}.{column}.") from None


def _with_defaults(name: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    """Ids left out are numbered in the order of the rows, `seq` is the row number, `recorded_at` the row's own instant."""
    table = TABLES[name]
    if table.made_key and row.get(table.made_key) is None:
        row[table.made_key] = f"row{number:08d}"
    if name == "ticket_events":
        row.setdefault("seq", number)
    if row.get("recorded_at") is None:
        own = [row[c.name] for c in table.columns if c.kind == "ts" and row.get(c.name) is not None]
        row["recorded_at"] = min(own, key=lambda v: instant(str(v))) if own else "1970-01-01T00:00:00+00:00"
    return row


def _arrow(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    table = TABLES[name]
    columns = [c for c in table.all_columns if any(c.name in row for row in rows)]
    known = {c.name for c in columns}
    for row in rows:
        for column in row:
            if column not in known:
                _kind(name, column)
    return pa.table({c.name: _cells(f"{name}.{c.name}", c, [row.get(c.name) for row in rows]) for c in columns})


def _cells(where: str, column: Column, values: list[Any]) -> pa.Array:
    try:
        return pa.array([_cell(column, value) for value in values], arrow_type(column))
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
        raise BadCase(f"{where} has a value that cannot be one: {error}") from error


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind == "ts":
        return instant(str(value)).astimezone(UTC).replace(tzinfo=None)
    if column.kind == "date":
        return _day(value)
    if column.kind in ("id", "word", "text"):
        return ("true" if value else "false") if isinstance(value, bool) else str(value)
    return value
