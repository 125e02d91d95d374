"""The first form of the record: runs, rounds and sheets, states, looks, transitions, the journal.

Written out in full, and never changed: schema.py moves on, this stays what it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "journal",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "seq", name="pk_journal"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_journal_agent_kind_seq", "journal", ["agent", "kind", "seq"])
    op.create_table(
        "look",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("began", WHOLE, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("number", name="pk_look"),
        sqlite_strict=True,
    )
    op.create_index("ix_look_agent_target_began", "look", ["agent", "target", "began"])
    op.create_index("ix_look_agent_why_began", "look", ["agent", "why", "began"])
    op.create_table(
        "cadence",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("agent", "name", name="pk_cadence"),
        sqlite_strict=True,
    )
    op.create_table(
        "round",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("slot", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun", WHOLE),
        sa.Column("ended", WHOLE),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_round"),
        sa.UniqueConstraint("agent", "cadence", "slot", name="uq_round_agent_cadence_slot"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_round_agent_slot", "round", ["agent", "slot"])
    op.create_table(
        "run",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("began", WHOLE, nullable=False),
        sa.Column("beat", WHOLE, nullable=False),
        sa.Column("ended", WHOLE),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "run_id", name="pk_run"),
        sqlite_strict=True,
    )
    op.create_table(
        "state",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("since", WHOLE),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("criticals", sa.Integer(), nullable=False),
        sa.Column("betters", sa.Integer(), nullable=False),
        sa.Column("bad_since", WHOLE),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("limit", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("parameter", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "target", "check", "instance", name="pk_state"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "clock_step",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("step_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["agent", "run_id"], ["run.agent", "run.run_id"], name="fk_clock_step_agent_run_id_run"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_clock_step"),
        sqlite_strict=True,
    )
    op.create_index("ix_clock_step_agent_at", "clock_step", ["agent", "at"])
    op.create_table(
        "journal_body",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent", "seq"], ["journal.agent", "journal.seq"], name="fk_journal_body_agent_seq_journal"
        ),
        sa.PrimaryKeyConstraint("agent", "seq", name="pk_journal_body"),
        sqlite_strict=True,
    )
    op.create_table(
        "sheet",
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("began", WHOLE),
        sa.Column("took_us", WHOLE, nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("criticals", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["round"], ["round.number"], name="fk_sheet_round_round"),
        sa.PrimaryKeyConstraint("round", "target", name="pk_sheet"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "transition",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("parameter", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("limit", sa.Text()),
        sa.Column("look", WHOLE),
        sa.ForeignKeyConstraint(["look"], ["look.number"], name="fk_transition_look_look"),
        sa.PrimaryKeyConstraint("number", name="pk_transition"),
        sqlite_strict=True,
    )
    op.create_index("ix_transition_agent_at", "transition", ["agent", "at"])
    op.create_index("ix_transition_agent_target_at", "transition", ["agent", "target", "at"])
    op.create_index("ix_transition_look", "transition", ["look"])
    op.create_table(
        "sheet_body",
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round", "target"], ["sheet.round", "sheet.target"], name="fk_sheet_body_round_target_sheet"
        ),
        sa.PrimaryKeyConstraint("round", "target", name="pk_sheet_body"),
        sqlite_strict=True,
    )
