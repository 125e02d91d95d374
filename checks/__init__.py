"""Judge what was seen: pure functions from readings and rules to findings.

Adding a check: its file, its test, its line in ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from checks import absence, certificate, disk, errors, levels, memory, optics, ports, states, trend
from checks.seen import Seen
from duty.findings import Alike, Finding, Rule

Judge = Callable[[Rule, Seen], Iterator[Finding]]

CHECKS: Final[Mapping[str, Judge]] = MappingProxyType(
    {
        "absence": absence.judge,
        "certificate": certificate.judge,
        "disk": disk.judge,
        "errors": errors.judge,
        "levels": levels.judge,
        "memory": memory.judge,
        "optics": optics.judge,
        "ports": ports.judge,
        "states": states.judge,
        "trend": trend.judge,
    }
)
"""Every kind of check by the name that the limits call it."""

AllWell = Callable[[Rule, Seen], Sequence[Alike] | None]

ALL_WELL: Final[Mapping[str, AllWell]] = MappingProxyType(
    {
        "disk": levels.all_well,
        "errors": errors.all_well,
        "levels": levels.all_well,
        "memory": levels.all_well,
        "ports": ports.all_well,
        "states": levels.all_well,
    }
)
"""What some checks say at a glance where nothing is wrong, just as they say it of each; None where they must look."""
