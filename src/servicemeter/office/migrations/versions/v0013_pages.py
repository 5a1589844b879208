"""What people keep on the pages: targets, notes of what was changed when, and saved views."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "targets",
        sa.Column("target_id", sa.Integer, primary_key=True),
        sa.Column("metric", sa.String(100), nullable=False),
        sa.Column("at", sa.String(2), nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("channel", sa.String(100)),
        sa.Column("month", sa.Date),
        sa.Column("set_at", sa.DateTime, nullable=False),
        sa.Column("set_by", sa.String(200)),
        sa.Column("removed_at", sa.DateTime),
    )
    op.create_table(
        "notes",
        sa.Column("note_id", sa.Integer, primary_key=True),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("metric", sa.String(100)),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("made_by", sa.String(200)),
        sa.Column("removed_at", sa.DateTime),
    )
    op.create_index("notes_by_day", "notes", ["happened_on"])
    op.create_table(
        "saved_views",
        sa.Column("view_id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(2000), nullable=False),
        sa.Column("owner", sa.String(200)),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("removed_at", sa.DateTime),
    )
