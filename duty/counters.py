"""Counters by name: what becomes of each, and how much of a port each one counted takes."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from duty.parameters import PARAMETERS

SMALLEST = 64 * 8
"""Bits of the smallest packet: a port carries no more packets than its speed has room for of these."""

_BITS = MappingProxyType(
    {f"port_{way}_total": 8 for way in ("in", "out")}
    | {f"port_{way}_{what}_total": SMALLEST for way in ("in", "out") for what in ("packets", "errors")}
)
"""How much of a port's speed each one counted takes at the least. Of discards more may be refused than it carries."""

_USED = MappingProxyType({"port_in_total": "port_in_used", "port_out_total": "port_out_used"})


class Counter(NamedTuple):
    """What becomes of a counter: the name of its rate with the unit ("": its own, each second).

    ``bits`` is how much of a port's speed each one counted takes at the least, 0 where that says nothing; ``used`` what
    the rate is a share of that speed by.
    """

    rate: str
    unit: str
    bits: int
    used: str


def counter(name: str) -> Counter:
    """Return what becomes of a counter."""
    return _KNOWN.get(name) or _counter(name)


def _counter(name: str) -> Counter:
    rate = name.removesuffix("_total") + "_rate"
    return Counter(rate, PARAMETERS.get(rate, ""), _BITS.get(name, 0), _USED.get(name, ""))


_KNOWN: Final = {name: _counter(name) for name in PARAMETERS if name.endswith("_total")}
