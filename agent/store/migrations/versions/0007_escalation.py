"""What an escalation policy needs: policies by digest, which one an alert goes by, what holds it back, whose window.

Written out in full, and never changed: schema.py moves on, this stays what it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and add the columns."""
    op.create_table(
        "escalation_policy",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "digest", name="pk_escalation_policy"),
        sqlite_strict=True,
    )
    op.add_column("alert", sa.Column("policy", sa.LargeBinary()))
    op.add_column("alert", sa.Column("inhibited_by", WHOLE))
    op.add_column("silence", sa.Column("rule", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_silence_agent_rule", "silence", ["agent", "rule"])
