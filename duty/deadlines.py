"""The clocks of an incident: what must be said or filed by when, who is reminded, and who is told that it is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from duty.people import Post


class Clock(StrEnum):
    """What runs against time.

    ``NEXT_REPORT`` to superiors while it lasts (policy 4.4b); ``REPORT`` the incident report, from when it was handled
    (policy 4.4c); ``LEGAL`` the report outside that a law asks for, from when it was found.
    """

    NEXT_REPORT = "next_report"
    REPORT = "report"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True)
class Call:
    """Who is told so long before a moment; below zero: so long after it."""

    before: timedelta
    posts: tuple[Post, ...]
    late: bool = False


def _minutes(many: int) -> timedelta:
    return timedelta(minutes=many)


CALLS: Final = MappingProxyType(
    {
        Clock.NEXT_REPORT: (
            Call(_minutes(5), (Post.MANAGER,)),
            Call(_minutes(0), (Post.MANAGER,), late=True),
            Call(_minutes(-10), (Post.LEADER,), late=True),
        ),
        Clock.REPORT: (
            Call(timedelta(hours=4), ()),
            Call(timedelta(hours=1), (Post.MANAGER,)),
            Call(_minutes(0), (Post.MANAGER, Post.LEADER), late=True),
        ),
        Clock.LEGAL: (
            Call(timedelta(hours=24), (Post.MANAGER, Post.LEADER)),
            Call(_minutes(30), (Post.MANAGER, Post.LEADER)),
            Call(_minutes(0), (Post.MANAGER, Post.LEADER), late=True),
        ),
    }
)
"""In order of time. Who must write the report is told beside the posts; the legal clock calls as soon as it runs."""


def call_due(clock: Clock, due: datetime, told: int, now: datetime) -> int | None:
    """Return which call of a clock is due by now, None where it was ``told`` already (so many of them).

    After a gap only the newest is told: two messages about one moment help nobody.
    """
    reached = sum(now >= due - call.before for call in CALLS[clock])
    return reached - 1 if reached > told else None
