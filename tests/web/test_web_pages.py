"""The pages: what stands on them, and that it all comes from the desk."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from app_client import ask
from fake_desk import HOSTILE, METRICS, FakeDesk, make_scorecard, row
from servicemeter.ground.errors import BadBook, BookHeld, ServicemeterError
from servicemeter.model.question import Filter, Question
from servicemeter.model.scorecard import Card, Family
from servicemeter.show.changes import compare, target_words
from servicemeter.show.remarks import remark
from servicemeter.show.words import trust_words, value_words
from servicemeter.web.app import create_app
from servicemeter.web.paper import unbroken

BY_NAME = {metric.name: metric for metric in METRICS}


def words(html: str) -> str:
    """The text of a piece of a page, as a reader sees it."""
    bare = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(bare).replace("\N{NO-BREAK SPACE}", " ")).strip()


def page(path: str = "/", desk: FakeDesk | None = None, status: int = 200) -> str:
    response = ask(create_app(desk or FakeDesk()), path)
    assert response.status_code == status, response.text
    return response.text


def cards(html: str) -> dict[str, str]:
    """The text of every card by its metric's name."""
    found = re.findall(r'<a class="card[^"]*" href="/metric/(\w+)[^"]*">(.*?)</a>', html, flags=re.S)
    return {name: words(inside) for name, inside in found}


def test_every_card_says_value_interval_n_change_and_target() -> None:
    scorecard = make_scorecard()
    shown = cards(page())
    beside = {card.metric: card.now for family in scorecard.families for card in family.cards}
    assert set(shown) == set(beside)
    for family in scorecard.families:
        for card in family.cards:
            metric, text = BY_NAME[card.metric], shown[card.metric].replace(" ", "")
            change = compare(metric, card.now, card.before)
            said = [value_words(metric, card.now), trust_words(metric, card.now), remark(metric, card.now, beside)]
            said += [change.words] if change else []
            said += [target_words(metric, card)]
            for one in said:
                assert one.replace(" ", "") in text, (card.metric, one)


def test_no_figure_stands_on_a_card_that_the_scorecard_does_not_have() -> None:
    """Whatever digits a card shows are digits of the texts made from its own rows."""
    scorecard = make_scorecard()
    beside = {card.metric: card.now for family in scorecard.families for card in family.cards}
    shown = cards(page())
    for family in scorecard.families:
        for card in family.cards:
            metric = BY_NAME[card.metric]
            change = compare(metric, card.now, card.before)
            made = " ".join([
                value_words(metric, card.now), trust_words(metric, card.now), remark(metric, card.now, beside),
                change.words if change else "", target_words(metric, card), metric.label(),
            ])  # fmt: skip
            assert set(re.findall(r"[\d.,]*\d", shown[card.metric])) <= set(re.findall(r"[\d.,]*\d", made))


def test_another_scorecard_gives_other_figures() -> None:
    scorecard = make_scorecard()
    card = Card("csat", Question("csat"), row(0.61, 1234, 0.58, 0.64), None, [])
    html = page(desk=FakeDesk(card=replace(scorecard, families=[Family("voice", [card])])))
    assert cards(html)["csat"].startswith("CSAT so far 61 % 58–64 · n 1,234")
    assert "4,990" not in html and "2 h" not in words(html)


def test_the_heading_the_comparison_and_the_reach_of_the_data() -> None:
    text = words(page())
    assert "November so far 1–21 Nov 2026, compared with the same 21 days of October" in text
    assert "Data to 21 Nov 17:40. Not yet up to then: shop." in text


def test_the_summary_links_to_what_it_names() -> None:
    html = page("/?channel=chat")
    look = html[html.index("Needs a look") :]
    first = re.search(r'<li><a href="([^"]+)">([^<]+)</a>: ([^<]+)</li>', look)
    assert first is not None and first[1] == "/metric/resolution_time?channel=chat"
    assert words(first[3]) == "1 h 5 min slower, now 9 h 40 min, off target (8 h)"
    assert "and 1 more below" in look


def test_null_low_and_unfinished_cards_say_so() -> None:
    html = page()
    assert "not measured: no source has what it needs" in cards(html)["abandonment_rate"]
    assert "few cases" in cards(html)["ces"]
    assert re.search(r'class="card low[^"]*" href="/metric/ces"', html)
    assert re.search(r'class="card null[^"]*" href="/metric/abandonment_rate"', html)
    assert "so far" in cards(html)["csat"] and 'class="hatch"' in html


def test_the_address_names_period_and_channel_and_the_desk_is_asked_just_that() -> None:
    desk = FakeDesk()
    page("/?period=last_90_days&channel=chat", desk)
    assert desk.asked[0] == {
        "since": None, "until": None, "period": "last_90_days", "where": [Filter("channel", ("chat",))], "as_of": None
    }  # fmt: skip


