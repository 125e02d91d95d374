"""What the change of shift needs: handover forms with their signatures, tasks, the duty log, what people add to rounds.

Written out in full, and never changed: schema.py moves on, this stays what it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column and make the tables."""
    op.add_column("person", sa.Column("staff_number", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "handover_form",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("begin", WHOLE, nullable=False),
        sa.Column("end", WHOLE, nullable=False),
        sa.Column("opened", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("closed", WHOLE),
        sa.PrimaryKeyConstraint("number", name="pk_handover_form"),
        sa.UniqueConstraint("agent", "site", "begin", name="uq_handover_form_agent_site_begin"),
        sa.UniqueConstraint("agent", "name", name="uq_handover_form_agent_name"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_handover_form_agent_state", "handover_form", ["agent", "state"])
    op.create_table(
        "handover_signature",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("form", WHOLE, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("on_behalf", sa.Text(), nullable=False),
        sa.Column("override", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("checked", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("due", WHOLE),
        sa.PrimaryKeyConstraint("number", name="pk_handover_signature"),
        sa.ForeignKeyConstraint(["form"], ["handover_form.number"], name="fk_handover_signature_form_handover_form"),
        sa.UniqueConstraint(
            "agent", "form", "revision", "signer", name="uq_handover_signature_agent_form_revision_signer"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "handover_content",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "digest", name="pk_handover_content"),
        sqlite_strict=True,
    )
    op.create_table(
        "handover_entry",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("form", WHOLE, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_handover_entry"),
        sa.ForeignKeyConstraint(["form"], ["handover_form.number"], name="fk_handover_entry_form_handover_form"),
        sqlite_strict=True,
    )
    op.create_index("ix_handover_entry_form_number", "handover_entry", ["form", "number"])
    op.create_table(
        "arrival",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("begin", WHOLE, nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("agent", "site", "person", "begin", name="pk_arrival"),
        sqlite_strict=True,
    )
    op.create_table(
        "task",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due", WHOLE),
        sa.Column("alert", WHOLE),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("opened", WHOLE, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closed", WHOLE),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_task"),
        sa.ForeignKeyConstraint(["alert"], ["alert.number"], name="fk_task_alert_alert"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_task_agent_closed_number", "task", ["agent", "closed", "number"])
    op.create_index("ix_task_alert", "task", ["alert"])
    op.create_table(
        "log_line",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("written", WHOLE, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("alert", WHOLE),
        sa.PrimaryKeyConstraint("number", name="pk_log_line"),
        sa.ForeignKeyConstraint(["alert"], ["alert.number"], name="fk_log_line_alert_alert"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_log_line_agent_site_at", "log_line", ["agent", "site", "at"])
    op.create_table(
        "round_read",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "round", "person", name="pk_round_read"),
        sa.ForeignKeyConstraint(["round"], ["round.number"], name="fk_round_read_round_round"),
        sqlite_strict=True,
    )
    op.create_table(
        "manual_line",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("well", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_manual_line"),
        sa.ForeignKeyConstraint(["round"], ["round.number"], name="fk_manual_line_round_round"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_manual_line_agent_round", "manual_line", ["agent", "round"])
    op.create_index("ix_manual_line_agent_site_at", "manual_line", ["agent", "site", "at"])
