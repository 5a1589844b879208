"""Records of calls: those of Amazon Connect, and those of any telephone system under plain names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from importing import take

AGENT = {"ARN": "arn:agent/7", "Username": "ann", "ConnectedToAgentTimestamp": "2026-03-02T09:01:10Z",
         "AgentInteractionDuration": 180, "CustomerHoldDuration": 20, "AfterContactWorkDuration": 45}  # fmt: skip
QUEUE = {"Name": "Orders", "ARN": "arn:queue/1", "EnqueueTimestamp": "2026-03-02T09:00:30Z"}


def record(number: int, **more: Any) -> dict[str, Any]:
    """A contact record with what each of them has."""
    return {
        "ContactId": f"c{number}", "InitialContactId": None, "Channel": "VOICE", "InitiationMethod": "INBOUND",
        "InitiationTimestamp": "2026-03-02T09:00:00Z", "DisconnectTimestamp": "2026-03-02T09:05:00Z",
        "LastUpdateTimestamp": "2026-03-02T09:06:00Z", "DisconnectReason": "CUSTOMER_DISCONNECT", "Agent": None, "Queue": None,
        "CustomerEndpoint": {"Address": "+40700000001", "Type": "TELEPHONE_NUMBER"}, **more,
    }  # fmt: skip


def written(folder: Path, records: list[dict[str, Any]], between: str = "\n") -> Path:
    path = folder / "records.jsonl"
    path.write_text(between.join(json.dumps(one) for one in records), encoding="utf-8")
    return path


@pytest.mark.parametrize("between", ["\n", ""], ids=["a line each", "on one line"])
def test_an_answered_call_of_amazon_connect(tmp_path: Path, between: str) -> None:
    records = [
        record(1, Agent=AGENT, Queue=QUEUE),
        record(2, Agent=AGENT, InitialContactId="c1", InitiationMethod="TRANSFER"),
        record(3, Channel="TASK"),
        record(4, InitiationMethod="MONITOR"),
    ]
    taken = take(written(tmp_path, records, between))
    assert taken.aside == []
    assert taken.delivery.source == "amazon_connect"
    first, second = taken.rows["interactions"]
    assert first["queued_at"] == datetime(2026, 3, 2, 9, 0, 30)
    assert first["answered_at"] == datetime(2026, 3, 2, 9, 1, 10)
    assert (first["outcome"], first["talk_s"], first["hold_s"], first["acw_s"]) == ("answered", 180, 20, 45)
    assert (first["direction"], first["queue"], first["agent_id"]) == ("inbound", "Orders", "arn:agent/7")
    assert (second["root_interaction_id"], second["queued_at"]) == ("c1", None)
    assert taken.column("agents", "name") == ["ann"]
    assert taken.column("customer_identities", "value") == ["+40700000001"] * 2
    assert sum(taken.delivery.dropped.values()) == 2


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"Queue": QUEUE}, "abandoned"),
        ({}, "self_served"),
        ({"Queue": QUEUE, "DisconnectReason": "CONTACT_FLOW_DISCONNECT"}, "missed"),
        ({"Queue": QUEUE, "DisconnectReason": "TELECOM_PROBLEM"}, "failed"),
        ({"Queue": QUEUE, "TransferCompletedTimestamp": "2026-03-02T09:02:00Z", "NextContactId": "c9"}, "overflowed"),
        ({"Queue": QUEUE, "NextContactId": "c9"}, "callback_requested"),
        ({"InitiationMethod": "OUTBOUND"}, "failed"),
        ({"Queue": QUEUE, "DisconnectTimestamp": None}, "in_queue"),
        ({"DisconnectTimestamp": None}, "in_progress"),
        ({"Agent": AGENT, "InitiationMethod": "CALLBACK"}, "answered"),
    ],
)
def test_how_a_contact_of_amazon_connect_ended(tmp_path: Path, more: dict[str, Any], outcome: str) -> None:
    """Also a file of one record, which lacks many columns, is read."""
    taken = take(written(tmp_path, [record(1, **more)]))
    assert taken.aside == []
    assert taken.column("interactions", "outcome") == [outcome]


def test_a_record_that_comes_again_brings_its_time(tmp_path: Path) -> None:
    records = [record(1, LastUpdateTimestamp=f"2026-03-02T09:0{n}:00Z") for n in (7, 6)]
    stamps = take(written(tmp_path, records)).column("interactions", "source_updated_at")
    assert stamps == [datetime(2026, 3, 2, 9, n) for n in (7, 6)]


def test_an_unknown_caller_is_nobody(tmp_path: Path) -> None:
    taken = take(written(tmp_path, [record(1, CustomerEndpoint={"Address": "anonymous", "Type": "TELEPHONE_NUMBER"})]))
    assert taken.column("interactions", "customer_id") == [None]
    assert "customers" not in taken.rows


def test_calls_of_any_system(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "call,contact,started,direction,number,queue,waited,talked,held,after_work,agent,result\n"
        "1,,2026-03-02 09:00:00,in,+31201234567,Orders,42,180,0,30,ann,answered\n"
        "2,,2026-03-02 09:10:00,in,,Orders,65,,,,,abandoned\n"
        "3,1,2026-03-02 09:04:00,in,+31201234567,Returns,5,60,,10,bob,answered\n"
        "4,,2026-03-02 10:00:00,out,+31201234567,,,90,,,ann,answered\n"
        "5,,2026-03-02 11:00:00,in,,Orders,9,,,,,lost\n",
        encoding="utf-8",
    )
    taken = take(path, options={"time_zone": "Europe/Amsterdam"})
    assert [(one.row_number, one.column, one.value) for one in taken.aside] == [(6, "result", "lost")]
    calls = taken.rows["interactions"]
    assert [call["outcome"] for call in calls] == ["answered", "abandoned", "answered", "answered"]
    assert calls[0]["started_at"].replace(tzinfo=UTC) == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert [call["queued_at"] is not None for call in calls] == [True, True, True, False]
    assert (calls[0]["answered_at"] - calls[0]["queued_at"]).total_seconds() == 42
    assert [call["answered_at"] is None for call in calls] == [False, True, False, False]
    assert [call["direction"] for call in calls] == ["inbound", "inbound", "inbound", "outbound"]
    assert calls[2]["root_interaction_id"] == "1"
    assert [call["customer_id"] for call in calls] == ["1", None, "3", "4"]
    assert set(taken.column("customer_identities", "value")) == {"+31201234567"}
