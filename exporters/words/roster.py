"""Why the roster was not changed, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from duty.errors import RosterRefused
from exporters.words.catalogue import Say
from exporters.words.shown import shown
from exporters.words.times import format_time

LONGEST_NAME = 60
MOST_NAMED = 20


def say_roster_refused(refused: RosterRefused, now: datetime, zone: ZoneInfo, say: Say) -> str:
    """Say it in one line, times by the clock of ``zone``."""
    said: dict[str, object] = {}
    for name, value in refused.fields.items():
        if isinstance(value, datetime):
            said[name] = format_time(value, now, zone, say)
        elif name == "post":
            said[name] = say(f"post.{value}")
        elif name == "who" and isinstance(value, Iterable):
            named = [shown(str(each), LONGEST_NAME) for each in value]
            said[name] = say("message.comma").join(named[:MOST_NAMED]) or say("rostering.nobody")
        else:
            said[name] = shown(str(value), LONGEST_NAME)
    return say(f"roster_refused.{refused.code}", **said)
