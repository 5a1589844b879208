"""The reader's language: how it is chosen, and that no text of a page is left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from app_client import ask
from fake_desk import METRICS, FakeDesk
from fake_live import WORDS
from servicemeter.show import phrases
from servicemeter.surveys.formfile import load_forms
from servicemeter.web.app import create_app
from servicemeter.web.navigation import navigable

_FINDING = {
    "title": "Chat history is missing.",
    "count": 3,
    "total": 9,
    "severity": "wrong",
    "metrics": ["csat"],
    "remedy": "sync",
}
PATHS = [
    *navigable(), "/metric/first_response_time", "/metric/csat?set=&by=channel", "/metric/abandonment_rate", "/no_such_page",
    "/ticket?id=t7", "/ticket/metrics?id=t7", "/customer?id=c7&of=shop", "/tickets?id=t9&status=new", "/now?wall=1",
    "/teams", "/agent?agent=a1", "/import", "/import?file=proposed", "/import?file=known", "/views?of=/agents&gone=1",
    "/targets?gone=note&number=1", "/targets?metric=csat&set=1&number=3", "/settings?changed=now", "/sources?asked=t0",
    "/sources/loads?source=shop&done=9", "/sources/undo?source=shop&load=4", "/sources/remove?source=shop",
    "/settings/hours?calendar=t0&saved=3", "/settings/hours?new=1&saved=0", "/settings/hours?calendar=t8",
    "/settings/promises?saved=3", "/settings/promises?policy=t7&metric=first_response&saved=0",
    *(f"/metric/first_response_time/{part}" for part in ("trend", "split", "times", "spread", "variants", "rows")),
]  # fmt: skip
# What is not ours to translate: names, identifiers, units, dates as the reader writes them, values of the data.
_KEPT = re.compile(
    r"servicemeter|English|Nederlands|Română|Europe/Amsterdam|common practice|"
    r"\b(?:EN|NL|RO|CSV|XLSX|JSON|PNG|SVG|SQL|n|kB|MB|p50|p90|d|h|u|min|s|nov|okt|sep|aug|jan|feb|mrt|apr|mei|jun|jul|dec|[Nn]ovember|oktober)\b|"
    r"\b(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|ma|di|wo|do|vr|za|zo)\b|\bW\d+\b"
)


class _Texts(HTMLParser):
    """The texts of a page, also those in attributes that are read out; what is in code or marked as English is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag in ("code", "pre", "script") or held.get("lang") in ("en", "ro") or self._silent:
            if tag not in ("link", "meta", "input", "path", "circle", "line", "rect", "polyline", "polygon"):
                self._silent.append(tag)
            return
        self.found += [text for name in ("aria-label", "title", "placeholder", "alt") if (text := held.get(name))]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def _own_words() -> Iterator[str]:
    """Words that the hand-made desk brings: labels, definitions, channels, rows."""
    for metric in METRICS:
        yield from (*metric.names["en"], *metric.names["nl"], *metric.names["ro"], *metric.asks.values(), metric.name)
        yield from (metric.formula, metric.counted, metric.leaves_out, metric.peers, *metric.needs, *metric.beside)
    yield from (
        "which clock runs",
        "email",
        "chat",
        "phone",
        "social",
        "shop",
        "period_start",
        "fact",
        "source",
        "ticket_id",
        "happened_at",
        "value",
    )
    yield from WORDS
    for form in load_forms().values():
        yield from (words for wording in form.wordings.values() for words in (wording.title, *wording.labels["score"].values()))
    yield from (str(_FINDING["title"]), str(_FINDING["remedy"]), "files", "tickets", "t0", "t1", "t2", "n", "Spam")


@pytest.mark.parametrize("path", PATHS)
def test_no_text_of_a_page_is_untranslated(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every phrase turned into brackets, what still has letters is neither a phrase nor of the data: it must not exist."""

    class Bracketed(dict[str, list[str]]):
        def get(self, key: str, default: object = None) -> list[str]:
            places = "".join(f"⟦{{{name}}}⟧" for name in dict.fromkeys(re.findall(r"\{(\w+)\}", key)))
            return [f"⟦{places}⟧"]

    monkeypatch.setattr(phrases, "translations", lambda language: Bracketed())
    html = ask(create_app(FakeDesk(found=[_FINDING])), path + ("&" if "?" in path else "?") + "lang=nl").text
    texts = _Texts()
    texts.feed(html)
    own = sorted(set(_own_words()), key=len, reverse=True)
    left = []
    for text in texts.found:
        for word in own:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "", text)
        if re.search(r"[A-Za-z]{2,}", _KEPT.sub("", text)):
            left.append(text.strip())
    assert left == []


@pytest.mark.parametrize(
    ("wishes", "address", "language"),
    [
        ("", "/", "en"),
        ("nl", "/", "nl"),
        ("de-DE,ro;q=0.8,nl;q=0.9", "/", "nl"),
        ("nl-BE,nl;q=0.9,en;q=0.1", "/", "nl"),
        ("en;q=0, ro;q=0.1", "/", "ro"),
        ("nl;q=x", "/", "en"),
        ("nl", "/?lang=ro", "ro"),
        ("ro", "/metric/csat?lang=en", "en"),
    ],
)
def test_the_address_goes_before_what_the_browser_wishes(wishes: str, address: str, language: str) -> None:
    response = ask(create_app(FakeDesk()), address, headers={"Accept-Language": wishes})
    assert f'<html lang="{language}">' in response.text
    assert (response.headers["content-language"], response.headers["vary"]) == (language, "Accept-Language")


def test_a_chosen_language_is_carried_by_every_link_and_an_unknown_one_is_refused() -> None:
    html = ask(create_app(FakeDesk()), "/?lang=nl&channel=chat").text
    inside = re.findall(r'href="(/(?!static|look)[^"]*)"', html)
    assert len(inside) > 20 and all("lang=" in link for link in inside)
    assert "Did you mean &#39;en&#39;" in ask(create_app(FakeDesk()), "/?lang=eng").text
    assert ask(create_app(FakeDesk()), "/?lang=de").status_code == 400


def test_numbers_and_dates_are_the_reader_s() -> None:
    dutch, romanian = (ask(create_app(FakeDesk()), f"/?lang={language}").text for language in ("nl", "ro"))
    assert (
        "4.812" in dutch and "93,1" in dutch and "1–21 nov 2026" in dutch and "2 u 04" in dutch.replace("\N{NO-BREAK SPACE}", " ")
    )
    assert "93,1" in romanian and "1–21 nov. 2026" in romanian
