"""The API and the guard: exact answers, clear refusals, nothing but reading."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from app_client import ask
from fake_desk import METRICS, FakeDesk, make_scorecard, row
from servicemeter.model.answer import Answer, Row
from servicemeter.model.condition import condition, condition_text
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.web.app import create_app
from servicemeter.web.asked import question_from_json
from servicemeter.web.guard import HEADERS, host_name

RIGHT = "right-token"
MEASURE = "/api/measure?metric=first_response_time"


def got(path: str, status: int = 200, desk: FakeDesk | None = None, **more: Any) -> Any:
    response = ask(create_app(desk or FakeDesk()), path, **more)
    assert response.status_code == status, response.text
    return response.json()


def test_one_question_gives_exactly_the_answer() -> None:
    desk = FakeDesk()
    question = Question("first_response_time", since=date(2026, 11, 1), until=date(2026, 12, 1), by=("channel",))
    body = got(f"{MEASURE}&from=2026-11-01&to=2026-12-01&by=channel", desk=desk)
    assert desk.asked == [question]
    assert body == json.loads(json.dumps(FakeDesk().measure(question).to_dict()))


def test_every_part_of_a_question_can_be_asked_in_an_address() -> None:
    desk = FakeDesk()
    got(
        f"{MEASURE}&at=2026-11-21T17:40:00%2B01:00&grain=week&by=channel,team&by=brand&where=channel=email,chat"
        "&where=team!=returns&as_of=2026-11-21T00:00:00Z&known_at=2026-11-20T00:00:00Z&set=clock=business",
        desk=desk,
    )
    assert desk.asked == [
        Question(
            "first_response_time", moment=datetime.fromisoformat("2026-11-21T17:40:00+01:00"), grain="week",
            by=("channel", "team", "brand"),
            where=(Filter("channel", ("email", "chat")), Filter("team", ("returns",), True)),
            as_of=datetime(2026, 11, 21, tzinfo=UTC), known_at=datetime(2026, 11, 20, tzinfo=UTC),
            params={"clock": "business"},
        )
    ]  # fmt: skip


def test_a_plus_lost_in_an_address_is_mended() -> None:
    desk = FakeDesk()
    got(f"{MEASURE}&as_of=2026-11-21T17:40:00+01:00", desk=desk)
    assert desk.asked[0].as_of == datetime(2026, 11, 21, 16, 40, tzinfo=UTC)


def test_several_metrics_give_a_list_in_their_order() -> None:
    body = got("/api/measure?metric=csat,nps&metric=ces")
    assert [answer["metric"] for answer in body] == ["csat", "nps", "ces"]


def test_posted_questions_are_the_same_questions() -> None:
    asked = {"metric": "csat", "from": "2026-11-01", "to": "2026-12-01", "by": ["channel"],
             "params": {"scope": "all"}, "where": [{"dimension": "channel", "values": ["chat"], "not": True}],
             "scope": {"teams": ["returns"]}}  # fmt: skip
    desk = FakeDesk()
    one = got("/api/measure", method="POST", json=asked, desk=desk)
    assert one["metric"] == "csat" and desk.asked[0].to_dict() == asked
    assert got("/api/measure", method="POST", json=[asked]) == [one]


def test_a_question_written_out_reads_back_the_same() -> None:
    question = Question("csat", since=date(2026, 1, 1), until=date(2026, 2, 1), grain="month", by=("channel",),
                        where=(Filter("team", ("a", "b"), True),), as_of=datetime(2026, 3, 1, tzinfo=UTC),
                        params={"scope": "all"}, scope=Scope(teams=("a",)))  # fmt: skip
    assert question_from_json(question.to_dict()) == question


@pytest.mark.parametrize("held", [Filter("channel", ("a,b", 'say "x"', "c")), Filter("team", ("=1",), True),
                                  Filter("channel", ("a!=b",)), Filter("reason", ("(unknown)",))])  # fmt: skip
def test_conditions_survive_the_address(held: Filter) -> None:
    assert condition(condition_text(held)) == held


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("", "Which metric?"),
        ("metric=csatt", "Did you mean 'csat'"),
        ("metric=csat&form=2026-01-01", "Did you mean 'format' or 'from'?"),
        ("metric=csat&from=1-1-2026", "from='1-1-2026' is not a date"),
        ("metric=csat&grain=hour", "There is no grain called 'hour'"),
        ("metric=csat&where=channel", "is not a condition"),
        ("metric=csat&where==x", "is not a condition"),
        ("metric=csat&set=clock", "is not an option"),
        ("metric=csat&at=2026-01-01T00:00:00", "is not an instant with an offset"),
        ("metric=csat&format=xml", "There is no format called 'xml'"),
        ("metric=csat,nps&format=csv", "holds one metric"),
        ("metric=abandonment_rate&by=agent", "has no agent"),
    ],
)
def test_wrong_questions_say_what_would_be_right(query: str, hint: str) -> None:
    body = got(f"/api/measure?{query}", status=400)
    assert hint in body["message"] and set(body) == {"error", "message"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"3", b'{"metric": 3}', b'{"metric": "csat", "form": 1}', b'{"metric": "csat", "by": "channel"}',
     b'{"metric": "csat", "where": {}}', b'{"metric": "csat", "where": [{"dimension": "channel"}]}',
     b'{"metric": "csat", "scope": {"users": ["x"]}}', b'{"metric": "csat", "scope": {"teams": "x"}}',
     b'{"metric": "csat", "params": []}', b'{"metric": "csat", "from": 7}', b" " * 1_000_001],
    ids=lambda b: b[:40].decode().strip() or "blank",
)  # fmt: skip
def test_wrong_bodies_are_refused(body: bytes) -> None:
    assert got("/api/measure", status=400, method="POST", content=body)["error"] in ("BadQuestion", "UnknownName")


def test_options_take_the_type_of_their_default() -> None:
    from servicemeter.web.asked import questions_from_query

    params = QueryParams("metric=first_response_time&set=clock=1&set=horizon_days=7&set=no_reopen=true&set=x=0.5")
    (question,) = questions_from_query(params.multi_items(), {m.name: m for m in METRICS})
    assert question.params == {"clock": "1", "horizon_days": 7, "no_reopen": True, "x": 0.5}


def test_csv_is_a_file_with_exact_values() -> None:
    response = ask(create_app(FakeDesk()), f"{MEASURE}&by=channel&format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="first_response_time.csv"'
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\N{BYTE ORDER MARK}"))))
    assert [(r["channel"], r["value"]) for r in rows][:2] == [("email", "7800.0"), ("chat", "3120.0")]


def test_dates_in_rows_become_iso_text() -> None:
    class Dated(FakeDesk):
        def _rows(self, question: Question, metric: Metric) -> list[Row]:
            return [{"period_start": date(2026, 11, 1), **row(1, 1)}]

    assert got(MEASURE, desk=Dated())["rows"][0]["period_start"] == "2026-11-01"


def test_not_a_number_is_never_sent(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeDesk):
        def measure(self, question: Question) -> Answer:
            return Answer("csat", "fraction", question, [row(float("nan"), 1)], 1, datetime.now(UTC), "UTC")

    response = ask(create_app(Broken()), "/api/measure?metric=csat")
    assert response.status_code == 500 and "Traceback" not in response.text
    assert "a page failed" in caplog.text and response.headers["x-request-id"] in caplog.text
    assert response.headers["x-request-id"] in response.text


def test_the_scorecard_and_the_catalogue() -> None:
    desk = FakeDesk()
    assert got("/api/scorecard?where=channel=chat", desk=desk) == json.loads(json.dumps(make_scorecard().to_dict()))
    assert desk.asked[0]["period"] == "this_month" and desk.asked[0]["where"] == [Filter("channel", ("chat",))]
    got("/api/scorecard?from=2026-11-01&to=2026-11-08", desk=desk)
    assert (desk.asked[1]["period"], desk.asked[1]["until"]) == (None, date(2026, 11, 8))
    names = [metric["metric"] for metric in got("/api/metrics")]
    assert names == [metric.name for metric in METRICS]
    assert got("/api/metrics/csat")["target"] == {"at": ">=", "value": 0.85, "source": "common practice"}
    got("/api/metrics/cast", status=404)


@pytest.mark.parametrize("query", ["from=2026-11-01", "from=2026-11-01&to=2026-11-08&period=this_week", "period=custom",
                                   "period=soon", "channel=chat"])  # fmt: skip
def test_wrong_scorecards_are_refused(query: str) -> None:
    got(f"/api/scorecard?{query}", status=400)


def test_health_needs_no_token_and_says_nothing_about_data() -> None:
    response = ask(create_app(FakeDesk(), token=RIGHT), "/health")
    assert response.status_code == 200 and set(response.json()) == {"status", "version"}


ALL = ["/", "/metric/csat", "/metric/none", "/definitions", "/check", "/api/metrics", "/api/measure", "/health",
       "/static/servicemeter.css", "/static/none", "/nowhere"]  # fmt: skip


@pytest.mark.parametrize("path", ALL)
def test_every_response_carries_the_headers(path: str) -> None:
    headers = ask(create_app(FakeDesk()), path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert headers["content-security-policy"] == (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/metric/csat", "/definitions", "/check", "/api/metrics", "/api/scorecard"])
def test_pages_are_only_read(method: str, path: str) -> None:
    response = ask(create_app(FakeDesk()), path, method=method)
    assert response.status_code == 405 and "GET" in response.headers["allow"]


def test_no_page_names_another_host() -> None:
    for path in ("/", "/metric/csat", "/definitions", "/check", "/static/servicemeter.css", "/static/servicemeter.js"):
        text = ask(create_app(FakeDesk()), path).text
        assert "http://" not in text and "https://" not in text, path


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8321", 200), ("localhost", 200), ("LOCALHOST:1", 200), ("[::1]:8321", 200), ("evil.example", 400),
     ("127.0.0.1.evil.example", 400), ("localhost.evil.example:8321", 400)],
)  # fmt: skip
def test_only_loopback_names_are_answered(host: str, status: int) -> None:
    desk = FakeDesk()
    assert ask(create_app(desk), "/", headers={"host": host}).status_code == status
    assert bool(desk.asked) == (status == 200)


def test_other_names_when_told() -> None:
    app = create_app(FakeDesk(), allowed_hosts=["Desk.Example"])
    assert ask(app, "/", headers={"host": "desk.example:80"}).status_code == 200
    assert ask(app, "/").status_code == 400
    assert ask(create_app(FakeDesk(), allowed_hosts=["*"]), "/", headers={"host": "any"}).status_code == 200
    assert host_name("[::1]:8321") == "[::1]"


def test_a_token_is_asked_for_and_remembered() -> None:
    desk = FakeDesk()
    app = create_app(desk, token=RIGHT)
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic right-token"},
                    {"cookie": "servicemeter_token=wrong"}):  # fmt: skip
        assert ask(app, "/api/metrics", headers=headers).status_code == 401
        assert ask(app, "/", headers=headers).status_code == 401
    assert desk.asked == []
    assert ask(app, "/api/metrics", headers={"authorization": "Bearer right-token"}).status_code == 200
    assert ask(app, "/signin?token=wrong").status_code == 401
    signed = ask(app, "/signin?token=right-token")
    assert signed.status_code == 303 and signed.headers["location"] == "/"
    cookie = signed.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
    assert ask(app, "/", headers={"cookie": cookie.split(";")[0]}).status_code == 200


def test_telemetry_stays_off_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    held = create_app(FakeDesk())._telemetry
    assert not any(held[key] for key in ("auto_configure", "tracing", "metrics", "logs", "operation_spans"))
