"""What the agent knows of its targets between two looks, and how one look changes it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from checks.judge import judge
from checks.optics import lit
from checks.seen import Place, Seen
from duty.baseline import Baseline
from duty.cut_off import Reach, reaches
from duty.findings import Alike, Finding, Findings, Rule, Severity, by_likeness
from duty.fold import Folded, Key, State, fold, recorded
from duty.rates import derive
from duty.readings import Fact, Gap, Look, Reading, by_column
from duty.targets import Target

log = logging.getLogger(__name__)

SAMPLE_EVERY = timedelta(minutes=5)
SAMPLES = 72
"""Six hours of samples each five minutes: what a trend is drawn from."""

MOST_USUAL = 1024
"""Readings of one target whose median is known; whoever makes up new names for each look fills no memory."""

History = dict[tuple[str, str], deque[tuple[datetime, float]]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One look after the way of the data: derived, judged, folded."""

    look: Look
    findings: Findings
    folded: Folded


@dataclass(slots=True)
class Memory:
    """States by key, the newest look at each target, and short histories for trends."""

    targets: Mapping[str, Target]
    rules: Mapping[str, tuple[Rule, ...]]
    states: dict[Key, State] = field(default_factory=dict)
    looked: dict[str, Look] = field(default_factory=dict)
    facts: dict[str, tuple[Fact, ...]] = field(default_factory=dict)
    """What each target is (model, version), as its last full look told; the watch does not ask for it."""
    _answered: dict[str, Look] = field(default_factory=dict)
    _history: dict[str, History] = field(default_factory=dict)
    _usual: dict[str, dict[Place, Baseline]] = field(default_factory=dict)
    _broken: set[tuple[str, str]] = field(default_factory=set)
    reach: dict[str, Reach] = field(init=False)

    def __post_init__(self) -> None:
        self.reach = reaches(self.targets.values())

    def take(self, look: Look) -> Judged:
        """Take in one look: derive, judge, fold, remember."""
        target, rules = self.targets[look.target], self.rules[look.target]
        # The look before that answered: a device that was silent for a minute still has a rate over the two.
        derived = derive(look, self._answered.get(look.target), target)
        self.sample(derived)
        derived, findings = self._judge(derived, target, rules)
        self.looked[look.target] = derived
        if derived.full and derived.reached:
            self.facts[look.target] = tuple(fact for fact in derived.facts if not fact.instance)
        if derived.reached and (
            look.target not in self._answered or any(column.width for column in by_column(derived.readings))
        ):
            # One that only a ping answered has no counters, and the next rates are over the time since those were seen.
            self._answered[look.target] = derived
        by_name = {rule.name: rule for rule in rules}
        site = self.reach.get(target.site)
        cut_off: bool | None = False
        if site is not None and target.name in site.targets:
            site.note(derived)
            cut_off = site.cut_off
        folded = fold(self.states, derived, findings, by_name, self.targets, self.looked, cut_off=cut_off)
        self.states.update(folded.states)
        kept: list[Alike] = []
        for group in findings.groups:
            # What is no fault stands in the sheet as it is.
            kept += (
                [group]
                if group.severity <= Severity.NOTE
                else by_likeness(recorded(f, by_name[f.check], self._severity(look.target, f)) for f in group.each())
            )
        return Judged(derived, Findings(kept), folded)

    def _severity(self, target: str, finding: Finding) -> Severity:
        state = self.states.get((target, finding.check, finding.instance))
        return state.severity if state else Severity.OK

    def _judge(self, look: Look, target: Target, rules: Iterable[Rule]) -> tuple[Look, Findings]:
        """Judge rule by rule: a check with a defect costs itself only, becomes a gap, and rests until a reload."""
        seen = Seen(look, target, self.states, self._history.get(target.name), self.medians(target.name))
        findings: list[Alike] = []
        gaps: list[Gap] = []
        for rule in rules:
            place = (target.name, rule.name)
            if place not in self._broken:
                try:
                    findings += judge(seen, (rule,)).groups
                    continue
                except Exception:
                    self._broken.add(place)
                    log.exception(
                        "check crashed target=%s check=%s; it rests until the settings are read again", *place
                    )
            gaps.append(Gap(rule.parameter, "", "crashed", f"check {rule.name}"))
        return (replace(look, gaps=(*look.gaps, *gaps)) if gaps else look), Findings(findings)

    def sample(self, look: Look) -> None:
        """Keep the values that have a trend, one each five minutes, and those that have a median, one each hour."""
        for reading in self.trends_of(look):
            history = self._history.setdefault(look.target, {})
            samples = history.setdefault((reading.parameter, reading.instance), deque(maxlen=SAMPLES))
            if not samples or look.began - samples[-1][0] >= SAMPLE_EVERY:
                samples.append((look.began, float(reading.value)))
        for reading in lit(look, self.usual_of(look.target)):
            if (baseline := self._baseline(look.target, (reading.parameter, reading.instance), look.began)) is not None:
                baseline.take(look.began, reading.value)

    def _baseline(self, target: str, place: Place, now: datetime) -> Baseline | None:
        known = self._usual.setdefault(target, {})
        if place not in known and len(known) >= MOST_USUAL:
            for over in [place for place, baseline in known.items() if baseline.is_over(now)]:
                del known[over]
        return known.setdefault(place, Baseline()) if place in known or len(known) < MOST_USUAL else None

    def medians(self, name: str) -> dict[Place, float]:
        """Return what readings of a target usually are, where that is known."""
        usual = self._usual.get(name, {})
        return {place: baseline.median for place, baseline in usual.items() if baseline.median is not None}

    def usual_of(self, name: str) -> set[str]:
        """Return the parameters of a target that are compared with their own median."""
        return {rule.parameter for rule in self.rules.get(name, ()) if rule.drop is not None}

    def trends_of(self, look: Look) -> list[Reading]:
        """Return the readings of a look that a trend is judged of."""
        trends = self._trends(look.target)
        return list(look.about(trends))

    def has_trend(self, name: str) -> bool:
        """Say whether a trend is judged of this target."""
        return bool(self._trends(name))

    def _trends(self, name: str) -> set[str]:
        return {rule.parameter for rule in self.rules.get(name, ()) if rule.kind == "trend"}

    def settle(self, targets: Mapping[str, Target], rules: Mapping[str, tuple[Rule, ...]]) -> None:
        """Go on under new settings; nothing known of a target that stays is forgotten."""
        self.targets, self.rules = targets, rules
        self._broken.clear()
        for known in (self.looked, self.facts, self._answered, self._history, self._usual):
            for name in known.keys() - targets.keys():
                del known[name]
        self.reach = reaches(targets.values())
        for look in self.looked.values():
            site = self.reach.get(targets[look.target].site)
            if site is not None and look.target in site.targets:
                site.note(look)

    def shift(self, step: timedelta) -> None:
        """Go along when the clock was set: how long something has been bad does not change with it."""
        for key, state in self.states.items():
            if state.since is not None or state.bad_since is not None:
                moved = [at + step if at else None for at in (state.since, state.bad_since)]
                self.states[key] = replace(state, since=moved[0], bad_since=moved[1])
        for usual in self._usual.values():
            for baseline in usual.values():
                baseline.shift(step)
        for site in self.reach.values():
            site.since = site.since + step if site.since else None

    def recall(self, looks: Sequence[Look]) -> None:
        """Take histories from kept looks, oldest first, after a start; what was seen since then goes on from there."""
        since = {name: self._history.pop(name) for name in {look.target for look in looks} & self._history.keys()}
        for look in looks:
            self.sample(look)
        for name, history in since.items():
            for place, samples in history.items():
                self._history.setdefault(name, {}).setdefault(place, deque(maxlen=SAMPLES)).extend(samples)

    def recall_usual(self, name: str, past: Iterable[tuple[datetime, Mapping[Place, float]]]) -> None:
        """Take what readings of a target usually are from its past, oldest first, after a start.

        What was seen since the start counts for this hour at the most, and this hour is not over.
        """
        self._usual.pop(name, None)
        for at, values in past:
            for place, value in values.items():
                if (baseline := self._baseline(name, place, at)) is not None:
                    baseline.take(at, value)
