"""Which alerts a rule of the operator means: by severity, key equipment, and patterns of target, site and check."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from duty.alerts import Alert
from duty.findings import Severity

Patterns = tuple[str, ...]
"""Shell patterns, of which one must fit; none at all fit everything."""


def fits(name: str, patterns: Patterns) -> bool:
    """Say whether a name fits any of the patterns."""
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Which:
    """What an alert must be; what is not said may be anything."""

    severity: Severity | None = None
    key: bool | None = None
    targets: Patterns = ()
    sites: Patterns = ()
    checks: Patterns = ()

    def means(self, alert: Alert) -> bool:
        """Say whether an alert is meant as it is now."""
        return (self.severity is None or self.severity is alert.severity) and self.ever(alert)

    def ever(self, alert: Alert) -> bool:
        """Say whether an alert can be meant at any time of its life: its severity changes, the rest does not."""
        if self.key is not None and self.key is not alert.key_equipment:
            return False
        target, check, _ = alert.key
        return fits(target, self.targets) and fits(alert.site, self.sites) and fits(check, self.checks)


EVERY = Which()
