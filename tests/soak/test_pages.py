"""Two hundred times kill -9 of an agent that tells people and runs emergency plans.

Whatever failed long enough was told, and so was its end; each step of a plan was told once or cancelled.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.services.deliver import GATHER
from tests.soak.hurried import FAULTS, MINUTE, faults, kept_time
from tests.soak.hurried import silent as is_silent
from tests.soak.plans_kept import figures, plans_not_kept, ran
from tests.soak.scene import ROOT, environment, rows
from tests.soak.test_kills import Hurried, instant, kill, read_night, wait_on_duty

pytestmark = pytest.mark.soak

KILLS = 100
SEEDS = (20261124, 20261125)
"""Two nights, for one of two hundred kills would say nothing for a quarter of an hour."""
LOOKS = 3 * timedelta(seconds=10)
TOLD = MINUTE + GATHER
"""So long from the last look until somebody is told: what is new is gathered for whoever was just told, the message
that is under way goes first, and a receiver that is busy twice costs a quarter of a minute more."""
SETTLED = 2 * MINUTE
"""After this long a letter is sent and a recovery is known: what the receivers put off is put off twice at most."""

LAST = 10 * MINUTE
"""So long the last life lasts by its own clock, on a slow machine as on a quick one: what was left is settled in it."""

LETTERS = "SELECT key, alert, event, state, channel, address, created, incident FROM outbox"
ALERTS = "SELECT number, target, opened, resolved, calm_since FROM alert"
DECIDED_TWICE = """
    SELECT alert, fired, step, event, person, channel, address, count(*) FROM outbox
    WHERE step IS NOT NULL AND alert IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING count(*) > 1
"""
TWO_OPEN = """
    SELECT target, "check", instance, count(*) FROM alert WHERE state != 'resolved' GROUP BY 1, 2, 3 HAVING count(*) > 1
"""


class Paged(Hurried):
    """The hurried agent with people to tell."""

    def start(self, away: float) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.receivers", str(self.folder), str(away)],
                cwd=ROOT,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=log,
            )
        return self.process


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Paged]:
    (tmp_path / "time").touch()
    agent = Paged(tmp_path)
    yield agent
    if agent.process is not None and agent.process.poll() is None:
        agent.process.kill()
    if agent.process is not None:
        agent.process.communicate()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_fails_is_told_and_its_end_as_well_however_often_the_agent_is_killed(
    agent: Paged, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(seed)
    for number in range(KILLS):
        away = chance.choice([0, 3, chance.uniform(5, 60), chance.uniform(60, 600), chance.uniform(600, 3000)])
        process = agent.start(away if number else 0)
        assert wait_on_duty(process, 30), agent.said()
        lives = chance.choice([0, chance.uniform(0, 1), chance.uniform(0, 5), chance.uniform(0, 12)]) * MINUTE
        live(agent, lives, 60)
        kill(process, chance.uniform(0, 0.05))
        assert process.returncode == -signal.SIGKILL, agent.said()
        agent.bury()
    process = agent.start(30)
    assert wait_on_duty(process, 30), agent.said()
    assert live(agent, LAST, 120), agent.said()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0, agent.said()
    agent.bury()

    made, untrue = read_night(agent)
    accepted = list(told_of(agent.seen()))
    injected, missed = pages_not_sent(agent, accepted)
    unsent = list(letters_left(agent))
    wrong = missed + unsent + list(ends_not_told(agent, accepted)) + list(decided_wrongly(agent))
    wrong += list(told_under_two_keys(accepted)) + list(sent_to_nobody(agent, accepted))
    commands = agent.folder / "commands"
    wrong += plans_not_kept(agent.database, commands, agent.lives)
    keys = Counter(event["accepted"] for event in agent.seen() if is_page(event))
    twice = sum(keys.values()) - len(keys)
    with capsys.disabled():
        print(
            f"\nfaults survived: {injected - len(missed)} of {injected}; pages {len(keys)}, unsent {len(unsent)}, "
            f"duplicates {twice}; rounds {made}, untruthful {len(untrue)}\n{figures(agent.database, commands)}"
        )
    assert not wrong, "\n".join(wrong)
    assert not untrue, "\n".join(untrue)
    assert "Traceback" not in agent.said()
    assert injected > KILLS // 10, "the night was long enough to prove something"
    pairs = {(event["accepted"], event["letter"]) for event in accepted}
    assert len(pairs) > len(keys), "messages had several letters"
    assert ran(commands), "plans ran their commands"
    assert twice, "answers were lost, and the letters went out again with their keys"


def live(agent: Paged, span: timedelta, within: float) -> bool:
    """Let it live for a while by its own clock: by that of the machine, a busy one would see little of the night."""
    begun, deadline = kept_time(agent.folder / "time"), time.monotonic() + within
    while kept_time(agent.folder / "time") < begun + span:
        if time.monotonic() > deadline or (agent.process is not None and agent.process.poll() is not None):
            return False
        time.sleep(0.005)
    return True


def told_of(seen: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield for each letter of each message that a receiver accepted what the witness saw, with ``letter`` its key."""
    letters: dict[str, list[str]] = {}
    for event in seen:
        if "leased" in event:
            letters[event["leased"]] = event["letters"]
        elif is_page(event):
            yield from (event | {"letter": key} for key in letters[event["accepted"]])


