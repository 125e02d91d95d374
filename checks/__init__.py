"""Judge what was seen: pure functions from readings and rules to findings.

Adding a check: its file, its test, its line in ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from checks import absence, certificate, disk, errors, levels, memory, optics, ports, states, trend
from checks.seen import Seen
from duty.findings import Finding, Rule

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
