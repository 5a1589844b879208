"""Surveys: forms, invitations, answers, the outbox of their mails, and what people want of us."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "survey_forms",
        sa.Column("form", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("kept_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "survey_invitations",
        sa.Column("invitation_id", sa.String(32), primary_key=True),
        sa.Column("form", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("occasion_id", sa.String(300), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(20)),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("via", sa.String(20), nullable=False),
        sa.Column("occurred_at", sa.DateTime, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("sent_at", sa.DateTime),
        sa.Column("expires_at", sa.DateTime),
        sa.Column("seen_at", sa.DateTime),
        sa.Column("rated_at", sa.DateTime),
        sa.Column("completed_at", sa.DateTime),
        sa.Column("customer_source", sa.String(100)),
        sa.Column("customer_id", sa.String(200)),
        sa.Column("ticket_source", sa.String(100)),
        sa.Column("ticket_id", sa.String(200)),
        sa.Column("interaction_source", sa.String(100)),
        sa.Column("interaction_id", sa.String(200)),
        sa.Column("order_source", sa.String(100)),
        sa.Column("order_id", sa.String(200)),
        sa.Column("agent_id", sa.String(200)),
        sa.Column("team_id", sa.String(200)),
        sa.Column("channel", sa.String(100)),
        sa.Column("brand", sa.String(200)),
        sa.Column("language", sa.String(35)),
        sa.Column("page", sa.String(500)),
        sa.Column("location", sa.String(200)),
        sa.UniqueConstraint("form", "occasion_id", name="survey_invitations_once"),
    )
    op.create_index("survey_invitations_of_state", "survey_invitations", ["form", "state", "sent_at"])
    op.create_table(
        "survey_asks",
        sa.Column("identity_hash", sa.String(100), primary_key=True),
        sa.Column("invitation_id", sa.String(32), primary_key=True),
        sa.Column("form", sa.String(100), nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
    )
    op.create_index("survey_asks_by_time", "survey_asks", ["asked_at"])
    op.create_table(
        "survey_links",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("invitation_id", sa.String(32), nullable=False),
    )
    op.create_table(
        "survey_answers",
        sa.Column("invitation_id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("answered_at", sa.DateTime, nullable=False),
        sa.Column("is_complete", sa.Boolean, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "survey_held",
        sa.Column("held_id", sa.String(32), primary_key=True),
        sa.Column("invitation_id", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("held_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("survey_held_of", "survey_held", ["invitation_id", "held_at"])
    op.create_table(
        "survey_refusals",
        sa.Column("refused_on", sa.Date, primary_key=True),
        sa.Column("reason", sa.String(20), primary_key=True),
        sa.Column("refusal_count", sa.Integer, nullable=False),
    )
    op.create_table(
        "survey_mails",
        sa.Column("mail_id", sa.Integer, primary_key=True),
        sa.Column("invitation_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("recipient", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.Column("tried_at", sa.DateTime),
        sa.Column("attempt_count", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.UniqueConstraint("invitation_id", "kind", name="survey_mails_once"),
    )
    op.create_index("survey_mails_due", "survey_mails", ["state", "due_at"])
    op.create_table(
        "survey_wishes",
        sa.Column("identity_hash", sa.String(100), primary_key=True),
        sa.Column("wish", sa.String(20), primary_key=True),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("origin", sa.String(200), nullable=False),
    )
    op.create_table(
        "survey_ballots",
        sa.Column("ballot_id", sa.String(32), primary_key=True),
        sa.Column("form", sa.String(100), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
