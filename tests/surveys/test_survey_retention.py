"""What surveys no longer need goes by itself: comments after a year, whom they asked after thirteen months; scores stay."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from servicemeter.cli import servicemeter
from servicemeter.desk.methods.export_customer import export_customer
from servicemeter.desk.methods.tidy_surveys import tidy_surveys
from servicemeter.desk.retaining import notice_of, retention
from servicemeter.ground.errors import BadSettings
from servicemeter.office.answers import answered_invitations
from servicemeter.surveys.doors import make_link
from servicemeter.web.surveys.app import create_survey_app
from servicemeter.web.surveys.page import Sheet, survey_page
from surveys.post import links_in, post_office
from surveys.shop import Visitor, open_shop, path_of


def test_comments_and_persons_go_when_their_time_is_over_and_scores_stay(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=2) as shop, post_office() as post:
        shop.ask()
        shop.send(post.server)
        path = path_of(links_in(post.mails[0])[0]).partition("?")[0]
        shop.client().answer(shop, path, 9, score="5", comment="A lovely hedgehog.", whole="1")
        shop.take()
        before = shop.measure("csat", as_of="2026-04-30T00:00:00Z")
        nothing = {"answers": 0, "deliveries": 0, "invitations": 0, "mails": 0, "rows": 0}
        assert tidy_surveys(shop.desk, now=shop.now + timedelta(days=364)) == nothing
        # An answer with words; the deliveries of two invitations and of the answer; the row of the comment in the book.
        year = {**nothing, "answers": 1, "deliveries": 3, "rows": 1}
        assert tidy_surveys(shop.desk, now=shop.now + timedelta(days=366), dry_run=True) == year
        assert tidy_surveys(shop.desk, now=shop.now + timedelta(days=366)) == year
        [versions] = answered_invitations(shop.office).values()
        assert versions[-1].content == {"score": 5}
        assert tidy_surveys(shop.desk, now=shop.now + timedelta(days=397)) == {**nothing, "invitations": 2, "mails": 2}
        assert {i.customer_id for i in shop.invitations()} == {None} and len(shop.invitations()) == 2
        assert export_customer(shop.desk, "c0")["office"] != {}  # the ticket still leads there; erasing is what ends that
        assert shop.measure("csat", as_of="2026-04-30T00:00:00Z") == before and before["n"] == 1
        assert b"hedgehog" not in b"".join(p.read_bytes() for p in tmp_path.glob("book.duckdb*"))


def test_the_quarantine_of_a_year_is_not_forgotten(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        for said in ("invitation_days = 30", "comment_days = 0", 'comment_days = "a year"', "moods = 3"):
            shop.home.settings.write_text(f"[retention]\n{said}\n", encoding="utf-8")
            with pytest.raises(BadSettings, match="retention"):
                retention(shop.home)


def test_customers_are_told_what_the_settings_keep(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        form = shop.forms["csat"]

        def page(language: str) -> str:
            sheet = Sheet(form, language, "#", "", {}, list(form.questions), keeping=notice_of(shop.home))
            return bytes(survey_page(sheet).body).decode()

        assert "is deleted after 365 days;" in page("en") and "rel=" not in page("en")
        shop.home.settings.write_text(
            '[surveys]\nprivacy_address = "https://example.com/privacy"\n[retention]\ncomment_days = 90\n', encoding="utf-8"
        )
        assert "na 90 dagen gewist" in page("nl") and "după 90 de zile" in page("ro")
        assert '<a href="https://example.com/privacy" rel="noreferrer">Privacyverklaring</a>' in page("nl")
        shown = CliRunner().invoke(servicemeter, ["survey", "preview", "csat", "--home", str(shop.home.folder)])
        assert "after 90 days;" in shown.stdout
        served = Visitor(create_survey_app(shop.home, shop.office, allowed_hosts=["survey.example.com"], clock=shop.clock))
        link = make_link(shop.home.survey_key(), form, "link", shop.now + timedelta(days=1))
        assert "after 90 days;" in served.get(f"/r/{link}").text
        shop.home.settings.write_text('[surveys]\nprivacy_address = "javascript:x"\n', encoding="utf-8")
        with pytest.raises(BadSettings, match="privacy_address"):
            notice_of(shop.home)
