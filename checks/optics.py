"""The light in a port's fibre: against the limits of its module, and against what it was over the last days."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from checks import levels
from checks.seen import Seen
from duty.findings import Finding, Rule
from duty.readings import Look, Reading
from duty.targets import port_of


def lit(look: Look, parameters: Collection[str]) -> list[Reading]:
    """Return the readings of these parameters at ports that are up: a port that is down has no light that is usual."""
    readings = list(look.about(parameters))
    if not readings:
        return []
    dark = {reading.instance for reading in look.about(("port_up", "port_enabled")) if not reading.value}
    return [reading for reading in readings if port_of(reading.instance) not in dark]


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge the light of each port that is up; of one that is down or switched off its own check tells.

    A port of which nobody knows whether it is up is judged.
    """
    for finding in levels.judge(rule, seen):
        port = port_of(finding.instance)
        if seen.number("port_up", port) != 0 and seen.number("port_enabled", port) != 0:
            yield finding
