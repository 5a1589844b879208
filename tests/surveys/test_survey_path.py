"""One survey from the solved ticket to the figure: decided, mailed, opened, answered, counted."""

from __future__ import annotations

from pathlib import Path

from surveys.post import links_in, post_office
from surveys.shop import open_shop, path_of


def test_a_solved_ticket_becomes_a_figure(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop, post_office() as post:
        [decision] = shop.ask()
        assert decision.reason is None
        assert shop.send(post.server) == {"sent": 1}
        [mail] = post.mails
        assert mail["To"] == "c0@example.com" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        four = next(path_of(link) for link in links_in(mail) if link.endswith("?s=4"))
        client = shop.client()
        page = client.get(four)
        assert "Send 4 of 5" in page.text
        done = client.answer(shop, four, score="4")
        assert done.status_code == 200 and "Saved: 4 of 5" in done.text
        shop.take()
        row = shop.measure("csat")
        assert (row["value"], row["n"]) == (1.0, 1)
        assert shop.measure("csat", by=["agent"])["agent"] == "a1"
