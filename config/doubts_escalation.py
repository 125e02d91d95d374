"""What may be meant, but does nothing as it is written: patterns of rules that fit nothing of the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fnmatch import filter
from typing import Final

from config.limits import shipped
from config.marked import Path
from config.mistake import Mistake
from config.schema import Settings
from duty import own_alerts


def _patterns_fit_something(settings: Settings) -> Iterator[Mistake]:
    names = _names(settings)
    for at, written in _places(settings):
        for kind, known in names.items():
            for place, pattern in enumerate(getattr(written, kind)):
                if not filter(known, pattern):
                    what = f"no {kind.removesuffix('s')} of this file fits '{pattern}'"
                    yield Mistake((*at, kind, place), what, "a name, or a shell pattern like core-*")


def _places(settings: Settings) -> Iterator[tuple[Path, object]]:
    for place, rule in enumerate(settings.escalation.rules):
        yield ("escalation", "rules", place), rule
    for place, inhibit in enumerate(settings.inhibit):
        yield ("inhibit", place, "source"), inhibit.source
        yield ("inhibit", place, "target"), inhibit.target
    for place, maintenance in enumerate(settings.maintenance):
        yield ("maintenance", place), maintenance


def _names(settings: Settings) -> Mapping[str, Collection[str]]:
    """Return what there is of each kind; what others hand to us has names of theirs, so that any pattern may fit."""
    sites = {"sites": list(settings.sites)}
    if settings.hooks.alertmanager is not None:
        return sites
    # The watch's own alerts are about the agent or a site instead of a target.
    targets = [*(target.name for target in settings.targets), *settings.sites, settings.agent.name]
    return sites | {"targets": targets, "checks": [*shipped().checks, *own_alerts.CHECKS]}


CHECKS: Final = (_patterns_fit_something,)
