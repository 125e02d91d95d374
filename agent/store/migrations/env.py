"""How Alembic runs our migrations: on the connection that it is handed, inside that connection's transaction."""

from __future__ import annotations

from alembic import context

from agent.store import incident_tables  # noqa: F401 - its tables belong to the same metadata
from agent.store.schema import metadata

# The caller's transaction holds DDL and the version together, on SQLite too: old or new, never half.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
