"""When most of a site falls silent together: the site cannot be reached, which is not the same as "all of it is down".

From where the agent stands a cut line and a hundred dead devices look alike. So it says what it knows: that it cannot
see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime

from duty.readings import Look
from duty.targets import Target

LEAST = 5
"""Targets of a site from which on one can speak of most of them."""
MOST = 0.8
"""The share of them that must be silent."""


@dataclass(slots=True)
class Reach:
    """Who of a site answered when last looked at. ``since`` is when it was cut off."""

    targets: Mapping[str, Target]
    silent: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    since: datetime | None = None
    _several: bool | None = None

    def note(self, look: Look) -> None:
        """Take in one look at one of the targets."""
        now_in, before_in = (self.silent, self.answered) if look.silent else (self.answered, self.silent)
        if look.target in now_in:
            return
        now_in.add(look.target)
        before_in.discard(look.target)
        self._several = None
        self.since = (self.since or look.began) if self.cut_off else None

    @property
    def cut_off(self) -> bool | None:
        """Say whether the site is cut off: True, False, or None while too few have been looked at.

        Where one dead device explains them all it is that device's failure, not the site's.
        """
        of = len(self.targets)
        if of < LEAST:
            return False
        if len(self.silent) >= MOST * of:
            if self._several is None:
                self._several = has_several_roots(self.silent, self.targets)
            return self._several
        return False if len(self.answered) > (1 - MOST) * of else None


def has_several_roots(silent: Set[str], targets: Mapping[str, Target]) -> bool:
    """Say whether more than one of the silent is not explained by silent parents."""
    roots = 0
    for name in silent:
        parents = targets[name].depends_on
        if not parents or any(parent not in silent for parent in parents):
            roots += 1
            if roots == 2:
                return True
    return False


def reaches(targets: Iterable[Target]) -> dict[str, Reach]:
    """Return what is known of each site before the first look; what is this machine itself cannot be cut off."""
    by_site: dict[str, dict[str, Target]] = {}
    for target in targets:
        if set(target.looks) - {"host"}:
            by_site.setdefault(target.site, {})[target.name] = target
    return {site: Reach(of) for site, of in by_site.items()}
