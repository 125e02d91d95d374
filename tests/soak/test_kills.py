"""Fifty times kill -9: each slot has one round, and what stands in the record is what was seen."""

from __future__ import annotations

import random
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.store import bodies, states
from agent.store.engine import Store
from config.build import build_cadences
from config.load import parse
from tests.soak.hurried import MINUTE, SETTINGS, digest, faults, kept_time
from tests.soak.scene import ROOT, environment, rows, untruths, witnessed

pytestmark = pytest.mark.soak

KILLS = 50
SEED = 20261123
BEAT = timedelta(seconds=30)
"""How far the last beat that was written may lie before the death of a run: ten seconds, and the ticks on their way."""


@dataclass
class Hurried:
    """The hurried agent in its folder, killed and started again."""

    folder: Path
    lives: list[tuple[datetime, datetime]] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def database(self) -> Path:
        return self.folder / "nightduty.db"

    def start(self, away: float) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.hurried", str(self.folder), str(away)],
                cwd=ROOT,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=log,
            )
        return self.process

    def states(self) -> str:
        """Return the digest of what is kept of each target."""
        store = Store.open(f"sqlite:///{self.database}", "hz1", readonly=True)
        try:
            return digest(store.read_now(states.load_states))
        finally:
            store.close()

    def seen(self) -> list[dict[str, Any]]:
        return witnessed(self.folder / "witness")

    def bury(self) -> None:
        """Write down from when to when it was on duty; one that was killed while it started was not."""
        begun = [datetime.fromisoformat(event["at"]) for event in self.seen() if "run" in event]
        self.lives += [(begin, kept_time(self.folder / "time")) for begin in begun[len(self.lives) :]]

    def said(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Hurried]:
    (tmp_path / "time").touch()
    agent = Hurried(tmp_path)
    yield agent
    if agent.process is not None and agent.process.poll() is None:
        agent.process.kill()
    if agent.process is not None:
        agent.process.communicate()


def wait_on_duty(process: subprocess.Popen[bytes], within: float) -> bool:
    """Wait until it says that it is on duty; False when the time was over before."""
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], within)
    return bool(readable) and process.stdout.readline() == b"on duty\n"


