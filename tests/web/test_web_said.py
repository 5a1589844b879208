"""What pages say of a book: no sentence that its figures contradict."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.web.app import create_app


def _words(desk: Desk, path: str) -> str:
    """The text of a page, as a reader sees it."""
    response = ask(create_app(desk), path)
    assert response.status_code == 200, response.text
    bare = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", response.text, flags=re.S)
    return re.sub(r"\s+", " ", unescape(bare).replace("\N{NO-BREAK SPACE}", " ")).strip()


@pytest.mark.parametrize("page", ["/?period={}", "/metric/tickets_created?period={}", "/loyalty?period={}"])
@pytest.mark.parametrize(
    ("language", "compared", "not_compared"),
    [
        ("en", "compared with", "nothing comparable in January 2026"),
        ("nl", "vergeleken met", "niets vergelijkbaars in januari 2026"),
        ("ro", "față de", "nimic comparabil în ianuarie 2026"),
    ],
)
def test_a_heading_names_a_comparison_only_where_one_is_shown(
    small: Desk, page: str, language: str, compared: str, not_compared: str
) -> None:
    """The data begin on 1 February: nothing of January is known."""
    february = _words(small, f"{page.format('last_month')}&lang={language}")
    assert not_compared in february
    assert compared not in february
    if page.startswith("/?"):
        assert f"{compared} " in _words(small, f"{page.format('this_month')}&lang={language}")
