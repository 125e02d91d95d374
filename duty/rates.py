"""Counters become rates before anything is judged: wrap, reset and nonsense told apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from duty.parameters import PARAMETERS
from duty.readings import Gap, Look, Reading
from duty.targets import Target

SHORTEST = timedelta(seconds=1)
"""Two looks closer than this give no rate: the device's own counters move in steps of about a second."""

LONGEST = timedelta(hours=2)
"""Two looks farther apart than this give no rate: a 32-bit counter may have wrapped more than once."""

DOUBTFUL = 1.1
"""A port cannot carry more than its speed; beyond this part of it the rate is doubtful, not true."""

FASTEST = 10e12
"""Bits a second that no port carries yet; beyond this the rate of a port whose speed is not known is doubtful."""

SMALLEST = 64 * 8
"""Bits of the smallest packet: a port carries no more packets than its speed has room for of these."""

CLOCK_WRAPS = 2**32 / 100
"""Seconds (497 days) after which the uptime of an SNMP device begins again at 0: hundredths in 32 bits (RFC 3418)."""

_BITS = MappingProxyType(
    {f"port_{way}_total": 8 for way in ("in", "out")}
    | {f"port_{way}_{what}_total": SMALLEST for way in ("in", "out") for what in ("packets", "errors")}
)
"""How much of a port's speed each one counted takes at the least. Of discards more may be refused than it carries."""

_USED = MappingProxyType({"port_in_total": "port_in_used", "port_out_total": "port_out_used"})
_PACKETS_OF = MappingProxyType(
    {f"port_{way}_{what}_rate": f"port_{way}_packets_rate" for way in ("in", "out") for what in ("errors", "discards")}
)
"""Of which packets a rate of lost ones is a share."""

_ASKED_FOR = frozenset({"uptime", "port_speed", "port_discontinuity", "cpu_count", "cpu_used"})
"""What is no counter and is looked up here."""


def derive(look: Look, previous: Look | None, target: Target | None = None) -> Look:
    """Add to a look what follows from it and the look before: rates, how much of a port's speed is used, what was lost.

    A counter that fell has wrapped only if its width allows it and the device or the port vouches that its counters
    did not start again; otherwise the rate is a gap, never zero and never a spike. Readings that are no numbers become
    gaps. A port of ``target`` with a bought rate is used up when that is, however fast the line is.
    """
    gaps = list(look.gaps)
    # NaN compares false with every limit and would pass for well.
    if odd := [r for r in look.readings if not math.isfinite(r.value)]:
        gaps += (Gap(r.parameter, r.instance, "not_a_number", repr(r.value)) for r in odd)
        look = replace(look, readings=tuple(r for r in look.readings if math.isfinite(r.value)))
    readings = look.readings
    before = (
        {(r.parameter, r.instance): r for r in previous.readings if r.width or r.parameter in _ASKED_FOR}
        if previous
        else {}
    )
    now = {(r.parameter, r.instance): r.value for r in readings if r.parameter in _ASKED_FOR}
    elapsed = _elapsed(look, previous)
    restart = previous is not None and restarted(look, previous)
    ports: dict[str, _Port] = {}
    derived: list[Reading] = []
    for reading in readings:
        width = reading.width
        if not width:
            continue
        parameter, instance = reading.parameter, reading.instance
        name, unit, bits, used = _COUNTERS.get(parameter) or _counter(parameter)
        old = before.get((parameter, instance))
        if old is None or elapsed is None:
            gaps.append(Gap(name, instance, "first_look"))
            continue
        port = ports.get(instance)
        if port is None:
            port = ports[instance] = _port(now, before, target, instance)
        speed = port.speed
        if width == 32 and bits and speed and speed * elapsed / bits >= 1 << 32:
            # It may have gone all the way round since the look before: as well as by this it may have grown by more.
            gaps.append(Gap(name, instance, "wraps_unseen", "32 bits"))
            continue
        grown = None if restart else _grown(reading, old, goes_on=port.goes_on)
        if grown is None:
            gaps.append(Gap(name, instance, "counter_reset"))
            continue
        rate = grown / elapsed
        if bits and rate * bits > DOUBTFUL * (speed or FASTEST):
            share = f"{rate * bits / speed * 100:.0f} % of the port's speed" if speed else ""
            gaps.append(Gap(name, instance, "doubtful", share))
            continue
        derived.append(Reading(name, instance, rate, unit or reading.unit + "/s"))
        if used and port.sold:
            derived.append(Reading(used, instance, rate * 8 / port.sold * 100, "%"))
    derived += _shares(derived)
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


@dataclass(frozen=True, slots=True)
class _Port:
    """What all counters of a port have in common: how fast it can be and what it is sold as (bit/s; None unknown).

    ``goes_on`` is whether its counters have gone on since the look before.
    """

    speed: int | float | None
    sold: int | float | None
    goes_on: bool | None


def _port(
    now: dict[tuple[str, str], int | float],
    before: dict[tuple[str, str], Reading],
    target: Target | None,
    instance: str,
) -> _Port:
    """Gather what is known of a port. One whose speed has changed may have been the faster since the look before."""
    old = before.get(("port_speed", instance))
    speed, was = now.get(("port_speed", instance)), old.value if old is not None else None
    fastest = max((each for each in (speed, was) if each is not None and each > 0), default=None)
    said = target.port(instance) if target is not None and target.ports else None
    # Of one that has just become slower the share of its new speed would be more than all.
    sold = said.rate if said is not None and said.rate else fastest if speed is not None and speed > 0 else None
    return _Port(fastest, sold, _goes_on(now, before, instance))


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


class _Counter(NamedTuple):
    """What becomes of a counter: the name of its rate with the unit ("": its own, each second).

    ``bits`` is how much of a port's speed each one counted takes at the least, 0 where that says nothing; ``used`` what
    the rate is a share of that speed by.
    """

    rate: str
    unit: str
    bits: int
    used: str


def _counter(name: str) -> _Counter:
    rate = name.removesuffix("_total") + "_rate"
    return _Counter(rate, PARAMETERS.get(rate, ""), _BITS.get(name, 0), _USED.get(name, ""))


_COUNTERS: Final = {name: _counter(name) for name in PARAMETERS if name.endswith("_total")}


def _shares(rates: Sequence[Reading]) -> list[Reading]:
    """Return what share of a port's packets had errors or were discarded, where any were."""
    if not any(rate.value and rate.parameter in _PACKETS_OF for rate in rates):
        return []
    known = {(rate.parameter, rate.instance): rate.value for rate in rates}
    shares = []
    for (name, instance), lost in known.items():
        if lost and name in _PACKETS_OF:
            packets = known.get((_PACKETS_OF[name], instance))
            if packets is not None:
                share = 100 * lost / (packets + lost)
                shares.append(Reading(name.removesuffix("rate") + "share", instance, share, "%"))
    return shares
