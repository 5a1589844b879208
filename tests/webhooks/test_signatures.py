"""Signatures: the published vectors, and everything that may be wrong with a delivery."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from servicemeter.sources.finding import find_connector
from servicemeter.sources.webhook import SCHEMES, SECRET_HEADER, Delivery, Signature

VECTORS = yaml.safe_load(Path(__file__).with_name("signatures.yaml").read_text(encoding="utf-8"))
COMMON = VECTORS["common"]
SIGNED_AT = datetime.fromtimestamp(1_700_000_000, UTC)
TIMED = {
    "zendesk": "x-zendesk-webhook-signature-timestamp",
    "chatwoot": "x-chatwoot-timestamp",
    "stripe": "",
    "standard_webhooks": "webhook-timestamp",
}


def signature_of(provider: str) -> Signature:
    """The scheme under which a provider is declared: beside its connector, or among those that many share."""
    shared = {"standard_webhooks": "standard", "stripe": "stripe", "github_style": "github"}
    if provider in shared:
        return SCHEMES[shared[provider]]
    hook = find_connector(provider).told_by({})
    assert hook is not None
    assert hook.signature is not None
    return hook.signature


def delivery_of(provider: str, at: datetime = SIGNED_AT, body: bytes | None = None, **changed: str | None) -> Delivery:
    """The vector's delivery at a moment, some headers changed or (None) left out."""
    headers = {k.lower(): str(v) for k, v in VECTORS["providers"][provider]["headers"].items()}
    for name, value in changed.items():
        name = name.replace("_", "-")
        if value is None:
            del headers[name]
        else:
            headers[name] = value
    return Delivery(headers, COMMON["body"].encode() if body is None else body, at)


def secret_of(provider: str) -> str:
    return str(VECTORS["providers"][provider].get("secret", COMMON["secret"]))


@pytest.mark.parametrize("provider", VECTORS["providers"])
def test_the_vectors_of_the_providers(provider: str) -> None:
    signature, secret = signature_of(provider), secret_of(provider)
    assert signature.fits(delivery_of(provider), [secret])
    assert "ș – €" in COMMON["body"]  # a body beyond ASCII, signed as the bytes it was sent as


@pytest.mark.parametrize("vector", VECTORS["published"], ids=lambda v: v["name"])
def test_the_published_vectors(vector: dict[str, Any]) -> None:
    if vector["name"] == "GitHub docs":
        delivery = Delivery({"x-hub-signature-256": vector["signature"]}, vector["body"].encode(), SIGNED_AT)
        assert SCHEMES["github"].fits(delivery, [vector["secret"]])
        return
    headers = {"webhook-id": vector["id"], "webhook-timestamp": vector["timestamp"], "webhook-signature": vector["signature"]}
    delivery = Delivery(headers, vector["body"].encode(), datetime.fromtimestamp(int(vector["timestamp"]), UTC))
    assert SCHEMES["standard"].fits(delivery, [vector["secret"]])


