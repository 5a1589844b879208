"""What came of a survey: nothing leaves the funnel without a reason, and a score is never naked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from servicemeter.desk.surveying import FEWEST_BALLOTS, savings
from servicemeter.surveys.results import Intent, survey_results
from surveys.post import links_in, post_office
from surveys.shop import open_shop, path_of


def test_the_funnel_names_every_step(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=40, share=0.6) as shop, post_office() as post:
        post.refuses = {f"c{n}@example.com" for n in range(3)}
        shop.ask()
        shop.send(post.server)
        client = shop.client()
        for n, mail in enumerate(post.mails[:12]):
            path = path_of(links_in(mail)[0]).partition("?")[0]
            fields = {"score": str(5 if n % 4 else 1)} | ({"whole": "1"} if n % 2 else {})
            client.answer(shop, path, 4, **fields)
        found = survey_results(shop.office, shop.forms["csat"])
        counts = {step.name: step.count for step in found.funnel}
        assert counts["happened"] == counts["eligible"] == 40
        assert counts["sampled"] == 40 - found.reasons["sampled_out"]
        assert counts["delivered"] == len(post.mails) and counts["rated"] == 12 and counts["complete"] == 6
        assert [s.count for s in found.funnel] == sorted((s.count for s in found.funnel), reverse=True)
        assert found.end_to_end == 12 / 40 and found.acceptance == 12 / len(post.mails)
        score = found.score
        assert (score.n, score.value, score.partial_count) == (12, 9 / 12, 6)
        assert score.weighted and (score.lowest, score.highest) == pytest.approx((0.3 * 0.75, 0.3 * 0.75 + 0.7))
        assert {d.dimension for d in found.differences} == {"language"}


def test_below_five_answers_there_is_no_score(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=4) as shop, post_office() as post:
        shop.ask()
        shop.send(post.server)
        for mail in post.mails:
            shop.client().answer(shop, path_of(links_in(mail)[0]).partition("?")[0], score="5")
        score = survey_results(shop.office, shop.forms["csat"]).score
        assert (score.n, score.value, score.weighted, score.lowest) == (4, None, None, None)


def test_savings_are_contacts_by_handle_time_by_those_who_did_not_manage(tmp_path: Path) -> None:
    with open_shop(tmp_path, "intent", customers=5) as shop:
        reasons = [
            {"ticket_id": f"t{n}", "field": "reason", "value": "where_is_it", "occurred_at": "2026-03-02T08:00:00Z"}
            for n in range(4)
        ]
        work = [{"session_id": f"s{n}", "ticket_id": f"t{n}", "agent_id": "a1", "started_at": "2026-03-02T08:00:00Z",
                 "ended_at": "2026-03-02T08:10:00Z"} for n in range(4)]  # fmt: skip
        covered = [{"loaded_from": "2026-01-01T00:00:00Z", "loaded_through": "2026-05-01T00:00:00Z"}]
        shop.desk.load(source="desk", ticket_events=reasons, work_sessions=work, sources=covered)
        intents = [Intent("buy", 50, 40, 40), Intent("track", 20, 16, 4)]
        best, other = savings(shop.desk, {"track": ("where_is_it",)}, intents, date(2026, 3, 1), date(2026, 4, 1))
        assert (best.intent, best.contact_count, best.handle_seconds, best.saved_seconds) == ("track", 4, 600, 4 * 600 * 0.75)
        assert (other.intent, other.contact_count, other.saved_seconds) == ("buy", 0, None)


def test_anonymous_answers_lead_to_nobody(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=FEWEST_BALLOTS) as shop, post_office() as post:
        shop.forms["csat"] = replace(shop.forms["csat"], is_anonymous=True)
        shop.ask()
        shop.send(post.server)
        client = shop.client()
        for n, mail in enumerate(post.mails):
            path = path_of(links_in(mail)[0]).partition("?")[0]
            assert "without your name" in client.get(path + "?l=en").text
            assert client.answer(shop, path, score=str(n % 5 + 1), comment=f"word {n}").status_code == 200
            assert client.get(path).status_code == 410
            if n == FEWEST_BALLOTS - 2:
                shop.take()
                assert shop.measure("csat")["n"] == 0  # too few to hide among
        with shop.office.reading() as on:
            tables = {t: on.execute(sa.text(f"select * from {t}")).all() for t in sa.inspect(on).get_table_names()}
        ids = {i.invitation_id for i in shop.invitations()}
        assert tables["survey_answers"] == [] and len(tables["survey_ballots"]) == FEWEST_BALLOTS
        assert not any(value in ids for row in tables["survey_ballots"] for value in row)
        assert {i.rated_at.time().isoformat() for i in shop.invitations() if i.rated_at} == {"00:00:00"}
        shop.take()
        assert shop.measure("csat")["n"] == FEWEST_BALLOTS

        def people(engine: object) -> list[tuple[object, ...]]:
            sql = "select invitation_id, customer_id, ticket_id, agent_id, sent_at from survey_invitations"
            return list(engine.rows(sql))  # type: ignore[attr-defined]

        rows = shop.desk.on_engine(people)
        assert len(rows) == FEWEST_BALLOTS and not ids & {row[0] for row in rows}
        assert {row[1:] for row in rows} == {(None, None, None, None)}
