"""A thousand survey mails and machines at every link of them, three times and many at once: no answer may come of it.

    uv run python benchmarks/survey_scanners.py [--mails 1000] [--pages 48]

First every link is fetched by GET and HEAD. Then a browser opens every link and lets the script of each page run to its end,
against a server of the survey pages on this machine; and once more with made-up events of pointers, keys and the rest on all that
can be touched. How often one place and one link may answer is not limited here (pages always come, an answer could be refused):
nothing is missing because it was turned away. Every status is 200, and the server is asked for pages and for nothing else. At the
end a hand moves a wheel on one of the same pages, and that is an answer.

Needs playwright and chromium-headless-shell (or chromium; `CHROMIUM` says where it is).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser.conftest import CHROMIUM
from servicemeter.office.answers import answered_invitations
from surveys.handless import Deed, asked_for, lead, make_up, move_wheel
from surveys.shop import Shop
from surveys.test_survey_scanners import contents, crawl_all_links, mailed, untouched

_TIMES = 3


def say(text: str, began: float) -> None:
    """One line, with the seconds it took."""
    print(f"{text}, in {time.perf_counter() - began:.0f} s", flush=True)


def open_all(shop: Shop, urls: list[str], pages: int, what: str, deed: Deed | None = None) -> None:
    """Open every link in a browser and see that nothing came of it."""
    assert CHROMIUM, "no chromium on this machine"
    began, mails = time.perf_counter(), len(urls) // 6
    with untouched(shop):
        seen, asked = lead(shop, urls, CHROMIUM, pages=pages, deed=deed)
    assert asked == asked_for(mails, 1), asked
    assert (seen.loads, seen.forms, seen.ran, seen.visible) == (6 * mails, 5 * mails, 5 * mails, 6 * mails), seen
    rows, spent = contents(shop.office), sum(i.seen_at is not None for i in shop.invitations())
    loaded = f"{seen.loads} pages, {seen.ran} scripts run to their end, {asked.total()} requests, all of them GET and 200"
    came = f"{len(rows['survey_answers'])} answers, {len(rows['survey_held'])} held back, {len(rows['survey_wishes'])} objections"
    say(f"{what}: {loaded}; {came}, {spent} invitations seen; the database is the same, cell by cell", began)


def main(mails: int, pages: int) -> None:
    """All of it."""
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        requests = crawl_all_links(Path(folder), mails, _TIMES)
        say(f"fetched by GET and HEAD: {requests} requests, all of them 200; the database is the same, cell by cell", began)
    with TemporaryDirectory() as folder, mailed(Path(folder), mails) as (shop, urls):
        for number in range(1, _TIMES + 1):
            open_all(shop, urls, pages, f"opened in a browser, time {number}")
        open_all(shop, urls, pages, "with made-up events", make_up)
        began = time.perf_counter()
        lead(shop, urls[:1], CHROMIUM or "", pages=1, deed=move_wheel)
        say(f"a hand that moves a wheel on one of them: {len(answered_invitations(shop.office))} answer", began)


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--mails", type=int, default=1_000)
    reader.add_argument("--pages", type=int, default=48)
    said = reader.parse_args()
    main(said.mails, said.pages)
