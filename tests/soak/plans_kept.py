"""What must hold of incidents, their plans and their clocks after a night of kills: read from the record, outside."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from agent.services.call_clocks import NEWS
from duty.deadlines import CALLS
from tests.soak.hurried import MINUTE, faults
from tests.soak.scene import rows
from tests.soak.test_kills import instant

GRAVE = 5 * MINUTE
"""So long key equipment is silent until that is a major incident."""
SOON = MINUTE
"""So long after its time something may be decided: a tick of an agent that is there."""

STEPS = """
    SELECT run.number, run.incident, run.started, run.ended, incident.restored, incident.handled, incident.name,
           nth, step, plan_step.state, plan_step.due, plan_step.person, plan_step.overdue
    FROM plan_step JOIN plan_run run ON run.number = plan_step.run JOIN incident ON incident.number = run.incident
"""
# What a channel refused is written to the next contact, under the same key with a sign behind it.
LETTERS = """
    SELECT incident, event, step, created, person, channel, address, data FROM outbox
    WHERE incident IS NOT NULL AND instr(key, '+') = 0
"""
# Two reports can be made at one moment, by a person and by the agent: they have a number each.
DECIDED_TWICE = """
    SELECT incident, event, step, created, person, channel, address, json_extract(data, '$.news.nth'), count(*)
    FROM outbox WHERE incident IS NOT NULL AND instr(key, '+') = 0
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING count(*) > 1
"""
FIRST_REPORTS = """
    SELECT name, (SELECT count(*) FROM bulletin WHERE bulletin.incident = incident.number AND bulletin.kind = 'first'),
           (SELECT count(*) FROM plan_run WHERE plan_run.incident = incident.number),
           (SELECT count(DISTINCT created) FROM outbox
            WHERE outbox.incident = incident.number AND event = 'incident_first' AND instr(key, '+') = 0)
    FROM incident WHERE grade = 'major'
"""
LOOSE = """
    SELECT number, target, opened, resolved FROM alert
    WHERE target = 'core' AND "check" = 'reach' AND number NOT IN (SELECT alert FROM incident_alert)