def is_page(event: dict[str, Any]) -> bool:
    """Say whether a receiver accepted a message; a test of the channel is none."""
    return "accepted" in event and not event["accepted"].startswith("test-")


def told_under_two_keys(accepted: list[dict[str, Any]]) -> Iterator[str]:
    """Name the letters that somebody got twice and could not tell to be the same."""
    keys: dict[str, set[str]] = defaultdict(set)
    for event in accepted:
        keys[event["letter"]].add(event["accepted"])
    yield from (f"letter {letter} was accepted as {sorted(of)}" for letter, of in keys.items() if len(of) > 1)


def sent_to_nobody(agent: Paged, accepted: list[dict[str, Any]]) -> Iterator[str]:
    """Name the letters that the record takes for sent, and that no receiver accepted."""
    arrived = {event["letter"] for event in accepted}
    for key, *_, state, _, _, _, _ in rows(agent.database, LETTERS):
        if state == "sent" and key not in arrived:
            yield f"letter {key} is sent, and nobody accepted it"


def alerts_of(agent: Paged) -> dict[int, tuple[str, datetime, datetime | None]]:
    return {
        number: (target, instant(opened), None if resolved is None else instant(resolved))
        for number, target, opened, resolved, _ in rows(agent.database, ALERTS)
    }


def letters_of(agent: Paged) -> dict[str, tuple[int, str]]:
    """Return of which alert and what each letter is about, by its key; those of incidents are of none."""
    return {key: (alert, event) for key, alert, event, *_ in rows(agent.database, LETTERS) if alert is not None}


def pages_not_sent(agent: Paged, accepted: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """Count the faults that somebody had to be told of, and name those of which nobody was told in time."""
    alerts, letters = alerts_of(agent), letters_of(agent)
    told: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for event in accepted:
        if event["letter"] not in letters:
            continue
        number, what = letters[event["letter"]]
        target, _, resolved = alerts[number]
        if what != "resolved":
            told[target].append((datetime.fromisoformat(event["at"]), resolved))
    injected, missed = 0, []
    for target in ("core", "db", "web", "web-2", "web-3"):
        for begin, over in faults(target, agent.lives[-1][1]):
            promised = LOOKS + TOLD
            lives = [(max(b, begin), min(e, over)) for b, e in agent.lives]
            deadline = next((b + promised for b, e in lives if e - b >= promised), None)
            if deadline is None:
                continue
            injected += 1
            # One that was never seen well in between is told once.
            if not any(at <= deadline and (end is None or end > begin) for at, end in told[target]):
                missed.append(f"{target} fell silent at {begin}, and nobody was told by {deadline}")
    return injected, missed


def letters_left(agent: Paged) -> Iterator[str]:
    end = agent.lives[-1][1]
    for key, alert, event, state, channel, _, created, incident in rows(agent.database, LETTERS):
        if state in {"pending", "leased"} and instant(created) < end - SETTLED:
            of = f"alert {alert}" if incident is None else f"incident {incident}"
            yield f"letter {key} ({event} of {of}, by {channel}) is {state} since {instant(created)}"
        if state == "failed":
            yield f"letter {key} was given up"


def ends_not_told(agent: Paged, accepted: list[dict[str, Any]]) -> Iterator[str]:
    begin, end = agent.lives[-1]
    letters = letters_of(agent)
    calls: dict[int, set[tuple[str, str]]] = defaultdict(set)
    ends: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for event in accepted:
        if event["letter"] not in letters:
            continue
        number, what = letters[event["letter"]]
        (ends if what == "resolved" else calls)[number].add((event["channel"], event["address"]))
    refused = {
        (alert, channel, address)
        for _, alert, event, state, channel, address, *_ in rows(agent.database, LETTERS)
        if event == "resolved" and state == "refused"
    }
    calm = {number for number, *_, since in rows(agent.database, ALERTS) if since is not None}
    for number, (target, _, resolved) in alerts_of(agent).items():
        if resolved is None and target not in FAULTS:
            # About the watch itself, such as a gap in the roster: it stays for as long as that does.
            continue
        if resolved is None and number not in calm:
            well = end - begin > SETTLED and not any(is_silent(target, end - n * MINUTE) for n in range(4))
            if well:
                yield f"alert {number} is open, and {target} is well"
        elif resolved is not None and resolved < end - SETTLED:
            for channel, address in sorted(calls[number] - ends[number]):
                if (number, channel, address) not in refused:
                    yield f"alert {number} of {target} was over at {resolved}: {channel} {address} was not told"


def decided_wrongly(agent: Paged) -> Iterator[str]:
    yield from (f"decided twice: {row}" for row in rows(agent.database, DECIDED_TWICE))
    yield from (f"open twice: {row}" for row in rows(agent.database, TWO_OPEN))
