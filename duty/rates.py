"""Counters become rates before anything is judged: wrap, reset and nonsense told apart."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from operator import sub
from types import MappingProxyType

from duty.counters import Counter, counter
from duty.ports import Ports
from duty.readings import Column, Columns, Gap, Look, Reading, by_column
from duty.targets import Target

SHORTEST = timedelta(seconds=1)
"""Two looks closer than this give no rate: the device's own counters move in steps of about a second."""

LONGEST = timedelta(hours=2)
"""Two looks farther apart than this give no rate: a 32-bit counter may have wrapped more than once."""

CLOCK_WRAPS = 2**32 / 100
"""Seconds (497 days) after which the uptime of an SNMP device begins again at 0: hundredths in 32 bits (RFC 3418)."""

_WHOLE_TURN = 1 << 32
"""What a counter of 32 bits counts until it begins again at 0."""

_PACKETS_OF = MappingProxyType(
    {f"port_{way}_{what}_rate": f"port_{way}_packets_rate" for way in ("in", "out") for what in ("errors", "discards")}
)
"""Of which packets a rate of lost ones is a share."""

_OF_PORTS = frozenset({"uptime", "port_speed", "port_discontinuity"})
"""What tells how fast ports are and whether their counters went on."""


def derive(look: Look, previous: Look | None, target: Target | None = None) -> Look:
    """Add to a look what follows from it and the look before: rates, how much of a port's speed is used, what was lost.

    A counter that fell has wrapped only if its width allows it and the device or the port vouches that its counters
    did not start again; otherwise the rate is a gap, never zero and never a spike. Readings that are no numbers become
    gaps. A port of ``target`` with a bought rate is used up when that is, however fast the line is.
    """
    look = _numbers_only(look)
    columns = by_column(look.readings)
    course = _Course(look, previous, target)
    derived: list[Column] = []
    gaps = list(look.gaps)
    for column in columns:
        if column.width:
            what = counter(column.parameter)
            rates = course.plain(column, what)
            derived += by_column(course.one_by_one(column, what, gaps)) if rates is None else rates
    derived += by_column(_shares(derived))
    derived += by_column(_cpu_used(columns, derived))
    return replace(look, readings=Columns((*columns, *derived)), gaps=tuple(gaps))


def _numbers_only(look: Look) -> Look:
    # NaN compares false with every limit and would pass for well.
    if all(all(map(math.isfinite, column.values)) for column in by_column(look.readings)):
        return look
    odd = tuple(r for r in look.readings if not math.isfinite(r.value))
    return replace(
        look,
        readings=tuple(r for r in look.readings if math.isfinite(r.value)),
        gaps=(*look.gaps, *(Gap(r.parameter, r.instance, "not_a_number", repr(r.value)) for r in odd)),
    )