def test_own_dates_include_the_last_day() -> None:
    desk = FakeDesk()
    html = page("/?period=custom&first=2026-11-01&last=2026-11-10", desk)
    assert (desk.asked[0]["since"], desk.asked[0]["until"]) == (date(2026, 11, 1), date(2026, 11, 11))
    assert "1–10 Nov 2026" in words(html) and 'value="2026-11-10"' in html


def test_links_keep_the_filters_and_the_form_shows_them() -> None:
    html = page("/?period=last_week&channel=phone")
    assert '<option value="last_week" selected>' in html and '<option value="phone" selected>' in html
    assert set(re.findall(r'class="card[^"]*" href="[^"?]+\?([^"]*)"', html)) == {"period=last_week&amp;channel=phone"}


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("period=next_week", "Did you mean 'this_week' or 'last_week'?"),
        ("periode=this_week", "Did you mean 'period'"),
        ("period=custom", "first and a last day"),
        ("first=2026-11-31&last=2026-12-01", "first='2026-11-31' is not a date"),
        ("first=2026-11-10&last=2026-11-01", "lies before the first day"),
        ("as_of=yesterday", "is not an instant with an offset"),
    ],
)
def test_a_wrong_address_says_what_would_be_right(query: str, hint: str) -> None:
    assert hint in words(page(f"/?{query}", status=400))


def test_hostile_names_stay_text() -> None:
    desk = FakeDesk(
        channels=[HOSTILE, "email"],
        found=[{"title": HOSTILE, "count": 1, "remedy": HOSTILE, "examples": [{"ticket_id": HOSTILE}]}],
    )
    for path in ("/", "/metric/csat", "/check", "/?channel=%3Cscript%3Ealert(1)", "/metric/%3Cscript%3E"):
        html = ask(create_app(desk), path).text
        assert not re.search(r"<script(?! src=\"/static/)", html), path
    assert "&lt;script&gt;" in page("/metric/csat", desk)


def test_a_metric_page_gives_value_series_split_and_definition() -> None:
    desk = FakeDesk(channels=["email", "chat", "phone"])
    html = page("/metric/first_response_time", desk)
    text = words(html)
    assert "Half of customers had a first answer within 2 h 10 min." in text
    assert "From 3 h 10 min (24 Aug) to 2 h 10 min (16 Nov, so far)" in text
    for said in ("31 still wait for a first answer", "mean 5 h 23 min · p90 19 h 30 min", "target 4 h · met"):
        assert said in text
    assert "phone few cases 2 h 49 min 2 h 41 – 2 h 58 12" in text
    for said in ("sum of first_response_time / n", "rows of first_response_time", "spam and tests", "common practice",
                 "Others begin at ticket creation.", "First response time nl", "which clock runs"):  # fmt: skip
        assert said in text
    assert Question("first_response_time", since=date(2026, 11, 1), until=date(2026, 12, 1), by=("channel",)) in desk.asked


def test_a_metric_page_has_the_card_s_figures() -> None:
    front, own = page(), words(page("/metric/reopen_rate"))
    for said in ("6.8 %", "6.1–7.6 · n 4,121", "+1.9 points", "target 5 % · missed"):
        assert said in cards(front)["reopen_rate"] and said in own


def test_a_metric_without_values_says_why_once_and_draws_nothing() -> None:
    html = page("/metric/abandonment_rate")
    assert "Abandonment rate: not measured: no source has what it needs." in words(html)
    assert 'class="trend"' not in html and "few cases" not in html and 'class="value"' not in html


def test_every_part_is_a_file_in_every_form_with_the_filters_kept() -> None:
    html = page("/metric/csat?channel=chat&period=last_week&lang=nl")
    links = [unescape(link) for link in re.findall(r'href="(/metric/csat/\w+\.[^"]+)"', html)]
    assert len(links) == 10 and all(link.endswith("?period=last_week&channel=chat&lang=nl") for link in links)
    kinds = {"csv": b"\xef\xbb\xbfmetric,", "xlsx": b"PK", "json": b"{", "png": b"\x89PNG", "svg": b"<svg"}
    for link in links:
        desk = FakeDesk()
        response = ask(create_app(desk), link)
        form = link.partition("?")[0].rpartition(".")[2]
        assert response.status_code == 200 and response.content.startswith(kinds[form]), link
        assert response.headers["content-disposition"].startswith("attachment;")
        assert all(q.where == (Filter("channel", ("chat",)),) for q in desk.asked if isinstance(q, Question))


