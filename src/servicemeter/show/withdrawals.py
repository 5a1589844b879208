"""What taking back a load, or removing a source, would take out, in the reader's words; and what became of a load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from servicemeter.model.withdrawal import Withdrawal
from servicemeter.show.dates import moment
from servicemeter.show.phrases import counted, phrase, say

__all__ = ["ToldWithdrawal", "load_state", "told_withdrawal"]

_KINDS = {
    "import": phrase("imported"),
    "judged": phrase("worked out here"),
    "pulled": phrase("pulled"),
    "sent": phrase("sent by webhook"),
    "erased": phrase("erasure"),
    "withdrawn": phrase("withdrawal"),
}


@dataclass(frozen=True)
class ToldWithdrawal:
    """A plan told: what it is, its loads, its rows by table, and what one should know besides."""

    headline: str
    loads: list[str]
    rows: list[str]
    remarks: list[str]


def told_withdrawal(plan: Withdrawal, language: str, tz: str) -> ToldWithdrawal:
    """The plan in a language; `tz` is the zone of the reports."""
    count = len(plan.loads)
    if plan.is_whole:
        headline = counted(
            language,
            count,
            "All rows of {source} go, from {n} load.",
            "All rows of {source} go, from {n} loads.",
            source=plan.source,
        )
    else:
        headline = counted(
            language, count, "{n} load of {source} is taken back.", "{n} loads of {source} are taken back.", source=plan.source
        )
    loads = [
        say(
            language,
            "load {load} of {when}: {label}",
            load=one.data_version,
            when=moment(one.recorded_at.replace(tzinfo=UTC), tz, language=language, with_year=True),
            label=one.label or plan.source,
        )
        for one in plan.loads
    ]
    return ToldWithdrawal(headline, loads, _rows(plan, language), _remarks(plan, language))


def load_state(load: Mapping[str, Any], language: str) -> str:
    """How a load came, or that it was taken back."""
    if load["undone_in"] is not None:
        return say(language, "taken back in {version}", version=load["undone_in"])
    kind = load["kind"]
    return say(language, _KINDS[kind]) if kind in _KINDS else say(language, "by an earlier version")


def _rows(plan: Withdrawal, language: str) -> list[str]:
    lines = []
    for table, count in sorted(plan.rows.items()):
        line = counted(language, count, "{table}: {n} row goes", "{table}: {n} rows go", table=table)
        if back := plan.restored.get(table):
            again = counted(language, back, "of {n} the version before holds again", "of {n} the versions before hold again")
            line = f"{line}, {again}"
        lines.append(line)
    return lines


def _remarks(plan: Withdrawal, language: str) -> list[str]:
    said = []
    others = [name for name in plan.sources if name != plan.source]
    if others and not plan.is_whole:
        said.append(say(language, "It brought rows of other sources too, which go with it: {names}.", names=", ".join(others)))
    said += [
        counted(
            language,
            count,
            "{table} of other sources: {n} row points to rows that go, and stays without them.",
            "{table} of other sources: {n} rows point to rows that go, and stay without them.",
            table=table,
        )
        for table, count in sorted(plan.hanging.items())
    ]
    said.append(say(language, "Figures of the days that are over may change. All facts are built again."))
    return said
