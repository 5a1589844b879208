"""Our own surveys are a source like any other: their answers, imported as files, give the same figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.ground.settings import Home
from servicemeter.office.inbox import waiting_items
from surveys.post import links_in, post_office
from surveys.shop import load_tickets, open_shop, path_of

_ASKED: list[tuple[str, dict[str, Any]]] = [
    ("csat", {}),
    ("csat", {"by": ["agent"]}),
    ("csat", {"by": ["language"]}),
    ("csat", {"attribution": "solved_at"}),
    ("survey_response_rate", {"as_of": "2026-03-31T00:00:00Z"}),
]


def test_the_same_answers_as_a_file_give_the_same_figures(tmp_path: Path) -> None:
    with open_shop(tmp_path / "ours", "csat", customers=12) as shop, post_office() as post:
        shop.ask()
        post.refuses = {"c11@example.com"}
        shop.send(post.server)
        client = shop.client()
        for n, mail in enumerate(post.mails[:8]):
            path = path_of(links_in(mail)[0]).partition("?")[0]
            client.answer(shop, path, score=str(n % 5 + 1))
            if n % 3 == 0:
                shop.wait(days=1)
                client.answer(shop, path, score="5", comment="Better now.", whole="1")
        files = tmp_path / "files"
        files.mkdir()
        tables: dict[str, list[str]] = {}
        for item in waiting_items(shop.office):
            for name, rows in json.loads(item.body).items():
                tables.setdefault(name, []).extend(json.dumps(row) for row in rows)
        for name, lines in tables.items():
            (files / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        shop.take()
        with Desk(Home(tmp_path / "theirs")) as desk:
            load_tickets(desk, 12)
            for name in tables:
                report = desk.import_files(ImportRequest(str(files / f"{name}.jsonl"), source="surveys"), now=shop.now)
                assert report.load and not report.load.kept_aside
            for metric, options in _ASKED:
                span: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01"}
                ours, theirs = (d.measure(metric, **span, **options).rows for d in (shop.desk, desk))
                assert [_figures(r) for r in ours] == [_figures(r) for r in theirs]
            assert (
                shop.measure("csat")["n"] == 8 and shop.measure("survey_response_rate", as_of="2026-03-31T00:00:00Z")["n"] == 11
            )


def _figures(row: dict[str, object]) -> dict[str, object]:
    """A row without what tells of the loads themselves."""
    return {k: v for k, v in row.items() if k not in {"as_of", "lagging_sources", "params_hash"}}
