"""Statements as templates (Jinja2): the fact files of the package, and statements over the facts.

What a statement says besides is no template (`store.quoting`); were it one, it could read nothing of Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from servicemeter.ground.libraries import when_used

if TYPE_CHECKING:
    import jinja2
    from jinja2 import sandbox
else:
    jinja2 = when_used("jinja2")
    sandbox = when_used("jinja2.sandbox")

__all__ = ["rendered", "rendered_file"]

_MACROS = "{% import '_macros.sql' as m with context %}"
_USES_MACROS = re.compile(r"\{[{%][^{}]*\bm\.")
_NAME = re.compile(r"\{\{ (\w+) \}\}")


def rendered_file(name: str, context: Mapping[str, Any]) -> str:
    """The statement of a fact file."""
    return _environment().get_template(f"{name}.sql").render(context)


def rendered(sql: str, context: Mapping[str, Any]) -> str:
    """A statement made whole; most have nothing but names in them, and are not worth a template."""
    whole = _NAME.sub(lambda found: _said(context.get(found[1]), found[0]), sql)
    return _template(sql).render(context) if "{" in whole else whole


def _said(value: object, otherwise: str) -> str:
    return str(value) if isinstance(value, str | int) else otherwise


@lru_cache(maxsize=128)  # reading a template takes longer than many a statement
def _template(sql: str) -> jinja2.Template:
    return _environment().from_string((_MACROS if _USES_MACROS.search(sql) else "") + sql)


@cache
def _environment() -> jinja2.Environment:
    return sandbox.ImmutableSandboxedEnvironment(
        loader=jinja2.PackageLoader("servicemeter.store", "facts"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
