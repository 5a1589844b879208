"""A thousand survey mails, every link of them fetched by GET and HEAD, three times and many at once: no answer may come of it.

uv run python benchmarks/survey_scanners.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from surveys.test_survey_scanners import crawl_all_links

if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        requests = crawl_all_links(Path(folder), mails=1_000, times=3)
        print(f"{requests} requests in {time.perf_counter() - began:.0f} s: 0 answers, the database unchanged")
