"""Counters become rates before anything is judged: wrap, reset and nonsense told apart."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from duty.parameters import PARAMETERS
from duty.readings import Gap, Look, Reading

SHORTEST = timedelta(seconds=1)
"""Two looks closer than this give no rate: the device's own counters move in steps of about a second."""

LONGEST = timedelta(hours=2)
"""Two looks farther apart than this give no rate: a 32-bit counter may have wrapped more than once."""

DOUBTFUL = 1.1
"""A port cannot carry more than its speed; beyond this part of it the rate is doubtful, not true."""


def derive(look: Look, previous: Look | None) -> Look:
    """Add to a look what follows from it and the look before: rates, and how much of a port's speed is used.

    A counter that fell has wrapped only if it was near its width's end and neither the device nor the port started
    again; otherwise the rate is a gap, never zero and never a spike. Readings that are no numbers become gaps.
    """
    readings, gaps = [], list(look.gaps)
    for reading in look.readings:
        if math.isfinite(reading.value):
            readings.append(reading)
        else:
            # NaN compares false with every limit and would pass for well.
            gaps.append(Gap(reading.parameter, reading.instance, "not_a_number", repr(reading.value)))
    before = {(r.parameter, r.instance): r for r in previous.readings} if previous else {}
    now = {(r.parameter, r.instance): r.value for r in readings}
    elapsed = _elapsed(look, previous)
    derived: list[Reading] = []
    for reading in readings:
        if not reading.width:
            continue
        name = reading.parameter.removesuffix("_total") + "_rate"
        old = before.get((reading.parameter, reading.instance))
        if old is None or elapsed is None:
            gaps.append(Gap(name, reading.instance, "first_look"))
            continue
        grown = _grown(reading, old, reset=_started_again(now, before, reading.instance))
        if grown is None:
            gaps.append(Gap(name, reading.instance, "counter_reset"))
            continue
        rate = grown / elapsed
        used = _used(reading, rate, now.get(("port_speed", reading.instance)))
        if used is not None and used.value > 100 * DOUBTFUL:
            gaps.append(Gap(name, reading.instance, "doubtful", f"{used.value:.0f} % of the port's speed"))
            continue
        derived.append(Reading(name, reading.instance, rate, PARAMETERS.get(name, reading.unit + "/s")))
        if used is not None:
            derived.append(used)
    return replace(look, readings=(*readings, *derived), gaps=tuple(gaps))


def _elapsed(look: Look, previous: Look | None) -> float | None:
    """Return the seconds between two looks, by the device's own clock where it has one."""
    if previous is None:
        return None
    elapsed = look.began - previous.began
    if not SHORTEST <= elapsed <= LONGEST:
        return None
    up, was_up = look.number("uptime"), previous.number("uptime")
    if up is not None and was_up is not None and up > was_up:
        # The device's clock leaves out the time that request and answer took on their way.
        own = up - was_up
        if abs(own - elapsed.total_seconds()) <= 0.1 * elapsed.total_seconds() + 2:
            return own
    return elapsed.total_seconds()


def _started_again(
    now: dict[tuple[str, str], int | float], before: dict[tuple[str, str], Reading], instance: str
) -> bool:
    """Say whether the device, or this port, has started its counters again since the look before."""
    up, was_up = now.get(("uptime", "")), before.get(("uptime", ""))
    if up is not None and was_up is not None and up < was_up.value:
        return True
    mark, was_mark = now.get(("port_discontinuity", instance)), before.get(("port_discontinuity", instance))
    return mark is not None and was_mark is not None and mark != was_mark.value


def _grown(reading: Reading, old: Reading, *, reset: bool) -> int | float | None:
    if reset or old.width != reading.width:
        return None
    grown = reading.value - old.value
    if grown >= 0:
        return grown
    # A true wrap passes the end of the width: it fell from the upper half to the lower. 64 bits never wrap in our time.
    half = 1 << (reading.width - 1)
    return grown + (1 << reading.width) if reading.width == 32 and old.value >= half > reading.value else None


def _used(reading: Reading, rate: float, speed: int | float | None) -> Reading | None:
    if reading.parameter not in ("port_in_total", "port_out_total") or not speed:
        return None
    name = reading.parameter.removesuffix("_total") + "_used"
    return Reading(name, reading.instance, rate * 8 / speed * 100, "%")
