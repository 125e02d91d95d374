"""The channels' health as rows."""

from __future__ import annotations

from agent.store import channels
from agent.store.engine import Store
from duty.channels import ChannelState
from tests.agent.store.samples import HOSTILE, HOUR, NOW

BAD = ChannelState("sms", NOW, "timeout", NOW - HOUR, NOW - HOUR, "accepted")


async def test_what_is_known_of_a_channel_comes_back(store: Store) -> None:
    assert await store.read(channels.load_channels) == {}
    odd = ChannelState(HOSTILE, error=HOSTILE, test_result=HOSTILE)
    for state in (ChannelState("sms"), BAD, odd):
        await store.write(channels.put_channel, state)
    assert await store.read(channels.load_channels) == {"sms": BAD, HOSTILE: odd}


async def test_a_channel_that_left_the_settings_is_forgotten(store: Store) -> None:
    for name in ("sms", "chat"):
        await store.write(channels.put_channel, ChannelState(name))
    await store.write(lambda conn, agent: channels.keep_channels(conn, "sh2", ()))
    await store.write(channels.keep_channels, ("chat", "mail"))
    assert [*await store.read(channels.load_channels)] == ["chat"]
    await store.write(channels.keep_channels, ())
    assert await store.read(channels.load_channels) == {}
