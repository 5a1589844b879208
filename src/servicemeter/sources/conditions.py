"""Conditions of a mapping: which rows are meant. A closed vocabulary, written as TOML tables."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from servicemeter.sources.table import Cell, text_of

__all__ = ["COMPARISONS", "All", "AnyOf", "Condition", "Never", "Test", "columns_of", "holds", "spoken"]

COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "above": operator.gt,
    "below": operator.lt,
    "at_least": operator.ge,
    "at_most": operator.le,
}


@dataclass(frozen=True)
class Test:
    """A test of one column: `operation` is is, one_of, empty, starts_with, contains, or a comparison with a number."""

    column: str
    operation: str
    operand: tuple[str, ...] | bool | Decimal


@dataclass(frozen=True)
class All:
    """True when all parts are (also when there are none)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """True when one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Never:
    """True when the part is not."""

    part: Condition


Condition = Test | All | AnyOf | Never


def holds(condition: Condition, cell: Callable[[str], Cell], number: Callable[[str, Cell], Decimal]) -> bool:
    """Whether a condition is true of a row: `cell` gives its cells, `number` reads one as a number (and may refuse).

    An empty cell passes no test but `empty`.
    """
    if isinstance(condition, All):
        return all(holds(part, cell, number) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(holds(part, cell, number) for part in condition.parts)
    if isinstance(condition, Never):
        return not holds(condition.part, cell, number)
    found = cell(condition.column)
    text = text_of(found).strip()
    if condition.operation == "empty":
        return (text == "") == condition.operand
    if text == "":
        return False
    if isinstance(condition.operand, Decimal):
        return COMPARISONS[condition.operation](number(condition.column, found), condition.operand)
    return _text_test(condition, text)


def _text_test(test: Test, text: str) -> bool:
    wanted = test.operand
    assert isinstance(wanted, tuple)
    if test.operation == "starts_with":
        return text.startswith(wanted)
    if test.operation == "contains":
        return any(word.casefold() in text.casefold() for word in wanted)
    return text in wanted


def columns_of(condition: Condition) -> Iterator[tuple[str, bool]]:
    """The columns a condition looks at, and whether it reads them as numbers."""
    if isinstance(condition, Test):
        yield condition.column, isinstance(condition.operand, Decimal)
    elif isinstance(condition, Never):
        yield from columns_of(condition.part)
    else:
        for part in condition.parts:
            yield from columns_of(part)


def spoken(condition: Condition) -> str:
    """A condition in words, for the account of what was dropped.

    >>> spoken(Test("outcome", "is", ("PHANTOM",)))
    'outcome is PHANTOM'
    """
    if isinstance(condition, Never):
        return f"not ({spoken(condition.part)})"
    if isinstance(condition, All):
        return " and ".join(spoken(part) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return " or ".join(f"({spoken(part)})" for part in condition.parts)
    if condition.operation == "empty":
        return f"{condition.column} is {'' if condition.operand else 'not '}empty"
    wanted = condition.operand
    text = " or ".join(wanted) if isinstance(wanted, tuple) else str(wanted)
    return f"{condition.column} {condition.operation.replace('_', ' ')} {text}"
