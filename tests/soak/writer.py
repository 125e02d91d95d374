"""A process that writes to a store and says what was acknowledged: the one whose machine loses its power.

Run as ``python -m tests.soak.writer FILE MIGRATIONS``: it makes the record, commits, is upgraded to the migrations in
the directory MIGRATIONS, and commits again.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from agent.store import journal, migrate
from agent.store.engine import Store
from duty.errors import StoreError
from tests.agent.store.samples import whole_round

NOW = datetime(2026, 1, 2, 20, 0, tzinfo=UTC)


def frequent(conn: Connection, agent: str) -> None:
    """Have the log taken into the file often, so that a short life has many such moments."""
    conn.exec_driver_sql("PRAGMA wal_autocheckpoint=60").all()


def work(store: Store, first: int, many: int) -> None:
    """Commit entries and rounds, and write "ack", the number of entries and of rounds after each commit."""
    chance = random.Random(first)
    store.write_now(frequent)
    for n in range(first, first + many):
        try:
            if n % 5 == 0:
                store.write_now(whole_round, NOW + timedelta(hours=n))
            else:
                note = {"note": chance.randbytes(chance.choice((10, 3000))).hex()}
                store.write_now(journal.append, "signed", NOW, "王芳", "ok", note)
        except StoreError as error:
            os.write(1, f"error {error}\n".encode())
        else:
            os.write(1, b"ack\n")


def main(file: str, migrations: str = "") -> None:
    """Live one life."""
    store = Store.open(f"sqlite:///{file}", "hz1")
    work(store, 0, 60)
    store.close()
    if migrations:
        migrate.MIGRATIONS = Path(migrations)
        store = Store.open(f"sqlite:///{file}", "hz1")
        work(store, 60, 60)
        store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
