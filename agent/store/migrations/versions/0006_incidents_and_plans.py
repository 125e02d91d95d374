"""What incidents and emergency plans need: incidents, their alerts and timelines, plans that run, reports, evidence.

Written out in full, and never changed: incident_tables.py moves on, this stays what it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column and make the tables."""
    op.add_column("outbox", sa.Column("incident", WHOLE))
    op.create_index("ix_outbox_incident_number", "outbox", ["incident", "number"])
    op.create_table(
        "incident",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("began", WHOLE, nullable=False),
        sa.Column("found", WHOLE, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("overruled_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("leads", sa.Text(), nullable=False),
        sa.Column("restored", WHOLE),
        sa.Column("handled", WHOLE),
        sa.Column("handled_by", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("rehearsal", sa.Integer(), nullable=False),
        sa.Column("next_report", WHOLE),
        sa.PrimaryKeyConstraint("number", name="pk_incident"),
        sa.UniqueConstraint("agent", "name", name="uq_incident_agent_name"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_incident_agent_handled", "incident", ["agent", "handled"])
    op.create_table(
        "incident_alert",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("alert", WHOLE, nullable=False),
        sa.Column("incident", WHOLE, nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("agent", "alert", name="pk_incident_alert"),
        sa.ForeignKeyConstraint(["alert"], ["alert.number"], name="fk_incident_alert_alert_alert"),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name="fk_incident_alert_incident_incident"),
        sqlite_strict=True,
    )
    op.create_index("ix_incident_alert_incident", "incident_alert", ["incident"])
    op.create_table(
        "incident_event",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("incident", WHOLE, nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incident_event"),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name="fk_incident_event_incident_incident"),
        sqlite_strict=True,
    )
    op.create_index("ix_incident_event_incident_number", "incident_event", ["incident", "number"])
    op.create_table(
        "attachment",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("incident", WHOLE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_attachment"),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name="fk_attachment_incident_incident"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_attachment_incident_number", "attachment", ["incident", "number"])
    op.create_table(
        "plan_run",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("incident", WHOLE, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("started", WHOLE, nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("ended", WHOLE),
        sa.PrimaryKeyConstraint("number", name="pk_plan_run"),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name="fk_plan_run_incident_incident"),
        sa.UniqueConstraint("agent", "incident", "plan", name="uq_plan_run_agent_incident_plan"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_plan_run_agent_ended", "plan_run", ["agent", "ended"])
    op.create_table(
        "plan_step",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("run", WHOLE, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", WHOLE),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", WHOLE),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photo", WHOLE),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "run", "nth", name="pk_plan_step"),
        sa.ForeignKeyConstraint(["photo"], ["attachment.number"], name="fk_plan_step_photo_attachment"),
        sa.ForeignKeyConstraint(["run"], ["plan_run.number"], name="fk_plan_step_run_plan_run"),
        sqlite_strict=True,
    )
    op.create_table(
        "bulletin",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("incident", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("next_at", WHOLE),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_bulletin"),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name="fk_bulletin_incident_incident"),
        sa.UniqueConstraint("agent", "incident", "kind", "nth", name="uq_bulletin_agent_incident_kind_nth"),
        sqlite_strict=True,
    )
    op.create_table(
        "incident_clock",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("incident", WHOLE, nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("due", WHOLE, nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "incident", "clock", name="pk_incident_clock"),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name="fk_incident_clock_incident_incident"),
        sqlite_strict=True,
    )
    op.create_table(
        "incident_report",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("incident", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("opened", WHOLE, nullable=False),
        sa.Column("submitted", WHOLE),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("file_number", sa.Text(), nullable=False),
        sa.Column("archived", sa.Text(), nullable=False),
        sa.Column("kept_until", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "incident", name="pk_incident_report"),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name="fk_incident_report_incident_incident"),
        sqlite_strict=True,
    )
    op.create_index("ix_incident_report_agent_state", "incident_report", ["agent", "state"])
    op.create_table(
        "incident_entry",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("incident", WHOLE, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incident_entry"),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name="fk_incident_entry_incident_incident"),
        sqlite_strict=True,
    )
    op.create_index("ix_incident_entry_incident_number", "incident_entry", ["incident", "number"])
    op.create_table(
        "incident_signature",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("incident", WHOLE, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incident_signature"),
        sa.ForeignKeyConstraint(["incident"], ["incident.number"], name="fk_incident_signature_incident_incident"),
        sa.UniqueConstraint(
            "agent",
            "incident",
            "revision",
            "role",
            "verdict",
            name="uq_incident_signature_agent_incident_revision_role_verdict",
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "incident_content",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "digest", name="pk_incident_content"),
        sqlite_strict=True,
    )
