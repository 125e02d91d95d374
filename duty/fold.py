"""Findings folded into states and transitions: how many looks make a failure, what recovers, what a parent explains.

An alert's key is (target, check, instance); its severity is not in the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from duty.findings import Alike, Finding, Rule, Severity, by_likeness
from duty.readings import Look
from duty.targets import Target

Key = tuple[str, str, str]
"""(target, check, instance)"""

REACH = "reach"
"""The check that a target answers at all; the one that a parent can explain."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of one key; kept across restarts.

    ``severity`` is what has been confirmed by enough looks, since ``since``. The counts are looks in a row: at warning
    or worse, at critical, and below the confirmed severity. ``bad_since`` is the first of the present run of bad looks.
    """

    severity: Severity = Severity.OK
    since: datetime | None = None
    warnings: int = 0
    criticals: int = 0
    betters: int = 0
    bad_since: datetime | None = None
    suppressed: bool = False
    value: int | float | None = None
    unit: str = ""
    limit: float | None = None
    reason: str = ""
    parameter: str = ""


_UNKNOWN = State()


@dataclass(frozen=True, slots=True)
class Transition:
    """A confirmed change of one key's severity, with the finding that completed it; or a note, which changes none."""

    key: Key
    at: datetime
    before: Severity
    after: Severity
    finding: Finding


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold changed: the states that differ now, and the transitions among them."""

    states: Mapping[Key, State]
    transitions: tuple[Transition, ...]


def fold(
    states: Mapping[Key, State],
    look: Look,
    findings: Iterable[Finding],
    rules: Mapping[str, Rule],
    topology: Mapping[str, Target],
    looked: Mapping[str, Look],
    *,
    cut_off: bool | None = False,
) -> Folded:
    """Fold one look's findings into the states.

    Only a key with a finding moves: what was not looked at, a gap, and a target that vanished from the settings are
    never a recovery. ``looked`` has the newest look at each target, this one included; a target that is not reached
    waits for a look at its parents that began after its own first failure, and is suppressed while all of them are
    silent. When a parent answers again, its looks are counted from there: what stands behind a switch that comes back
    is given the time to come back as well.

    ``cut_off`` says whether the whole site of the target is out of reach (None: not known yet). That explains a silence
    as a parent does.
    """
    changed: dict[Key, State] = {}
    transitions: list[Transition] = []
    news = chain.from_iterable(
        group.each() for group in by_likeness(findings) if not _all_go_on_well(states, look.target, group)
    )
    for finding in news:
        key = (look.target, finding.check, finding.instance)
        before = states.get(key, _UNKNOWN)
        if _goes_on_well(before, finding):
            continue
        after = _count(before, finding, rules[finding.check], look.began)
        severity = _confirmed(after, rules[finding.check])
        if finding.check == REACH and (severity > before.severity or after.suppressed):
            # A look fails at its end; a parent that answered while it ran may have died in the meantime.
            parents = explained(topology[look.target], (after.bad_since or look.began) + look.took, looked)
            answer = _either(parents, cut_off)
            # Not known yet, as after a restart: what was suppressed stays so.
            after = replace(after, suppressed=after.suppressed if answer is None else answer)
            if after.suppressed:
                after = replace(after, warnings=0, criticals=0)
            if answer is not False:
                severity = before.severity
        if severity != before.severity:
            after = replace(after, severity=severity, since=look.began, betters=0, suppressed=False)
            transitions.append(Transition(key, look.began, before.severity, severity, finding))
        elif finding.severity is Severity.NOTE:
            transitions.append(Transition(key, look.began, before.severity, Severity.NOTE, finding))
        if after != before:
            changed[key] = after
    return Folded(changed, tuple(transitions))


def _all_go_on_well(states: Mapping[Key, State], target: str, group: Alike) -> bool:
    """Say whether findings change nothing: all are well, and of none there is a state. Of a switch nearly all are so.

    A switch that is on or off has a state whenever it was seen.
    """
    return (
        group.severity is Severity.OK
        and group.unit != "bool"
        and not any((target, group.check, instance) in states for instance in group.instances)
    )


def _goes_on_well(state: State, finding: Finding) -> bool:
    """Say whether a finding changes nothing: all was well and is. Of a thousand findings nearly all are such.

    What is not said of a key that is well, its limit and its reason, is not asked for here: it is empty.
    """
    return (
        finding.severity is Severity.OK
        and state.severity is Severity.OK
        and state.bad_since is None
        and not (state.warnings or state.criticals or state.betters or state.suppressed)
        and (state.value, state.unit) == ((finding.value, finding.unit) if finding.unit == "bool" else (None, ""))
        and state.limit is None
        and not (state.reason or state.parameter)
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    """Say whether either holds; None while neither is known to and one is not known."""
    return True if one or other else None if one is None or other is None else False


def _count(state: State, finding: Finding, rule: Rule, at: datetime) -> State:
    bad = finding.severity >= Severity.WARNING
    critical = finding.severity is Severity.CRITICAL
    kept = bad or finding.unit == "bool"
    return replace(
        state,
        warnings=min(state.warnings + 1, max(rule.looks_warning, rule.looks_critical)) if bad else 0,
        criticals=min(state.criticals + 1, rule.looks_critical) if critical else 0,
        betters=min(state.betters + 1, rule.looks_back) if finding.severity < state.severity else 0,
        bad_since=(state.bad_since or at) if bad else None,
        suppressed=state.suppressed and bad,
        value=finding.value if kept else None,
        unit=finding.unit if kept else "",
        limit=finding.limit if bad else None,
        reason=finding.reason if bad else "",
        parameter=finding.parameter if bad else "",
    )


def _confirmed(state: State, rule: Rule) -> Severity:
    """Say which severity the counts confirm, given the one confirmed before."""
    if state.severity < Severity.CRITICAL and state.criticals >= rule.looks_critical:
        return Severity.CRITICAL
    if state.severity < Severity.WARNING and state.warnings >= rule.looks_warning:
        return Severity.WARNING
    if state.severity > Severity.OK and state.betters >= rule.looks_back:
        return Severity.WARNING if state.warnings else Severity.OK
    return state.severity


def explained(target: Target, failed: datetime, looked: Mapping[str, Look]) -> bool | None:
    """Say whether a target's silence is explained by its parents: True, False, or None while it is not known yet.

    A target with several parents is explained only when all of them are silent. A parent that this agent cannot ask
    explains nothing: else nobody would be told of either.
    """
    if not target.depends_on:
        return False
    parents = [looked.get(name) for name in target.depends_on]
    fresh = [look for look in parents if look is not None and look.began >= failed]
    if any(not look.silent for look in fresh):
        return False
    return True if len(fresh) == len(parents) else None


def silent_parents(target: Target, looked: Mapping[str, Look]) -> bool:
    """Say whether a target has parents and all of them were silent when they were last looked at."""
    parents = [looked.get(name) for name in target.depends_on]
    return bool(parents) and all(look is not None and look.silent for look in parents)


LASTING = 10
"""Looks from which on a rule is about something that must last: 90 % of a CPU for a quarter of an hour."""


def recorded(finding: Finding, rule: Rule, confirmed: Severity) -> Finding:
    """Return a finding as it stands in the sheet: what must last to be a fault is a note until it has lasted.

    What needs a few looks only to be sure of it (a full disk, a silent device) stands there at once as it is.
    """
    looks = rule.looks_critical if finding.severity is Severity.CRITICAL else rule.looks_warning
    if finding.severity > max(confirmed, Severity.NOTE) and looks >= LASTING:
        return replace(finding, severity=max(confirmed, Severity.NOTE))
    return finding
