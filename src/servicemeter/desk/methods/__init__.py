"""What a desk can be asked beyond its own file: one method a module, found by its name, here and through a running server.

`methods/find_tickets.py` holds a function `find_tickets(desk, …)` marked with `@method`. That is all it takes:

- in code with types: `find_tickets(desk, where=…)`, whichever desk it is;
- in Python at a prompt: `desk.find_tickets(where=…)`;
- by name, as a server is asked: `desk.ask("find_tickets", {"where": …})`.

Arguments reach the desk by their names, also those given by place. They and the answer are plain values, or records of the kinds
that travel (`desk/wire.py`): those that a module names in its `SENDS` do. With `is_kept` the answer is kept until rows are loaded
again: for what reads the book alone.
With `writes` it is let finish when a server is told to stop.
With `is_story` it is about one ticket or customer: people in it may be told apart where they are hidden (`desk/individuals.py`).
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["Answerer", "Method", "method", "method_named", "method_names", "record_sent"]

P = ParamSpec("P")
T = TypeVar("T")


class Answerer(Protocol):
    """Whoever answers by name: a desk in this process, one in a server, one made up for a test."""

    def ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """The answer of a method to arguments by their names."""
        ...


class Method(Protocol):
    """A method as the desk that holds the book runs it."""

    is_kept: bool
    is_story: bool
    writes: bool

    def answer(self, desk: Desk, /, **arguments: Any) -> Any:
        """The answer itself, worked out."""
        ...


def method(
    *, is_kept: bool = False, is_story: bool = False, writes: bool = False
) -> Callable[[Callable[Concatenate[Desk, P], T]], Callable[Concatenate[Answerer, P], T]]:
    """Mark a module's function as a method of the desk: whoever calls it asks a desk, and the one with the book runs it."""

    def mark(work: Callable[Concatenate[Desk, P], T]) -> Callable[Concatenate[Answerer, P], T]:
        name, signature = work.__name__, inspect.signature(work)

        @wraps(work)
        def asked(desk: Answerer, /, *arguments: P.args, **named: P.kwargs) -> T:
            if arguments:
                signature.bind(desk, *arguments, **named)  # `TypeError` for too many, and for one given twice
            placed = dict(zip(list(signature.parameters)[1:], arguments, strict=False))
            answer: T = desk.ask(name, {**placed, **named})
            return answer

        asked.is_kept, asked.is_story, asked.writes = is_kept, is_story, writes  # type: ignore[attr-defined]
        asked.answer = work  # type: ignore[attr-defined]
        return asked

    return mark


@cache
def method_names() -> frozenset[str]:
    """The names of all methods."""
    return frozenset(found.name for found in pkgutil.iter_modules(__path__))


@cache
def method_named(name: str) -> Method:
    """The method of that name; `KeyError` when there is none."""
    if name not in method_names():
        raise KeyError(name)
    module = importlib.import_module(f"{__name__}.{name}")
    return cast(Method, getattr(module, name))


@cache
def record_sent(name: str) -> type[Any] | None:
    """The kind of record of that name that methods take or give, None when there is none. Modules that are there go first."""
    modules = [f"{__name__}.{one}" for one in sorted(method_names())]
    for module in sorted(modules, key=lambda one: one not in sys.modules):
        for kind in getattr(importlib.import_module(module), "SENDS", ()):
            if kind.__name__ == name:
                return cast(type[Any], kind)
    return None
