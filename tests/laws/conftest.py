"""The laws use the second reading in `tests/oracle`, whether or not the whole folder of tests is run."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
