"""Silence what is known, or announce maintenance: nobody is told of it until its end, and all see who said so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.station import Station
from agent.store import alerts, journal, outbox, silences
from duty.errors import NightdutyError
from duty.silences import Silence, SilenceKind, silenced

LONGEST = {SilenceKind.SILENCE: timedelta(days=7), SilenceKind.MAINTENANCE: timedelta(days=30)}
"""A forgotten silence hides the next failure as well."""
MOST = 500
"""Silences of people that are in force or to come at the same time."""
LONGEST_WHY = 500


async def silence(
    station: Station,
    by: str,
    *,
    kind: SilenceKind,
    begin: datetime,
    end: datetime,
    why: str,
    target: str = "*",
    site: str = "*",
    check: str = "*",
    asker: str = "",
) -> Silence:
    """Write a silence; what waits to be sent of the alerts it covers is taken back. Raises NightdutyError.

    ``target``, ``site`` and ``check`` are shell patterns. A failure that lasts beyond its end calls anew.
    """
    now = station.clock.now()
    if end <= max(begin, now):
        raise NightdutyError("it must end after it begins, and later than now")
    if end - begin > LONGEST[kind]:
        raise NightdutyError(f"it may last {LONGEST[kind].days} days at the most")
    if not why.strip():
        raise NightdutyError("say why, for whoever finds it in the night")
    if (target, site, check) == ("*", "*", "*"):
        raise NightdutyError("it would cover everything; name a target, a site or a check")
    return await station.store.write(_write, kind, (target, site, check), begin, end, by, why.strip(), asker, now)


async def end_silence(station: Station, number: int, by: str, *, asker: str = "") -> bool:
    """End a silence before its time; False if it is over already. What it covered calls anew if it is still there."""
    return await station.store.write(_end, number, by, asker, station.clock.now())


def _write(
    conn: Connection,
    agent: str,
    kind: SilenceKind,
    covers: tuple[str, str, str],
    begin: datetime,
    end: datetime,
    by: str,
    why: str,
    asker: str,
    now: datetime,
) -> Silence:
    if silences.count_by_hand(conn, agent, now) >= MOST:
        raise NightdutyError(f"there are {MOST} silences already; end those that are not needed")
    target, site, check = covers
    made = silences.add_silence(
        conn, agent, begin, end, by, why[:LONGEST_WHY], target=target, site=site, check=check, kind=kind
    )
    covered = [alert.number for alert in alerts.open_alerts(conn, agent) if silenced(alert, [made], now)]
    outbox.drop(conn, agent, *covered)
    said = {
        "silence": made.number, "kind": kind.value, "target": target, "site": site, "check": check,
        "begin": begin.isoformat(), "end": end.isoformat(), "why": made.why,
    }  # fmt: skip
    journal.append(conn, agent, "silence_made", now, by, "ok", said | journal.typed_by(asker))
    return made


def _end(conn: Connection, agent: str, number: int, by: str, asker: str, now: datetime) -> bool:
    silences.get_silence(conn, agent, number)
    ended = silences.end_silence(conn, agent, number, by, now)
    if ended:
        journal.append(conn, agent, "silence_ended", now, by, "ok", {"silence": number} | journal.typed_by(asker))
    return ended