"""


def figures(database: Path, commands: Path) -> str:
    """Return what there was of incidents, in words."""
    ((incidents,),) = rows(database, "SELECT count(*) FROM incident")
    ((open_,),) = rows(database, "SELECT count(*) FROM incident WHERE handled IS NULL")
    ((runs,),) = rows(database, "SELECT count(*) FROM plan_run")
    ((by_hand,),) = rows(database, "SELECT count(*) FROM plan_step WHERE state = 'done' AND person != ''")
    ((letters,),) = rows(database, "SELECT count(*) FROM outbox WHERE incident IS NOT NULL")
    ((late,),) = rows(database, "SELECT count(*) FROM plan_step WHERE overdue > 0")
    states = Counter(state for (state,) in rows(database, "SELECT state FROM plan_step"))
    steps = ", ".join(f"{many} {state}" for state, many in sorted(states.items()))
    return (
        f"incidents {incidents}, open {open_}; plans {runs}, steps {steps}, by hand {by_hand}, overdue {late}; "
        f"letters of incidents {letters}; commands {len(ran(commands))}"
    )


def plans_not_kept(database: Path, commands: Path, lives: Sequence[tuple[datetime, datetime]]) -> list[str]:
    """Name everything of incidents that cannot be true or did not happen."""
    wrong = [f"decided twice: {row}" for row in rows(database, DECIDED_TWICE)]
    wrong += steps_not_told_once(database, lives[-1])
    wrong += commands_not_run_once(database, commands)
    wrong += clocks_that_called_too_often(database)
    wrong += alerts_without_incident(database, lives)
    for name, reports, runs, moments in rows(database, FIRST_REPORTS):
        if (reports, runs, moments) != (1, 1, 1):
            wrong.append(f"{name} has {reports} first reports, told at {moments} moments, and {runs} plans")
    return wrong


def steps_not_told_once(database: Path, last: tuple[datetime, datetime]) -> Iterator[str]:
    """Yield the steps that were told too often, not at all, or that are due though nothing is left to do."""
    moments: dict[tuple[int, int, str], set[int]] = defaultdict(set)
    for incident, event, step, created, *_ in rows(database, LETTERS):
        moments[incident, step, event].add(created)
    for _, incident, started, ended, restored, handled, name, nth, kept, state, due, person, overdue in rows(
        database, STEPS
    ):
        step, what = json.loads(kept), f"step {nth} of {name}"
        over = state in {"done", "skipped", "cancelled"}
        if handled is not None and not (over and ended is not None):
            yield f"{what} is {state} though all is handled"
        told = {event: len(moments[incident, nth, event]) for event in ("plan_word", "plan_step", "plan_step_late")}
        if step["kind"] == "tell":
            expected = {"plan_word": int(state == "done"), "plan_step": 0, "plan_step_late": 0}
        elif step["kind"] == "ask":
            expected = {"plan_word": 0, "plan_step": int(due is not None), "plan_step_late": overdue}
        else:
            # A person is asked in place of a command that failed.
            asked = int(state == "due" or bool(person) or overdue > 0) or min(told["plan_step"], 1)
            expected = {"plan_word": 0, "plan_step": asked, "plan_step_late": overdue}
        if told != expected:
            yield f"{what} is {state} ({step['kind']}, overdue {overdue}) and was told {told}"
        begins = instant(started) + timedelta(microseconds=step.get("after", 0))
        if state == "waiting" and restored is None and max(begins, last[0]) < last[1] - SOON:
            yield f"{what} should have begun at {begins}, and waits"


def ran(commands: Path) -> list[str]:
    """Return the incidents for which a command was run, as it wrote them down itself."""
    return commands.read_text().split() if commands.exists() else []


def commands_not_run_once(database: Path, commands: Path) -> Iterator[str]:
    """Yield the commands that were run twice, or that the record takes for run and were not."""
    times = Counter(ran(commands))
    yield from (f"the command of {name} was run {many} times" for name, many in times.items() if many > 1)
    for _, _, _, _, _, _, name, nth, kept, state, _, person, _ in rows(database, STEPS):
        if json.loads(kept)["kind"] == "run" and state == "done" and not person and not times[name]:
            yield f"step {nth} of {name} is done, and its command was not run"


def clocks_that_called_too_often(database: Path) -> Iterator[str]:
    """Yield the clocks that called more often for one moment than they have calls."""
    most = {
        kind.value: sum(call.late is late for call in CALLS[clock])
        for clock, kinds in NEWS.items()
        for kind, late in zip(kinds, (False, True), strict=True)
    }
    called: dict[tuple[int, str, str], set[int]] = defaultdict(set)
    for incident, event, _, created, _, _, _, data in rows(database, LETTERS):
        if event in most:
            called[incident, event, str(json.loads(data)["news"]["due"])].add(created)
    for (incident, event, due), moments in called.items():
        if len(moments) > most[event]:
            yield f"incident {incident}: {event} for {due} was called {len(moments)} times"


def alerts_without_incident(database: Path, lives: Sequence[tuple[datetime, datetime]]) -> Iterator[str]:
    """Yield the alerts of key equipment that lasted, while the agent was there, and are of no incident."""
    for number, target, opened, resolved in rows(database, LOOSE):
        begun = instant(opened)
        end = lives[-1][1] if resolved is None else instant(resolved)
        for begin, over in faults(target, lives[-1][1]):
            # The looks at the beginning of a life must find it silent first.
            spans = (min(e, over, end) - max(b, begin, begun + GRAVE) for b, e in lives)
            if max(spans) >= SOON + timedelta(seconds=30):
                yield f"alert {number} of {target} since {begun} is of no incident"
