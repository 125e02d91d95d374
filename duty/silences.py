"""Silences and maintenance windows: of what nobody is told, until when, and who said so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import filter, fnmatchcase

from duty.alerts import Alert


class SilenceKind(StrEnum):
    """Why nobody is told: the failure is known, or somebody works there and the target is not judged."""

    SILENCE = "silence"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Silence:
    """What it covers, as patterns of the three names (``*`` for any), and the time from ``begin`` until ``end``.

    ``ended_at`` is when somebody ended it before its time.
    """

    number: int
    kind: SilenceKind
    target: str
    site: str
    check: str
    begin: datetime
    end: datetime
    by: str
    why: str
    ended_at: datetime | None = None
    ended_by: str = ""
    rule: str = ""
    """The name of the settings' rule that it is a window of; "" where somebody made it."""

    @property
    def over(self) -> datetime:
        """Return when it is over: at its end, or when somebody ended it."""
        return self.end if self.ended_at is None else min(self.end, self.ended_at)

    def in_force(self, now: datetime) -> bool:
        """Say whether it holds at a moment; its end is not part of it."""
        return self.begin <= now < self.over

    def covers(self, target: str, site: str, check: str) -> bool:
        """Say whether something of these names is meant."""
        names = ((target, self.target), (site, self.site), (check, self.check))
        return all(fnmatchcase(name, pattern) for name, pattern in names)


def silenced(alert: Alert, silences: Iterable[Silence], now: datetime) -> Silence | None:
    """Return the silence under which an alert calls for nobody, the longest; None where there is none."""
    holding = [s for s in silences if s.in_force(now) and _of(s, alert)]
    return max(holding, key=lambda silence: silence.over, default=None)


def covering(alerts: Iterable[Alert], silences: Iterable[Silence]) -> dict[int, list[Silence]]:
    """Return the silences that cover each of many alerts, by the alert's number; the same as to ask each of each.

    1,000 alerts by 100 silences are 100,000 questions, which take longer than a tick may.
    """
    by_target: dict[str, list[Alert]] = {}
    for alert in alerts:
        by_target.setdefault(alert.key[0], []).append(alert)
    found: dict[int, list[Silence]] = {}
    for silence in silences:
        plain = not any(sign in silence.target for sign in "*?[")
        for name in [silence.target] if plain else filter(by_target, silence.target):
            for alert in by_target.get(name, ()):
                if _of(silence, alert):
                    found.setdefault(alert.number, []).append(silence)
    return found


def silence_ended(alert: Alert, silences: Iterable[Silence], now: datetime) -> bool:
    """Say whether a silence has covered an alert since it fired, and none does any more: it must call anew."""
    of = [silence for silence in silences if _of(silence, alert)]
    return any(alert.fired < s.over <= now and s.begin < s.over for s in of) and silenced(alert, of, now) is None


def in_maintenance(target: str, site: str, silences: Iterable[Silence], now: datetime) -> bool:
    """Say whether somebody works on a target as a whole, so that it is not judged (policy 4.3a: suppressed)."""
    return any(
        s.kind is SilenceKind.MAINTENANCE and s.check == "*" and s.in_force(now) and s.covers(target, site, "")
        for s in silences
    )


def _of(silence: Silence, alert: Alert) -> bool:
    return silence.covers(alert.key[0], alert.site, alert.key[1])
