"""How each target and each circuit was over a month: read from the confirmed changes, never from single looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import filter
from typing import Final

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import operations, runs, silences
from agent.store.operations import Tally
from duty.availability import APART, Change, Course, Seen, bad_spans, course, hidden
from duty.findings import Severity
from duty.fold import REACH, Key
from duty.operations import CircuitMonth
from duty.own_alerts import CUT_OFF
from duty.rounds import Round, RoundState
from duty.silences import Silence, SilenceKind
from duty.spans import Span, Spans, gaps, merged, without
from duty.targets import Port, Target

MOST_WINDOWS: Final = 2000
MOST_CIRCUITS: Final = 500
LOOKED_BEYOND: Final = APART
"""So far before and after the month the rounds are asked who was looked at, for a look from there covers its edge."""
PORTS: Final = "ports"
"""The kind of the checks that tell whether a port is up."""
SNMP_SILENT: Final = "snmp_silent"
"""While a device answers no SNMP, nobody sees its ports."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The month as it is read: of whom, between which moments, by which run of the agent, as of when."""

    orders: Orders
    run: str
    begin: datetime
    until: datetime
    now: datetime

    def bad(self, before: Mapping[Key, Severity], changed: Mapping[Key, Sequence[Change]], key: Key) -> Spans:
        """Return when a check was bad."""
        return bad_spans(self.begin, self.until, before.get(key, Severity.OK), changed.get(key, ()))


@dataclass(frozen=True, slots=True)
class Courses:
    """How targets were, by name, and their circuits; ``absent`` is when the agent itself was not there."""

    targets: Mapping[str, Course]
    circuits: tuple[CircuitMonth, ...]
    circuits_left: int
    absent: Spans


def read_courses(
    conn: Connection,
    agent: str,
    frame: Frame,
    here: Mapping[str, Target],
    made: Iterable[Round],
    tallied: Iterable[Tally],
) -> Courses:
    """Return how the targets ``here`` were. ``made`` are the month's rounds, ``tallied`` what they saw, and a day more.

    The parents may stand anywhere, so that all targets are asked whether they answered.
    """
    begin, until = frame.begin, frame.until
    changed = operations.changes(conn, agent, [REACH], begin, until)
    before = operations.severities_at(conn, agent, [REACH], begin)
    every = {**frame.orders.targets, **here}
    down = {name: frame.bad(before, changed, (name, REACH, "")) for name in every}
    behind = hidden(every, down)
    absent = _absent(conn, agent, frame, made)
    cut = operations.alert_spans(conn, agent, CUT_OFF, begin, until, frame.now)
    looks = _looks(tallied, changed)
    worked = _maintenance(conn, agent, frame, here)
    courses = {}
    for name, target in here.items():
        seen = Seen(looks.get(name, ()), still=name in frame.orders.targets)
        away = [*absent, *seen.unseen(begin, until), *behind.get(name, ())]
        if set(target.looks) - {"host"}:
            # What was confirmed down before the site was cut off stays down, as behind a silent parent.
            out = merged([*cut.get(target.site, ()), *cut.get(agent, ())])
            away += without(out, down[name])
        courses[name] = course(
            begin,
            until,
            before.get((name, REACH, ""), Severity.OK),
            changed.get((name, REACH, ""), ()),
            unknown=away,
            maintenance=worked.get(name, ()),
        )
    circuits = _circuits(conn, agent, frame, here, courses, down)
    return Courses(courses, tuple(circuits[:MOST_CIRCUITS]), max(0, len(circuits) - MOST_CIRCUITS), absent)


def _absent(conn: Connection, agent: str, frame: Frame, made: Iterable[Round]) -> Spans:
    """Return when the agent was not there: between its runs, while it stood still, and what a set clock left out.

    A pause in which no round was due left no trace.
    """
    there = operations.presences(conn, agent, frame.begin, frame.until, frame.run, frame.now)
    steps = [(step.at, step.at + step.step) for step in runs.list_steps(conn, agent, frame.begin, frame.until)]
    paused = [
        (round_.slot, round_.ended)
        for round_ in made
        if round_.state is RoundState.MISSED and round_.reason == "agent_paused" and round_.ended is not None
    ]
    away = (*gaps(merged(there), frame.begin, frame.until), *((min(step), max(step)) for step in steps), *paused)
    return merged((max(begin, frame.begin), min(end, frame.until)) for begin, end in away)


def _looks(tallied: Iterable[Tally], changed: Mapping[Key, Sequence[Change]]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for tally in tallied:
        if tally.first is not None and tally.last is not None:
            found[tally.target].append((tally.first, tally.last))
    for (target, _, _), moments in changed.items():
        found[target] += [(at, at) for at, _ in moments]
    return found


def _maintenance(conn: Connection, agent: str, frame: Frame, here: Mapping[str, Target]) -> dict[str, list[Span]]:
    """Return when somebody worked on each target as a whole."""
    found: dict[str, list[Span]] = defaultdict(list)
    windows = silences.silences_between(conn, agent, SilenceKind.MAINTENANCE, frame.begin, frame.until, MOST_WINDOWS)
    for window in windows:
        if window.check == "*":
            for name in _covered(window, here):
                found[name].append((window.begin, window.over))
    return found


def _covered(window: Silence, here: Mapping[str, Target]) -> list[str]:
    names = filter(here, window.target)
    return [name for name in names if window.covers(name, here[name].site, "*")]


def _circuits(
    conn: Connection,
    agent: str,
    frame: Frame,
    here: Mapping[str, Target],
    courses: Mapping[str, Course],
    down: Mapping[str, Spans],
) -> list[CircuitMonth]:
    """Return the ports that are circuits or uplinks. While its device was not seen, nobody knows how a circuit was."""
    of = {name: t for name, t in here.items() if any(port.circuit or port.uplink for port in t.ports)}
    if not of:
        return []
    rules = frame.orders.rules
    checks = {rule.name for name in of for rule in rules.get(name, ()) if rule.kind == PORTS}
    asked = [*checks, SNMP_SILENT]
    changed = operations.changes(conn, agent, asked, frame.begin, frame.until)
    before = operations.severities_at(conn, agent, asked, frame.begin, of)
    ports: dict[str, set[Key]] = defaultdict(set)
    for key in (*before, *changed):
        if key[0] in of and key[1] in checks:
            ports[key[0]].add(key)
    found = []
    for name, target in sorted(of.items()):
        whole = courses[name]
        unseen = [*whole.unknown, *down[name], *frame.bad(before, changed, (name, SNMP_SILENT, ""))]
        seen: set[Port] = set()
        for key in sorted(ports[name]):
            port = target.port(key[2])
            if port is None or not (port.circuit or port.uplink):
                continue
            seen.add(port)
            how = course(
                frame.begin,
                frame.until,
                before.get(key, Severity.OK),
                changed.get(key, ()),
                unknown=unseen,
                maintenance=whole.maintenance,
            )
            found.append(CircuitMonth(name, key[2], port.carrier, port.circuit, how))
        found += [
            CircuitMonth(name, port.match, port.carrier, port.circuit, None)
            for port in target.ports
            if port.circuit and port not in seen
        ]
    return found
