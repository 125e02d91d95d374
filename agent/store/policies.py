"""Escalation policies as they were when alerts opened: each content once, known by its digest."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from agent.store.bodies import canonical, digest, pack, parse, unpack
from agent.store.parts import in_parts
from agent.store.schema import policies
from agent.store.values import plain, restored
from duty.errors import StoreError
from duty.escalation import EscalationPolicy

KEPT_IN_MEMORY: Final = 256
"""Policies that are not read anew at each tick: those of the alerts that are open are few."""


def put_policy(conn: Connection, agent: str, policy: EscalationPolicy) -> str:
    """Keep a policy, unless it is kept already, and return its digest."""
    content = canonical(plain(policy))
    said = digest(content)
    # The two dialects offer the same statement under two names.
    insert = postgresql.insert(policies) if conn.dialect.name == "postgresql" else sqlite.insert(policies)
    kept = insert.on_conflict_do_nothing(index_elements=["agent", "digest"])
    conn.execute(kept.values(agent=agent, digest=said, body=pack(content)))
    return said


def load_policies(conn: Connection, agent: str, digests: Collection[str]) -> dict[str, EscalationPolicy]:
    """Return the policies of these digests; one that is missing or damaged is left out.

    People must be told anyhow, by what is in force.
    """
    found: dict[str, EscalationPolicy] = {}
    for some in in_parts(digests):
        query = sa.select(policies.c.digest, policies.c.body)
        for said, body in conn.execute(query.where(policies.c.agent == agent, policies.c.digest.in_(some))):
            if (policy := _read(said, body)) is not None:
                found[said] = policy
    return found


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _read(said: str, body: bytes) -> EscalationPolicy | None:
    try:
        content = unpack(body)
        return restored(EscalationPolicy, parse(content)) if digest(content) == said else None
    except StoreError:
        return None
