"""Webhooks: their addresses and secrets, what was refused, and when deliveries were settled so that they can expire."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables, widen the inbox."""
    op.create_table(
        "webhooks",
        sa.Column("connection", sa.String(100), primary_key=True),
        sa.Column("is_signed", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "webhook_refusals",
        sa.Column("connection", sa.String(100), primary_key=True),
        sa.Column("refused_on", sa.Date, primary_key=True),
        sa.Column("reason", sa.String(20), primary_key=True),
        sa.Column("refusal_count", sa.Integer, nullable=False),
    )
    op.add_column("inbox", sa.Column("headers", sa.JSON))
    op.add_column("inbox", sa.Column("settled_at", sa.DateTime))
    op.create_index("inbox_settled", "inbox", ["settled_at"])
