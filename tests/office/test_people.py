"""Accounts, sessions, keys and logs in the application database."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from servicemeter.ground.errors import BadSettings, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.office import apikeys, people, sessions, tries
from servicemeter.office.audit import list_audit, verify_audit
from servicemeter.office.chain import START, find_break, link
from servicemeter.office.database import Office, open_office
from servicemeter.office.exportlog import ExportLog
from servicemeter.office.passwords import hash_password, is_password, refusal
from servicemeter.office.people import By
from servicemeter.office.secondfactor import code_at, digest_code, matching_step, recovery_codes

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
BY = By("the terminal", NOW, "127.0.0.1")
PASSWORD = "seven green lamps"


@pytest.fixture
def office(home: Path) -> Iterator[Office]:
    opened = open_office(Home(home))
    yield opened
    opened.close()


def owner(office: Office) -> people.Account:
    return people.make_owner(office, "Owner@Example.com ", "a hash", BY)


def test_codes_are_those_of_the_published_vectors() -> None:
    """RFC 6238, appendix B: the secret 12345678901234567890, eight digits, SHA-1."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    published = {59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924",
                 2000000000: "69279037", 20000000000: "65353130"}  # fmt: skip
    assert {at: code_at(secret, at // 30, digits=8) for at in published} == published


def test_a_code_holds_a_step_either_side_and_once() -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert matching_step(secret, "28 7082", 59, None) == 1
    assert [matching_step(secret, "287082", at, None) for at in (30, 59, 89, 90)] == [1, 1, 1, None]
    assert matching_step(secret, "287082", 59, 1) is None
    assert matching_step(secret, "", 59, None) is None


@pytest.mark.parametrize(
    ("password", "why"),
    [("short", "short"), ("x" * 201, "long"), ("password123", "common"), ("P@ssw0rd2026!", "common"), ("Wachtwoord12", "common"),
     ("qwertyuiop", "common"), ("9876543210", "common"), ("aaaaaaaaaaab", "common"), ("abcabcabcabc", "common"),
     ("jansen2026", "own"), (PASSWORD, ""), ("welcome to the lamp shop", "")],
)  # fmt: skip
def test_passwords_that_others_would_guess_are_refused(password: str, why: str) -> None:
    assert refusal(password, "p.jansen@example.com") == why


def test_passwords_are_kept_as_argon2id_and_compared() -> None:
    kept = hash_password(PASSWORD)
    assert kept.startswith("$argon2id$") and PASSWORD not in kept and kept != hash_password(PASSWORD)
    assert is_password(PASSWORD, kept) and not is_password(PASSWORD + " ", kept)
    assert not is_password("the password of nobody at all", None) and not is_password(PASSWORD, "no hash")


def test_there_is_one_first_owner(office: Office) -> None:
    assert not people.has_people(office)
    assert owner(office).email == "owner@example.com"
    assert people.has_people(office)
    with pytest.raises(BadSettings, match="an owner already"):
        people.make_owner(office, "other@example.com", "a hash", BY)
    assert [one.email for one in people.list_people(office)] == ["owner@example.com"]


@pytest.mark.parametrize("email", ["", "a", "a@b", "@b.nl", "a b@c.nl", "a@b.nl\nBcc: x@y.nl"])
def test_addresses_that_are_none(office: Office, email: str) -> None:
    with pytest.raises(BadSettings, match="no e-mail address"):
        people.invite(office, email, "viewer", BY)


def test_a_link_is_used_once_and_lasts_seven_days(office: Office) -> None:
    account, token = people.invite(office, "lead@example.com", "lead", BY, teams=("returns", " returns", ""))
    assert (account.state, account.teams, len(token)) == ("invited", ("returns",), 32)
    assert people.password_of(office, "lead@example.com") is None
    assert people.find_by_link(office, token, NOW + people.LINK_LASTS) is None
    again = people.new_link(office, account.person_id, BY)
    assert people.find_by_link(office, token, NOW) is None
    taken = people.accept_link(office, again, "a hash", BY)
    assert taken is not None and taken.state == "active"
    assert people.accept_link(office, again, "another", BY) is None
    assert people.password_of(office, "LEAD@example.com ") == (taken, "a hash")
    with pytest.raises(BadSettings, match="has an account already"):
        people.invite(office, "Lead@example.com", "viewer", BY)


def test_the_last_owner_stays(office: Office) -> None:
    first = owner(office)
    with pytest.raises(BadSettings, match="last owner"):
        people.disable(office, first.person_id, BY)
    with pytest.raises(BadSettings, match="last owner"):
        people.change_account(office, first.person_id, BY, "viewer")
    second, token = people.invite(office, "second@example.com", "owner", BY)
    with pytest.raises(BadSettings, match="last owner"):
        people.disable(office, first.person_id, BY)  # an invited owner cannot let anybody in yet
    people.accept_link(office, token, "a hash", BY)
    people.disable(office, first.person_id, BY)
    assert people.password_of(office, first.email) is None
    people.enable(office, first.person_id, BY)
    assert people.find_by_email(office, second.email).state == "active"
    with pytest.raises(UnknownName, match="second@example.com"):
        people.find_by_email(office, "secnd@example.com")


def test_sessions_idle_end_and_are_ended(office: Office) -> None:
    person = owner(office).person_id
    token = sessions.begin_session(office, person, NOW)
    digest = sessions.digest_of(token)
    hours = timedelta(hours=1)

    def holds(at: datetime, seen_at: datetime | None = None) -> bool:
        return sessions.find_session(office, token, at, seen_at) is not None

    assert [holds(NOW + 7.9 * hours), holds(NOW + 8 * hours), holds(NOW + 12 * hours, NOW + 5 * hours)] == [True, False, True]
    assert not holds(NOW + timedelta(days=7), NOW + timedelta(days=7))
    fresh = sessions.begin_session(office, person, NOW, instead_of=digest)
    assert not holds(NOW) and sessions.find_session(office, fresh, NOW)
    half = sessions.begin_session(office, person, NOW, is_half=True)
    assert sessions.find_session(office, half, NOW + timedelta(minutes=10)) is None
    sessions.end_session(office, sessions.digest_of(fresh))
    assert sessions.find_session(office, fresh, NOW) is None


def test_a_new_password_or_a_disabled_account_ends_sessions(office: Office) -> None:
    owner(office)
    account, link_token = people.invite(office, "a@example.com", "viewer", BY)
    people.accept_link(office, link_token, "a hash", BY)
    mine, other = (sessions.begin_session(office, account.person_id, NOW) for _ in range(2))
    people.keep_password(office, account.person_id, "new hash", BY, sessions.digest_of(mine))
    assert sessions.find_session(office, mine, NOW) and not sessions.find_session(office, other, NOW)
    people.disable(office, account.person_id, BY)
    people.enable(office, account.person_id, BY)
    assert sessions.find_session(office, mine, NOW) is None


def test_the_second_factor_and_its_recovery_codes_are_used_once(office: Office) -> None:
    person = owner(office).person_id
    secret = base64.b32encode(b"12345678901234567890").decode()
    codes = recovery_codes()
    assert len(set(codes)) == 10 and all(len(code) == 19 for code in codes)
    step = int(NOW.timestamp()) // 30
    people.keep_second_factor(office, person, secret, step, codes, BY)
    later = By("x", NOW + timedelta(seconds=30))
    assert people.take_second_factor(office, person, code_at(secret, step), BY) == ""  # it was shown when it was set up
    assert people.take_second_factor(office, person, code_at(secret, step + 1), later) == "app"
    assert people.take_second_factor(office, person, code_at(secret, step + 1), later) == ""
    assert people.take_second_factor(office, person, codes[3].upper().replace("-", " "), BY) == "recovery"
    assert people.take_second_factor(office, person, codes[3], BY) == ""
    assert people.second_factor_of(office, person) == 9
    people.take_second_factor_away(office, person, BY)
    assert people.second_factor_of(office, person) is None
    assert people.take_second_factor(office, person, codes[4], BY) == ""


def test_keys_open_for_what_they_were_made_for(office: Office) -> None:
    account = owner(office)
    month = NOW + timedelta(days=30)
    key, text = apikeys.make_key(office, account.person, "dashboard", ["see_figures"], month, BY)
    assert key.rights == ("see_figures",) and text.startswith(f"smk_{key.key_id}_") and len(text.split("_", 2)[2]) == 43
    found = apikeys.find_key(office, text, NOW)
    assert found is not None and found[1].rights == frozenset(key.rights) and not found[1].may("see_rows")
    wrong = [text[:-1], text + "x", text.replace("smk", "sk"), f"smk_{'0' * 12}_x", "smk_", "", "smk__"]
    assert [apikeys.find_key(office, one, NOW) for one in wrong] == [None] * 7
    assert apikeys.find_key(office, text, month) is None
    assert not apikeys.revoke_key(office, key.key_id, "somebody else", BY)
    assert apikeys.revoke_key(office, key.key_id, account.person_id, BY)
    assert apikeys.find_key(office, text, NOW) is None


def test_keys_that_cannot_be_made(office: Office) -> None:
    owner(office)
    viewer, _ = people.invite(office, "v@example.com", "viewer", BY)
    day = timedelta(days=1)
    for name, rights, ends in (("x", ["see_rows"], NOW + day), ("", ["see_figures"], NOW + day), ("x", [], NOW + day),
                               ("x", ["see_figures"], NOW), ("x", ["see_figures"], NOW + 367 * day)):  # fmt: skip
        with pytest.raises(BadSettings):
            apikeys.make_key(office, viewer.person, name, rights, ends, BY)
    with pytest.raises(UnknownName):
        apikeys.make_key(office, viewer.person, "x", ["manage_people"], NOW + day, BY)


def test_five_tries_in_fifteen_minutes_of_an_account_from_an_address(office: Office) -> None:
    minute = timedelta(minutes=1)
    assert [tries.take_try(office, "a@b.nl", "1", NOW + i * minute) for i in range(5)] == [0] * 5
    assert tries.take_try(office, "A@b.nl ", "1", NOW + 5 * minute) == 600  # until the first of them is 15 minutes old
    assert tries.take_try(office, "a@b.nl", "2", NOW + 5 * minute) == 0
    assert tries.take_try(office, "b@b.nl", "1", NOW + 5 * minute) == 0
    assert tries.take_try(office, "a@b.nl", "1", NOW + 15 * minute) == 0
    tries.forgive(office, "a@b.nl", "1")
    assert [tries.take_try(office, "a@b.nl", "1", NOW + 16 * minute) for _ in range(6)] == [0, 0, 0, 0, 0, 900]


def test_all_addresses_together_have_fifty_tries_of_an_account(office: Office) -> None:
    assert [tries.take_try(office, "a@b.nl", str(i // 5), NOW) for i in range(51)] == [0] * 50 + [900]


@pytest.mark.sqlite
def test_a_copy_of_the_database_opens_nothing(office: Office, home: Path) -> None:
    account = owner(office)
    secret = base64.b32encode(b"canary of the secret").decode()
    _, text = apikeys.make_key(office, account.person, "k", ["see_figures"], NOW + timedelta(days=1), BY)
    codes = recovery_codes()
    people.keep_second_factor(office, account.person_id, secret, 1, codes, BY)
    invited, link_token = people.invite(office, "b@example.com", "viewer", BY)
    canaries = [secret, text.split("_", 2)[2], link_token, sessions.begin_session(office, invited.person_id, NOW), *codes]
    tries.take_try(office, "typed a canary here", "place", NOW)
    office.close()
    kept = b"".join(path.read_bytes() for path in sorted(home.glob("office.sqlite*")))
    assert [one for one in [*canaries, "typed a canary here"] if one.encode() in kept] == []
    assert digest_code(account.person_id, codes[0]).encode() in kept


def write(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as on:
        for statement in statements:
            on.execute(statement)
    on.close()


GUARDS = ["drop trigger audit_entries_no_update", "drop trigger audit_entries_no_delete"]


def filled(office: Office) -> None:
    owner(office)
    account, _ = people.invite(office, "b@example.com", "viewer", BY)
    people.change_account(office, account.person_id, BY, "analyst", brands=("north",))
    people.disable(office, account.person_id, BY)


def test_the_audit_log_tells_what_was_done(office: Office) -> None:
    filled(office)
    told = [(entry.what, entry.about, entry.before, entry.after) for entry in list_audit(office)]
    mail = {"email": "b@example.com"}
    assert told == [
        ("disabled an account", "b@example.com", {"state": "invited"}, {"state": "disabled"}),
        ("changed an account", "b@example.com", {**mail, "role": "viewer", "state": "invited"},
         {**mail, "role": "analyst", "state": "invited", "brands": ["north"]}),
        ("invited", "b@example.com", {}, {**mail, "role": "viewer", "state": "invited"}),
        ("made the owner", "owner@example.com", {}, {"email": "owner@example.com", "role": "owner", "state": "active"}),
    ]  # fmt: skip
    assert {(entry.who, entry.place, entry.happened_at) for entry in list_audit(office)} == {("the terminal", "127.0.0.1", NOW)}
    state = verify_audit(office)
    assert (state.count, state.fault) == (4, "")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["update audit_entries set who = 'nobody' where number = 2"], "Entry 2 is not as it was written"),
        (["update audit_entries set happened_at = '2026-03-20 12:00:01.000000' where number = 4"], "Entry 4 is not"),
        (["delete from audit_entries where number = 2"], "Entry 3 is not as it was written"),
        (["delete from audit_entries where number = 4"], "ends at entry 3, but 4 were written"),
        (["delete from audit_entries"], "ends at entry 0, but 4 were written"),
        (["delete from audit_head"], "ends at entry 4, but 0 were written"),
        (["update audit_head set sealed = x'00'"], "another key"),
    ],
)
def test_whatever_is_done_to_the_audit_log_is_seen(home: Path, statements: list[str], fault: str) -> None:
    office = open_office(Home(home))
    filled(office)
    write(home / "office.sqlite", *GUARDS, *statements)
    assert fault in verify_audit(office).fault
    office.close()


@pytest.mark.sqlite
def test_a_rewritten_end_is_seen_by_the_sealed_head(home: Path) -> None:
    office = open_office(Home(home))
    filled(office)
    with office.reading() as on:
        rows = on.execute(sa.text("select * from audit_entries order by number")).mappings().all()
    last = {**rows[3], "who": "nobody"}
    entry = {name: last[name] for name in ("number", "who", "what", "about", "place")}
    entry |= {name: json.loads(last[name]) for name in ("before", "after")}
    forged = link(rows[2]["hash"], {**entry, "happened_at": NOW.isoformat()})
    write(home / "office.sqlite", *GUARDS, f"update audit_entries set who = 'nobody', hash = '{forged}' where number = 4")
    assert "its end was cut off or rewritten" in verify_audit(office).fault
    office.close()


def test_the_audit_log_is_only_added_to(office: Office) -> None:
    owner(office)
    for statement in ("update audit_entries set who = 'x'", "delete from audit_entries"):
        with pytest.raises(sa.exc.DBAPIError, match="only added to"), office.writing() as on:
            on.execute(sa.text(statement))


def test_chained_entries_show_what_was_changed_moved_or_taken_out() -> None:
    entries = []
    last = START
    for number in range(4):
        last = link(last, {"n": number})
        entries.append(({"n": number}, last))
    assert find_break(entries) == (4, last, None)
    assert find_break([*entries[:1], ({"n": 9}, entries[1][1]), *entries[2:]])[2] == 2
    assert find_break([entries[0], entries[2], entries[1], entries[3]])[2] == 2
    assert find_break(entries[1:])[2] == 1
    assert find_break([]) == (0, START, None)


def test_the_log_of_exports_is_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "exports.jsonl"
    log = ExportLog(path)
    assert log.entries() == [] and not path.exists()
    log.add({"who": "a", "what": "GET /x"})
    ExportLog(path).add({"who": "b", "what": "GET /y"})
    assert [entry["who"] for entry in log.entries()] == ["a", "b"]
    assert path.stat().st_mode & 0o077 == 0
    assert (log.verify().count, log.verify().fault) == (2, "")
    whole = path.read_text()
    for changed, fault in (
        (whole.replace('"a"', '"c"'), "Line 1"),
        (whole.splitlines()[1] + "\n", "Line 1"),
        (whole + "no\n", "Line 3"),
    ):
        path.write_text(changed)
        assert fault in log.verify().fault


def test_a_turned_key_leaves_accounts_and_the_log_as_they_were(home: Path) -> None:
    at = Home(home)
    office = open_office(at)
    person = owner(office).person_id
    secret = base64.b32encode(b"12345678901234567890").decode()
    people.keep_second_factor(office, person, secret, 1, recovery_codes(), BY)
    office.close()
    at.turn_office_key()
    office = open_office(at)
    assert people.seal_people_anew(office) == 2 and people.seal_people_anew(office) == 0
    office.close()
    key = (home / "office.key").read_text().split()[0]
    (home / "office.key").write_text(key + "\n")
    office = open_office(at)
    assert verify_audit(office).fault == ""
    assert people.take_second_factor(office, person, code_at(secret, int(NOW.timestamp()) // 30), BY) == "app"
    office.close()
