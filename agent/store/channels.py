"""The channels' health, a row each: what is known of them after a restart, and shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from agent.store.schema import channels
from duty.channels import ChannelState


def load_channels(conn: Connection, agent: str) -> dict[str, ChannelState]:
    """Return what is known of each channel by its name; one that was never used is missing."""
    row = channels.c
    query = sa.select(row.name, row.failing_since, row.error, row.accepted_at, row.tested_at, row.test_result)
    return {found.name: ChannelState(*found) for found in conn.execute(query.where(row.agent == agent))}


def put_channel(conn: Connection, agent: str, state: ChannelState) -> None:
    """Write down what is known of a channel."""
    said = asdict(state)
    # The two dialects offer the same statement under two names.
    insert = postgresql.insert(channels) if conn.dialect.name == "postgresql" else sqlite.insert(channels)
    conn.execute(insert.values(agent=agent, **said).on_conflict_do_update(index_elements=["agent", "name"], set_=said))


def keep_channels(conn: Connection, agent: str, names: Collection[str]) -> None:
    """Forget the channels that left the settings: what they failed with concerns nobody any more."""
    conn.execute(channels.delete().where(channels.c.agent == agent, channels.c.name.not_in(names)))
