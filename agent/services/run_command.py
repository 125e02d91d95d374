"""Run the commands of plans: without a shell, within a time, and what they say is kept as evidence."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from agent.services.open_incident import note
from agent.services.run_plans import Ordered
from agent.services.station import Station
from agent.store import incidents, plan_runs
from agent.store.incident_events import IncidentEventKind
from agent.store.journal import AGENT
from duty.plans import StepState, ran
from exporters.notify.process import run

log = logging.getLogger(__name__)

LONGEST_S: Final = 60.0
"""Seconds that a command may take, whatever its step says."""


async def run_command(station: Station, ordered: Ordered) -> None:
    """Run one command and write down what came of it; where it failed, a person is asked to do it."""
    step = ordered.step.step
    try:
        status, said = await run(step.command, b"", within=min(step.within.total_seconds(), LONGEST_S), aloud=True)
        output, well = f"exit {status}: {said}".removesuffix(": "), status == 0
    except TimeoutError:
        output, well = "not at an end in time, and killed", False
    except OSError as error:
        output, well = f"cannot be started: {error.strerror}", False
    if not well:
        log.error("plan step %d: %s: %s", ordered.step.nth, step.command[0], output)
    await station.store.write(_ran, ordered, output, well, station.clock.now())


def left_running(conn: Connection, agent: str, now: datetime) -> None:
    """Hand to people what a run of the agent left behind: it is not known what came of it, so it is not run again."""
    for run_ in plan_runs.open_runs(conn, agent):
        for step in run_.steps:
            if step.state is StepState.RUNNING:
                _ran(conn, agent, Ordered(run_.number, step), "the agent stopped while it ran", False, now)


def _ran(conn: Connection, agent: str, ordered: Ordered, output: str, well: bool, now: datetime) -> None:
    found = plan_runs.get_run(conn, agent, ordered.run)
    after = ran(ordered.step, now, output, well=well)
    if not plan_runs.change_step(conn, agent, ordered.run, ordered.step, after):
        return
    incident = incidents.get_incident(conn, agent, found.incident)
    data = {"nth": after.nth, "command": ordered.step.step.command[0], "well": well}
    note(conn, agent, incident, IncidentEventKind.COMMAND_RAN, AGENT, now, output, data)
