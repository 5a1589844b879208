"""What a text literal says is never taken for a word of the statement, whatever an engine has other words for."""

from __future__ import annotations

import pytest

from servicemeter.engines import clickhouse, postgres, spark
from servicemeter.engines.dialect import Dialect

DIALECTS: list[Dialect] = [Dialect(), clickhouse._Dialect("sm"), postgres._Dialect(), spark._Dialect("sm")]
ODD = (
    "w as (partition by (select name from customers))", "lead(", "lag(a", "a as varchar) b", "a as double) b", "chr(",
    "as timestamp)", "it's", "a\\", "\\'", "a\\'b", "''", "--", '"', "␚0", "'␚0'", "/* x", ");", "", "a\nb",
)  # fmt: skip
"""What the engines' own spelling looks for, and what ends or hides a literal."""


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("value", ODD)
def test_a_literal_stays_as_it_is_and_changes_nothing_around_it(dialect: Dialect, value: str) -> None:
    statement = """select sum(a) over (w rows 1 preceding) as s, lead(b, 2) over w as c, cast(d as varchar) as "e's"
        from t as t -- it's
        where f in ({value}, {value}) and g = {value} window w as (partition by b order by c)"""
    text = dialect.text(value)
    plain = dialect.said(statement.replace("{value}", "'plain'"))
    assert dialect.said(statement.replace("{value}", text)) == plain.replace("'plain'", text)
    assert plain.count("'plain'") == 3


def test_the_words_around_literals_are_respelled() -> None:
    _, click, post, spark_ = DIALECTS
    assert click.said("select cast(a as timestamp) from t where b = 'lag('").endswith(
        "cast(a as DateTime64(6, 'UTC')) from t where b = 'lag('"
    )
    assert post.said("cast('as double)' as double)") == "cast('as double)' as double precision)"
    assert spark_.said("cast('as varchar)' as varchar)") == "cast('as varchar)' as string)"


def test_a_name_cannot_end_its_own_quotation() -> None:
    assert DIALECTS[1].name_of('a\\" b') == '"a\\\\"" b"'
    assert DIALECTS[0].name_of('a" b') == '"a"" b"'
