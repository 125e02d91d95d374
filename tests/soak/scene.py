"""What the fault tests share: the agent as a process, a record read from outside, and what would be untrue in it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import httpx

from agent.cli import main
from agent.control.client import ask
from agent.store import journal as entries
from agent.store import verify
from agent.store.engine import Store
from duty.errors import NightdutyError
from tests.loopback import free_port

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "agent")
READY_S = 20.0
"""How long a start may take on a machine that is busy with other tests."""

SETTINGS = """
agent: {{name: box, state_dir: {folder}/state, language: en}}
sites: {{main: {{zone: UTC}}}}
targets: {targets}
watch: {{interval: 10s}}
metrics: {{listen: "127.0.0.1:{metrics}"}}
console: {{listen: "127.0.0.1:{console}"}}
"""


@contextmanager
def short_folder() -> Iterator[Path]:
    """Give a folder with a short name: the path of a Unix socket has room for 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="nd-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def until(condition: Callable[[], T | None], within: float, what: str) -> T:
    """Ask until the answer is true, and return it; AssertionError with ``what`` when the time is over."""
    deadline = time.monotonic() + within
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what}"
        time.sleep(0.05)


class Daemon:
    """``nightduty run`` in a folder of its own, with a settings file on free ports."""

    def __init__(self, folder: Path, targets: str = "[{name: closed, kind: tcp, address: 127.0.0.1, port: 1}]") -> None:
        self.folder = folder
        self.metrics_port, self.console_port = free_port(), free_port()
        self.config = folder / "nightduty.yaml"
        self.database = folder / "state" / "nightduty.db"
        self.socket = folder / "state" / "control.sock"
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.write_settings(targets)

    def write_settings(self, targets: str, more: str = "") -> None:
        """Write the settings file, by default as a first start would have it."""
        text = SETTINGS.format(
            folder=self.folder, targets=targets, metrics=self.metrics_port, console=self.console_port
        )
        self.config.write_text(text + more)

    def start(self, *before: str, env: Mapping[str, str] | None = None) -> None:
        """Start it and wait until it answers; ``before`` are the words of a command that starts it in its way."""
        self.launch(*before, env=env)
        self.wait_ready()

    def launch(self, *before: str, env: Mapping[str, str] | None = None) -> None:
        """Start it without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*before, *COMMAND, "run", "--config", str(self.config)],
                cwd=ROOT,
                env=environment(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_ready(self, within: float = READY_S) -> None:
        """Wait until it answers at its socket."""

        def answers() -> bool:
            assert self.running.poll() is None, f"it ended with {self.running.returncode}: {self.said()}"
            try:
                return bool(self.ask("overview"))
            except NightdutyError:
                return False

        until(answers, within, "the daemon answers")

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None, "the daemon was not started"
        return self.process

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.running.send_signal(number)

    def kill(self) -> None:
        """End it by ``kill -9``."""
        self.running.kill()
        self.running.wait(10)

    def stop(self, within: float = 10) -> int:
        """End it by SIGTERM, and return its exit status; TimeoutExpired when it does not obey."""
        self.running.terminate()
        return self.running.wait(within)

    def put_away(self) -> None:
        """Leave no process behind, whatever the test did."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()

    def said(self) -> str:
        """Return what it has logged so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def says(self, words: str, within: float = 20) -> None:
        """Wait until its log has these words."""
        until(lambda: words in self.said(), within, f"{words!r} in the log:\n{self.said()}")

    def ask(self, verb: str, **args: object) -> Any:
        """Ask it something over its socket, and return the answer."""

        async def answered() -> Any:
            async with asyncio.timeout(20):
                async for message in ask(self.socket, verb, **args):
                    if "answer" in message:
                        return message["answer"]
            raise AssertionError("it hung up")

        return asyncio.run(answered())

    def get(self, path: str, *, page: str = "metrics") -> httpx.Response:
        """Get a page of the metrics' or the console's port."""
        port = self.metrics_port if page == "metrics" else self.console_port
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=10, trust_env=False)

    def sign_in(self, name: str, password: str, new: str = "") -> dict[str, str]:
        """Sign in at the console, change the password where ``new`` is given, and return the cookie."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.console_port}", timeout=10, trust_env=False) as client:
            answer = client.post("/sign-in", data={"name": name, "password": password})
            assert answer.status_code == 303, answer.text
            if new:
                token = re.search(r'name="csrf" value="([^"]+)"', client.get("/password").text)
                assert token is not None
                answer = client.post("/password", data={"csrf": token[1], "new": new, "again": new})
                assert answer.status_code == 303, answer.text
            return {"nightduty": client.cookies["nightduty"]}

    def metric(self, name: str) -> float:
        """Return the value of one metric; the first, where it has several."""
        for line in self.get("/metrics").text.splitlines():
            if line.startswith((name + " ", name + "{")):
                return float(line.rpartition(" ")[2])
        raise AssertionError(f"no metric {name}")

    def command(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of ``nightduty`` on the same settings; in this process, where nothing else is asked for."""
        asked = (*words, "--config", str(self.config))
        return command(*asked, **options) if options else here(*asked)


def here(*words: str) -> subprocess.CompletedProcess[str]:
    """Do what ``command`` does, in this process: to start Python takes longer than most commands."""
    out, err, before = StringIO(), StringIO(), dict(os.environ)
    os.environ.clear()
    os.environ.update(environment())
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = main.run(list(words))
    finally:
        os.environ.clear()
        os.environ.update(before)
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def command(
    *words: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run ``nightduty`` with these words to its end."""
    return subprocess.run(
        [*before, *COMMAND, *words],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=60,
    )


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a plain environment in which the agent is found."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
    return {**plain, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **(more or {})}


def rows(database: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask a SQLite file something beside its writer."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query, values).fetchall()


def untruths(database: Path, agent: str) -> list[str]:
    """Look a whole record over from outside, and name everything in it that cannot be true.

    Each slot has one round at most; a closed round waits for nothing and its counts in the journal are those of its
    sheets; a sheet that was looked at has a body; changes follow from each other and end in the state that is kept; the
    chain and the file are whole.
    """
    found = [f"{c} {slot}: {n} rounds" for c, slot, n in rows(database, SLOTS_TWICE)]
    found += [f"round {n}: a sheet is still pending" for (n,) in rows(database, CLOSED_AND_PENDING)]
    found += [f"round {n}: the sheet of {target} has no body" for n, target in rows(database, NO_BODY)]
    found += _miscounted(database)
    found += _changes(database)
    found += [f"file: {said}" for (said,) in rows(database, "PRAGMA integrity_check") if said != "ok"]
    found += [f"file: {broken}" for broken in rows(database, "PRAGMA foreign_key_check")]
    store = Store.open(f"sqlite:///{database}", agent, readonly=True)
    try:
        walked = store.read_now(verify.verify)
    finally:
        store.close()
    return found + ([] if walked.first_bad is None else [f"chain: {walked.why}"])


SLOTS_TWICE = "SELECT cadence, slot, count(*) FROM round GROUP BY 1, 2 HAVING count(*) > 1"
CLOSED_AND_PENDING = """
    SELECT DISTINCT number FROM round JOIN sheet ON round = number
    WHERE round.state != 'open' AND sheet.state = 'pending'
"""
NO_BODY = """
    SELECT sheet.round, sheet.target FROM sheet LEFT JOIN sheet_body USING (round, target)
    WHERE sheet.state NOT IN ('pending', 'not_inspected') AND body IS NULL
"""


def journal(database: Path, agent: str, *kinds: str) -> list[dict[str, Any]]:
    """Return what the journal's entries of these kinds say, oldest first."""
    store = Store.open(f"sqlite:///{database}", agent, readonly=True)
    try:
        marks = ", ".join("?" * len(kinds))
        found = rows(database, f"SELECT seq FROM journal WHERE kind IN ({marks}) ORDER BY seq", *kinds)
        return [said for (seq,) in found if (said := store.read_now(entries.payload_of, seq)) is not None]
    finally:
        store.close()


def _miscounted(database: Path) -> Iterator[str]:
    counts: dict[int, Counter[str]] = {}
    for number, state, n in rows(database, "SELECT round, state, count(*) FROM sheet GROUP BY 1, 2"):
        counts.setdefault(number, Counter())[state] = n
    (agent,) = rows(database, "SELECT agent FROM run LIMIT 1")[0]
    told = Counter[int]()
    for said in journal(database, agent, "round_closed", "round_missed"):
        told[said["round"]] += 1
        if Counter(said["counts"]) != counts.get(said["round"], Counter()):
            yield f"round {said['round']}: told {said['counts']}, the sheets are {counts.get(said['round'])}"
    for number, state in rows(database, "SELECT number, state FROM round"):
        if told[number] != (0 if state == "open" else 1):
            yield f"round {number} is {state} and was told {told[number]} times"


def _changes(database: Path) -> Iterator[str]:
    last: dict[tuple[str, str, str], int] = {}
    query = 'SELECT target, "check", instance, before, after, look FROM "transition" ORDER BY number'
    for target, check, instance, before, after, look in rows(database, query):
        key = (target, check, instance)
        if before != last.get(key, 0) or before == after or look is None:
            yield f"{key}: {before} -> {after} after {last.get(key, 0)}, look {look}"
        last[key] = after
    for target, check, instance, severity in rows(database, 'SELECT target, "check", instance, severity FROM state'):
        changed = last.get((target, check, instance), 0)
        if severity != changed:
            yield f"{(target, check, instance)} is {severity}, the last change says {changed}"


def witnessed(path: Path) -> list[dict[str, Any]]:
    """Read a witness's lines; the last may have been cut off by the kill."""
    lines = path.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in lines]
