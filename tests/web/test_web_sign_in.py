"""Coming in: the first start, links, passwords, second factors, sessions, keys; and what another site cannot do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app_client import ask
from fake_desk import FakeDesk
from rooms import NOW, OWN_PAGE, PASSWORD, QUICK, Rooms, make_rooms
from servicemeter.ground.settings import Home
from servicemeter.office import passwords
from servicemeter.office.audit import list_audit, verify_audit
from servicemeter.office.people import By, find_by_email, keep_second_factor
from servicemeter.office.secondfactor import code_at, made_secret, recovery_codes
from servicemeter.web.app import create_app
from servicemeter.web.lastseen import LastSeen
from servicemeter.web.pages import signin
from servicemeter.web.reception import Reception


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", QUICK)
    passwords._nobodys.cache_clear()


@pytest.fixture
def rooms(home: Path) -> Iterator[Rooms]:
    made = make_rooms(FakeDesk(), Home(home), {"agent": {"agents": ("a1",)}}, QUICK.hash(PASSWORD))
    yield made
    made.front.close()


def cookie_of(response: httpx.Response, name: str = "servicemeter_session") -> str:
    """The pair of a cookie that was set."""
    for line in response.headers.get_list("set-cookie"):
        if line.startswith(f"{name}="):
            return str(line.partition(";")[0])
    raise AssertionError(response.headers)


def post(rooms: Rooms, path: str, cookie: str = "", **fields: Any) -> httpx.Response:
    headers = {**OWN_PAGE, **({"cookie": cookie} if cookie else {})}
    return ask(rooms.app, path, "POST", data=fields, headers=headers)


def get(rooms: Rooms, path: str, cookie: str) -> httpx.Response:
    return ask(rooms.app, path, headers={"cookie": cookie})


def test_the_first_start_makes_one_owner(tmp_path: Path) -> None:
    home = Home(tmp_path)
    front = Reception(home, clock=lambda: NOW)
    rooms = Rooms(create_app(FakeDesk(), reception=front), front, {}, {})
    assert ask(rooms.app, "/").status_code == 200 and not home.has_office()  # looking makes no database
    assert ask(rooms.app, "/setup").status_code == 401 and ask(rooms.app, "/setup?token=wrong").status_code == 401
    assert post(rooms, "/setup", email="o@example.com", password=PASSWORD).status_code == 401
    sent_on = ask(rooms.app, f"/setup?token={front.setup_token}")
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/setup")  # the token is left behind
    link = cookie_of(sent_on, "servicemeter_token")
    assert get(rooms, "/setup", link).status_code == 200
    mail = "o@example.com"
    for email, password, fault in ((mail, "password12", "others would guess"), (mail, "short", "10 characters"),
                                   ("nobody", PASSWORD, "no e-mail address")):  # fmt: skip
        refused = post(rooms, "/setup", link, email=email, password=password)
        assert refused.status_code == 400 and fault in refused.text
    made = post(rooms, "/setup", link, email="o@example.com", password=PASSWORD)
    assert (made.status_code, made.headers["location"]) == (303, "/")
    assert get(rooms, "/people", cookie_of(made)).status_code == 200
    assert post(rooms, "/setup", link, email="x@example.com", password=PASSWORD).status_code == 401
    assert ask(rooms.app, "/").headers["location"] == "/signin?to=%2F"  # from now on everybody signs in
    assert [entry.what for entry in list_audit(front.office)] == ["signed in", "made the owner"]
    front.close()


def test_the_terminals_token_opens_nothing_once_there_is_an_owner(home: Path) -> None:
    front = Reception(Home(home), token="the printed one", clock=lambda: NOW)
    rooms = Rooms(create_app(FakeDesk(), reception=front), front, {}, {})
    bearer = {"authorization": "Bearer the printed one"}
    assert ask(rooms.app, "/api/metrics", headers=bearer).status_code == 200
    cookie = cookie_of(ask(rooms.app, "/signin?token=the printed one"), "servicemeter_token")
    assert get(rooms, "/people", cookie).status_code == 200
    assert post(rooms, "/setup", cookie, email="o@example.com", password=PASSWORD).status_code == 303
    assert ask(rooms.app, "/api/metrics", headers=bearer).status_code == 401
    assert get(rooms, "/people", cookie).status_code == 303
    front.close()


def test_signing_in_and_out(rooms: Rooms) -> None:
    front = rooms.front
    page = ask(rooms.app, "/metric/csat?period=last_week")
    assert (page.status_code, page.headers["location"]) == (303, "/signin?to=%2Fmetric%2Fcsat%3Fperiod%3Dlast_week")
    assert 'value="/metric/csat?period=last_week"' in ask(rooms.app, page.headers["location"]).text
    done = post(rooms, "/signin", email=" Agent@example.com", password=PASSWORD, to="/metric/csat?period=last_week")
    assert (done.status_code, done.headers["location"]) == (303, "/metric/csat?period=last_week")
    line = next(one for one in done.headers.get_list("set-cookie") if one.startswith("servicemeter_session="))
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800"} <= set(line.split("; ")) and "Secure" not in line
    cookie = cookie_of(done)
    assert "agent@example.com" in get(rooms, "/profile", cookie).text
    again = post(rooms, "/signin", cookie, email="agent@example.com", password=PASSWORD)
    assert get(rooms, "/profile", cookie).status_code == 303  # a fresh session at every signing in; the old one is over
    cookie = cookie_of(again)
    out = post(rooms, "/signout", cookie)
    assert out.headers["location"] == "/signin" and 'servicemeter_session=""' in out.headers["set-cookie"]
    assert get(rooms, "/profile", cookie).status_code == 303  # the server forgot it too
    assert front.has_people


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/\n/x"])
def test_nobody_is_sent_to_another_site(rooms: Rooms, to: str) -> None:
    assert post(rooms, "/signin", email="agent@example.com", password=PASSWORD, to=to).headers["location"] == "/"


def test_an_unknown_account_cannot_be_told_from_a_wrong_password(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same words, the same status, and one comparison of Argon2id each: neither says whether there is an account."""
    compared: list[bool] = []

    def counted(password: str, kept: str | None) -> bool:
        compared.append(kept is None)
        return False

    monkeypatch.setattr(signin, "is_password", counted)
    known, unknown = (
        post(rooms, "/signin", email=e, password="wrong words here") for e in ("agent@example.com", "no@example.com")
    )
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace("agent@", "no@") == unknown.text
    assert compared == [False, True]


