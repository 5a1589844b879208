"""The canonical tables as a page of the documentation, from their declarations alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from servicemeter.model.metric import Metric
from servicemeter.model.scales import USUAL_SCALES
from servicemeter.model.tables import BOOKKEEPING, TABLES, Column, Kind, Table

__all__ = ["tables_page"]

_HEAD = "<!-- Made from the declarations: servicemeter metrics --write. Change model/tables.py, not this page. -->"
_KINDS: dict[Kind, str] = {
    "id": "text that is never read as a number",
    "text": "any text",
    "word": "one of the words that are listed, and no other",
    "ts": "an instant; kept in whole seconds of UTC",
    "date": "a local date",
    "s": "whole seconds, not negative",
    "int": "a whole number",
    "num": "a number",
    "minor": "money in whole cents (minor units of its currency)",
    "bool": "yes or no",
}


def tables_page(metrics: Sequence[Metric], capabilities: Iterable[str]) -> str:
    """Every table with its columns, their kinds and closed words, in Markdown; and which metrics need what a source can tell."""
    lines = [
        _HEAD,
        "",
        "# The canonical tables",
        "",
        "What every file and source becomes. A file whose columns are called so is taken as it is; any other needs a",
        "[mapping](../mappings.md), which fills these. **Bold** columns every row needs; those marked *key* tell rows apart",
        "within a source: a row with the same key is a new version of it.",
        "",
        *(f"- [{table.name}](#{table.name}): {table.about}" for table in TABLES.values()),
        "",
        "## Kinds of columns",
        "",
        "| kind | holds |",
        "| --- | --- |",
        *(f"| {kind} | {holds} |" for kind, holds in _KINDS.items()),
        "",
        "A column that names a row of another table (`→ tickets`) means one of the same source; a column beside it, such as",
        "`ticket_source` beside `ticket_id`, names another source. Every table also has these; an import fills in the first two:",
        "",
        *_columns(BOOKKEEPING, ()),
        "",
    ]
    for table in TABLES.values():
        lines += _table(table)
    return "\n".join([*lines, *_scales(), *_capabilities(metrics, capabilities)])


def _table(table: Table) -> Iterator[str]:
    yield from (f"## {table.name}", "", table.about, "")
    if table.made_key:
        yield from (f"`{table.made_key}` may be left out; it is then made from what the row says.", "")
    if table.capability:
        yield from (f"A source with such rows supplies [`{table.capability}`](#capabilities), unless it says otherwise.", "")
    yield from (*_columns(table.columns, table.key), "")


def _columns(columns: Sequence[Column], key: Sequence[str]) -> Iterator[str]:
    yield from ("| column | kind | what it holds |", "| --- | --- | --- |")
    for column in columns:
        name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
        yield f"| {name}{' *key*' if column.name in key else ''} | {column.kind} | {'; '.join(_said(column))} |".replace(
            "  ", " "
        )


def _said(column: Column) -> Iterator[str]:
    if column.words:
        yield ", ".join(f"`{word}`" for word in column.words)
    if column.refers:
        yield f"→ [{column.refers}](#{column.refers})"
    if column.about:
        yield column.about.replace("|", "\\|")
    if column.words_when:
        other, lists = column.words_when
        by_words: dict[tuple[str, ...], list[str]] = {}
        for value, words in lists.items():
            by_words.setdefault(words, []).append(f"`{value}`")
        for words, values in by_words.items():
            yield f"where `{other}` is {', '.join(values)}: {', '.join(f'`{word}`' for word in words)}"
    if column.default is not None:
        yield f"left out: `{str(column.default).lower()}`"


def _scales() -> Iterator[str]:
    """The scales that answers can be given on without being declared."""
    yield from ("## Usual scales", "", "| scale | answers | good ones |", "| --- | --- | --- |")
    for name, scale in USUAL_SCALES.items():
        good = dict.fromkeys((scale.positive_from, scale.positive_to))
        yield f"| `{name}` | {scale.min_value} to {scale.max_value} | {' to '.join(map(str, good))} |"
    yield ""


def _capabilities(metrics: Sequence[Metric], capabilities: Iterable[str]) -> Iterator[str]:
    """What a source can be said to supply, and the metrics that need it."""
    yield from (
        "## Capabilities",
        "",
        "What a source supplies, as `capabilities` of a mapping names it. A metric leaves out a source that lacks what it needs.",
        "",
        "| capability | needed by (of several one may do) |",
        "| --- | --- |",
    )
    for name in sorted(capabilities):
        needs = {m.name: "|".join((*m.needs, *m.also_needs)).split("|") for m in metrics}
        asking = ", ".join(f"[{metric}]({metric}.md)" for metric, asked in needs.items() if name in asked) or "-"
        yield f"| `{name}` | {asking} |"
