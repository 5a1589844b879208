"""What docs/surveys.md shows works as it stands there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from servicemeter.ground.settings import Home
from servicemeter.office.database import open_office
from servicemeter.surveys.formfile import load_forms, read_form
from servicemeter.surveys.tokens import derive_key
from servicemeter.surveys.visiting import Visitor, admit, is_to_be_asked, known_visitor

GUIDE = (Path(__file__).parents[2] / "docs" / "surveys.md").read_text(encoding="utf-8")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def blocks(start: str) -> list[str]:
    """The TOML of the guide that begins so."""
    found = re.findall(r"^( *)```toml\n(.*?)^ *```", GUIDE, re.S | re.M)
    return [re.sub(rf"^{indent}", "", text, flags=re.M) for indent, text in found if text.lstrip().startswith(start)]


def test_the_form_of_the_guide_is_a_form() -> None:
    [text] = blocks("name = ")
    form = read_form(text, "docs/surveys.md")
    assert form.asking.remind_days == 5 and list(form.wordings) == ["en", "nl-formal"]
    assert form.wording("nl").asks == {"score": "Hoe tevreden bent u?", "why": "Wat ging er mis?"}


def test_the_settings_of_the_guide_are_settings(tmp_path: Path) -> None:
    [text] = blocks("[surveys]")
    (tmp_path / "servicemeter.toml").write_text(text, encoding="utf-8")
    home = Home(tmp_path)
    assert home.survey_settings().address == "https://survey.example.com"
    assert (home.mail_server().port, home.mail_server().security) == (587, "starttls")


def test_a_visitor_signed_as_the_guide_says_is_known_and_asked_once(tmp_path: Path) -> None:
    home, key = Home(tmp_path), bytes(range(32))
    secret = bytes.fromhex(derive_key(key, "visitor").hex())
    said = json.dumps({"source": "shop", "id": "c7", "email": "Ann@Example.com", "exp": int(NOW.timestamp()) + 600}).encode()
    body = base64.urlsafe_b64encode(said).rstrip(b"=")
    seal = base64.urlsafe_b64encode(hmac.new(secret, body, hashlib.sha256).digest()[:16]).rstrip(b"=")
    statement = f"{body.decode()}.{seal.decode()}"
    visitor = known_visitor(Visitor("page", "day", "/", "en"), key, b"identities", statement, NOW)
    assert visitor.customer_id == "c7" and len(visitor.identities) == 2
    forged = known_visitor(Visitor("page", "day", "/", "en"), key, b"identities", statement[:-2] + "AA", NOW)
    assert forged.identities == ()
    form, office = load_forms()["intent"], open_office(home)
    share = sum(is_to_be_asked(office, form, Visitor("p", f"d{n}", "/", "en"), NOW) for n in range(200))
    assert 5 <= share <= 40  # one in ten, the same ones whenever they come
    lucky = next(n for n in range(200) if is_to_be_asked(office, form, Visitor("p", f"d{n}", "/", "en"), NOW))
    assert admit(office, form, Visitor("page 1", f"d{lucky}", "/", "en"), NOW)
    office.close()