class _Course:
    """How the counters of a target went on from one look to the next."""

    def __init__(self, look: Look, previous: Look | None, target: Target | None) -> None:
        now, self._before = by_column(look.readings), by_column(previous.readings) if previous else ()
        self._elapsed = _elapsed(look, previous)
        self._restart = previous is not None and restarted(look, previous)
        self._ports = Ports(_numbers(now, _OF_PORTS), _numbers(self._before, _OF_PORTS), target)
        self._alike = {(c.parameter, c.width, c.instances): c for c in self._before if c.width}
        self._old: dict[str, dict[str, Reading]] = {}

    def plain(self, column: Column, what: Counter) -> Sequence[Column] | None:
        """Return the rates of a column of counters; None if anything is unusual, for then each is looked at by itself.

        Nearly all have just grown. Of those it says the same, at a fifth of the time.
        """
        old, elapsed = self._alike.get((column.parameter, column.width, column.instances)), self._elapsed
        if old is None or elapsed is None or self._restart:
            return None
        ports, (name, unit, bits, used) = self._ports.together(column.instances), what
        grown = tuple(map(sub, column.values, old.values))
        may_wrap = column.width == 32 and bits and ports.fastest * elapsed / bits >= _WHOLE_TURN
        if min(grown) < 0 or not ports.go_on or may_wrap:
            return None
        rates = tuple([each / elapsed for each in grown])
        if bits and any(rate * bits > most for rate, most in zip(rates, ports.most, strict=True)):
            return None
        made = [Column(name, unit or column.unit + "/s", 0, column.instances, rates)]
        if used and ports.sold:
            shares = tuple([rates[place] * 8 / sold * 100 for place, sold in ports.sold])
            made.append(Column(used, "%", 0, ports.sold_names, shares))
        return made

    def one_by_one(self, column: Column, what: Counter, gaps: list[Gap]) -> Iterator[Reading]:
        """Yield the rates of the counters of a column; where there is none, add to ``gaps`` why."""
        (name, unit, bits, used), width, elapsed = what, column.width, self._elapsed
        before = self._counted(column.parameter)
        for reading in column.each():
            instance, old = reading.instance, before.get(reading.instance)
            if old is None or elapsed is None:
                gaps.append(Gap(name, instance, "first_look"))
                continue
            port = self._ports.of(instance)
            speed = port.speed
            if width == 32 and bits and speed and speed * elapsed / bits >= _WHOLE_TURN:
                # It may have gone all the way round since the look before, and by more than this.
                gaps.append(Gap(name, instance, "wraps_unseen", "32 bits"))
                continue
            grown = None if self._restart else _grown(reading, old, goes_on=port.goes_on)
            if grown is None:
                gaps.append(Gap(name, instance, "counter_reset"))
                continue
            rate = grown / elapsed
            if bits and rate * bits > port.most:
                share = f"{rate * bits / speed * 100:.0f} % of the port's speed" if speed else ""
                gaps.append(Gap(name, instance, "doubtful", share))
                continue
            yield Reading(name, instance, rate, unit or reading.unit + "/s")
            if used and port.sold:
                yield Reading(used, instance, rate * 8 / port.sold * 100, "%")

    def _counted(self, parameter: str) -> dict[str, Reading]:
        """Return what the counters of a parameter were at the look before, by instance."""
        if parameter not in self._old:
            columns = [column for column in self._before if column.width and column.parameter == parameter]
            self._old[parameter] = {reading.instance: reading for each in columns for reading in each.each()}
        return self._old[parameter]


def _numbers(columns: Iterable[Column], parameters: Collection[str]) -> dict[tuple[str, str], int | float]:
    """Return the values of some parameters by parameter and instance."""
    return {
        (column.parameter, instance): value
        for column in columns
        if column.parameter in parameters
        for instance, value in zip(column.instances, column.values, strict=True)
    }


def _cpu_used(columns: Iterable[Column], derived: Iterable[Column]) -> Iterator[Reading]:
    """Yield how much of the processor is used, where its busy time was counted and not the use itself."""
    busy = next((column.values[0] for column in derived if column.parameter == "cpu_busy_rate"), None)
    if busy is not None:
        now = _numbers(columns, ("cpu_count", "cpu_used"))
        cores = now.get(("cpu_count", ""))
        if cores and ("cpu_used", "") not in now:
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


def _grown(reading: Reading, old: Reading, *, goes_on: bool | None) -> int | float | None:
    if goes_on is False or old.width != reading.width:
        return None
    grown = reading.value - old.value
    if grown >= 0:
        return grown
    # A true wrap passes the end of the width: it fell from the upper half to the lower. 64 bits never wrap in our time.
    full, half = _WHOLE_TURN, _WHOLE_TURN // 2
    return grown + full if goes_on and reading.width == 32 and full > old.value >= half > reading.value >= 0 else None


def _shares(rates: Sequence[Column]) -> Iterator[Reading]:
    """Yield what share of a port's packets had errors or were discarded, where any were."""
    for column in rates:
        if column.parameter in _PACKETS_OF and any(column.values):
            name, carrying = column.parameter.removesuffix("rate") + "share", _PACKETS_OF[column.parameter]
            packets = _numbers(rates, (carrying,))
            for instance, lost in zip(column.instances, column.values, strict=True):
                carried = packets.get((carrying, instance))
                if lost and carried is not None:
                    yield Reading(name, instance, 100 * lost / (carried + lost), "%")
