"""The tables of incidents, their plans and their reports, as the newest migration leaves them."""

from __future__ import annotations

import sqlalchemy as sa

from agent.store.columns import Digest, Flag, Instant, Whole, Words
from agent.store.schema import metadata

incidents = sa.Table(
    "incident",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    # What stands on paper: TF-20261124-01.
    sa.Column("name", Words, nullable=False),
    sa.Column("site", Words, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("grade", sa.Text, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("found_by", sa.Text, nullable=False),
    sa.Column("began", Instant, nullable=False),
    sa.Column("found", Instant, nullable=False),
    sa.Column("opened_by", Words, nullable=False),
    sa.Column("rule", Words, nullable=False),
    sa.Column("overruled_by", Words, nullable=False),
    sa.Column("why", Words, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("leads", Words, nullable=False),
    sa.Column("restored", Instant),
    sa.Column("handled", Instant),
    sa.Column("handled_by", Words, nullable=False),
    sa.Column("result", Words, nullable=False),
    sa.Column("rehearsal", Flag, nullable=False),
    sa.Column("next_report", Instant),
    sa.UniqueConstraint("agent", "name"),
    sa.Index(None, "agent", "handled"),
    sqlite_strict=True,
    # The journal names an incident by its number.
    sqlite_autoincrement=True,
)

incident_alerts = sa.Table(
    "incident_alert",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    # An alert is of one incident at the most.
    sa.Column("alert", Whole, sa.ForeignKey("alert.number"), primary_key=True),
    sa.Column("incident", Whole, sa.ForeignKey("incident.number"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "incident"),
    sqlite_strict=True,
)

incident_events = sa.Table(
    "incident_event",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("incident", Whole, sa.ForeignKey("incident.number"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index(None, "incident", "number"),
    sqlite_strict=True,
)

plan_runs = sa.Table(
    "plan_run",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("incident", Whole, sa.ForeignKey("incident.number"), nullable=False),
    sa.Column("plan", Words, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("started", Instant, nullable=False),
    sa.Column("started_by", Words, nullable=False),
    sa.Column("ended", Instant),
    # One plan is started once for an incident, whoever presses at the same moment.
    sa.UniqueConstraint("agent", "incident", "plan"),
    sa.Index(None, "agent", "ended"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

plan_steps = sa.Table(
    "plan_step",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("run", Whole, sa.ForeignKey("plan_run.number"), primary_key=True),
    sa.Column("nth", sa.Integer, primary_key=True),
    # The step as it stood when the plan was started.
    sa.Column("step", Words, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("due", Instant),
    sa.Column("person", Words, nullable=False),
    sa.Column("at", Instant),
    sa.Column("note", Words, nullable=False),
    sa.Column("photo", Whole, sa.ForeignKey("attachment.number")),
    sa.Column("overdue", sa.Integer, nullable=False),
    sqlite_strict=True,
)

bulletins = sa.Table(
    "bulletin",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("incident", Whole, sa.ForeignKey("incident.number"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("nth", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("person", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("risk", Words, nullable=False),
    sa.Column("expected", Words, nullable=False),
    sa.Column("next_at", Instant),
    sa.Column("facts", Words, nullable=False),
    # Two who report at the same moment send one report.
    sa.UniqueConstraint("agent", "incident", "kind", "nth"),
    sqlite_strict=True,
)

incident_clocks = sa.Table(
    "incident_clock",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("incident", Whole, sa.ForeignKey("incident.number"), primary_key=True),
    sa.Column("clock", sa.Text, primary_key=True),
    sa.Column("due", Instant, nullable=False),
    # How many of its calls were made for this moment.
    sa.Column("told", sa.Integer, nullable=False),
    sqlite_strict=True,
)

incident_reports = sa.Table(
    "incident_report",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("incident", Whole, sa.ForeignKey("incident.number"), primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("author", Words, nullable=False),
    sa.Column("opened", Instant, nullable=False),
    sa.Column("submitted", Instant),
    # Of the content that stands since it was submitted; NULL while it is written.
    sa.Column("digest", Digest),
    # Who must countersign, as it was when it was submitted.
    sa.Column("roles", Words, nullable=False),
    # Where it is kept since it was archived; "" before.
    sa.Column("department", Words, nullable=False),
    sa.Column("file_number", Words, nullable=False),
    # The day of the site on which it was archived.
    sa.Column("archived", sa.Text, nullable=False),
    sa.Column("kept_until", sa.Text, nullable=False),
    sa.Index(None, "agent", "state"),
    sqlite_strict=True,
)

incident_entries = sa.Table(
    "incident_entry",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("incident", Whole, sa.ForeignKey("incident.number"), nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("person", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "incident", "number"),
    sqlite_strict=True,
)

incident_signatures = sa.Table(
    "incident_signature",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("incident", Whole, sa.ForeignKey("incident.number"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    # "review", "leaders", or a department's name.
    sa.Column("role", Words, nullable=False),
    sa.Column("person", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("remark", Words, nullable=False),
    sa.Column("digest", Digest, nullable=False),
    sa.UniqueConstraint("agent", "incident", "revision", "role", "verdict"),
    sqlite_strict=True,
)

incident_contents = sa.Table(
    "incident_content",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("digest", Digest, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)

attachments = sa.Table(
    "attachment",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("incident", Whole, sa.ForeignKey("incident.number"), nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("media", sa.Text, nullable=False),
    sa.Column("size", Whole, nullable=False),
    sa.Column("digest", Digest, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("person", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "incident", "number"),
    sqlite_strict=True,
    # The journal names an attachment by its number.
    sqlite_autoincrement=True,
)
