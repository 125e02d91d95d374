"""Alerts and their timelines, the outbox, people and shifts, accounts and sessions, silences.

Written out in full, and never changed: schema.py moves on, this stays what it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

OPEN = sa.text("state != 'resolved'")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alert",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened", WHOLE, nullable=False),
        sa.Column("fired", WHOLE, nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("parameter", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("limit", sa.Text()),
        sa.Column("key_equipment", sa.Integer(), nullable=False),
        sa.Column("wakes", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_at", WHOLE),
        sa.Column("expires", WHOLE),
        sa.Column("snoozed_until", WHOLE),
        sa.Column("resolved", WHOLE),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_alert"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_alert_agent_number", "alert", ["agent", "number"])
    op.create_index("ix_alert_agent_state_number", "alert", ["agent", "state", "number"])
    op.create_index("ix_alert_agent_target_number", "alert", ["agent", "target", "number"])
    op.create_index(
        "uq_alert_open",
        "alert",
        ["agent", "target", "check", "instance"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "alert_event",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("alert", WHOLE, nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.number"], name="fk_alert_event_alert_alert"),
        sa.PrimaryKeyConstraint("number", name="pk_alert_event"),
        sqlite_strict=True,
    )
    op.create_index("ix_alert_event_alert_number", "alert_event", ["alert", "number"])
    op.create_table(
        "outbox",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("alert", WHOLE),
        sa.Column("fired", WHOLE),
        sa.Column("step", sa.Integer()),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", WHOLE, nullable=False),
        sa.Column("lease_until", WHOLE),
        sa.Column("lease_by", sa.Text(), nullable=False),
        sa.Column("sent_at", WHOLE),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alert.number"], name="fk_outbox_alert_alert"),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
        sa.UniqueConstraint("agent", "key", name="uq_outbox_agent_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_agent_state_channel_number", "outbox", ["agent", "state", "channel", "number"])
    op.create_index("ix_outbox_alert_number", "outbox", ["alert", "number"])
    op.create_table(
        "person",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "name", name="pk_person"),
        sqlite_strict=True,
    )
    op.create_table(
        "contact",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent", "person"], ["person.agent", "person.name"], name="fk_contact_agent_person_person"
        ),
        sa.PrimaryKeyConstraint("agent", "person", "place", name="pk_contact"),
        sqlite_strict=True,
    )
    op.create_table(
        "post",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent", "person"], ["person.agent", "person.name"], name="fk_post_agent_person_person"
        ),
        sa.PrimaryKeyConstraint("agent", "person", "post", name="pk_post"),
        sqlite_strict=True,
    )
    op.create_table(
        "shift",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("begin", WHOLE, nullable=False),
        sa.Column("end", WHOLE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rotation", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "site", "post", "person", "begin", name="pk_shift"),
        sqlite_strict=True,
    )
    op.create_index("ix_shift_agent_end", "shift", ["agent", "end"])
    op.create_index("ix_shift_agent_rotation_begin", "shift", ["agent", "rotation", "begin"])
    op.create_table(
        "account",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text()),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change", sa.Integer(), nullable=False),
        sa.Column("disabled", sa.Integer(), nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("changed", WHOLE, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", WHOLE),
        sa.PrimaryKeyConstraint("agent", "name", name="pk_account"),
        sqlite_strict=True,
    )
    op.create_table(
        "account_post",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent", "account"], ["account.agent", "account.name"], name="fk_account_post_agent_account_account"
        ),
        sa.PrimaryKeyConstraint("agent", "account", "post", name="pk_account_post"),
        sqlite_strict=True,
    )
    op.create_table(
        "session",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.Column("revoked", WHOLE),
        sa.ForeignKeyConstraint(
            ["agent", "account"], ["account.agent", "account.name"], name="fk_session_agent_account_account"
        ),
        sa.PrimaryKeyConstraint("agent", "digest", name="pk_session"),
        sqlite_strict=True,
    )
    op.create_index("ix_session_agent_account", "session", ["agent", "account"])
    op.create_index("ix_session_agent_expires", "session", ["agent", "expires"])
    op.create_table(
        "silence",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("begin", WHOLE, nullable=False),
        sa.Column("end", WHOLE, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ended_at", WHOLE),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_silence"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_silence_agent_end", "silence", ["agent", "end"])
