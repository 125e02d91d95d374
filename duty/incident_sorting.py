"""To which incident a case belongs: what has one cause is one incident, and what a person decided stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from duty.incident_rules import Case
from duty.incidents import Grade, Incident, IncidentClass
from duty.targets import Target

JOINS_WITHIN: Final = timedelta(minutes=30)
"""Failures of one site and class that begin so close together are taken for one incident."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Where a case belongs: to an incident that is open (``incident``), or to a new one (None).

    ``joins`` are its alerts that belong to none yet, ``raises`` tells that the incident becomes major by it.
    """

    case: Case
    incident: int | None
    joins: tuple[int, ...]
    raises: bool = False


class _Cause(NamedTuple):
    """What tells whether two failures have one cause."""

    site: str
    kind: IncidentClass
    target: str
    began: datetime


_NEW: Final = 0
"""Stands for an incident that has no number yet."""


def sort_in(
    found: Iterable[Case],
    opened: Sequence[Incident],
    joined: Mapping[int, int],
    targets: Mapping[str, Target],
) -> list[Sorted]:
    """Say for each case which incident it is of, in the order of the cases; only what changes something is returned.

    ``joined`` has the incident of each alert that belongs to one, handled or not: an alert that outlasts its incident
    opens no other. A case that belongs to one sorted in before it is left for the next time, and no alert is in two.
    """
    by_number = {incident.number: incident for incident in opened}
    changes: list[Sorted] = []
    fresh: list[_Cause] = []
    belongs = dict(joined)
    raised: set[int] = set()
    for case in found:
        loose = tuple(number for number in case.alerts if number not in belongs)
        of = [belongs[number] for number in case.alerts if number in belongs]
        home = next((by_number[number] for number in of if number in by_number), None)
        if home is None and (not loose or _NEW in of):
            continue
        cause = _Cause(case.site, case.rule.kind, case.target, case.began)
        home = home or next((each for each in opened if _takes(each, case.rule.grade, cause, targets)), None)
        if home is not None:
            raises = home.number not in raised and _may_raise(home, case)
            if loose or raises:
                changes.append(Sorted(case, home.number, loose, raises))
                belongs |= dict.fromkeys(loose, home.number)
                raised |= {home.number} if raises else set()
        elif not any(_close(cause, other, targets) for other in fresh):
            changes.append(Sorted(case, None, loose))
            belongs |= dict.fromkeys(loose, _NEW)
            fresh.append(cause)
    return changes


def _takes(incident: Incident, grade: Grade, cause: _Cause, targets: Mapping[str, Target]) -> bool:
    """Say whether new alerts are of an incident; one that a person holds for general hides no major one."""
    of = _Cause(incident.site, incident.kind, incident.target, incident.began)
    hides = grade is Grade.MAJOR and not incident.major and bool(incident.overruled_by)
    return not incident.rehearsal and not hides and _close(cause, of, targets)


def _may_raise(incident: Incident, case: Case) -> bool:
    return case.rule.grade is Grade.MAJOR and not incident.major and not incident.overruled_by


def _close(one: _Cause, other: _Cause, targets: Mapping[str, Target]) -> bool:
    """Say whether two have one cause as far as can be seen: the same site and class, and near in time or in place."""
    if (one.site, one.kind) != (other.site, other.kind):
        return False
    if abs(one.began - other.began) <= JOINS_WITHIN or one.target == other.target:
        return True
    this, that = targets.get(one.target), targets.get(other.target)
    if this is None or that is None:
        return False
    return (
        this.name in (*that.depends_on, that.redundant_with)
        or that.name in (*this.depends_on, this.redundant_with)
        or not set(this.depends_on).isdisjoint(that.depends_on)
    )