def test_five_wrong_tries_and_even_the_right_password_waits(rooms: Rooms) -> None:
    for email in ("agent@example.com", "no@example.com"):
        tried = [post(rooms, "/signin", email=email, password="wrong words here").status_code for _ in range(5)]
        assert tried == [401] * 5
        refused = post(rooms, "/signin", email=email, password=PASSWORD)
        assert refused.status_code == 429 and refused.headers["retry-after"] == "900" and "Wait 15 minutes" in refused.text
    assert post(rooms, "/signin", email="viewer@example.com", password=PASSWORD).status_code == 303


def test_the_second_factor_stands_between(rooms: Rooms) -> None:
    secret, codes = made_secret(), recovery_codes()
    account = rooms.accounts["agent"]
    step = int(NOW.timestamp()) // 30
    keep_second_factor(rooms.front.office, account.person_id, secret, step - 1, codes, By("test", NOW))
    half = post(rooms, "/signin", email=account.email, password=PASSWORD, to="/definitions")
    assert half.headers["location"] == "/signin/code?to=%2Fdefinitions"
    cookie = cookie_of(half)
    assert get(rooms, "/", cookie).status_code == 303 and get(rooms, "/signin/code", cookie).status_code == 200
    assert post(rooms, "/signin/code", cookie, code="000000").status_code == 401
    whole = post(rooms, "/signin/code", cookie, code=code_at(secret, step), to="/definitions")
    assert whole.headers["location"] == "/definitions" and get(rooms, "/", cookie_of(whole)).status_code == 200
    assert get(rooms, "/signin/code", cookie).status_code == 303  # the half session is over
    cookie = cookie_of(post(rooms, "/signin", email=account.email, password=PASSWORD))
    assert post(rooms, "/signin/code", cookie, code=code_at(secret, step)).status_code == 401  # a code is good once
    assert post(rooms, "/signin/code", cookie, code=codes[0]).status_code == 303
    assert "used a recovery code" in [entry.what for entry in list_audit(rooms.front.office)]


