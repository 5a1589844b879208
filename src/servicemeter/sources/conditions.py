"""Conditions of a mapping: which rows are meant. A closed vocabulary, written as TOML tables."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["COMPARISONS", "All", "AnyOf", "Condition", "Never", "Test", "columns_of", "compares", "passes", "spoken"]

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


def compares(test: Test) -> bool:
    """Whether a test compares with a number."""
    return isinstance(test.operand, Decimal)


def passes(test: Test, text: str, number: Decimal | None) -> bool:
    """Whether a cell passes a test: its trimmed text, and its number where the test compares with one.

    An empty cell passes no test but `empty`.
    """
    wanted = test.operand
    if isinstance(wanted, bool):
        return (text == "") == wanted
    if isinstance(wanted, Decimal):
        return number is not None and COMPARISONS[test.operation](number, wanted)
    if text == "":
        return False
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