def kill(process: subprocess.Popen[bytes], after: float) -> None:
    """Kill it after a while that is not waited for in any rhythm of its own."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


def test_fifty_kills_leave_one_true_round_for_each_slot(agent: Hurried, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    survived = 0
    for number in range(KILLS):
        # A blink, within the window of a round, past it, or long enough to miss an hour of rounds.
        away = chance.choice([0, 3, chance.uniform(5, 60), chance.uniform(60, 600), chance.uniform(600, 5400)])
        before = agent.states() if agent.database.exists() else None
        process = agent.start(away if number else 0)
        # One in five dies while it starts; a first start has nothing to lose yet.
        early = number > 0 and chance.random() < 0.2
        if not (early and not wait_on_duty(process, chance.uniform(0.5, 2.0))):
            assert early or wait_on_duty(process, 30), agent.said()
            run = [event for event in agent.seen() if "run" in event][-1]
            assert before is None or run["states"] == before, "the states are remembered as they were kept"
        # At its very first tick, soon after, or in the middle of the night.
        kill(
            process,
            0 if early else chance.choice([0, chance.uniform(0, 0.1), chance.uniform(0, 3), chance.uniform(0, 3)]),
        )
        assert process.returncode == -signal.SIGKILL, agent.said()
        agent.bury()
        assert untruths(agent.database, "hz1") == []
        survived += 1
    process = agent.start(30)
    assert wait_on_duty(process, 30), agent.said()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0, agent.said()
    agent.bury()
    made, wrong = read_night(agent)
    with capsys.disabled():
        print(f"\nfaults survived: {survived} of {KILLS}; rounds {made}, untruthful {len(wrong)}")
    assert not wrong, "\n".join(wrong)
    assert "Traceback" not in agent.said()
    assert made > 10 * KILLS


def read_night(agent: Hurried) -> tuple[int, list[str]]:
    """Compare the record of a whole night with what the world saw; return the rounds and what is untrue in them."""
    seen = agent.seen()
    wrong = untruths(agent.database, "hz1")
    wrong += slots_without_their_round(agent)
    wrong += words_not_kept(agent, seen)
    wrong += sheets_nobody_saw(agent, seen)
    wrong += faults_not_told(agent)
    ((made,),) = rows(agent.database, "SELECT count(*) FROM round")
    return made, wrong


def instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)


def slots_without_their_round(agent: Hurried) -> Iterator[str]:
    on_duty = agent.lives
    query = "SELECT cadence, slot, state, reason, late FROM round"
    found = {(cadence, instant(slot)): rest for cadence, slot, *rest in rows(agent.database, query)}
    since = {name: instant(at) for name, at in rows(agent.database, "SELECT name, since FROM cadence")}
    expected = {
        (cadence.name, slot)
        for cadence in build_cadences(parse(SETTINGS, "hurried.yaml"), since)
        for slot in cadence.slots(cadence.since - MINUTE, on_duty[-1][1])
    }
    planned = {key for key in found if key[0] != "by_hand"}
    yield from (f"{key} has no round" for key in sorted(expected - planned))
    yield from (f"{key} is no slot" for key in sorted(planned - expected))
    for (cadence, slot), (state, reason, late) in sorted(found.items()):
        there = any(begin <= slot <= end for begin, end in on_duty)
        dying = any(end - BEAT <= slot <= end for _, end in on_duty)
        if state == "open":
            yield f"{cadence} {slot} was left open"
        if state == "missed" and reason == "agent_down" and there and not dying:
            yield f"{cadence} {slot}: the agent was there, and the record says it was down"
        if state == "missed" and reason != "agent_down" and not there:
            yield f"{cadence} {slot}: the agent was not there, and the record says {reason}"
        if cadence != "by_hand" and state in {"complete", "partial"} and not there and not late:
            yield f"{cadence} {slot}: the agent was not there, and the round is not called late"


def words_not_kept(agent: Hurried, seen: list[dict[str, Any]]) -> Iterator[str]:
    kept = dict(rows(agent.database, "SELECT number, state FROM round"))
    for event in seen:
        if "closed" in event and kept.get(event["closed"]) != event["state"]:
            yield f"round {event['closed']} was closed as {event['state']} and is now {kept.get(event['closed'])}"


def sheets_nobody_saw(agent: Hurried, seen: list[dict[str, Any]]) -> Iterator[str]:
    marks = {event["mark"]: event["look"] for event in seen if "mark" in event}
    used: dict[int, int] = {}
    for number, packed in rows(agent.database, "SELECT round, body FROM sheet_body ORDER BY round"):
        sheet = bodies.read_sheet(bodies.unpack(packed))
        look = sheet.look
        assert look is not None
        if not look.reached:
            if not any(
                b <= look.began + timedelta(seconds=5) and look.began < e
                for b, e in faults(sheet.target, look.began + MINUTE)
            ):
                yield f"round {number}: {sheet.target} was not reached at {look.began}, and it was there"
            continue
        mark = int(look.number("memory_size") or 0)
        if marks.get(mark) != sheet.target:
            yield f"round {number}: nobody saw what the sheet of {sheet.target} says"
        if mark in used:
            yield f"round {number}: the look of {sheet.target} stands in round {used[mark]} as well"
        used[mark] = number


def faults_not_told(agent: Hurried) -> Iterator[str]:
    on_duty = agent.lives
    told: dict[str, list[datetime]] = {}
    changes: dict[str, list[tuple[datetime, int]]] = {}
    query = """SELECT target, at, after FROM "transition" WHERE "check" = 'reach' ORDER BY number"""
    for target, at, after in rows(agent.database, query):
        changes.setdefault(target, []).append((instant(at), after))
        if after == 3:
            told.setdefault(target, []).append(instant(at))
    end = on_duty[-1][1]
    # What stands behind the switch is explained by it, and not told by itself.
    for target in ("core", "db", "web"):
        well_since = on_duty[0][0]
        for begin, over in faults(target, end):
            standing = [after for at, after in changes.get(target, []) if at < begin][-1:] == [3]
            # It was told before, and in the time in which it was well nobody was there to see it.
            unseen = all(min(e, begin) - max(b, well_since) < 3 * timedelta(seconds=10) + MINUTE for b, e in on_duty)
            well_since = over
            if standing and unseen:
                continue
            watched = timedelta(0)
            deadline = None
            for life_begin, life_end in on_duty:
                span = min(life_end, over) - max(life_begin, begin)
                # Three looks each ten seconds, and a minute; what a kill cut off is looked at again.
                if span >= 3 * timedelta(seconds=10) + MINUTE:
                    deadline = max(life_begin, begin) + 3 * timedelta(seconds=10) + MINUTE
                    break
                watched += max(span, timedelta(0))
            if deadline is not None and not any(begin <= at <= deadline for at in told.get(target, [])):
                yield f"{target} fell silent at {begin}, and it was not told by {deadline}"
