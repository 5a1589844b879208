"""Whether the time of a refused sign-in tells that there is an account: `python benchmarks/sign_in.py [TRIES]`.

Known and unknown addresses take turns, each from a place of its own so that the limit of tries does not answer first. It says the
medians and how far they lie apart, and, as a yardstick, how far two halves of the known ones lie apart.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from servicemeter.ground.settings import Home
from servicemeter.office.database import open_office
from servicemeter.office.passwords import hash_password, is_password
from servicemeter.office.people import By, make_owner, password_of
from servicemeter.office.tries import take_try


def main(tries: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        office = open_office(Home(Path(folder)))
        now = datetime.now(UTC)
        make_owner(office, "known@example.com", hash_password("seven green lamps"), By("benchmark", now))
        is_password("warm", None)
        took: dict[str, list[float]] = {"known@example.com": [], "unknown@example.com": []}
        for number in range(tries):
            for email, times in took.items():
                began = time.perf_counter()
                take_try(office, f"{number} {email}", str(number), now)
                found = password_of(office, email)
                assert not is_password("wrong words here", found[1] if found else None)
                times.append(time.perf_counter() - began)
        office.close()
    known, unknown = (statistics.median(times) for times in took.values())
    halves = [statistics.median(took["known@example.com"][start::2]) for start in (0, 1)]
    print(
        f"{tries} tries each: known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms, apart {abs(known / unknown - 1):.1%}"
    )
    print(f"halves of the known ones apart {abs(halves[0] / halves[1] - 1):.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
