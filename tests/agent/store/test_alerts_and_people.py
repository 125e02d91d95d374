"""The second form of the record: what the first one held is still there, and backups carry what is new."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from agent.store import (
    accounts,
    alerts,
    backup,
    connect,
    files,
    journal,
    migrate,
    outbox,
    people,
    shifts,
    silences,
    timeline,
)
from agent.store.engine import Store
from agent.store.outbox import outgoing
from agent.store.verify import verify
from duty.alerts import TakePolicy, taken
from duty.escalation import Page
from duty.people import Post
from duty.roster import Shift
from tests.agent.store.samples import HOUR, NOW, whole_round
from tests.agent.store.test_alerts import fresh
from tests.agent.store.test_people import WANG


def test_a_record_of_the_first_form_is_brought_to_the_newest(url: str, opened: Callable[..., Store]) -> None:
    at = connect.place(url)
    if at.path is not None:
        at.path.parent.mkdir()
        files.blank(at.path)
    engine = files.writer(at.path) if at.path is not None else connect.writer(at, "hz1")
    with engine.begin() as conn:
        migrate.upgrade(conn, "0001")
        whole_round(conn, "hz1")
        head = journal.head(conn, "hz1")
    engine.dispose()
    store = opened(url)
    found = store.read_now(verify)
    assert head is not None
    assert (found.entries, found.head, found.first_bad) == (1, head.hash, None)
    assert store.write_now(alerts.put_alert, fresh()).number == 1


def a_night(conn: Connection, agent: str) -> None:
    """Put something into every table that is new, and what a person did into the journal beside it."""
    people.put_people(conn, agent, [WANG], "file")
    shifts.put_shifts(conn, agent, [Shift("hz1", Post.TECHNICIAN, WANG.name, NOW, NOW + HOUR)])
    accounts.add_account(conn, agent, WANG.name, [Post.TECHNICIAN], "hash", NOW, person=WANG.name)
    accounts.open_session(conn, agent, WANG.name, "ab" * 32, "token", NOW, NOW + HOUR)
    silences.add_silence(conn, agent, NOW, NOW + HOUR, WANG.name, "UPS")
    seen = alerts.put_alert(conn, agent, fresh())
    page = Page(seen.number, seen.fired, 0, WANG.name, WANG.contacts[0], "step.technician")
    outbox.enqueue(conn, agent, [outgoing(page, "alert.fired")], NOW)
    assert alerts.change_alert(conn, agent, seen, taken(seen, WANG.name, NOW, TakePolicy()))
    timeline.add_event(conn, agent, seen.number, NOW, timeline.EventKind.TAKEN, WANG.name)
    journal.append(conn, agent, "taken", NOW, WANG.name, "ok", {"alert": seen.number})


def everything(conn: Connection, agent: str) -> list[object]:
    return [
        people.load_people(conn, agent),
        shifts.shifts_between(conn, agent, NOW, NOW + HOUR),
        accounts.list_accounts(conn, agent),
        accounts.find_session(conn, agent, "ab" * 32, NOW),
        silences.list_silences(conn, agent, 9),
        alerts.list_alerts(conn, agent, 9),
        timeline.events(conn, agent, 1),
        outbox.of_alert(conn, agent, 1),
        verify(conn, agent),
    ]


def test_a_backup_brings_all_of_it_back(url: str, opened: Callable[..., Store], tmp_path: Path) -> None:
    store = opened(url)
    store.write_now(a_night)
    written = store.read_now(everything)
    assert all(written)
    backup.backup(url, tmp_path / "backup.db")
    store.write_now(alerts.put_alert, fresh("another"))
    store.close()
    backup.restore(tmp_path / "backup.db", url)
    back = opened(url)
    assert back.read_now(everything) == written
    # SQLite remembers the highest number given; PostgreSQL's sequence follows the rows.
    assert back.write_now(alerts.put_alert, fresh("another")).number == 2
