"""`servicemeter export` and `erase` as their users run them: over a book of its own, and through a server that holds it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from terminal import run, serving


@pytest.mark.slow
def test_a_customer_is_exported_and_erased_through_the_server_that_holds_the_book(own_shop: Path, tmp_path: Path) -> None:
    with Desk(Home(own_shop)) as desk:
        found = "select coalesce(customer_source, source), customer_id from tickets where customer_id is not null order by 1, 2"
        source, customer = desk.book.engine.rows(f"{found} limit 1")[0]
    target = tmp_path / "person.json"
    with serving(own_shop):
        done = run("export", customer, "--source", source, "--to", str(target), home=own_shop)
        assert done.returncode == 0, done.stderr
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        tickets = json.loads(target.read_text(encoding="utf-8"))["book"]["tickets"]
        tried = json.loads(run("erase", customer, "--source", source, "--dry-run", "--format", "json", home=own_shop).stdout)
        assert tried["is_dry_run"] and tried["book"]["tickets"] == len([row for row in tickets if row["version"] == "holds"])
        unsure = run("erase", customer, "--source", source, home=own_shop)
        assert unsure.returncode == 130 and "Erase all of this?" in unsure.stderr
        erased = run("erase", customer, "--source", source, "--yes", home=own_shop)
        assert erased.returncode == 0 and f"Erased: {source}: {customer}" in erased.stdout, erased.stderr
        gone = run("export", customer, "--source", source, home=own_shop)
        assert gone.returncode == 2 and "Nothing was changed" in gone.stderr
    tidied = run("survey", "tidy", "--dry-run", "--format", "json", home=own_shop)
    assert set(json.loads(tidied.stdout).values()) == {0}
