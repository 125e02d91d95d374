"""What the command line asks, read; what is refused of it, said in the words of who asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.control.alert_verbs import acting
from agent.control.roster_verbs import moment
from agent.control.server import Asked
from agent.services.station import Station
from agent.store import people
from duty.errors import NightdutyError, RecordRefused, RosterRefused
from duty.rights import Right, may
from exporters.words import LANGUAGES, Say, words


def say_for(asked: Asked) -> Say:
    """Return the words of the language of who asks."""
    language = asked.args.get("lang")
    return words(language if language in LANGUAGES else LANGUAGES[0])


def optional(asked: Asked, name: str) -> str:
    """Return an argument that is text, "" where it is left out. Raises NightdutyError."""
    return asked.text(name) if name in asked.args else ""


def moment_or_none(asked: Asked, name: str, zone: ZoneInfo) -> datetime | None:
    """Return an argument that is a moment by the site's clock, None where it is left out."""
    return moment(asked.text(name), zone) if name in asked.args else None


@contextmanager
def worded(asked: Asked) -> Iterator[None]:
    """Say a refusal in the words of who asks."""
    say = say_for(asked)
    try:
        yield
    except RecordRefused as why:
        raise NightdutyError(say(f"cli.{why.code}", **why.fields)) from None
    except RosterRefused as why:
        # A time that is none.
        raise NightdutyError(say(f"roster_refused.{why.code}")) from None


async def entitled(station: Station, asked: Asked, right: Right) -> str:
    """Return in whose name it is done. Raises NightdutyError where they may not.

    Who asks in nobody's name was let in by the socket, which is enough to write into the record as for a log or a task.
    To command takes a person who does, for the record has to say which.
    """
    by = await acting(station, asked)
    there = await station.store.read(people.load_people)
    posts = there[by].posts if by in there else ()
    if not may(posts, right) and (by in there or right is not Right.RECORD):
        raise NightdutyError(say_for(asked)("cli.incidents.refused.not_entitled", person=by))
    return by
