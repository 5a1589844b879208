"""Comments that came with an extreme rating: what customers felt, in their own words and by their own mark."""

from __future__ import annotations

from dataclasses import dataclass

from servicemeter.store.build import Facts

__all__ = ["Rated", "rated_comments"]


@dataclass(frozen=True)
class Rated:
    """A customer's last comment with an extreme rating, and the language that the survey was in."""

    text: str
    language: str | None
    is_positive: bool


def rated_comments(facts: Facts) -> list[Rated]:
    """The last comment of each customer whose rating leaves no doubt, in the order of customers.

    CSAT: the best mark, or the lowest quarter of the scale (1 and 2 of 5); only scales of five marks and more. NPS: 9 and 10, or
    0 to 5. Comments of fewer than three words are left out.
    """
    rows = facts.rows(facts.render(_SQL))
    return [Rated(str(text), language, bool(is_positive)) for text, language, is_positive in rows]


_SQL = """
    with rated as (
        select f.source, f.invitation_id, f.kind, f.language, f.answered_at,
               coalesce(f.customer_source, f.source) as customer_source, coalesce(f.customer_id, f.invitation_id) as customer_id,
               case when f.is_high_good then f.value_num - f.scale_min else f.scale_max - f.value_num end
                   / (f.scale_max - f.scale_min) as height
        from {{ facts }}.answers as f
        where f.question = 'score' and f.kind in ('csat', 'nps') and f.replaced_at is null
          and not f.is_unscored and not f.is_invalid and f.scale_max - f.scale_min >= 4
    ),
    extreme as (
        select *, height > 0.5 as is_positive from rated
        where kind = 'csat' and (height <= 0.25 or height = 1) or kind = 'nps' and (height <= 0.5 or height >= 0.9)
    ),
    commented as (
        select e.*, w.value_text,
               row_number() over (
                   partition by e.customer_source, e.customer_id
                   order by e.answered_at desc, e.source, e.invitation_id, length(w.value_text) desc, w.value_text
               ) as place
        from extreme as e
        join {{ facts }}.answers as w on w.source = e.source and w.invitation_id = e.invitation_id
        where w.replaced_at is null and w.value_text like '%_ _% _%'
    )
    select value_text, language, is_positive from commented where place = 1 order by customer_source, customer_id
"""