def test_a_file_says_what_was_remarked_beside_its_figures_in_the_language_asked() -> None:
    """On the second sheet of a workbook, in JSON, and below a picture, wrapped where it is long."""
    many = "Agreements not judged of web: " + ", ".join(f"agreement {n}" for n in range(20)) + ". Not every message is there."
    desk = FakeDesk(replace(make_scorecard(), notes=("No row has the customer segment 'gold'. There are: vip.", many)))
    said = "Niciun rând nu are această valoare (segment de clienți: 'gold'). Există: vip."
    link = "/metric/csat/trend.{}?lang=ro"
    files = {form: ask(create_app(desk), link.format(form)).content for form in ("json", "xlsx", "svg")}
    notes = json.loads(files["json"])["notes"]
    assert notes.startswith(said + " ") and "agreement 19" in notes and notes.count(".") == 4
    about = {title: text for title, text, *_ in load_workbook(BytesIO(files["xlsx"]))["about"].iter_rows(values_only=True)}
    assert about["notes"] == notes
    lines = [element.text or "" for element in ElementTree.fromstring(files["svg"]).iter()]
    place = next(place for place, line in enumerate(lines) if line.startswith("Niciun"))
    assert lines[place - 1].startswith("servicemeter · ") and " ".join(lines[place:]).strip() == notes
    assert all(len(line) <= 150 for line in lines)


def test_a_metric_that_the_scorecard_leaves_out_is_measured() -> None:
    assert "Standard answers: 40 %." in words(page("/metric/macro_share"))


def test_a_metric_with_rows_of_its_own_shows_them() -> None:
    text = words(page("/metric/volume_by_channel"))
    assert "Volume per channel" in text and "e-mail" in text and "social media" in text


def test_an_unknown_metric_is_not_found_and_names_the_nearest() -> None:
    assert "Did you mean 'csat' or 'ces'?" in words(page("/metric/csatt", status=404))


def test_the_catalogue_names_every_metric_with_its_question() -> None:
    html = page("/definitions")
    for metric in METRICS:
        assert f'href="/metric/{metric.name}#definition"' in html
        assert metric.asks["en"] in unescape(html)


def test_findings_are_counted_and_listed() -> None:
    finding = {
        "name": "early",
        "title": "Tickets solved before their first reply",
        "severity": "wrong",
        "count": 1204,
        "total": 8469,
        "examples": [{"source": "files", "ticket_id": "<7>", "solved_at": None}],
        "metrics": ["tickets_created"],
        "remedy": "Look at the export.",
    }
    desk = FakeDesk(found=[finding, {**finding, "total": None, "examples": []}])
    assert '<span class="badge">2' in page("/", desk) and "2 findings about the data" in words(page("/", desk))
    html = page("/check", desk)
    text = words(html)
    assert "Tickets solved before their first reply 1,204 of 8,469 wrong" in text and "Look at the export." in text
    assert "source files, ticket_id &lt;7&gt;" in html and 'href="/metric/tickets_created"' in html
    assert "No findings about the data" in words(page("/check"))


def test_of_many_metrics_that_a_finding_touches_the_first_four_are_shown() -> None:
    names = [metric.name for metric in METRICS[:9]]
    finding = {"name": "early", "title": "Early", "severity": "note", "count": 1, "total": None, "remedy": "",
               "examples": [{"ticket_id": "t1", "created_at": "2026-07-01T22:30:00Z"}]}  # fmt: skip
    html = page("/check", FakeDesk(found=[{**finding, "metrics": names}]))
    first, folded = html.split("And 5 figures more</summary>")
    assert [name in first for name in (f'"/metric/{one}"' for one in names)] == [True] * 4 + [False] * 5
    assert all(f'"/metric/{one}"' in folded.split("</details>")[0] for one in names[4:])
    assert "created_at 2026-07-02T00:30:00+02:00" in html  # Amsterdam in summer
    five = page("/check", FakeDesk(found=[{**finding, "metrics": names[:5]}]))
    assert "more</summary>" not in five and f'"/metric/{names[4]}"' in five


def test_a_filter_that_no_row_meets_is_said_above_the_empty_figures() -> None:
    desk = FakeDesk(replace(make_scorecard(), notes=("No row has the channel '<fax>'.",)))
    html = page("/?channel=%3Cfax%3E&team=returns", desk)  # teams that the desk does not list are not doubted
    alert = re.search(r'<p class="alert">(.*?)</p>', html, re.S)
    assert alert and words(alert[1]) == "No row has this channel: <fax>. Choose another one above, or all. all"
    assert 'href="/?team=returns"' in alert[1] and html.count('class="alert"') == 1
    assert 'class="alert"' not in page("/?channel=%3Cfax%3E", FakeDesk()) and 'class="alert"' not in page("/?channel=email", desk)


