"""Every metric of the catalogue has a figure in the demo shop, and occupancy is what the shop was made with."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.metrics.catalog import all_metrics
from servicemeter.sources.demo import make_demo, truth_of

UNTIL = datetime(2026, 6, 15, 22, tzinfo=UTC)


def test_every_metric_has_a_figure_in_the_demo_shop() -> None:
    demo = make_demo(tickets=3_000, until=UNTIL)
    with Desk(None, on_demand=True) as desk:
        desk.take(demo, now=UNTIL)
        silent = []
        for name in all_metrics():
            rows = desk.measure(name, since="2026-05-01", until="2026-06-01").rows
            silent += [(name, row.get("null_reason")) for row in rows or [{}] if row.get("value") is None]
        [occupied] = desk.measure("occupancy", since="2026-05-01", until="2026-06-01").rows
    truth = truth_of(demo)
    assert silent == []
    assert (occupied["numerator"], occupied["n"]) == (truth.handling_seconds, truth.ready_seconds)
    assert occupied["value"] == pytest.approx(truth.handling_seconds / truth.ready_seconds)
