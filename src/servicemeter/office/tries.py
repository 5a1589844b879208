"""Tries to sign in, counted by account and address before they are judged, so that many at once are no way around the limit.

Both are kept as keyed hashes: what was typed may be anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["MOST", "MOST_OF_ACCOUNT", "WITHIN", "forgive", "take_try"]

MOST, MOST_OF_ACCOUNT, WITHIN = 5, 50, timedelta(minutes=15)
"""How many failed tries of an account there may be from one address, and from all of them, within which time."""

_TABLE = sa.Table(
    "sign_in_tries",
    METADATA,
    sa.Column("try_id", sa.Integer, primary_key=True),
    sa.Column("account_hash", sa.String(64), nullable=False),
    sa.Column("place_hash", sa.String(64), nullable=False),
    sa.Column("tried_at", Instant, nullable=False),
    sa.Index("sign_in_tries_of", "account_hash", "tried_at"),
)
declare(_TABLE, "who tried to sign in; kept for minutes")


def take_try(office: Office, account: str, place: str, now: datetime) -> int:
    """Count a try, and 0 to go on; or the seconds until the next one is allowed, and nothing is counted."""
    who, where = _hashes(office, account, place)
    with office.writing() as on:
        on.execute(sa.delete(_TABLE).where(_TABLE.c.tried_at <= now - WITHIN))
        query = sa.select(_TABLE.c.place_hash, _TABLE.c.tried_at).where(_TABLE.c.account_hash == who)
        rows = on.execute(query.order_by(_TABLE.c.tried_at)).all()
        from_here = [at for place_hash, at in rows if place_hash == where]
        for tries, most in ((from_here, MOST), ([at for _, at in rows], MOST_OF_ACCOUNT)):
            if len(tries) >= most:
                return max(1, ceil(float((tries[-most] + WITHIN - now).total_seconds())))
        on.execute(sa.insert(_TABLE).values(account_hash=who, place_hash=where, tried_at=now))
    return 0


def forgive(office: Office, account: str, place: str) -> None:
    """Forget the tries of somebody who is in."""
    who, where = _hashes(office, account, place)
    with office.writing() as on:
        on.execute(sa.delete(_TABLE).where((_TABLE.c.account_hash == who) & (_TABLE.c.place_hash == where)))


def _hashes(office: Office, account: str, place: str) -> tuple[str, str]:
    return office.vault.digest(account.strip().casefold(), "account"), office.vault.digest(place, "place")
