"""What briefs count in the record, which are written, and what has waited too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent.store import alerts, batches, briefs, outbox, runs
from agent.store.engine import Store
from agent.store.outbox import OutboxState, Outgoing
from duty.alerts import Alert, AlertState
from duty.briefs import OUTDATED, BriefKind
from tests.agent.store.samples import HOUR, NOW
from tests.agent.store.test_alerts import fresh
from tests.agent.store.test_outbox import CHAT, SMS


def letter(kind: BriefKind, key: str) -> Outgoing:
    return Outgoing(key=key, event=briefs.event_of(kind), contact=SMS if kind is BriefKind.MORNING else CHAT)


async def test_it_is_known_which_briefs_are_written(store: Store) -> None:
    await store.write(outbox.enqueue, [letter(BriefKind.MORNING, "brief-1")], NOW)
    assert await store.read(briefs.written, ["brief-1", "brief-2"]) == {"brief-1"}


async def test_a_brief_that_waited_too_long_is_taken_back_and_nothing_else(store: Store) -> None:
    alert = Outgoing(key="a", event="fired_again", contact=CHAT)
    letters = [alert, letter(BriefKind.ALL_WELL, "w"), letter(BriefKind.MORNING, "m")]
    await store.write(outbox.enqueue, letters, NOW)
    (all_well, morning) = (OUTDATED[kind] for kind in BriefKind)
    moment = timedelta(microseconds=1)
    assert await store.write(briefs.drop_outdated, NOW + all_well - moment) == 0
    assert await store.write(briefs.drop_outdated, NOW + all_well) == 1
    assert await store.write(briefs.drop_outdated, NOW + morning - moment) == 0
    assert await store.write(briefs.drop_outdated, NOW + morning) == 1
    left = await store.read(outbox.depth)
    assert left == {
        (OutboxState.PENDING, CHAT.channel): 1,
        (OutboxState.DROPPED, CHAT.channel): 1,
        (OutboxState.DROPPED, SMS.channel): 1,
    }


async def test_a_brief_that_is_under_way_is_not_taken_back(store: Store) -> None:
    await store.write(outbox.enqueue, [letter(BriefKind.ALL_WELL, "w")], NOW)
    later = NOW + OUTDATED[BriefKind.ALL_WELL]
    await store.write(batches.lease, "run", later, 5)
    assert await store.write(briefs.drop_outdated, later) == 0


async def test_alerts_of_a_time_are_counted_by_site(store: Store) -> None:
    def alert(n: int, site: str, opened: int, resolved: int | None) -> None:
        key = (f"t{n}", "reach", "")
        at = NOW + opened * HOUR
        made = replace(fresh(), number=0, key=key, site=site, opened=at, fired=at)
        if resolved is not None:
            made = replace(made, state=AlertState.RESOLVED, resolved=NOW + resolved * HOUR)
        found.append(made)

    found: list[Alert] = []
    alert(1, "hz1", 1, None)
    alert(2, "hz1", 1, 2)
    alert(3, "hz1", -5, 3)
    alert(4, "hz1", -5, None)
    alert(5, "hz1", -5, -1)
    alert(6, "hz2", 0, 12)
    alert(7, "hz2", 12, None)
    for each in found:
        await store.write(alerts.put_alert, each)
    assert await store.read(briefs.count_alerts, NOW, NOW + 12 * HOUR) == {"hz1": (2, 2), "hz2": (1, 0)}


async def test_it_is_known_since_when_there_is_an_agent(store: Store) -> None:
    assert await store.read(runs.first_began) is None
    await store.write(runs.begin_run, "two", "1.0", NOW + HOUR)
    await store.write(runs.begin_run, "one", "1.0", NOW)
    assert await store.read(runs.first_began) == NOW
