"""The tables, as the newest migration leaves them."""

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
