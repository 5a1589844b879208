"""What people want of us: not to be asked again, or to be asked; and addresses that no mail reaches.

Kept by keyed hash alone, so that it outlives the erasure of everything else about a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant
from servicemeter.office.privacy import declare

__all__ = ["Wish", "keep_wish", "take_wish_back", "wishes"]

Wish = Literal["objected", "bounced", "consented"]
_TABLE = sa.Table(
    "survey_wishes",
    METADATA,
    sa.Column("identity_hash", sa.String(100), primary_key=True),
    sa.Column("wish", sa.String(20), primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Column("origin", sa.String(200), nullable=False),
)
declare(_TABLE, "kept by keyed hash alone, so that nobody who objected is asked again after having been erased")


def keep_wish(on: sa.Connection, identities: Iterable[str], wish: Wish, origin: str, now: datetime) -> None:
    """Note a wish under everything that recognises a person; `origin` says where it was made known. The first time holds."""
    for identity in sorted(set(identities)):
        same = (_TABLE.c.identity_hash == identity) & (_TABLE.c.wish == wish)
        if on.execute(sa.select(_TABLE.c.since).where(same)).first() is None:
            on.execute(sa.insert(_TABLE).values(identity_hash=identity, wish=wish, since=now, origin=origin))


def take_wish_back(on: sa.Connection, identities: Iterable[str], wish: Wish) -> int:
    """Forget a wish; returns how many there were."""
    wanted = (_TABLE.c.wish == wish) & _TABLE.c.identity_hash.in_(sorted(set(identities)))
    return on.execute(sa.delete(_TABLE).where(wanted)).rowcount


def wishes(on: sa.Connection, wish: Wish) -> set[str]:
    """The identities with this wish."""
    return {identity for (identity,) in on.execute(sa.select(_TABLE.c.identity_hash).where(_TABLE.c.wish == wish))}