def test_the_days_of_a_source_are_a_strip_with_a_square_each() -> None:
    # Thursday to Tuesday: six squares; the Sunday usually has rows. The fullest day has ten.
    covered = {"source": "<mail>", "first_on": "2026-11-19", "row_counts": [10, 3, 0, 0, 5, 1], "missing": ["2026-11-22"]}
    html = page("/check", FakeDesk(covers=[covered]))
    assert "19 Nov 2026 to 24 Nov 2026: 4 of 6 days have rows" in words(html) and "1 day lacks rows" in words(html)
    wide = html.split('<div class="chart wide">')[1].split("</svg>")[0]
    assert wide.count("<rect") == 6 and wide.count('class="gap"') == 1 and wide.count('class="empty"') == 1
    assert "<title>22 Nov 2026: 0 rows (usually some)</title>" in wide and 'class="heat6"' in wide
    assert "<mail>" not in html and "Rows of each day" not in page("/check")
    # 84 for the weekdays, 13 for each of two weeks, 24 beside them; on top 20, seven days of 13, 2 below
    assert 'viewBox="0 0 134 113" width="134" height="113"' in wide


def test_what_is_wrong_with_the_data_stands_beside_the_metric_that_it_touches() -> None:
    finding = {"name": "rows_kept_aside", "title": "Rows that could not be taken: no day", "part": "no day",
               "severity": "missing", "count": 7, "total": None, "examples": [], "metrics": ["csat"], "remedy": "Mend them.",
               "template": "Rows that could not be taken: {part}"}  # fmt: skip
    desk = FakeDesk(found=[finding])
    html = page("/metric/csat", desk)
    assert "Rows that could not be taken: no day 7 · missing rows" in words(html)
    assert 'href="/check#rows_kept_aside-no-day"' in html and 'id="rows_kept_aside-no-day"' in page("/check", desk)
    assert "What is wrong with its data" not in page("/metric/ces", desk)


def test_without_data_the_page_teaches_the_one_command() -> None:
    bare = replace(make_scorecard(), families=[], data_version=0)
    assert "servicemeter import tickets.csv" in words(page(desk=FakeDesk(card=bare)))
    nothing = Card("csat", Question("csat"), row(None, 0, null_reason="no_data"), None, [])
    empty = replace(bare, families=[Family("voice", [nothing])])
    assert "servicemeter import" in page(desk=FakeDesk(card=empty))
    assert '<a class="button" href="/import">Import a file</a>' in page(desk=FakeDesk(card=empty))
    assert "servicemeter import" not in page(desk=FakeDesk(card=replace(empty, data_version=3)))


@pytest.mark.parametrize(
    ("fault", "status"),
    [(BookHeld("Another server holds the book. Stop it first."), 503), (BadBook("The book is damaged."), 503),
     (ServicemeterError("No source measures this."), 422)],
)  # fmt: skip
def test_faults_are_told_in_plain_words(fault: Exception, status: int) -> None:
    text = words(page(desk=FakeDesk(fault=fault), status=status))
    assert str(fault) in text and "Traceback" not in text


def test_an_unforeseen_failure_shows_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    response = ask(create_app(FakeDesk(fault=ZeroDivisionError("secret detail"))), "/")
    assert response.status_code == 500
    assert "secret" not in response.text and "your data is untouched" in response.text
    assert "Content-Security-Policy" in response.headers
    assert "secret detail" in caplog.text


def test_the_outline_of_every_page_is_sound() -> None:
    """One h1, no level skipped, every field labelled, ids unique, a way past the menu."""
    for path in ("/", "/metric/csat", "/definitions", "/check"):
        outline = _Outline()
        outline.feed(page(path, FakeDesk(found=[{"title": "a gap", "count": 1}])))
        assert outline.levels[0] == 1 and outline.levels.count(1) == 1
        assert all(b - a <= 1 for a, b in zip(outline.levels, outline.levels[1:], strict=False)), outline.levels
        assert len(outline.ids) == len(set(outline.ids))
        assert outline.unlabelled == [] and outline.styled == []
        assert outline.first_link == "#main"


class _Outline(HTMLParser):
    """What a page is made of, as far as its outline goes."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.unlabelled: list[str] = []
        self.styled: list[str] = []
        self.first_link = ""
        self._labels = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self._labels += tag == "label"
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag in ("select", "input") and not self._labels and held.get("type") != "hidden":
            self.unlabelled.append(tag)
        if "id" in held:
            self.ids.append(held["id"] or "")
        if "style" in held or tag == "style" or any(name.startswith("on") for name in held):
            self.styled.append(tag)
        if tag == "a" and not self.first_link:
            self.first_link = held.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        self._labels -= tag == "label"


def test_figures_and_units_stay_on_one_line() -> None:
    gap = "\N{NO-BREAK SPACE}"
    assert unbroken("now 2 h 10 min, n 4,812") == f"now 2{gap}h{gap}10{gap}min, n{gap}4,812"
    assert unbroken("18 min faster; 5 % of 3 teams") == f"18{gap}min faster; 5{gap}% of 3 teams"
