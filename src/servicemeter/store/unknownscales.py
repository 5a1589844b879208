"""Scales that surveys name and nobody described: told where they are loaded, before a score is missed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from servicemeter.engines.engine import Engine
from servicemeter.ground.phrases import either, phrase
from servicemeter.model.scales import USUAL_SCALES

__all__ = ["tell_unknown_scales"]

_OF_KIND = {"csat": ("csat_",), "ces": ("ces", "ease_"), "nps": ("nps_",)}
"""How the usual scales of a kind of survey begin."""


def tell_unknown_scales(engine: Engine, sources: Collection[str]) -> Iterator[str]:
    """What to say of each scale of these sources' surveys that makes no score: who uses it, how often, and which would do."""
    text = engine.dialect.text
    found = engine.rows(f"""
        select source, kind, scale, count(*) from survey_invitations
        where source in ({", ".join(map(text, sources))})
              and (kind = 'nps' and scale <> 'nps_0_10'
                   or kind in ('csat', 'ces') and scale not in ({", ".join(map(text, USUAL_SCALES))})
                      and scale not in (select scale from survey_scales))
        group by source, kind, scale order by source, kind, scale
    """)
    for source, kind, scale, count in found:
        usual = either(name for name in USUAL_SCALES if name.startswith(_OF_KIND[kind]))
        if kind == "nps":
            yield phrase(
                f"{source}: the scale {scale!r} of a recommendation is not known (surveys: {count:,}). Without {usual} they have "
                "no score."
            )
        else:
            yield phrase(
                f"{source}: the scale {scale!r} of {kind} is not known (surveys: {count:,}), and they have no score. "
                f"Is it {usual}? Then the mapping has to say so; another one is declared in survey_scales."
            )
