"""Counters become rates before anything is judged: wrap, reset and nonsense told apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from duty.parameters import PARAMETERS
from duty.readings import Gap, Look, Reading
from duty.targets import Target

SHORTEST = timedelta(seconds=1)
"""Two looks closer than this give no rate: the device's own counters move in steps of about a second."""

LONGEST = timedelta(hours=2)
"""Two looks farther apart than this give no rate: a 32-bit counter may have wrapped more than once."""

DOUBTFUL = 1.1
"""A port cannot carry more than its speed; beyond this part of it the rate is doubtful, not true."""

CLOCK_WRAPS = 2**32 / 100
"""Seconds (497 days) after which the uptime of an SNMP device begins again at 0: hundredths in 32 bits (RFC 3418)."""


def derive(look: Look, previous: Look | None, target: Target | None = None) -> Look:
    """Add to a look what follows from it and the look before: rates, and how much of a port's speed is used.

    A counter that fell has wrapped only if its width allows it and the device or the port vouches that its counters
    did not start again; otherwise the rate is a gap, never zero and never a spike. Readings that are no numbers become
    gaps. A port of ``target`` with a bought rate is used up when that is, however fast the line is.
    """
    readings, gaps = [], list(look.gaps)
    for reading in look.readings:
        if math.isfinite(reading.value):
            readings.append(reading)
        else:
            # NaN compares false with every limit and would pass for well.
            gaps.append(Gap(reading.parameter, reading.instance, "not_a_number", repr(reading.value)))
    look = replace(look, readings=tuple(readings))
    before = {(r.parameter, r.instance): r for r in previous.readings} if previous else {}
    now = {(r.parameter, r.instance): r.value for r in readings}
    elapsed = _elapsed(look, previous)
    restart = previous is not None and restarted(look, previous)
    derived: list[Reading] = []
    for reading in readings:
        if not reading.width:
            continue
        name = reading.parameter.removesuffix("_total") + "_rate"
        old = before.get((reading.parameter, reading.instance))
        if old is None or elapsed is None:
            gaps.append(Gap(name, reading.instance, "first_look"))
            continue
        grown = None if restart else _grown(reading, old, goes_on=_goes_on(now, before, reading.instance))
        if grown is None:
            gaps.append(Gap(name, reading.instance, "counter_reset"))
            continue
        rate = grown / elapsed
        speed = now.get(("port_speed", reading.instance))
        used = _used(reading, rate, speed)
        if used is not None and used.value > 100 * DOUBTFUL:
            gaps.append(Gap(name, reading.instance, "doubtful", f"{used.value:.0f} % of the port's speed"))
            continue
        port = target.port(reading.instance) if target is not None and target.ports else None
        if port is not None and port.rate is not None:
            used = _used(reading, rate, port.rate)
        derived.append(Reading(name, reading.instance, rate, PARAMETERS.get(name, reading.unit + "/s")))
        if used is not None:
            derived.append(used)
    derived += _cpu_used(now, derived)
    return replace(look, readings=(*readings, *derived), gaps=tuple(gaps))


def _cpu_used(now: dict[tuple[str, str], int | float], derived: Iterable[Reading]) -> Iterator[Reading]:
    """Yield how much of the processor is used, where its busy time was counted and not the use itself."""
    busy = next((reading.value for reading in derived if reading.parameter == "cpu_busy_rate"), None)
    cores = now.get(("cpu_count", ""))
    if busy is not None and cores and ("cpu_used", "") not in now:
        yield Reading("cpu_used", "", min(100.0, 100 * busy / cores), "%")


def restarted(look: Look, previous: Look) -> bool:
    """Say whether the device has started again since an earlier look; False where its uptime was not seen in both.

    It has if it is up for a shorter time than then, or than the time that has passed. An uptime that goes on at 0
    after 497 days tells of no restart.
    """
    up, was_up = look.number("uptime"), previous.number("uptime")
    if up is None or was_up is None:
        return False
    elapsed = (look.began - previous.began).total_seconds()
    wrapped = abs(was_up + elapsed - CLOCK_WRAPS - up) <= 2 + 0.01 * elapsed
    return not wrapped and (up < was_up or up < elapsed)


def _elapsed(look: Look, previous: Look | None) -> float | None:
    """Return the seconds between two looks, by the device's own clock where it has one."""
    if previous is None:
        return None
    elapsed = look.began - previous.began
    if not SHORTEST <= elapsed <= LONGEST:
        return None
    seconds = elapsed.total_seconds()
    up, was_up = look.number("uptime"), previous.number("uptime")
    # The device's clock leaves out the time that request and answer took on their way. Some move in coarse steps: of
    # two looks close together such a clock may say almost nothing passed, and the rate would be a spike.
    if up is not None and was_up is not None and abs(up - was_up - seconds) <= min(0.1 * seconds + 2, 0.5 * seconds):
        return up - was_up
    return seconds


def _goes_on(
    now: dict[tuple[str, str], int | float], before: dict[tuple[str, str], Reading], instance: str
) -> bool | None:
    """Say whether a port's counters have gone on since the look before; None where nothing vouches for it."""
    mark, was_mark = now.get(("port_discontinuity", instance)), before.get(("port_discontinuity", instance))
    if mark is not None and was_mark is not None:
        return mark == was_mark.value
    return True if ("uptime", "") in now and ("uptime", "") in before else None


def _grown(reading: Reading, old: Reading, *, goes_on: bool | None) -> int | float | None:
    if goes_on is False or old.width != reading.width:
        return None
    grown = reading.value - old.value
    if grown >= 0:
        return grown
    # A true wrap passes the end of the width: it fell from the upper half to the lower. 64 bits never wrap in our time.
    full, half = 1 << 32, 1 << 31
    return grown + full if goes_on and reading.width == 32 and full > old.value >= half > reading.value >= 0 else None


def _used(reading: Reading, rate: float, speed: int | float | None) -> Reading | None:
    if reading.parameter not in ("port_in_total", "port_out_total") or speed is None or speed <= 0:
        return None
    name = reading.parameter.removesuffix("_total") + "_used"
    return Reading(name, reading.instance, rate * 8 / speed * 100, "%")
