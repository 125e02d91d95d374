"""The sign of life: sent while all is well, withheld when it is not, and heard by a peer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.services.heartbeat import Heartbeat, Wellness
from agent.services.peers import Peers
from agent.services.pulse import Pulse
from agent.services.watch import Watch
from config.secret import Secret
from tests.exporters.notify.conftest import secret
from tests.exporters.notify.receiver import receiving, status
from tests.stories.night import MINUTE, Night

__all__ = ["secret"]

SETTINGS = """
agent: {name: hz1}
sites: {hz1: {zone: Asia/Shanghai}}
targets: [{name: a, kind: icmp, address: 10.0.0.1}]
"""
NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Well(Wellness):
    """An agent whose health is what the test says."""

    def __init__(self, part: str = "") -> None:
        self.part = part

    def ill(self) -> str:
        return self.part


def beating(url: Secret, wellness: Wellness, token: Secret | None = None) -> Heartbeat:
    return Heartbeat(wellness, url, MINUTE, agent="hz1", token=token, private=True)


async def test_a_beat_is_posted_with_its_token(secret: Callable[[str], Secret]) -> None:
    async with receiving(status(200)) as server:
        beat = beating(secret(f"{server.url}/ping/hunter2"), Well(), secret("of-hz1"))
        assert await beat.beat()
        (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/ping/hunter2")
    assert request.headers["authorization"] == "Bearer of-hz1"
    assert request.document() == {"agent": "hz1"}


@pytest.mark.parametrize("part", ["writer", "ticker", "record", "watch"])
async def test_an_agent_that_does_not_do_its_work_sends_nothing(
    secret: Callable[[str], Secret], part: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with receiving(status(200)) as server:
        beat = beating(secret(server.url), well := Well(part))
        with caplog.at_level(logging.INFO):
            assert [await beat.beat() for _ in range(3)] == [False] * 3
            assert server.requests == []
            well.part = ""
            assert await beat.beat()
    assert [record.getMessage() for record in caplog.records] == [
        f"heartbeat not sent: withheld, the {part} does not move",
        "the heartbeat is sent again",
    ]


async def test_who_refuses_it_is_named_once_and_the_address_never(
    secret: Callable[[str], Secret], caplog: pytest.LogCaptureFixture
) -> None:
    async with receiving(status(404), status(500), status(200)) as server:
        beat = beating(secret(f"{server.url}/hunter2"), Well())
        with caplog.at_level(logging.INFO):
            assert [await beat.beat() for _ in range(3)] == [False, False, True]
    assert "hunter2" not in caplog.text
    assert "heartbeat not sent: refused: 404" in caplog.text
    assert len(caplog.records) == 2


async def test_nobody_there_is_no_crash(secret: Callable[[str], Secret]) -> None:
    async with receiving(status(200)) as server:
        url = secret(server.url)
    assert not await beating(url, Well()).beat()


async def test_an_agent_that_looks_at_nothing_any_more_is_not_well(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 20:00")
    await night.go_on_duty()
    wellness = Wellness(night.station, Pulse(night.station))
    for _ in range(5):
        await night.until(f"{night.clock.now().astimezone(night.zone) + MINUTE:%H:%M}")
        assert wellness.ill() == ""
    # The watch hangs: time passes, and no look is made.
    night.clock.advance(2 * MINUTE)
    assert wellness.ill() == ""
    night.clock.advance(2 * MINUTE)
    assert wellness.ill() == "watch"
    await Watch(night.station).make(night.clock.now())
    assert wellness.ill() == ""
    await night.stop()


def test_a_peer_is_silent_when_its_time_is_over_and_heard_again_with_its_next_beat() -> None:
    peers = Peers({"hz2": 3 * MINUTE}, NOW)
    assert peers.silent(NOW + 3 * MINUTE) == {}
    assert peers.silent(NOW + 3 * MINUTE + timedelta(seconds=1)) == {"hz2": NOW}
    assert peers.beat("hz2", NOW + 4 * MINUTE)
    assert peers.silent(NOW + 7 * MINUTE) == {}
    assert peers.silent(NOW + 8 * MINUTE) == {"hz2": NOW + 4 * MINUTE}
    assert not peers.beat("hz3", NOW)


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_is_set_makes_nobody_silent_and_hides_nobody(hours: int) -> None:
    peers, step = Peers({"hz2": 3 * MINUTE}, NOW), timedelta(hours=hours)
    peers.shift(step)
    assert peers.silent(NOW + step + 2 * MINUTE) == {}
    assert list(peers.silent(NOW + step + 4 * MINUTE)) == ["hz2"]