@pytest.mark.parametrize("provider", VECTORS["providers"])
def test_any_flipped_bit_is_refused(provider: str) -> None:
    signature, secret, body = signature_of(provider), secret_of(provider), COMMON["body"].encode()
    for place in range(len(body) * 8):
        changed = bytearray(body)
        changed[place // 8] ^= 1 << place % 8
        assert not signature.fits(delivery_of(provider, body=bytes(changed)), [secret])
    given = delivery_of(provider).headers[signature.header]
    for place in range(len(given)):
        changed_text = given[:place] + chr(ord(given[place]) ^ 1) + given[place + 1 :]
        changed_header = Delivery({**delivery_of(provider).headers, signature.header: changed_text}, body, SIGNED_AT)
        assert not signature.fits(changed_header, [secret]), changed_text


@pytest.mark.parametrize("provider", VECTORS["providers"])
def test_the_same_json_written_otherwise_is_refused(provider: str) -> None:
    said = json.loads(COMMON["body"])
    for body in (json.dumps(said), json.dumps(said, ensure_ascii=False), COMMON["body"] + "\n", ""):
        assert body != COMMON["body"]
        assert not signature_of(provider).fits(delivery_of(provider, body=body.encode()), [secret_of(provider)])


@pytest.mark.parametrize("provider", VECTORS["providers"])
def test_a_missing_or_empty_header_is_refused(provider: str) -> None:
    signature, secret = signature_of(provider), secret_of(provider)
    needed = {signature.header, TIMED.get(provider, "")} | ({"webhook-id"} if provider == "standard_webhooks" else set())
    for name in needed - {""}:
        whole = delivery_of(provider).headers
        without = {k: v for k, v in whole.items() if k != name}
        assert not signature.fits(Delivery(without, COMMON["body"].encode(), SIGNED_AT), [secret])
        assert not signature.fits(Delivery({**whole, name: ""}, COMMON["body"].encode(), SIGNED_AT), [secret])


@pytest.mark.parametrize("provider", TIMED)
def test_the_replay_window_is_five_minutes_either_way(provider: str) -> None:
    signature, secret = signature_of(provider), secret_of(provider)
    for seconds, is_taken in ((-301, False), (-300, True), (300, True), (301, False)):
        delivery = delivery_of(provider, SIGNED_AT + timedelta(seconds=seconds))
        assert signature.fits(delivery, [secret]) is is_taken, seconds


def test_zendesks_instants_are_texts() -> None:
    """In practice the signed instant is ISO 8601; it is signed as it stands."""
    at, body = "2023-11-14T22:13:20Z", b"{}"
    made = base64.b64encode(hmac.new(b"own", at.encode() + body, hashlib.sha256).digest()).decode()
    headers = {"x-zendesk-webhook-signature": made, "x-zendesk-webhook-signature-timestamp": at}
    signature = signature_of("zendesk")
    assert signature.fits(Delivery(headers, body, SIGNED_AT + timedelta(seconds=300)), ["own"])
    assert not signature.fits(Delivery(headers, body, SIGNED_AT + timedelta(seconds=301)), ["own"])
    assert signature.fits(Delivery(_signed_nothing(at), b"", SIGNED_AT), ["own"])  # Zendesk may send no body at all
    for nonsense in ("soon", "²", "1e400", "9" * 400, "2023-11-14T22:13:20+99:00"):
        made = base64.b64encode(hmac.new(b"own", nonsense.encode("latin-1") + body, hashlib.sha256).digest()).decode()
        headers = {"x-zendesk-webhook-signature": made, "x-zendesk-webhook-signature-timestamp": nonsense}
        assert not signature.fits(Delivery(headers, body, SIGNED_AT), ["own"])


def _signed_nothing(at: str) -> dict[str, str]:
    made = base64.b64encode(hmac.new(b"own", at.encode(), hashlib.sha256).digest()).decode()
    return {"x-zendesk-webhook-signature": made, "x-zendesk-webhook-signature-timestamp": at}


@pytest.mark.parametrize("provider", VECTORS["providers"])
def test_two_secrets_hold_while_they_are_changed(provider: str) -> None:
    signature, secret = signature_of(provider), secret_of(provider)
    other = "whsec_" + base64.b64encode(b"another key").decode()
    assert signature.fits(delivery_of(provider), [other, secret])
    assert signature.fits(delivery_of(provider), [secret, other])
    assert not signature.fits(delivery_of(provider), [other])
    assert not signature.fits(delivery_of(provider), [])


def test_several_signatures_may_be_sent() -> None:
    """A sender that changes its key signs with both for a while."""
    right = VECTORS["providers"]["standard_webhooks"]["headers"]["webhook-signature"]
    secret = secret_of("standard_webhooks")
    both = delivery_of("standard_webhooks", webhook_signature=f"v1,AAAA {right} v2,{right[3:]}")
    assert SCHEMES["standard"].fits(both, [secret])
    assert not SCHEMES["standard"].fits(delivery_of("standard_webhooks", webhook_signature=f"v2,{right[3:]}"), [secret])
    sent = VECTORS["providers"]["stripe"]["headers"]["Stripe-Signature"]
    twice = sent.replace(",v1=", ",v1=00,v0=11,v1=")
    assert SCHEMES["stripe"].fits(delivery_of("stripe", stripe_signature=twice), [secret_of("stripe")])
    assert not SCHEMES["stripe"].fits(delivery_of("stripe", stripe_signature=sent.replace("v1=", "v0=")), [secret_of("stripe")])


@pytest.mark.parametrize("kind", ["gorgias", "freshdesk"])
def test_who_signs_nothing_sends_the_secret_in_a_header(kind: str) -> None:
    hook = find_connector(kind).told_by({})
    assert hook is not None

    def is_taken(headers: dict[str, str], secrets: list[str]) -> bool:
        return hook.is_genuine(Delivery(headers, b"{}", SIGNED_AT), secrets, is_signed=False)

    assert is_taken({SECRET_HEADER: "own"}, ["new", "own"])
    assert not is_taken({SECRET_HEADER: "owm"}, ["own"])
    assert not is_taken({}, ["own"])
    assert is_taken({}, [])  # a door that was opened with --unsigned: its address is the secret
    assert not hook.is_genuine(Delivery({}, b"{}", SIGNED_AT), [], is_signed=True)
