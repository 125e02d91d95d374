"""What a check thinks of a reading: severities, limits, rules, findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import NamedTuple

from duty.grouped import Grouped


class Severity(IntEnum):
    """How bad a finding is. A NOTE stands in the round and wakes nobody."""

    OK = 0
    NOTE = 1
    WARNING = 2
    CRITICAL = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """The values from which a reading is bad (None: never), and how far it must come back (``gap``) to be well.

    ``below`` tells that low values are the bad ones.
    """

    warning: float | None = None
    critical: float | None = None
    gap: float = 0.0
    below: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One check as it is in force for one target: which readings, which limits, how many looks in a row.

    ``name`` is the check's name in the settings and part of an alert's key; ``kind`` is its key in ``checks.CHECKS``.
    ``floor`` is the smallest value of the reading at which a trend counts at all, for warning and critical.
    ``drop`` is how far below its own median of seven days a value may fall, for warning and critical; ``share`` is the
    share of a port's packets, in per cent, from which errors are critical whatever their rate.
    ``raised`` has the limits that a person set for a while (``duty/overrides.py``), by instance, "" for every one; the
    narrower stand first.
    """

    name: str
    kind: str
    parameter: str
    limits: Limits = Limits()
    match: str = "*"
    looks_warning: int = 1
    looks_critical: int = 1
    looks_back: int = 1
    wakes: bool = False
    floor: tuple[float, float] = (0.0, 0.0)
    drop: tuple[float, float] | None = None
    share: float | None = None
    raised: tuple[tuple[str, Limits], ...] = ()

    def is_about(self, instance: str) -> bool:
        """Say whether an instance is among those that the rule is for."""
        return self.match == "*" or fnmatchcase(instance, self.match)

    def raised_at(self, instance: str) -> Limits | None:
        """Return the limits that a person set for an instance; None where nobody has."""
        return next((limits for place, limits in self.raised if place in ("", instance)), None)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check thinks of one instance in one look. ``reason`` is a code, worded in ``exporters/words``."""

    check: str
    instance: str
    severity: Severity
    reason: str = ""
    parameter: str = ""
    value: int | float | None = None
    unit: str = ""
    limit: float | None = None


class Alike(NamedTuple):
    """Findings that differ by instance and value only, as those of ports that are well do."""

    check: str
    severity: Severity
    reason: str
    parameter: str
    unit: str
    limit: float | None
    instances: tuple[str, ...]
    values: tuple[int | float | None, ...]

    def each(self) -> Iterator[Finding]:
        """Yield them one by one."""
        for instance, value in zip(self.instances, self.values, strict=True):
            yield Finding(
                self.check, instance, self.severity, self.reason, self.parameter, value, self.unit, self.limit
            )


class Findings(Grouped[Finding]):
    """Findings by what they have in common."""

    __slots__ = ()
    groups: tuple[Alike, ...]

    def __init__(self, groups: Iterable[Alike]) -> None:
        super().__init__(groups)


def by_likeness(findings: Iterable[Finding]) -> tuple[Alike, ...]:
    """Return findings by what they have in common, in the order in which that came."""
    if isinstance(findings, Findings):
        return findings.groups
    alike: dict[tuple[str, Severity, str, str, str, float | None], tuple[list[str], list[int | float | None]]] = {}
    for f in findings:
        key = (f.check, f.severity, f.reason, f.parameter, f.unit, f.limit)
        instances, values = alike.setdefault(key, ([], []))
        instances.append(f.instance)
        values.append(f.value)
    return tuple(Alike(*key, tuple(instances), tuple(values)) for key, (instances, values) in alike.items())
