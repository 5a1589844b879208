"""Orders that were delivered, as somebody told us."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "survey_deliveries",
        sa.Column("source", sa.String(100), primary_key=True),
        sa.Column("order_id", sa.String(200), primary_key=True),
        sa.Column("delivered_at", sa.DateTime, nullable=False),
    )
    op.create_index("survey_deliveries_by_time", "survey_deliveries", ["delivered_at"])
