"""What pages say of a book: no sentence that its figures contradict."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.web.app import create_app
from small_desk import NOW, small_desk


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


@pytest.mark.parametrize("metric", ["volume_by_channel", "contact_reason_share", "visitor_intent_share"])
def test_a_metric_by_parts_has_a_page_where_there_is_nothing_and_no_card(small: Desk, metric: str) -> None:
    """January: the data begin in February. No card stands for all parts, and nothing fails where there are none."""
    for period in ("last_month", "this_month"):
        assert "compared with" not in _words(small, f"/metric/{metric}?period={period}")
        assert "comparable" not in _words(small, f"/metric/{metric}?period={period}")
        page = ask(create_app(small), f"/?set=all&period={period}").text
        assert len(re.findall(rf'href="/metric/{metric}[?"]', page)) == 1  # in the line below the cards


def test_a_part_of_the_volume_has_its_share_with_the_share_s_interval(small: Desk) -> None:
    """Up to 6 March three tickets of March were asked by customers: a-1 and c-3 by mail, b-2 by chat. Wilson of 2 in 3: 0.2077 to
    0.9385, of 1 in 3: 0.0615 to 0.7923."""
    page = _words(small, "/metric/volume_by_channel?period=this_month")
    assert "e-mail 67 % of all 2 21–94 % 2" in page
    assert "chat 33 % of all 1 6–79 % 1" in page


def test_a_survey_s_answers_of_nobody_are_explained_by_agent_and_team_alone() -> None:
    """A survey about d-4, which is not solved, and about c-3, which is: Kim's."""
    small = small_desk()
    small.load(
        source="files", tz="Europe/Amsterdam", now=NOW,
        survey_invitations=[
            {"invitation_id": t, "kind": "csat", "ticket_id": t, "sent_at": "2026-03-04T09:00:00Z"} for t in ("c-3", "d-4")
        ],
        survey_answers=[
            {"answer_id": t, "invitation_id": t, "answered_at": "2026-03-05T09:00:00Z", "value_num": 5} for t in ("c-3", "d-4")
        ],
    )  # fmt: skip
    why = "the request was not solved by then, or the source names nobody"
    span = "period=this_month"
    assert f"Under (unassigned): {why}" in _words(small, f"/metric/csat/split?by=agent&{span}")
    assert why in _words(small, f"/metric/csat/split?by=team&{span}")
    assert why not in _words(small, f"/metric/csat/split?by=channel&{span}")
    assert why not in _words(small, f"/metric/first_response_time/split?by=team&{span}")
    assert "(niet toegewezen)" in _words(small, f"/metric/csat/split?by=agent&{span}&lang=nl")
    small.close()


def test_no_group_is_called_none() -> None:
    """A book without scores: by channel and reason one row says that nothing is measured."""
    with Desk(None) as desk:
        desk.load(tickets=[{"ticket_id": "1", "created_at": "2026-03-02T09:00:00Z"}], tz="UTC", now=NOW)
        assert "None" not in _words(desk, "/sentiment?period=this_month")


@pytest.mark.parametrize(("language", "said"), [("en", "urgent e-mail"), ("nl", "dringend e-mail"), ("ro", "urgentă e-mail")])
def test_agreements_are_listed_in_the_reader_s_words(language: str, said: str) -> None:
    with small_desk() as desk:
        policy = {
            "policy_id": "soon",
            "rank": 3,
            "metric": "resolution",
            "target_s": 60,
            "priority": "urgent",
            "channel": "email",
        }
        desk.load(source="files", now=NOW, sla_policies=[policy])
        assert said in _words(desk, f"/settings?lang={language}")


def test_what_a_page_could_save_says_where_few_visitors_tell_it() -> None:
    """One of two visitors who came to track did not manage: all that is said of it is of few cases."""
    with small_desk() as desk:
        asked = [{"invitation_id": v, "kind": "intent", "scope": "intercept", "sent_at": "2026-03-05T09:00:00Z"} for v in "vw"]
        said = [
            {"answer_id": f"{v}{question}", "invitation_id": v, "question": question, "value_text": text,
             "answered_at": "2026-03-05T09:01:00Z"}
            for v, managed in (("v", "yes"), ("w", "no")) for question, text in (("intent", "track"), ("fulfilled", managed))
        ]  # fmt: skip
        desk.load(source="files", now=NOW, survey_invitations=asked, survey_answers=said)
        page = _words(desk, "/intents?period=this_month")
    assert re.search(r"To see where my order is few cases 2 of 2 100 % ", page)
    assert re.search(r"To see where my order is few cases 2 50 % ", page)
