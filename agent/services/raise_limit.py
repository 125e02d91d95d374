"""Raise a limit for a while, and lower it again: at its end by itself, or before it by a person.

The record is what counts: a start and a reload take the raised limits from it, and the end of one needs no write.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from agent.services.station import Station
from agent.store import alerts, journal, overrides, timeline
from agent.store.timeline import EventKind
from checks.seen import Seen
from duty.errors import LimitRefused, NightdutyError, NotFound
from duty.findings import Limits, Rule
from duty.overrides import LONGEST, Override, all_overridden, mildest, raised

log = logging.getLogger(__name__)

MOST = 500
"""Raised limits in force at a time; more than these are settings."""

LONGEST_NAME = 255
LONGEST_WHY = 500
"""Characters of the reason that are kept."""


async def raise_limit(
    station: Station,
    target: str,
    check: str,
    instance: str,
    *,
    warning: float | None,
    critical: float | None,
    until: datetime,
    by: str,
    why: str,
    alert: int | None = None,
    asker: str = "",
) -> Override:
    """Put other limits in force until a moment; None leaves a limit as it is, ``instance`` "" stands for all.

    Raises LimitRefused with the reason as a code; NotFound where the target or the alert is not there.
    """
    now = station.clock.now()
    rule = find_rule(station, target, check)
    if len(instance) > LONGEST_NAME:
        raise NotFound(f"no name of a disk, port or sensor is longer than {LONGEST_NAME} characters")
    before = limits_now(station, target, rule, instance)
    after = raised(rule, before, warning, critical)
    if until <= now:
        raise LimitRefused("over")
    if until > now + LONGEST:
        raise LimitRefused("too_long", {"days": LONGEST.days})
    why = why.strip()[:LONGEST_WHY]
    if not why:
        raise LimitRefused("no_reason")
    wanted = Override(0, target, check, instance, after.warning, after.critical, now, until, by, why)
    made = await station.store.write(_raise, wanted, before, alert, asker)
    station.overrides = (*station.overrides, made)
    settle_limits(station, now)
    log.info("limit raised number=%d target=%s check=%s until=%s", made.number, target, check, until.isoformat())
    return made


async def end_override(station: Station, number: int, by: str, *, asker: str = "") -> Override:
    """Put the limits of the settings in force again before the time. NotFound; NightdutyError when it is over."""
    now = station.clock.now()
    ended = await station.store.write(_end, number, by, asker, now)
    station.overrides = tuple(each for each in station.overrides if each.number != number)
    settle_limits(station, now)
    return ended


async def recall_limits(station: Station) -> None:
    """Take the raised limits from the record, at a start."""
    now = station.clock.now()
    station.overrides = tuple(await station.store.read(overrides.lasting_overrides, now))
    settle_limits(station, now)


def settle_limits(station: Station, now: datetime) -> None:
    """Judge from now on by the settings with the raised limits that are in force, and forget those that are over."""
    station.overrides = tuple(each for each in station.overrides if each.end > now)
    station.memory.rules = all_overridden(station.orders.rules, station.overrides, now)


def lower_limits(station: Station, now: datetime) -> None:
    """Put the limits of the settings in force again where a raised one has come to its end; for each tick."""
    over = [each for each in station.overrides if each.end <= now]
    if over:
        settle_limits(station, now)
        for each in over:
            log.info("raised limit over number=%d target=%s check=%s", each.number, each.target, each.check)


def find_rule(station: Station, target: str, check: str) -> Rule:
    """Return a check as the settings have it for a target. NotFound for the target, LimitRefused for the check."""
    if target not in station.orders.targets:
        raise NotFound(f"there is no target {target!r}")
    rule = next((rule for rule in station.orders.rules.get(target, ()) if rule.name == check), None)
    if rule is None:
        raise LimitRefused("no_check", {"check": check})
    return rule


def limits_now(station: Station, target: str, rule: Rule, instance: str) -> Limits:
    """Return the limits of a check as they would be without anybody's decision; for all instances the mildest.

    Of what is raised already nothing is counted, or nobody could take back half of it.
    """
    look = station.memory.looked.get(target)
    if look is None or rule.kind == "trend":
        return rule.limits
    seen = Seen(look, station.orders.targets[target], {}, medians=station.memory.medians(target))
    places = [instance] if instance else ["", *(reading.instance for reading in seen.readings(rule))]
    return mildest([seen.limits(rule, place) for place in places])


def _raise(conn: Connection, agent: str, wanted: Override, before: Limits, alert: int | None, asker: str) -> Override:
    if len(overrides.lasting_overrides(conn, agent, wanted.begin)) >= MOST:
        raise LimitRefused("too_many", {"most": MOST})
    made = overrides.add_override(conn, agent, wanted)
    said = {
        "override": made.number,
        "target": made.target,
        "check": made.check,
        "instance": made.instance,
        "before": [before.warning, before.critical],
        "after": [made.warning, made.critical],
        "until": made.end.isoformat(timespec="seconds"),
        "why": made.why,
    } | journal.typed_by(asker)
    journal.append(conn, agent, "limit_raised", made.begin, made.by, "ok", said)
    if alert is not None:
        about = alerts.get_alert(conn, agent, alert)
        if about.key[:2] != (made.target, made.check):
            raise NotFound(f"alert {alert} is not about {made.check} of {made.target}")
        timeline.add_event(conn, agent, alert, made.begin, EventKind.COMMENTED, made.by, made.why, said)
    return made


def _end(conn: Connection, agent: str, number: int, by: str, asker: str, now: datetime) -> Override:
    before = overrides.get_override(conn, agent, number)
    if not overrides.end_override(conn, agent, number, by, now):
        raise NightdutyError(f"the raised limit {number} is over already")
    said: dict[str, object] = {"override": number, "target": before.target, "check": before.check}
    journal.append(conn, agent, "limit_lowered", now, by, "ok", said | journal.typed_by(asker))
    return replace(before, ended_at=now, ended_by=by)


def in_force(station: Station, target: str, now: datetime) -> Sequence[Override]:
    """Return the raised limits of a target, in the order in which they were made."""
    return [each for each in station.overrides if each.target == target and each.in_force(now)]
