"""What the book knows of one source while it is pulled: asked id by id, and read whole once asking has cost as much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk
    from servicemeter.store.book import LoadReport

__all__ = ["KnownRows"]

_ABSENT = object()
_ROWS_AN_ASKING = 7_000
"""How many rows are read in the time of one asking."""
_MOST_WHOLE = 500_000
_Column = tuple[str, str]


class KnownRows:
    """What the book knows of one source (`sources.source.Known`). Nothing is asked twice until it may have changed."""

    def __init__(self, desk: Desk, source: str) -> None:
        self._desk, self._source = desk, source
        self._asked: defaultdict[_Column, dict[str, Any]] = defaultdict(dict)
        self._whole: dict[_Column, dict[str, Any]] = {}
        self._askings: defaultdict[_Column, int] = defaultdict(int)
        self._counts: dict[str, int] = {}
        self._version: int | None = None

    def values(self, table: str, column: str, ids: Collection[Any]) -> dict[str, Any]:
        """The values of a column by row id; rows that are not there are left out."""
        wanted = {str(one) for one in ids if one is not None}
        whole = self._whole.get((table, column))
        if whole is None and wanted:
            whole = self._read_whole(table, column)
        if whole is not None:
            return {one: whole[one] for one in wanted if one in whole}
        asked = self._asked[table, column]
        fresh = wanted - asked.keys()
        if fresh:
            with self._desk.on_book() as book:
                asked.update(dict.fromkeys(fresh, _ABSENT) | book.known_values(self._source, table, column, fresh))
        return {one: asked[one] for one in wanted if asked[one] is not _ABSENT}

    def _read_whole(self, table: str, column: str) -> dict[str, Any] | None:
        """The column of the whole source, if it is not large and was asked often enough for its size."""
        self._askings[table, column] += 1
        with self._desk.on_book() as book:
            if table not in self._counts:
                self._counts[table] = book.count_rows(self._source, table)
            if self._counts[table] > min(_MOST_WHOLE, _ROWS_AN_ASKING * self._askings[table, column]):
                return None
            self._whole[table, column] = whole = book.known_values(self._source, table, column)
        self._asked.pop((table, column), None)
        return whole

    def note(self, report: LoadReport) -> None:
        """Ask anew for what a load changed; for everything, if it was not the only one since the last."""
        was_alone = self._version is not None and report.data_version == self._version + 1
        self._version = report.data_version
        self._asked.clear()
        changed = {name for name, merged in report.tables.items() if merged.changed}
        for column in [one for one in self._whole if not was_alone or one[0] in changed]:
            del self._whole[column]
        for table in [one for one in self._counts if not was_alone or one in changed]:
            del self._counts[table]

    def tags(self, ids: Collection[Any]) -> dict[str, set[str]]:
        """The tags that are on tickets now."""
        with self._desk.on_book() as book:
            return book.known_tags(self._source, {str(one) for one in ids if one is not None})
