"""Messages of the book are read once, under one model's name, and again when their words change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comments import make_comments, shuffled
from servicemeter.desk import analysing
from servicemeter.desk.desk import Desk
from servicemeter.desk.feeling import live_model
from servicemeter.desk.methods.analyse_texts import analyse_texts
from servicemeter.desk.methods.learn_sentiment import learn_sentiment
from servicemeter.desk.methods.sources import sources
from servicemeter.ground.errors import BadSettings
from servicemeter.ground.settings import Home
from servicemeter.text.learning import Comment
from servicemeter.text.sentiment import MODEL, judge

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def measured(desk: Desk, **options: Any) -> dict[str, Any]:
    """The row of the metric over March."""
    return dict(desk.measure("sentiment", since="2026-03-01", until="2026-04-01", **options).row)


def load_words(desk: Desk, words: list[tuple[str, str | None]], source: str = "helpdesk", **more: Any) -> None:
    """One ticket a source, with messages by (author_type, text); a text of None is left out."""
    lines = list(enumerate(words))
    desk.load(
        source=source,
        now=NOW,
        tickets=[{"ticket_id": "1", "created_at": "2026-03-02T09:00:00+01:00"}],
        messages=[
            {"message_id": f"{n}", "ticket_id": "1", "occurred_at": f"2026-03-02T10:{n:02}:00+01:00", "author_type": author}
            for n, (author, _) in lines
        ],
        texts=[{"of": "message", "id": f"{n}", "text": text} for n, (_, text) in lines if text is not None],
        **more,
    )


def scores(desk: Desk) -> dict[tuple[str, str], float | None]:
    rows = desk.book.engine.rows("select model, message_id, score from message_sentiment order by model, message_id")
    return {(model, number): score for model, number, score in rows}


def test_only_what_customers_wrote_is_read() -> None:
    with Desk(None, on_demand=True) as desk:
        load_words(desk, [
            ("customer", "Mijn pakket is kapot aangekomen, wat een puinhoop"), ("agent", "Geweldig dat u schrijft"),
            ("customer", "Bedankt!"), ("customer", None), ("bot", "Top, we hebben uw bericht ontvangen"),
        ])  # fmt: skip
        found = analyse_texts(desk, now=NOW)
        assert (found.messages, found.by_language, found.left) == (2, {"nl": 2}, 0)
        assert found.by_label == {"negative": 1, "positive": 1}
        row = measured(desk)
        assert (row["n"], row["coverage"]) == (1, 1.0)
        assert set(scores(desk)) == {(MODEL, "0"), (MODEL, "2")}


def test_what_was_read_is_not_read_again_until_its_words_change() -> None:
    with Desk(None, on_demand=True) as desk:
        load_words(desk, [("customer", "Thank you, this is a wonderful lamp")])
        assert analyse_texts(desk, now=NOW).messages == 1
        again = analyse_texts(desk, now=NOW)
        assert (again.messages, again.data_version) == (0, 2)
        later = datetime(2026, 4, 2, tzinfo=UTC)
        words = [{"of": "message", "id": "0", "text": "No thank you, this is a terrible lamp"}]
        desk.load(source="helpdesk", now=later, texts=words)
        assert analyse_texts(desk, now=later).messages == 1
        assert analyse_texts(desk, now=later).messages == 0
        score = scores(desk)[MODEL, "0"]
        assert score is not None and score < 0


def test_what_cannot_be_told_has_a_row_without_a_score() -> None:
    with Desk(None, on_demand=True) as desk:
        load_words(desk, [("customer", "Ich warte seit drei Wochen auf mein Paket und höre nichts von Ihnen")])
        found = analyse_texts(desk, now=NOW)
        assert (found.by_language, found.by_label) == ({"de": 1}, {"not analysed": 1})
        assert scores(desk) == {(MODEL, "0"): None}
        row = measured(desk)
        assert (row["n"], row["value"], row["coverage"]) == (0, None, 0.0)


def test_it_goes_on_in_steps() -> None:
    with Desk(None, on_demand=True) as desk:
        for source in ("one", "two", "three"):
            load_words(desk, [("customer", "I am happy with this lamp, thanks a lot")], source)
        step = analyse_texts(desk, now=NOW, most_tickets=2)
        assert (step.messages, step.left) == (2, 1)
        step.add(analyse_texts(desk, now=NOW, most_tickets=2))
        assert (step.messages, step.left, step.by_label) == (3, 0, {"positive": 3})


def test_the_customers_language_tells_that_of_a_short_message() -> None:
    with Desk(None, on_demand=True) as desk:
        load_words(desk, [("customer", "Mersi!")])
        assert analyse_texts(desk, now=NOW).by_language == {"(unknown)": 1}
    with Desk(None, on_demand=True) as desk:
        load_words(desk, [("customer", "Mersi!")], customers=[{"customer_id": "c", "language": "ro-RO"}])
        ticket = {"ticket_id": "1", "created_at": "2026-03-02T09:00:00+01:00", "customer_id": "c"}
        desk.load(source="helpdesk", now=NOW, tickets=[{**ticket, "source_seq": 2}])
        assert analyse_texts(desk, now=NOW).by_language == {"ro": 1}


def test_a_new_model_scores_everything_anew_and_the_old_series_ends() -> None:
    with Desk(None, on_demand=True) as desk:
        load_words(desk, [("customer", "Thank you, this is a wonderful lamp")])
        analyse_texts(desk, now=NOW)
        found = analysing.analyse_texts(desk, now=NOW, model=lambda text, language: judge(-2.0), name="servicemeter-other/1")
        assert (found.messages, found.withdrawn) == (1, 1)
        assert scores(desk)[MODEL, "0"] is None
        row = measured(desk)
        assert (row["value"], row["null_reason"]) == (-1.0, None)
        back = analyse_texts(desk, now=NOW)
        assert (back.messages, back.withdrawn) == (1, 1)
        assert measured(desk)["value"] == 1.0
        assert analyse_texts(desk, now=NOW).messages == 0


def test_scores_of_others_stay_and_are_not_mixed() -> None:
    with Desk(None, on_demand=True) as desk:
        foreign = [{"message_id": "0", "model": "vendor", "score": 0.9}]
        load_words(desk, [("customer", "This lamp is really terrible, I am sorry to say")], message_sentiment=foreign)
        assert analyse_texts(desk, now=NOW).other_models == ["vendor"]
        assert measured(desk)["null_reason"] == "mixed_scales"
        assert measured(desk, model=MODEL)["value"] == -1.0
        assert measured(desk, model="vendor")["value"] == 1.0


def test_a_source_that_can_supply_everything_still_can() -> None:
    with Desk(None, on_demand=True) as desk:
        load_words(desk, [("customer", "Thanks!")])
        coverage = {"loaded_from": "2026-03-01T00:00:00Z", "loaded_through": "2026-04-01T00:00:00Z"}
        desk.load(source="helpdesk", now=NOW, sources=[{"source": "helpdesk", **coverage}])
        desk.book.engine.run("update sources set capabilities = null")
        analyse_texts(desk, now=NOW)
        assert [row["capabilities"] for row in sources(desk)] == [None]


def load_ratings(desk: Desk, comments: list[Comment]) -> None:
    numbers = range(len(comments))
    desk.load(
        source="survey",
        now=NOW,
        survey_invitations=[
            {"invitation_id": f"{n}", "kind": "csat", "customer_id": f"c{n}", "sent_at": "2026-03-02T09:00:00Z", "language": "nl"}
            for n in numbers
        ],
        survey_answers=[
            {"answer_id": f"{n}-{question}", "invitation_id": f"{n}", "answered_at": "2026-03-02T10:00:00Z", **said}
            for n in numbers
            for question, said in (
                ("score", {"value_num": 5 if comments[n].is_positive else 1}),
                ("comment", {"question": "comment", "value_text": comments[n].text}),
            )
        ],
    )


def test_what_is_better_goes_live_and_what_is_not_stays_out(tmp_path: Path) -> None:
    home = Home(tmp_path / "data")
    comments = make_comments(300, 0.5, np.random.default_rng(5))
    with Desk(home) as desk:
        load_ratings(desk, comments)
        lesson = learn_sentiment(desk)
        assert lesson.is_new and lesson.comments == 300 and lesson.live == live_model(home).name
        load_words(desk, [("customer", "De koerier liep door en de doos lag in de regen")])
        assert analyse_texts(desk, now=NOW).by_label == {"negative": 1}
        assert set(scores(desk)) == {(lesson.live, "0")}
    home.lessons.write_bytes(b"changed")
    with pytest.raises(BadSettings, match="sentiment"):
        live_model(home)
    nothing = Home(tmp_path / "nothing")
    with Desk(nothing) as desk:
        load_ratings(desk, shuffled(comments, np.random.default_rng(6)))
        assert not learn_sentiment(desk).is_new
        assert live_model(nothing).name == MODEL


def test_few_ratings_teach_nothing(tmp_path: Path) -> None:
    with Desk(Home(tmp_path / "data")) as desk:
        load_ratings(desk, make_comments(20, 0.5, np.random.default_rng(5)))
        lesson = learn_sentiment(desk)
        assert not lesson.is_new and lesson.comments == 20 and lesson.model_f1 is None


def test_only_extremes_of_three_words_and_the_last_of_a_customer_teach(tmp_path: Path) -> None:
    marks = {"a": 5, "b": 4, "c": 3, "d": 2, "e": 1, "f": 5}
    with Desk(Home(tmp_path / "data")) as desk:
        desk.load(
            source="survey",
            now=NOW,
            survey_invitations=[{"invitation_id": n, "kind": "csat", "customer_id": n, "language": "nl"} for n in marks]
            + [{"invitation_id": "later", "kind": "nps", "customer_id": "a", "language": "nl"}],
            survey_answers=[
                {"answer_id": n, "invitation_id": n, "answered_at": "2026-03-02T10:00:00Z", "value_num": mark,
                 "value_text": "heel goed" if n == "f" else "dat ging heel vlot"}
                for n, mark in marks.items()
            ]
            + [{"answer_id": "later", "invitation_id": "later", "answered_at": "2026-03-03T10:00:00Z", "value_num": 5,
                "value_text": "dat viel me tegen"}],
        )  # fmt: skip
        lesson = learn_sentiment(desk)
        assert (lesson.comments, lesson.positive) == (3, 0)