def test_an_account_sets_up_its_second_factor(rooms: Rooms) -> None:
    page = rooms.ask("agent", "/profile/factor", "POST").text
    secret = re.search(r'name="secret" value="(\w+)"', page)
    assert secret and '<svg class="qr"' in page
    wrong = rooms.ask("agent", "/profile/factor/on", "POST", data={"secret": secret[1], "code": "1"})
    assert wrong.status_code == 400 and not find_by_email(rooms.front.office, "agent@example.com").has_second_factor
    assert rooms.ask("agent", "/profile/factor/on", "POST", data={"secret": "not base32!", "code": "1"}).status_code == 400
    right = {"secret": secret[1], "code": code_at(secret[1], int(NOW.timestamp()) // 30)}
    told = rooms.ask("agent", "/profile/factor/on", "POST", data=right).text
    assert len(re.findall(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", told)) == 10
    assert rooms.ask("agent", "/profile/factor/off", "POST", data={"old": "wrong words here"}).status_code == 400
    assert rooms.ask("agent", "/profile/factor/off", "POST", data={"old": PASSWORD}).status_code == 303
    assert not find_by_email(rooms.front.office, "agent@example.com").has_second_factor


def test_a_changed_password_ends_the_other_sessions(rooms: Rooms) -> None:
    other = f"{rooms.front.cookie}={rooms.sign_in(rooms.accounts['agent'])}"
    new = "eight blue lamps"
    assert rooms.ask("agent", "/profile/password", "POST", data={"old": "wrong words", "password": new}).status_code == 400
    assert rooms.ask("agent", "/profile/password", "POST", data={"old": PASSWORD, "password": "agent@example"}).status_code == 400
    assert rooms.ask("agent", "/profile/password", "POST", data={"old": PASSWORD, "password": new}).status_code == 303
    assert rooms.ask("agent", "/profile").status_code == 200 and get(rooms, "/profile", other).status_code == 303
    assert post(rooms, "/signin", email="agent@example.com", password=new).status_code == 303


def test_inviting_somebody(rooms: Rooms) -> None:
    asked = {"email": "new@example.com", "role": "lead", "teams": "returns, first_line"}
    told = rooms.ask("admin", "/people", "POST", data=asked)
    link = re.search(r"http://127\.0\.0\.1:8321(/invitation\?token=[\w-]+)", told.text)
    assert told.status_code == 200 and link
    cookie = cookie_of(ask(rooms.app, link[1]), "servicemeter_token")
    assert "new@example.com" in get(rooms, "/invitation", cookie).text
    assert post(rooms, "/invitation", cookie, password="password1234").status_code == 400
    done = post(rooms, "/invitation", cookie, password=PASSWORD)
    assert done.status_code == 303 and get(rooms, "/", cookie_of(done)).status_code == 200
    assert post(rooms, "/invitation", cookie, password=PASSWORD).status_code == 401
    assert find_by_email(rooms.front.office, "new@example.com").teams == ("returns", "first_line")
    assert rooms.ask("admin", "/people", "POST", data=asked).status_code == 400
    assert ask(rooms.app, "/invitation", headers={"cookie": "servicemeter_token=x"}).status_code == 303


def test_owners_are_changed_by_owners_alone(rooms: Rooms) -> None:
    owner, viewer = rooms.accounts["owner"].person_id, rooms.accounts["viewer"].person_id
    refused: list[tuple[str, dict[str, str]]] = [
        (f"/people/{owner}", {"role": "viewer"}),
        (f"/people/{owner}/disable", {}),
        (f"/people/{owner}/link", {}),
        (f"/people/{viewer}", {"role": "owner"}),
        ("/people", {"email": "x@example.com", "role": "owner"}),
    ]
    for path, fields in refused:
        assert rooms.ask("admin", path, "POST", data=fields).status_code == 403, path
    assert rooms.ask("owner", f"/people/{viewer}", "POST", data={"role": "owner"}).status_code == 303
    assert rooms.ask("owner", f"/people/{owner}/disable", "POST").status_code == 303
    assert rooms.ask("owner", "/people").status_code == 303  # signed out at once
    assert rooms.ask("viewer", f"/people/{viewer}/disable", "POST").status_code == 422  # the last owner
    assert verify_audit(rooms.front.office).fault == ""


def test_keys_speak_for_their_person_and_no_more(rooms: Rooms) -> None:
    told = rooms.ask("analyst", "/profile/keys", "POST", data={"name": "board", "right": ["see_figures"], "days": "30"}).text
    key = re.search(r"smk_[0-9a-f]{12}_[\w-]{43}", told)
    assert key
    bearer = {"authorization": f"Bearer {key[0]}"}
    assert ask(rooms.app, "/api/scorecard", headers=bearer).status_code == 200
    assert ask(rooms.app, "/metric/csat/rows.csv", headers=bearer).status_code == 403
    assert ask(rooms.app, "/check", headers=bearer).status_code == 403
    assert ask(rooms.app, "/profile/language", "POST", headers=bearer, data={"language": "nl"}).status_code == 403
    assert (
        key[0] not in rooms.ask("analyst", "/profile").text
        and "smk_" + key[0].split("_")[1] in rooms.ask("analyst", "/profile").text
    )
    assert rooms.front.last_seen.of(key[0].split("_")[1]) == NOW
    wrong: list[dict[str, Any]] = [{"right": ["manage_people"]}, {"right": []}, {"days": "0"}, {"days": "9999"}, {"days": "x"}]
    for more in wrong:
        asked = {"name": "x", "right": ["see_figures"], "days": "30", **more}
        assert rooms.ask("analyst", "/profile/keys", "POST", data=asked).status_code == 400
    revoke = f"/profile/keys/{key[0].split('_')[1]}/revoke"
    assert rooms.ask("owner", revoke, "POST").status_code == 422 and rooms.ask("analyst", revoke, "POST").status_code == 303
    assert ask(rooms.app, "/api/scorecard", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8321"}, 403),
        ({"origin": "http://127.0.0.1:8321"}, 303),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({}, 403),
    ],
)
def test_another_site_changes_nothing(rooms: Rooms, headers: dict[str, str], status: int) -> None:
    cookie = {"cookie": f"{rooms.front.cookie}={rooms.cookies['agent']}"}
    response = ask(rooms.app, "/profile/language", "POST", headers={**cookie, **headers}, data={"language": "nl"})
    assert response.status_code == status
    language = find_by_email(rooms.front.office, "agent@example.com").language
    assert language == ("nl" if status == 303 else None)


def test_another_site_changes_nothing_while_nobody_has_an_account() -> None:
    asked: dict[str, Any] = {"json": {"metric": "csat"}}
    app = create_app(FakeDesk())
    assert ask(app, "/api/measure", "POST", **asked).status_code == 200
    assert ask(app, "/api/measure", "POST", headers={"origin": "https://evil.example"}, **asked).status_code == 403


def test_over_https_cookies_belong_to_this_host_alone(rooms: Rooms) -> None:
    front = Reception(rooms.front.home, is_secure=True, clock=lambda: NOW)
    secure = Rooms(create_app(FakeDesk(), reception=front), front, rooms.accounts, {})
    done = post(secure, "/signin", email="agent@example.com", password=PASSWORD)
    line = done.headers["set-cookie"]
    assert line.startswith("__Host-servicemeter=") and {"Secure", "HttpOnly", "Path=/"} <= set(line.split("; "))
    assert "domain" not in line.lower() and done.headers["strict-transport-security"] == "max-age=31536000"
    front.close()


def test_a_session_idles_out_by_when_it_was_last_used(rooms: Rooms) -> None:
    cookie = f"{rooms.front.cookie}={rooms.cookies['agent']}"
    for hours, status in ((7, 200), (14, 200), (22, 303)):
        rooms.front.clock = lambda hours=hours: NOW + timedelta(hours=hours)  # type: ignore[misc]
        assert get(rooms, "/profile", cookie).status_code == status


def test_when_things_were_last_used_is_kept_in_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "last_seen.json"
    seen = LastSeen(path)
    seen.note("a", NOW)
    seen.note("b", NOW + timedelta(seconds=30))
    assert (LastSeen(path).of("a"), LastSeen(path).of("b")) == (NOW, None)
    seen.close(NOW + timedelta(seconds=40))
    assert LastSeen(path).of("b") == NOW + timedelta(seconds=30) and path.stat().st_mode & 0o077 == 0
    path.write_text("{no json")
    assert LastSeen(path).of("a") is None


def test_the_language_of_an_account_goes_before_the_browsers(rooms: Rooms) -> None:
    assert rooms.ask("agent", "/profile/language", "POST", data={"language": "ro"}).status_code == 303
    assert '<html lang="ro">' in rooms.ask("agent", "/profile", headers={"accept-language": "nl"}).text
    assert '<html lang="nl">' in rooms.ask("agent", "/profile?lang=nl").text


def test_the_logs_are_shown_to_whom_they_concern(rooms: Rooms) -> None:
    rooms.ask("agent", "/metric/csat/rows.csv")
    page = rooms.ask("admin", "/audit").text
    assert (
        "GET /metric/csat/rows.csv" in page and "made the owner" in page and page.count("Every entry is as it was written.") == 2
    )
