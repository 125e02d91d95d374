"""Many alerts at once: they cost a few statements and not a few each, and come out as one after the other would."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent import bootstrap
from agent.services import take
from agent.services.escalate import escalate
from agent.services.look import Looker
from agent.services.raise_alerts import raise_alerts
from agent.services.station import Station
from agent.store import alerts, timeline, verify
from agent.store.engine import Store
from agent.store.timeline import EventKind
from config.load import parse
from duty.alerts import AlertState
from duty.findings import Finding, Severity
from duty.fold import Transition
from tests.bench.desk import send_all, storm
from tests.bench.house import PEOPLE, settings
from tests.stories.night import DrivenClock

MANY = 120
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
"""Ten in the morning by the site's clock."""


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    clock = DrivenClock(NOW)
    store = Store.open(f"sqlite:///{tmp_path / 'many.db'}", "bench")
    yield await bootstrap.make_station(parse(settings(MANY) + PEOPLE, "many.yaml"), clock, store, Looker({}, clock))
    store.close()


@contextmanager
def counted() -> Iterator[list[str]]:
    """Note each statement that goes to a database."""
    said: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        said.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def test_a_storm_its_taking_and_its_end_are_a_few_statements_each(station: Station) -> None:
    with counted() as raising:
        await storm(station, MANY, Severity.CRITICAL)
    await station.store.write(escalate, station.orders, NOW)
    await send_all(station)
    with counted() as ticking:
        await station.store.write(escalate, station.orders, NOW)
    with counted() as taking:
        done = await take.take_all(station, range(1, MANY + 1), "jia")
    with counted() as ending:
        await storm(station, MANY, Severity.OK)
    assert len(done) == MANY
    assert max(map(len, (raising, ticking, taking, ending))) < 15
    assert await station.store.read(alerts.open_alerts) == []
    for number in (1, MANY):
        kinds = [event.kind for event in await station.store.read(timeline.events, number)]
        assert kinds == [EventKind.FIRED, EventKind.TAKEN, EventKind.RESOLVED]


async def test_the_journal_of_many_is_the_chain_that_it_would_be_of_each(station: Station) -> None:
    await storm(station, MANY, Severity.CRITICAL)
    await take.take_all(station, range(1, MANY + 1), "jia", asker="root")
    found = await station.store.read(verify.verify)
    assert (found.entries, found.first_bad) == (MANY, None)


async def test_what_became_of_one_key_since_the_record_was_locked_is_written_in_its_order(station: Station) -> None:
    bad, worse, well = Severity.WARNING, Severity.CRITICAL, Severity.OK
    steps = [(well, bad), (bad, worse), (worse, well), (well, bad)]
    changes = [
        Transition(
            ("sw-1", "cpu", ""), NOW + timedelta(hours=n), before, after, Finding("cpu", "", after, "levels.high")
        )
        for n, (before, after) in enumerate(steps)
    ]
    await station.store.write(lambda conn, agent: raise_alerts(conn, agent, changes, station.orders))
    second, first = await station.store.read(alerts.list_alerts, 10)
    assert (first.state, first.severity, first.resolved) == (AlertState.RESOLVED, worse, NOW + timedelta(hours=2))
    assert (second.state, second.severity, second.opened) == (AlertState.FIRING, bad, NOW + timedelta(hours=3))
    kinds = [event.kind for event in await station.store.read(timeline.events, 1)]
    assert kinds == [EventKind.FIRED, EventKind.WORSENED, EventKind.RESOLVED]
