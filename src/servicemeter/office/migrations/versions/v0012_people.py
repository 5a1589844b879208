"""People, their sessions, keys and links, tries to sign in, and the audit log, which can only be added to."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_GUARDS = {
    "sqlite": [
        f"create trigger audit_entries_no_{verb} before {verb} on audit_entries "
        "begin select raise(abort, 'the audit log is only added to'); end"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        "create function audit_entries_stay() returns trigger language plpgsql as "
        "$$ begin raise exception 'the audit log is only added to'; end $$",
        "create trigger audit_entries_stay before update or delete on audit_entries "
        "for each row execute function audit_entries_stay()",
    ],
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "people",
        sa.Column("person_id", sa.String(32), primary_key=True),
        sa.Column("email", sa.String(320), nullable=False, unique=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("language", sa.String(10)),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("brands", sa.JSON, nullable=False),
        sa.Column("teams", sa.JSON, nullable=False),
        sa.Column("agents", sa.JSON, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("password", sa.String(300)),
        sa.Column("second_factor", sa.LargeBinary),
        sa.Column("last_step", sa.Integer),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("person_id", sa.String(32), primary_key=True),
        sa.Column("code_hash", sa.String(64), primary_key=True),
    )
    op.create_table(
        "person_links",
        sa.Column("link_hash", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("session_hash", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("is_half", sa.Boolean, nullable=False),
        sa.Column("begun_at", sa.DateTime, nullable=False),
        sa.Column("ends_at", sa.DateTime, nullable=False),
    )
    op.create_index("sessions_of", "sessions", ["person_id"])
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(12), primary_key=True),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("rights", sa.JSON, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("revoked_at", sa.DateTime),
    )
    op.create_index("api_keys_of", "api_keys", ["person_id"])
    op.create_table(
        "sign_in_tries",
        sa.Column("try_id", sa.Integer, primary_key=True),
        sa.Column("account_hash", sa.String(64), nullable=False),
        sa.Column("place_hash", sa.String(64), nullable=False),
        sa.Column("tried_at", sa.DateTime, nullable=False),
    )
    op.create_index("sign_in_tries_of", "sign_in_tries", ["account_hash", "tried_at"])
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("happened_at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(400), nullable=False),
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("about", sa.String(400), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("head_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    for guard in _GUARDS.get(op.get_bind().dialect.name, []):
        op.execute(guard)
