"""Connections, the runs of their syncs, and the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "connections",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("secrets", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("every_s", sa.Integer),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("next_run_at", sa.DateTime),
        sa.Column("failure_count", sa.Integer, nullable=False),
    )
    op.create_table(
        "sync_runs",
        sa.Column("run_id", sa.Integer, primary_key=True),
        sa.Column("connection", sa.String(100), nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("new_rows", sa.Integer, nullable=False),
        sa.Column("changed_rows", sa.Integer, nullable=False),
        sa.Column("kept_aside", sa.Integer, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("through", sa.DateTime),
        sa.Column("error_kind", sa.String(100)),
        sa.Column("error", sa.Text),
        sa.Column("remarks", sa.JSON, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
    )
    op.create_index("sync_runs_of", "sync_runs", ["connection", "started_at"])
    op.create_table(
        "inbox",
        sa.Column("item_id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("delivery_id", sa.String(200), nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("error", sa.Text),
        sa.UniqueConstraint("source", "delivery_id", name="inbox_once"),
    )
    op.create_index("inbox_waiting", "inbox", ["state", "item_id"])
