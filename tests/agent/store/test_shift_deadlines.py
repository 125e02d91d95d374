"""When the clock is set, what is open keeps the time it has; what is over stays as it was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent.store import alerts, channels, outbox, states
from agent.store.engine import Store
from agent.store.shift_deadlines import shift_deadlines
from agent.store.told import told as told_of
from duty.alerts import TakePolicy, taken
from duty.channels import ChannelState
from duty.escalation import Page
from duty.findings import Severity
from duty.fold import State
from duty.people import Contact
from tests.agent.store.samples import HOUR, NOW
from tests.agent.store.test_alerts import fresh, over

STEP = timedelta(hours=-3, microseconds=7)
WAY = Contact("chat", "jia")


async def test_open_alerts_and_what_is_to_be_told_of_them_move_together(store: Store) -> None:
    alert = await store.write(alerts.put_alert, fresh("a"))
    page = Page(alert.number, alert.fired, 0, "jia", WAY, "step.technician")
    await store.write(outbox.enqueue, [outbox.outgoing(page, "fired")], NOW)
    mine = taken(alert, "jia", NOW, TakePolicy())
    assert await store.write(alerts.change_alert, alert, mine)
    await store.write(shift_deadlines, STEP)
    moved = await store.read(alerts.get_alert, alert.number)
    assert mine.expires is not None
    assert (moved.opened, moved.fired) == (alert.opened + STEP, alert.fired + STEP)
    assert (moved.taken_at, moved.expires) == (NOW + STEP, mine.expires + STEP)
    (told,) = await store.read(told_of, alert.number)
    assert told.fired == moved.fired, "who was told is not told again"
    (letter,) = await store.read(outbox.of_alert, alert.number)
    assert (letter.created, letter.next_at) == (NOW + STEP, NOW + STEP)


async def test_what_is_over_and_what_others_hold_stays(store: Store) -> None:
    done = await store.write(alerts.put_alert, over(await store.write(alerts.put_alert, fresh("a"))))
    await store.write(shift_deadlines, STEP)
    assert await store.read(alerts.get_alert, done.number) == done


async def test_states_and_failing_channels_move(store: Store) -> None:
    key, bad = ("a", "reach", ""), State(Severity.CRITICAL, since=NOW, bad_since=NOW - HOUR)
    await store.write(states.put_states, {key: bad})
    await store.write(channels.put_channel, ChannelState("chat", failing_since=NOW, error="no_answer", accepted_at=NOW))
    await store.write(shift_deadlines, STEP)
    assert (await store.read(states.load_states))[key] == replace(bad, since=NOW + STEP, bad_since=NOW - HOUR + STEP)
    assert (await store.read(channels.load_channels))["chat"].failing_since == NOW + STEP
