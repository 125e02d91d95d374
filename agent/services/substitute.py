"""Change the roster by hand: somebody fills a gap, stands in, or is taken off; the journal says who and why.

By hand wins over the rotation. That a change is to be known 48 h ahead (policy 4.1) is not enforced, for a gap at
night must be filled at night; the journal has how many hours ahead it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.station import Station
from agent.store import journal, people, shifts
from duty import substitutes
from duty.errors import RosterRefused
from duty.people import Post
from duty.roster import Shift
from duty.substitutes import LONGEST, beside

LONGEST_WHY = 500


async def put_on_duty(
    station: Station,
    by: str,
    *,
    site: str,
    post: Post,
    person: str,
    begin: datetime,
    end: datetime,
    why: str = "",
    asker: str = "",
) -> Shift:
    """Put somebody on duty, beside whoever is there, and return the shift; it begins now at the earliest.

    Raises RosterRefused.
    """
    if site not in station.orders.sites:
        raise RosterRefused("no_site", {"who": tuple(station.orders.sites)})
    shift = Shift(site, post, person, begin, end)
    return await station.store.write(_put, shift, by, why, asker, station.clock.now())


async def substitute(
    station: Station, by: str, *, shift: Shift, person: str, why: str, since: datetime | None = None, asker: str = ""
) -> Shift:
    """Have somebody stand in for another for one shift, from ``since`` on where that is given; return their shift.

    What has passed of it stays the first person's. Raises RosterRefused.
    """
    now = station.clock.now()
    return await station.store.write(_substitute, shift, person, since, by, _needed(why), asker, now)


async def take_off(
    station: Station, by: str, *, shift: Shift, why: str, since: datetime | None = None, asker: str = ""
) -> None:
    """Take somebody off one shift, from ``since`` on where that is given; what has passed stays. RosterRefused."""
    await station.store.write(_take_off, shift, since, by, _needed(why), asker, station.clock.now())


def _put(conn: Connection, agent: str, shift: Shift, by: str, why: str, asker: str, now: datetime) -> Shift:
    standing = _about(conn, agent, shift)
    made = substitutes.put(shift, people.load_people(conn, agent), standing, now)
    shifts.put_shifts(conn, agent, [made])
    said = _said(made, why, asker, now) | _beside(made, standing)
    journal.append(conn, agent, "shift_put", now, by, "ok", said)
    return made


def _substitute(
    conn: Connection,
    agent: str,
    shift: Shift,
    person: str,
    since: datetime | None,
    by: str,
    why: str,
    asker: str,
    now: datetime,
) -> Shift:
    standing = _about(conn, agent, shift)
    left, other = substitutes.stand_in(shift, person, since, people.load_people(conn, agent), standing, now)
    _change(conn, agent, shift, left)
    shifts.put_shifts(conn, agent, [other])
    said = _said(other, why, asker, now) | {"for": shift.person} | _beside(other, standing)
    journal.append(conn, agent, "shift_changed", now, by, "ok", said)
    return other


def _take_off(
    conn: Connection, agent: str, shift: Shift, since: datetime | None, by: str, why: str, asker: str, now: datetime
) -> None:
    left, begin = substitutes.take_off(shift, since, now)
    _change(conn, agent, shift, left)
    gone = Shift(shift.site, shift.post, shift.person, begin, shift.end)
    journal.append(conn, agent, "shift_withdrawn", now, by, "ok", _said(gone, why, asker, now))


def _change(conn: Connection, agent: str, before: Shift, after: Shift | None) -> None:
    if not shifts.change_shift(conn, agent, before, after):
        raise RosterRefused("gone")


def _about(conn: Connection, agent: str, shift: Shift) -> list[Shift]:
    # A request may name any moment, and the last ones of the calendar have none after them.
    try:
        return shifts.shifts_between(conn, agent, shift.begin, min(shift.end, shift.begin + LONGEST))
    except OverflowError:
        raise RosterRefused("no_time") from None


def _needed(why: str) -> str:
    if not why.strip():
        raise RosterRefused("no_why")
    return why


def _said(shift: Shift, why: str, asker: str, now: datetime) -> dict[str, object]:
    ahead = max(shift.begin - now, timedelta(0)) / timedelta(hours=1)
    said: dict[str, object] = {
        "site": shift.site, "post": shift.post.value, "person": shift.person, "begin": shift.begin.isoformat(),
        "end": shift.end.isoformat(), "why": why.strip()[:LONGEST_WHY], "ahead": round(ahead, 1),
    }  # fmt: skip
    return said | journal.typed_by(asker)


def _beside(shift: Shift, standing: list[Shift]) -> dict[str, object]:
    also = [f"{other.site}/{other.post.value}" for other in beside(shift, standing)]
    return {"beside": sorted(set(also))} if also else {}
