"""What the console and the channels need: limits raised for a while, screens, channels' health, alerts from elsewhere.

Written out in full, and never changed: schema.py moves on, this stays what it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns and make the tables."""
    op.add_column("alert", sa.Column("said", sa.Text(), nullable=False, server_default=""))
    op.add_column("alert", sa.Column("flapping", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("alert", sa.Column("calm_since", WHOLE))
    op.add_column("outbox", sa.Column("batch", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "limit_override",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text()),
        sa.Column("critical", sa.Text()),
        sa.Column("begin", WHOLE, nullable=False),
        sa.Column("end", WHOLE, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ended_at", WHOLE),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_limit_override"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_limit_override_agent_end", "limit_override", ["agent", "end"])
    op.create_table(
        "channel",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("failing_since", WHOLE),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("accepted_at", WHOLE),
        sa.Column("tested_at", WHOLE),
        sa.Column("test_result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "name", name="pk_channel"),
        sqlite_strict=True,
    )
    op.create_table(
        "device",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("revoked", WHOLE),
        sa.PrimaryKeyConstraint("agent", "name", name="pk_device"),
        sqlite_strict=True,
    )
    op.create_index("ix_device_agent_digest", "device", ["agent", "digest"])
    op.create_table(
        "forward",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("agent", "name", name="pk_forward"),
        sqlite_strict=True,
    )
