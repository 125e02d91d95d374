"""The channels by which people are told: since when one fails, and when each is to be tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STILL_WELL = timedelta(minutes=1)
"""How old what is known of a channel that works may become."""

MADE_UP = timedelta(hours=1)
"""A daily test that was missed is made within this time; after it the next day's is the next."""

DAY = timedelta(days=1)
UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What is known of a channel's health.

    ``failing_since`` is its first failure after what it accepted last, with ``error`` as its last code, None and ""
    while it works. ``test_result`` is "accepted" or the code of why not, "" while the test has no answer yet.
    """

    name: str
    failing_since: datetime | None = None
    error: str = ""
    accepted_at: datetime | None = None
    tested_at: datetime | None = None
    test_result: str = ""


def accepted(state: ChannelState, now: datetime) -> ChannelState:
    """Return the state after the channel accepted something: the same while nothing in it is worth writing down."""
    at = state.accepted_at
    if state.failing_since is None and at is not None and at <= now < at + STILL_WELL:
        return state
    return replace(state, failing_since=None, error="", accepted_at=now)


def failed(state: ChannelState, code: str, now: datetime) -> ChannelState:
    """Return the state after the channel did not accept something: it fails since the first time."""
    if state.failing_since is not None and state.error == code:
        return state
    return replace(state, failing_since=state.failing_since or now, error=code)


def tried(state: ChannelState, result: str, at: datetime) -> ChannelState:
    """Return the state with a test that began at ``at``, and what came of it."""
    return replace(state, tested_at=at, test_result=result)


def due_tests(last: Mapping[str, datetime | None], at: time, zone: str, now: datetime) -> list[str]:
    """Name the channels whose daily test is due: at ``at`` by the clock of ``zone``, or soon after if that was missed.

    ``last`` says when each was last tested. A test in the future was stamped by a clock set back since, and counts not.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    slot = max(moment for day in (today - DAY, today) if (moment := _instant(day, at, zone)) <= now)
    if now >= slot + MADE_UP:
        return []
    return [name for name, tested_at in last.items() if tested_at is None or not slot <= tested_at <= now]


def _instant(day: date, at: time, zone: str) -> datetime:
    # Through UTC, for arithmetic on local times ignores the change of the clocks.
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
