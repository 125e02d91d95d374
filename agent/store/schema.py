"""The tables, as the newest migration leaves them.

Longer than our other files, for it is one list: whoever asks what is kept reads it from top to bottom.
"""

from __future__ import annotations

import sqlalchemy as sa

from agent.store.columns import Digest, Exact, Flag, Instant, Whole, Words

APPLICATION_ID = 0x6E696768
"""Stands in the header of every SQLite file of ours ("nigh"), so that another program's file is not taken for one."""

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

runs = sa.Table(
    "run",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("began", Instant, nullable=False),
    sa.Column("beat", Instant, nullable=False),
    sa.Column("ended", Instant),
    sa.Column("reason", sa.Text, nullable=False),
    sqlite_strict=True,
)

clock_steps = sa.Table(
    "clock_step",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("step_us", Whole, nullable=False),
    sa.ForeignKeyConstraint(["agent", "run_id"], ["run.agent", "run.run_id"]),
    sa.Index(None, "agent", "at"),
    sqlite_strict=True,
)

cadences = sa.Table(
    "cadence",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("terms", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sqlite_strict=True,
)

rounds = sa.Table(
    "round",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("cadence", sa.Text, nullable=False),
    sa.Column("slot", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("begun", Instant),
    sa.Column("ended", Instant),
    sa.Column("late", Flag, nullable=False),
    sa.Column("rules", sa.Text, nullable=False),
    sa.UniqueConstraint("agent", "cadence", "slot"),
    sa.Index(None, "agent", "slot"),
    sqlite_strict=True,
    # A number stands on paper and in the journal, so that it must never be given twice.
    sqlite_autoincrement=True,
)

sheets = sa.Table(
    "sheet",
    metadata,
    sa.Column("round", Whole, sa.ForeignKey("round.number"), primary_key=True),
    sa.Column("target", Words, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("began", Instant),
    sa.Column("took_us", Whole, nullable=False),
    sa.Column("readings", sa.Integer, nullable=False),
    sa.Column("gaps", sa.Integer, nullable=False),
    sa.Column("warnings", sa.Integer, nullable=False),
    sa.Column("criticals", sa.Integer, nullable=False),
    sa.Column("digest", Digest),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

sheet_bodies = sa.Table(
    "sheet_body",
    metadata,
    sa.Column("round", Whole, primary_key=True),
    sa.Column("target", Words, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["round", "target"], ["sheet.round", "sheet.target"]),
    sqlite_strict=True,
)

states = sa.Table(
    "state",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("target", Words, primary_key=True),
    sa.Column("check", Words, primary_key=True),
    sa.Column("instance", Words, primary_key=True),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("since", Instant),
    sa.Column("warnings", sa.Integer, nullable=False),
    sa.Column("criticals", sa.Integer, nullable=False),
    sa.Column("betters", sa.Integer, nullable=False),
    sa.Column("bad_since", Instant),
    sa.Column("suppressed", Flag, nullable=False),
    sa.Column("value", Exact),
    sa.Column("unit", Words, nullable=False),
    sa.Column("limit", Exact),
    sa.Column("reason", Words, nullable=False),
    sa.Column("parameter", Words, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

looks = sa.Table(
    "look",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("began", Instant, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("digest", Digest, nullable=False),
    sa.Column("body", sa.LargeBinary),
    sa.Index(None, "agent", "target", "began"),
    sa.Index(None, "agent", "why", "began"),
    sqlite_strict=True,
)

transitions = sa.Table(
    "transition",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("check", Words, nullable=False),
    sa.Column("instance", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("before", sa.Integer, nullable=False),
    sa.Column("after", sa.Integer, nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("parameter", Words, nullable=False),
    sa.Column("value", Exact),
    sa.Column("unit", Words, nullable=False),
    sa.Column("limit", Exact),
    sa.Column("look", Whole, sa.ForeignKey("look.number")),
    sa.Index(None, "agent", "at"),
    sa.Index(None, "agent", "target", "at"),
    sa.Index(None, "look"),
    sqlite_strict=True,
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("seq", Whole, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", Words, nullable=False),
    sa.Column("result", Words, nullable=False),
    sa.Column("payload", Digest, nullable=False),
    sa.Column("previous", Digest, nullable=False),
    sa.Column("hash", Digest, nullable=False),
    sa.Index(None, "agent", "kind", "seq"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

journal_bodies = sa.Table(
    "journal_body",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("seq", Whole, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(["agent", "seq"], ["journal.agent", "journal.seq"]),
    sqlite_strict=True,
)

OPEN = sa.text("state != 'resolved'")
"""What makes an alert open; written out, for SQLite uses a partial index only where the query says the same words."""

alerts = sa.Table(
    "alert",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("check", Words, nullable=False),
    sa.Column("instance", Words, nullable=False),
    sa.Column("site", Words, nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("opened", Instant, nullable=False),
    sa.Column("fired", Instant, nullable=False),
    # The finding that opened it or changed it last.
    sa.Column("found", sa.Integer, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("parameter", Words, nullable=False),
    sa.Column("value", Exact),
    sa.Column("unit", Words, nullable=False),
    sa.Column("limit", Exact),
    sa.Column("key_equipment", Flag, nullable=False),
    sa.Column("wakes", Flag, nullable=False),
    sa.Column("taken_by", Words, nullable=False),
    sa.Column("taken_at", Instant),
    sa.Column("expires", Instant),
    sa.Column("snoozed_until", Instant),
    sa.Column("resolved", Instant),
    sa.Column("word", Words, nullable=False),
    # Who handed it to us; "" for what we found ourselves. What they said of it is words of theirs.
    sa.Column("source", Words, nullable=False),
    sa.Column("said", Words, nullable=False, server_default=""),
    # It came back soon after it was over: it stays open until it has been well for long enough.
    sa.Column("flapping", Flag, nullable=False, server_default="0"),
    sa.Column("calm_since", Instant),
    # The digest of the escalation policy that was in force when it opened; none where it opened before they were kept.
    sa.Column("policy", Digest),
    sa.Column("inhibited_by", Whole),
    sa.Index(
        "uq_alert_open",
        "agent",
        "target",
        "check",
        "instance",
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    sa.Index(None, "agent", "number"),
    sa.Index(None, "agent", "state", "number"),
    sa.Index(None, "agent", "target", "number"),
    sqlite_strict=True,
    # A number stands in messages and in the journal, so that it must never be given twice.
    sqlite_autoincrement=True,
)

policies = sa.Table(
    "escalation_policy",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("digest", Digest, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)

alert_events = sa.Table(
    "alert_event",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("alert", Whole, sa.ForeignKey("alert.number"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index(None, "alert", "number"),
    sqlite_strict=True,
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("key", Words, nullable=False),
    sa.Column("alert", Whole, sa.ForeignKey("alert.number")),
    # Of the tables of incidents, which this list does not know.
    sa.Column("incident", Whole),
    sa.Column("fired", Instant),
    sa.Column("step", sa.Integer),
    sa.Column("person", Words, nullable=False),
    sa.Column("channel", Words, nullable=False),
    sa.Column("address", Words, nullable=False),
    sa.Column("path", Words, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("lease_by", sa.Text, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("receipt", Words, nullable=False),
    sa.Column("error", Words, nullable=False),
    # The key of the message that it was made part of, for the same ones are sent together again; "" until it is tried.
    sa.Column("batch", Words, nullable=False, server_default=""),
    sa.UniqueConstraint("agent", "key"),
    sa.Index(None, "agent", "state", "channel", "number"),
    sa.Index(None, "alert", "number"),
    sa.Index(None, "incident", "number"),
    sqlite_strict=True,
)

people = sa.Table(
    "person",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("title", Words, nullable=False),
    sa.Column("phone", Words, nullable=False),
    sa.Column("staff_number", Words, nullable=False, server_default=""),
    sa.Column("language", Words, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("active", Flag, nullable=False),
    sqlite_strict=True,
)

contacts = sa.Table(
    "contact",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("person", Words, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("channel", Words, nullable=False),
    sa.Column("address", Words, nullable=False),
    sa.Column("path", Words, nullable=False),
    sa.ForeignKeyConstraint(["agent", "person"], ["person.agent", "person.name"]),
    sqlite_strict=True,
)

posts = sa.Table(
    "post",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("person", Words, primary_key=True),
    sa.Column("post", sa.Text, primary_key=True),
    sa.ForeignKeyConstraint(["agent", "person"], ["person.agent", "person.name"]),
    sqlite_strict=True,
)

shifts = sa.Table(
    "shift",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("site", Words, primary_key=True),
    sa.Column("post", sa.Text, primary_key=True),
    sa.Column("person", Words, primary_key=True),
    sa.Column("begin", Instant, primary_key=True),
    sa.Column("end", Instant, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("rotation", Words, nullable=False),
    # Kept, so that its rotation does not write it once more.
    sa.Column("withdrawn", Flag, nullable=False),
    sa.Index(None, "agent", "end"),
    sa.Index(None, "agent", "rotation", "begin"),
    sqlite_strict=True,
)

accounts = sa.Table(
    "account",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("person", Words),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("must_change", Flag, nullable=False),
    sa.Column("disabled", Flag, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("changed", Instant, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked_until", Instant),
    sqlite_strict=True,
)

account_posts = sa.Table(
    "account_post",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("account", Words, primary_key=True),
    sa.Column("post", sa.Text, primary_key=True),
    sa.ForeignKeyConstraint(["agent", "account"], ["account.agent", "account.name"]),
    sqlite_strict=True,
)

sessions = sa.Table(
    "session",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("digest", Digest, primary_key=True),
    sa.Column("account", Words, nullable=False),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("expires", Instant, nullable=False),
    sa.Column("revoked", Instant),
    sa.ForeignKeyConstraint(["agent", "account"], ["account.agent", "account.name"]),
    sa.Index(None, "agent", "account"),
    sa.Index(None, "agent", "expires"),
    sqlite_strict=True,
)

silences = sa.Table(
    "silence",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("site", Words, nullable=False),
    sa.Column("check", Words, nullable=False),
    sa.Column("begin", Instant, nullable=False),
    sa.Column("end", Instant, nullable=False),
    sa.Column("made_by", Words, nullable=False),
    sa.Column("why", Words, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("ended_by", Words, nullable=False),
    # The rule of the settings that it is a window of; "" where somebody made it.
    sa.Column("rule", Words, nullable=False, server_default=""),
    sa.Index(None, "agent", "end"),
    sa.Index(None, "agent", "rule"),
    sqlite_strict=True,
    # The journal names a silence by its number.
    sqlite_autoincrement=True,
)

overrides = sa.Table(
    "limit_override",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("check", Words, nullable=False),
    sa.Column("instance", Words, nullable=False),
    sa.Column("warning", Exact),
    sa.Column("critical", Exact),
    sa.Column("begin", Instant, nullable=False),
    sa.Column("end", Instant, nullable=False),
    sa.Column("made_by", Words, nullable=False),
    sa.Column("why", Words, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("ended_by", Words, nullable=False),
    sa.Index(None, "agent", "end"),
    sqlite_strict=True,
    # The journal names an override by its number.
    sqlite_autoincrement=True,
)

channels = sa.Table(
    "channel",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    # Since when it accepts nothing, and what it said; NULL while it works.
    sa.Column("failing_since", Instant),
    sa.Column("error", Words, nullable=False),
    sa.Column("accepted_at", Instant),
    sa.Column("tested_at", Instant),
    sa.Column("test_result", Words, nullable=False),
    sqlite_strict=True,
)

devices = sa.Table(
    "device",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    # The SHA-256 of the token that the screen holds, which is kept nowhere.
    sa.Column("digest", Digest, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("made_by", Words, nullable=False),
    sa.Column("revoked", Instant),
    sa.Index(None, "agent", "digest"),
    sqlite_strict=True,
)

forwards = sa.Table(
    "forward",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    # The newest entry of the journal that was handed on to this place.
    sa.Column("seq", Whole, nullable=False),
    sqlite_strict=True,
)

handover_forms = sa.Table(
    "handover_form",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    # What stands on paper: JB-20261123-N.
    sa.Column("name", Words, nullable=False),
    sa.Column("site", Words, nullable=False),
    sa.Column("turn", sa.Text, nullable=False),
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("begin", Instant, nullable=False),
    sa.Column("end", Instant, nullable=False),
    sa.Column("opened", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    # Of the content that stands for good; NULL while it lives.
    sa.Column("digest", Digest),
    sa.Column("closed", Instant),
    sa.UniqueConstraint("agent", "site", "begin"),
    sa.UniqueConstraint("agent", "name"),
    sa.Index(None, "agent", "state"),
    sqlite_strict=True,
    # The journal names a form by its number.
    sqlite_autoincrement=True,
)

handover_signatures = sa.Table(
    "handover_signature",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("form", Whole, sa.ForeignKey("handover_form.number"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("signer", sa.Text, nullable=False),
    sa.Column("person", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("digest", Digest, nullable=False),
    sa.Column("on_behalf", Words, nullable=False),
    sa.Column("override", sa.Text, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("remark", Words, nullable=False),
    sa.Column("checked", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("due", Instant),
    # Two who sign at the same moment cannot both be the one.
    sa.UniqueConstraint("agent", "form", "revision", "signer"),
    sqlite_strict=True,
)

handover_contents = sa.Table(
    "handover_content",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("digest", Digest, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)

handover_entries = sa.Table(
    "handover_entry",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("form", Whole, sa.ForeignKey("handover_form.number"), nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("person", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "form", "number"),
    sqlite_strict=True,
)

arrivals = sa.Table(
    "arrival",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("site", Words, primary_key=True),
    sa.Column("person", Words, primary_key=True),
    # Of the tour for which they came.
    sa.Column("begin", Instant, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sqlite_strict=True,
)

tasks = sa.Table(
    "task",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("site", Words, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("priority", sa.Text, nullable=False),
    sa.Column("owner", Words, nullable=False),
    sa.Column("due", Instant),
    sa.Column("alert", Whole, sa.ForeignKey("alert.number")),
    sa.Column("done", Words, nullable=False),
    sa.Column("next", Words, nullable=False),
    sa.Column("needs", Words, nullable=False),
    sa.Column("opened", Instant, nullable=False),
    sa.Column("opened_by", Words, nullable=False),
    sa.Column("closed", Instant),
    sa.Column("closed_by", Words, nullable=False),
    sa.Column("word", Words, nullable=False),
    sa.Index(None, "agent", "closed", "number"),
    sa.Index(None, "alert"),
    sqlite_strict=True,
    # The journal names a task by its number.
    sqlite_autoincrement=True,
)

log_lines = sa.Table(
    "log_line",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("site", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("written", Instant, nullable=False),
    sa.Column("person", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("alert", Whole, sa.ForeignKey("alert.number")),
    sa.Index(None, "agent", "site", "at"),
    sqlite_strict=True,
    # The journal names a line by its number.
    sqlite_autoincrement=True,
)

round_reads = sa.Table(
    "round_read",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("round", Whole, sa.ForeignKey("round.number"), primary_key=True),
    sa.Column("person", Words, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("note", Words, nullable=False),
    sqlite_strict=True,
)

manual_lines = sa.Table(
    "manual_line",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("round", Whole, sa.ForeignKey("round.number"), nullable=False),
    sa.Column("site", Words, nullable=False),
    sa.Column("room", Words, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("well", Flag, nullable=False),
    sa.Column("value", Words, nullable=False),
    sa.Column("person", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "agent", "round"),
    sa.Index(None, "agent", "site", "at"),
    sqlite_strict=True,
    # The journal names a line by its number.
    sqlite_autoincrement=True,
)

traps = sa.Table(
    "trap",
    metadata,
    sa.Column("number", Whole, primary_key=True),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("target", Words, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("oid", sa.Text, nullable=False),
    sa.Column("about", Words, nullable=False),
    sa.Column("first", Instant, nullable=False),
    sa.Column("last", Instant, nullable=False),
    sa.Column("count", Whole, nullable=False),
    sa.Index(None, "agent", "target", "last"),
    sa.Index(None, "agent", "last"),
    sqlite_strict=True,
)
