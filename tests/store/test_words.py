"""No words of customers are stored unmasked where masking is switched on, whatever way they come in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.desk.methods.mask_stored import mask_stored
from servicemeter.ground.errors import BadSettings
from servicemeter.ground.settings import Home

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "jan@example.com"
SAID = f"Schrijf naar {SECRET} of bel 06-12345678"
MASKED = "Schrijf naar [email] of bel [phone]"


def _home(folder: Path, redact: str | None = "true") -> Home:
    home = Home(folder / "home")
    home.make()
    if redact is not None:
        home.settings.write_text(f"[privacy]\nredact = {redact}\n")
    return home


def _stored(desk: Desk) -> list[str]:
    return [text for (text,) in desk.book.engine.rows("select text from texts order by id")]


def _everything(desk: Desk) -> str:
    """Every text cell of every table that the book keeps."""
    tables = desk.book.engine.rows(
        "select table_schema, table_name from information_schema.tables where table_schema in ('main', 'past', 'meta')"
    )
    return "".join(str(desk.book.engine.rows(f'select * from "{schema}"."{table}"')) for schema, table in tables)


def _texts() -> list[dict[str, str]]:
    return [{"of": "message", "id": "m1", "text": SAID}]


def test_texts_and_survey_comments_are_masked_before_they_are_stored(tmp_path: Path) -> None:
    answer = {"answer_id": "a", "invitation_id": "i", "answered_at": "2026-03-02T09:00:00Z", "value_text": SAID}
    pq.write_table(pa.table({"of": ["message"], "id": ["m2"], "text": [SAID]}), tmp_path / "texts.parquet")
    with Desk(_home(tmp_path)) as desk:
        desk.load(texts=_texts(), survey_answers=[answer], now=NOW)
        desk.load(texts=str(tmp_path / "texts.parquet"), now=NOW)
        assert _stored(desk) == [MASKED, MASKED]
        assert SECRET not in _everything(desk)


def test_files_and_what_is_kept_aside_of_them_pass_the_same_place(tmp_path: Path) -> None:
    rows = [{"of": "message", "id": "m1", "text": SAID}, {"of": "nothing", "id": "m2", "text": SAID}]
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with Desk(_home(tmp_path)) as desk:
        desk.import_files(ImportRequest(str(tmp_path / "texts.jsonl")), now=NOW)
        assert _stored(desk) == [MASKED]
        assert len(desk.kept_aside()) == 1
        assert SECRET not in _everything(desk)


def test_a_key_kept_aside_can_still_be_mended(tmp_path: Path) -> None:
    with Desk(_home(tmp_path)) as desk:
        desk.load(customer_identities=[{"customer_id": "c", "kind": "fax", "value": SECRET}], now=NOW)
        [row] = desk.kept_aside()
        assert json.loads(row["row"])["value"] == SECRET


def test_nothing_is_masked_unless_it_is_switched_on(tmp_path: Path) -> None:
    with Desk(_home(tmp_path, None)) as desk:
        desk.load(texts=_texts(), now=NOW)
        assert _stored(desk) == [SAID]
        assert mask_stored(desk) == {}


def test_only_the_kinds_that_the_settings_name(tmp_path: Path) -> None:
    with Desk(_home(tmp_path, '["phone"]')) as desk:
        desk.load(texts=_texts(), now=NOW)
        assert _stored(desk) == [f"Schrijf naar {SECRET} of bel [phone]"]


def test_what_was_stored_before_is_masked_in_every_version(tmp_path: Path) -> None:
    home = _home(tmp_path, "false")
    with Desk(home) as desk:
        desk.load(texts=_texts(), now=NOW)
        desk.load(texts=[{**_texts()[0], "text": f"{SAID}!"}], now=NOW.replace(hour=13))
        version = desk.data_version
    home.settings.write_text("[privacy]\nredact = true\n")
    with Desk(home) as desk:
        assert mask_stored(desk) == {"texts": 1, "past.texts": 1}
        assert SECRET not in _everything(desk)
        assert desk.data_version == version
        assert mask_stored(desk) == {}


@pytest.mark.parametrize("redact", ['"yes"', '["e-mail"]', "[]", "1"])
def test_a_slip_in_the_settings_stores_nothing(tmp_path: Path, redact: str) -> None:
    with pytest.raises(BadSettings, match="redact"):
        Desk(_home(tmp_path, redact))
