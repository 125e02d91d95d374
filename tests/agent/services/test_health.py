"""Since when a channel fails: known across a restart, written down at its edges, and said in the log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.services.deliver import Deliverer
from agent.services.try_channel import try_out
from agent.store import channels
from duty.channels import ChannelState
from duty.errors import NotifyError
from exporters.notify.budget import Budget
from tests.agent.services.test_deliver import MINUTE, Desk, desk

__all__ = ["desk"]


async def state(desk: Desk, name: str = "chat") -> ChannelState:
    return (await desk.station.store.read(channels.load_channels))[name]


async def test_it_is_known_since_when_a_channel_fails_and_by_what(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    began = desk.clock.now()
    desk.chat.error = NotifyError("timeout")
    await desk.go_on(timedelta(0))
    desk.chat.error = NotifyError("unreachable")
    await desk.go_on()
    assert (await state(desk)) == ChannelState("chat", failing_since=began, error="unreachable")
    desk.chat.error = None
    await desk.go_on()
    assert (await state(desk)) == ChannelState("chat", accepted_at=desk.clock.now())
    assert caplog.text.count("does not accept") == 1


async def test_a_restart_forgets_no_failure_and_says_it_no_second_time(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    began = desk.clock.now()
    desk.chat.error = NotifyError("timeout")
    await desk.go_on(timedelta(0))
    desk.deliverer = Deliverer(desk.station, {"chat": desk.chat, "sms": desk.sms}, {})
    await desk.go_on()
    assert (await state(desk)).failing_since == began
    assert caplog.text.count("does not accept") == 1


async def test_a_channel_that_left_the_settings_is_forgotten(desk: Desk) -> None:
    desk.chat.error = NotifyError("timeout")
    await desk.go_on(timedelta(0))
    desk.deliverer = Deliverer(desk.station, {"sms": desk.sms}, {})
    await desk.go_on(timedelta(0))
    assert "chat" not in await desk.station.store.read(channels.load_channels)


async def test_an_address_that_is_wrong_is_not_the_channels_failure(desk: Desk) -> None:
    desk.chat.error = NotifyError("address_wrong", permanent=True)
    await desk.go_on(timedelta(0))
    assert "chat" not in await desk.station.store.read(channels.load_channels)


async def test_a_test_is_written_down_with_what_came_of_it(desk: Desk) -> None:
    began = desk.clock.now()
    await try_out(desk.station, desk.deliverer, "chat", "jia", "tester")
    assert (await state(desk)) == ChannelState("chat", None, "", began, began, "accepted")
    desk.chat.error = NotifyError("refused", permanent=True)
    desk.clock.advance(MINUTE)
    await try_out(desk.station, desk.deliverer, "chat", "jia", "tester")
    now = desk.clock.now()
    assert (await state(desk)) == ChannelState("chat", now, "refused", began, now, "refused")


async def test_a_test_that_alerts_leave_no_room_for_says_nothing_of_the_channel(desk: Desk) -> None:
    desk.deliverer = Deliverer(desk.station, {"chat": desk.chat, "sms": desk.sms}, {"chat": Budget(1)})
    await desk.go_on(timedelta(0))
    (tried,) = await try_out(desk.station, desk.deliverer, "chat", "jia", "tester")
    assert tried.code == "rate_limited"
    now = await state(desk)
    assert (now.failing_since, now.test_result) == (None, "rate_limited")
