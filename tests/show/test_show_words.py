"""What cards say, against texts worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fake_desk import METRICS, make_metric, make_scorecard, row, series
from servicemeter.metrics.catalog import all_metrics
from servicemeter.model.metric import Metric
from servicemeter.model.question import Question
from servicemeter.model.scorecard import Card, Family
from servicemeter.model.target import Outcome, Target
from servicemeter.show.changes import aim_words, compare, target_words
from servicemeter.show.remarks import remark, remarks
from servicemeter.show.sentences import family_sentence, statement, summarise, trend_sentence
from servicemeter.show.words import exact_words, headline, interval_words, null_words, share_words, trust_words, value_words

BY_NAME = {metric.name: metric for metric in METRICS}


def named(name: str) -> Metric:
    return BY_NAME[name]


@pytest.mark.parametrize(
    ("name", "fields", "value", "trust"),
    [
        ("first_response_time", (7800, 4812, 7440, 8220), "2 h 10 min", "median, 2 h 04 – 2 h 17 · n 4,812"),
        ("average_handle_time", (260.4, 90), "4 min 20 s", "mean · n 90"),
        ("reopen_rate", (0.068, 4121, 0.0607, 0.0761), "6.8 %", "6.1–7.6 · n 4,121"),
        ("reopen_rate", (0.0, 40, 0.0, 0.0876), "0 %", "0–9 · n 40"),
        ("reopen_rate", (0.997, 40, 0.9, 1.0), "99.7 %", "90.0–100.0 · n 40"),
        ("csat", (0.84, 412, 0.80, 0.87), "84 %", "80–87 · n 412"),
        ("nps", (38.2, 156, 28.6, 47.1), "+38", "+29 – +47 · n 156"),
        ("nps", (-3.0, 40, -20.0, 14.0), "−3", "−20 – +14 · n 40"),
        ("ces", (5.6, 203, 5.4, 5.8), "5.6", "mean, 5.4–5.8 · n 203"),
        ("replies_per_resolution", (2.31, 4377, 2.26, 2.37), "2.3 replies", "mean, 2.3–2.4 · n 4,377"),
        ("contact_rate", (0.084, 59405, 0.0817, 0.0863), "8.4 per 100", "8.2–8.6 · n 59,405"),
        ("tickets_created", (4990, 4990), "4,990", ""),
        ("backlog", (0, 0), "0", ""),
        ("ces", (5.6, 12, 4.9, 6.3), "5.6", "mean, 4.9–6.3 · n 12 · few cases"),
    ],
)
def test_value_and_trust(name: str, fields: tuple[Any, ...], value: str, trust: str) -> None:
    shown = row(*fields)
    assert value_words(named(name), shown) == value
    assert trust_words(named(name), shown) == trust


def test_headline_sets_figures_apart_from_units() -> None:
    assert headline(named("first_response_time"), row(7800, 9)) == [("2", "h"), ("10", "min")]
    assert headline(named("csat"), row(0.84, 412, 0.8, 0.87)) == [("84", "%")]
    assert headline(named("csat"), row(None, 0, null_reason="empty")) == [("–", "")]


def test_money_shows_major_units() -> None:
    cost = make_metric("cost_per_resolution", "volume", "Cost per resolution", "money", "lower")
    cents = row(412.4, 90, currency="EUR")
    assert [value_words(cost, cents, language) for language in ("en", "nl", "ro")] == ["€4.12", "€ 4,12", "4,12 €"]
    assert exact_words(cost, cents) == "€4.1240"
    assert value_words(cost, row(412.4, 90, currency=None)) == "4.12"
    aimed = Card("cost_per_resolution", Question("cost_per_resolution"), cents, None, [], Target("<=", 500), "met")
    assert target_words(cost, aimed, "nl") == "doel € 5,00 · gehaald"


@pytest.mark.parametrize(
    ("name", "reason", "text"),
    [
        ("csat", "empty", "no answers in this period"),
        ("average_handle_time", "empty", "no calls or chats in this period"),
        ("contact_rate", "empty", "nothing to measure in this period"),
        ("csat", "not_measured", "not measured: no source has what it needs"),
        ("csat", "no_data", "before the data begins"),
        ("csat", "not_started", "the data end before this period"),
        ("csat", "mixed_scales", "answers on different scales cannot be put together"),
        ("csat", "invalid_dimension", "has no meaning for this split"),
        ("csat", "immature", "too early to tell: the waiting time of these cases is not over"),
        ("csat", "something_new", "something new"),
    ],
)
def test_null_says_why_and_never_zero(name: str, reason: str, text: str) -> None:
    empty = row(None, 0, null_reason=reason)
    assert null_words(named(name), empty) == text
    assert trust_words(named(name), empty) == text
    assert value_words(named(name), empty) == "–"


@pytest.mark.parametrize(
    ("name", "lacks", "words"),
    [
        ("survey_response_rate", "invitations_sent", "not measured: no source says who was asked"),
        ("survey_response_rate", "survey_invitations", "not measured: no source says who was asked"),
        ("first_response_time", "messages|interactions|repliers", "not measured: no source says who replied"),
        ("sla_breaches", "sla_policies", "not measured: nothing is promised"),
        ("sla_breaches", "resolution_outcomes", "not measured: no source tells how promises ended"),
        ("first_response_time", "first_contact", "not measured: no source says when customers asked"),
        ("macro_share", "macros", "not measured: no source has what it needs"),
    ],
)
def test_what_is_not_measured_says_what_is_lacking(name: str, lacks: str, words: str) -> None:
    assert null_words(all_metrics()[name], row(None, None, null_reason="not_measured", lacks=lacks)) == words


def test_a_survey_score_of_four_answers_shows_only_their_number() -> None:
    assert value_words(named("csat"), row(0.75, 4, 0.3, 0.95)) == "–"
    assert trust_words(named("csat"), row(0.75, 4, 0.3, 0.95)) == "4 answers: too few to show"
    assert interval_words(named("csat"), row(0.75, 4, 0.3, 0.95)) == ""
    assert value_words(named("csat"), row(0.8, 5, 0.38, 0.96)) == "80 %"
    assert value_words(named("reopen_rate"), row(0.75, 4, 0.3, 0.95)) == "75 %"


@pytest.mark.parametrize(
    ("name", "now", "before", "standing", "words", "verdict"),
    [
        ("first_response_time", (7800, 4812, 7440, 8220), (8880, 4500, 8520, 9240), "better", "18 min faster", ""),
        ("resolution_time", (34800, 4377, 33120, 36300), (30900, 4200, 29400, 32000), "worse", "1 h 5 min slower", ""),
        ("response_time", (5520, 9000, 5340, 5700), (5580, 9000, 5400, 5760), "same", "no clear change", ""),
        ("sla_compliance_rate", (0.931, 4812, 0.923, 0.938), (0.917, 4500, 0.909, 0.925), "better", "+1.4 points",
         "better"),
        ("reopen_rate", (0.068, 4121, 0.061, 0.076), (0.058, 4010, 0.0535, 0.0605), "worse", "+1.0 point", "worse"),
        ("csat", (0.84, 412, 0.80, 0.87), (0.89, 430, 0.857, 0.916), "worse", "−5 points", "worse"),
        ("tickets_created", (4990, 4990), (4602, 4602), "moved", "388 more (+8 %)", ""),
        ("backlog", (240, 240), (312, 312), "better", "72 fewer (−23 %)", "better"),
        ("backlog", (9, 9), (0, 0), "worse", "9 more", "worse"),
        ("backlog", (-40, 900), (13, 900), "better", "53 fewer", "better"),
        ("backlog", (312, 312), (300, 300), "same", "no clear change", ""),
        ("average_handle_time", (300, 90), (260, 90), "moved", "40 s longer", ""),
        ("ces", (5.6, 12, 4.9, 6.3), (3.1, 200, 3.0, 3.2), "same", "too few to compare", ""),
        ("nps", (60, 900, 56, 64), (40, 900, 36, 44), "better", "+20", "better"),
        ("contact_rate", (0.09, 9000, 0.085, 0.092), (0.07, 9000, 0.068, 0.072), "worse", "+2.0 per 100", "worse"),
    ],
)  # fmt: skip
def test_changes_follow_the_metric_s_direction(
    name: str, now: tuple[Any, ...], before: tuple[Any, ...], standing: str, words: str, verdict: str
) -> None:
    change = compare(named(name), row(*now), row(*before))
    assert change is not None
    assert (change.standing, change.words, change.verdict) == (standing, words, verdict)


def test_a_net_change_is_noisy_as_all_its_events_are() -> None:
    """+9 of 217 events, +1 of 473: the difference of 8 lies within 1.96 x sqrt(690) = 51.5. From +9 to +80 of 473 it does not,
    and of a sum that may be below nothing no share is said."""
    flow = all_metrics()["backlog_flow"]
    before, now, much = row(9, 217), row(1, 473), row(80, 473)
    unclear, clear = compare(flow, now, before), compare(flow, much, before)
    assert unclear is not None and (unclear.standing, unclear.words) == ("same", "no clear change")
    assert clear is not None and (clear.standing, clear.words) == ("worse", "71 more")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tickets_closed_per_agent", "no tickets solved by agents in this period"),
        ("cost_per_resolution", "no tickets solved in this period"),
        ("resolution_rate", "no tickets created in this period"),
        ("automated_resolution_rate", "no tickets created in this period"),
        ("reopen_rate", "no tickets solved in this period"),
        ("sentiment", "no messages scored in this period"),
        ("survey_response_rate", "no surveys sent in this period"),
        ("nps", "no answers in this period"),
        ("complaint_ratio", "nothing to measure in this period"),
        ("occupancy", "nothing to measure in this period"),
        ("service_level", "no calls or chats in this period"),
    ],
)
def test_nothing_is_called_by_what_the_metric_counts(name: str, text: str) -> None:
    assert null_words(all_metrics()[name], row(None, 0, null_reason="empty")) == text


def test_a_share_s_interval_beside_a_count_is_a_share_s() -> None:
    """44 of 207 tickets came by chat: 21 %, Wilson 16.2 to 27.3 %; none of them is a number of tickets."""
    of_chat = row(44, 44, 0.1622, 0.2734, share=0.2126)
    volume = all_metrics()["volume_by_channel"]
    assert (value_words(volume, of_chat), interval_words(volume, of_chat)) == ("44", "16–27 %")
    assert share_words(volume, of_chat) == "21 % of all"
    assert share_words(all_metrics()["tickets_created"], row(44, 44)) == ""


def test_effort_is_no_ease() -> None:
    ces = named("ces")
    assert statement(ces, row(5.6, 40, better="higher")) == "Customers gave 5.6 for ease."
    assert statement(ces, row(2.1, 40, better="lower")) == "Customers gave 2.1 for effort."


def test_who_judged_what_is_told_apart() -> None:
    assert remark(all_metrics()["complaint_ratio"], row(0.05, 319, coverage=0.93)) == "93 % of tickets judged"
    assert "92 % of tickets scored" in remark(all_metrics()["sentiment"], row(0.3, 164, negative=0.3, coverage=0.92))


def test_intervals_that_touch_may_still_differ_clearly() -> None:
    """Both intervals reach 0.0525, and 0.015 is more than sqrt(0.0075² + 0.0075²) = 0.0106; 0.010 is less."""
    now, before = row(0.06, 900, 0.0525, 0.0675), row(0.045, 900, 0.0375, 0.0525)
    change = compare(named("reopen_rate"), now, before)
    assert change is not None and change.standing == "worse"
    nearer = compare(named("reopen_rate"), row(0.055, 900, 0.0475, 0.0625), before)
    assert nearer is not None and nearer.standing == "same"


def test_arrows_follow_the_number_and_words_the_judgement() -> None:
    faster = compare(named("first_response_time"), row(60, 99, 55, 65), row(90, 99, 85, 95))
    worse = compare(named("reopen_rate"), row(0.2, 999, 0.19, 0.21), row(0.1, 999, 0.09, 0.11))
    assert faster is not None and worse is not None
    assert (faster.arrow, worse.arrow) == ("▼", "▲")


def test_nothing_is_compared_with_nothing() -> None:
    assert compare(named("csat"), row(0.8, 99), None) is None
    assert compare(named("csat"), row(0.8, 99), row(None, 0)) is None
    assert compare(named("csat"), row(None, 0), row(0.8, 99)) is None


def _target_words(name: str, now: dict[str, Any], outcome: Outcome | None) -> str:
    metric = named(name)
    return target_words(metric, Card(name, Question(name), now, None, [], metric.target, outcome))


def test_target_words() -> None:
    assert _target_words("first_response_time", row(7800, 900), "met") == "target 4 h · met"
    assert _target_words("reopen_rate", row(0.05, 900), "close") == "target 5 % · too close to call"
    assert _target_words("csat", row(None, 0), None) == "target 85 %"
    assert _target_words("csat", row(1.0, 4), "close") == "target 85 %", "a value that is not shown is not judged"
    assert _target_words("nps", row(30, 200), None) == ""
    assert aim_words(named("contact_rate"), Target("<=", 0.075, "x")) == "7.5 per 100"


@pytest.mark.parametrize(
    ("name", "fields", "text"),
    [
        ("first_response_time", {"n_unanswered_open": 31, "mean": 9.0}, "31 still wait for a first answer"),
        ("first_response_time", {"n_unanswered_open": 1}, "1 still waits for a first answer"),
        ("resolution_time", {"mean": 76500, "p90": 224640}, "mean 21 h 15 min · p90 2.6 d"),
        ("backlog", {"n_unassigned": 41, "n_unanswered": 31}, "41 unassigned · 31 unanswered"),
        ("csat", {"csat_mean": 4.25}, "mean score 4.3 · 14 % of all surveys answered"),
        ("nps", {"promoters": 0.52, "detractors": 0.14}, "promoters 52 % · detractors 14 % · 14 % of all surveys answered"),
        ("reopen_rate", {"numerator": 280}, "280 of 900"),
        ("first_contact_resolution_rate", {"n_immature": 412}, "412 not yet known"),
        ("abandonment_rate", {"n_short_abandoned": 0, "numerator": 3}, "3 of 900"),
    ],
)
def test_the_remark_keeps_a_value_from_misleading(name: str, fields: dict[str, Any], text: str) -> None:
    assert remark(named(name), row(0.5, 900, **fields), {"survey_response_rate": row(0.14, 900)}) == text


def test_a_page_shows_all_remarks_and_a_null_only_what_is_to_come() -> None:
    shown = row(7800, 900, n_unanswered_open=31, mean=19400, p90=70200)
    lines = ["31 still wait for a first answer", "mean 5 h 23 min · p90 19 h 30 min"]
    assert remarks(named("first_response_time"), shown) == lines
    assert remarks(named("csat"), row(None, 0, n_immature=7, csat_mean=None)) == ["7 not yet known"]


def test_statements_are_sentences() -> None:
    assert statement(named("first_response_time"), row(7800, 900)) == "Half of customers had a first answer within 2 h 10 min."
    assert statement(named("contact_rate"), row(0.084, 900)) == "Every hundred orders brought 8.4 requests."
    assert statement(named("macro_share"), row(0.4, 900, 0.36, 0.44)) == "Standard answers: 40 %."
    assert statement(named("csat"), row(None, 0, null_reason="empty")) == "CSAT: no answers in this period."


def test_the_family_s_sentence_says_what_changed() -> None:
    families = {family.name: family for family in make_scorecard().families}
    assert family_sentence(families["speed"], BY_NAME) == (
        "Half of customers had a first answer within 2 h 10 min, 18 min faster than before."
    )
    assert family_sentence(families["sla"], BY_NAME) == ("93.1 % of the agreed times were met, 1.4 points higher than before.")
    assert family_sentence(families["calls"], BY_NAME) == ""


def test_the_summary_puts_the_weightiest_first_and_leaves_doubt_out() -> None:
    summary = summarise(make_scorecard(), BY_NAME)
    assert [f.metric for f in summary.well] == [
        "first_response_time", "automated_resolution_rate", "sla_compliance_rate"
    ]  # fmt: skip
    assert [f.metric for f in summary.look] == ["resolution_time", "reopen_rate", "backlog", "csat"]
    assert summary.look[0].words == "1 h 5 min slower, now 9 h 40 min, off target (8 h)"


def test_what_looks_back_further_than_the_data_go_is_praised_by_nobody() -> None:
    """Every customer of the first months is still within the year; a lower figure later is history, not a loss."""
    kept = all_metrics()["customer_retention_rate"]
    aim, asked = Target(">=", 0.9), Question(kept.name)
    full, short = (row(0.97, 4000, 0.96, 0.98, history_is_short=is_short) for is_short in (False, True))
    all_of_them = row(1.0, 4000, 0.999, 1.0, history_is_short=True)
    repeats = Card("repeat_purchase_rate", Question("repeat_purchase_rate"), row(0.4, 4000, 0.39, 0.41), None, [])

    def told(now: dict[str, Any], before: dict[str, Any] | None) -> tuple[list[str], list[str], str]:
        card = Card(kept.name, asked, now, before, [], aim, "met")
        family = Family("loyalty", [card, repeats])
        summary = summarise(replace(make_scorecard(), families=[family]), all_metrics())
        words = [[f.words for f in side] for side in (summary.well, summary.look)]
        return words[0], words[1], family_sentence(family, all_metrics())

    assert told(short, None) == ([], [], "40.0 % of customers bought more than once.")
    assert told(full, all_of_them) == (["97.0 %, on target (90 %)"], [], "97.0 % of customers stayed.")
    before = row(1.0, 4000, 0.999, 1.0, history_is_short=False)
    assert told(full, before)[1] == ["−3.0 points, now 97.0 %"]


def test_the_series_is_told_from_its_first_value_to_its_last() -> None:
    rows = series([None, 3600.0, *[5000.0] * 10, 7200.0])
    assert trend_sentence(rows, named("response_time"), "week") == "From 1 h (31 Aug) to 2 h (16 Nov, so far)"
    assert trend_sentence(rows[:2], named("response_time"), "week") == ""
