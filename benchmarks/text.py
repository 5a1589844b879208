"""How fast the language and sentiment of messages are worked out, and in how much memory: `python benchmarks/text.py [FILE]`.

FILE is a labelled file (see `servicemeter text score`); without one the sentences of the tests are read. One process, one core;
times are of the process's own work, so that others on the machine do not count.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from servicemeter.desk.labelled import read_labelled
from servicemeter.text.language import conversation_languages, recognise
from servicemeter.text.sentiment import feel

WRITTEN = Path(__file__).parents[1] / "tests" / "text" / "written"
MESSAGES, PART = 20_000, 1_000
HARD = {
    "1 MB of words": "bad " * 262_144,
    "1 MB of quotes": ">\n" * 524_288,
    "1 MB of one letter": "a" * 1_048_576,
    "1 MB of emoji": "👍👎" * 131_072,
    "1 MB from right to left": "שלום עולם " * 58_000,
    "1 MB of full stops": "a." * 524_288,
    "1 MB of exclamation marks": "!" * 1_048_576,
    "1 MB of headings": "from: a\nto: b\n" * 74_898,
    "1 MB of marks": "a" + "\u0301" * 524_288,
    "1 MB of addresses": "a@" * 524_288,
    "empty": "",
}


def _rate(texts: list[str]) -> float:
    """Messages a second of the process's own time."""
    began = time.process_time()
    for text in texts:
        [language] = conversation_languages([text], "en")
        feel(text, language)
    return len(texts) / (time.process_time() - began)


def main() -> None:
    """Measure and print."""
    files = [Path(name) for name in sys.argv[1:]] or sorted(WRITTEN.glob("*.tsv"))
    texts = [text.text for file in files for text in read_labelled(file).texts]
    feel("warm", "en")
    recognise("warm up the language recogniser")
    texts = (texts * (MESSAGES // len(texts) + 1))[:MESSAGES]
    rates = sorted(_rate(texts[at : at + PART]) for at in range(0, MESSAGES, PART))
    letters = sum(map(len, texts)) / len(texts)
    print(
        f"{rates[len(rates) // 2]:,.0f} messages a second of {letters:.0f} letters on average, language and sentiment together "
        f"(median of {len(rates)} parts; {rates[0]:,.0f} to {rates[-1]:,.0f})"
    )
    for name, text in HARD.items():
        began = time.process_time()
        conversation_languages([text], "en")
        said = feel(text, "en")
        print(
            f"{name}: {1000 * (time.process_time() - began):.0f} ms, {said.label}{', read at both ends' if said.is_cut else ''}"
        )
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
