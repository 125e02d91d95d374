"""The service under a real systemd: it starts, says when it is ready, reloads, comes back, and stops."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.box.machine import Box, boot

# All tests share one box, and so one worker; to build and start it takes minutes.
pytestmark = [pytest.mark.system, pytest.mark.soak, pytest.mark.xdist_group("box")]

CONFIG = "/etc/nightduty/nightduty.yaml"
DROP_IN = "/etc/systemd/system/nightduty.service.d/test.conf"
PYTHON = "/usr/bin/python3"
TOKEN = "a token of the test"
SETTINGS = """
agent: {name: box, language: en}
sites: {lab: {zone: UTC}}
metrics: {token: credential:metrics-token}
targets:
  - {kind: host, name: monitor}
  - {kind: icmp, name: loopback, address: 127.0.0.1}
"""
WITH_A_MUTE = SETTINGS + "  - {kind: http, name: mute, url: 'http://127.0.0.1:8699/'}\n"
ONE_MORE = SETTINGS + "  - {kind: icmp, name: gateway, address: 127.0.0.2}\n"
BROKEN = SETTINGS + "  - {kind: icmp, name: loopback, address: 127.0.0.2}\n"
# As it is installed, but impatient. Ten seconds are what it has to stop in; what takes longer ends as a time-out.
IMPATIENT = """
[Service]
RestartSec=100ms
WatchdogSec=4s
TimeoutStopSec=10s
LoadCredential=metrics-token:/etc/nightduty/credentials/metrics-token
"""
WITH_A_PLAN = (
    SETTINGS
    + """
plan_commands: [/usr/local/sbin/try]
plans:
  try:
    title: try what a command may do
    steps: [{run: [/usr/local/sbin/try], text: try it, posts: [technician], within: 30s}]
"""
)
TRY = """#!/bin/sh
echo "I am $(id -un), in $(pwd)."
grep NoNewPrivs /proc/self/status
touch /var/lib/nightduty/plan-was-here && echo The state directory is ours.
touch /usr/local/sbin/mine 2>/dev/null || echo The system is read-only.
chown nightduty:adm /var/lib/nightduty/plan-was-here 2>/dev/null || echo No owner is changed.
[ -z "$(ls -A /root 2>/dev/null)" ] && echo The home of root is not seen.
echo It knows
env | cut -d= -f1 | sort | tr '\\n' ' '
"""
ASK = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]})
sys.stdout.write(urllib.request.urlopen(request, timeout=10).read().decode())
"""
READ = """
import json, sqlite3, sys
record = sqlite3.connect("file:/var/lib/nightduty/nightduty.db?mode=ro", uri=True)
print(json.dumps(record.execute(sys.argv[1]).fetchall()))
"""
# Takes a connection and never says a word.
MUTE = "import signal, socket; listening = socket.create_server(('127.0.0.1', 8699)); signal.pause()"
LOCK = """
import signal, sqlite3, sys
record = sqlite3.connect("/var/lib/nightduty/nightduty.db", isolation_level=None)
record.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
signal.pause()
"""
NET_RAW_AND_BIND_SERVICE = (1 << 13) | (1 << 10)


class Service:
    """The installed service, as its operator has it in hand."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def systemctl(self, verb: str) -> None:
        assert self.tries(verb) == 0, self.log()

    def tries(self, verb: str) -> int:
        return self.box.run("systemctl", verb, "nightduty", check=False).returncode

    def command(self, *words: str) -> tuple[int, str]:
        done = self.box.run("nightduty", *words, check=False)
        return done.returncode, done.stdout + done.stderr

    def show(self, *names: str) -> tuple[str, ...]:
        return self.box.show("nightduty.service", *names)

    @property
    def process(self) -> str:
        return self.show("MainPID")[0]

    def settings(self, text: str) -> None:
        self.box.write(CONFIG, text, "640", "root:nightduty")

    def page(self, url: str, token: str = TOKEN) -> str:
        return self.box.run(PYTHON, "-c", ASK, url, token).stdout

    def metric(self, name: str) -> float:
        (value,) = re.findall(rf"^nightduty_{name} (\S+)$", self.page("http://127.0.0.1:8601/metrics"), re.MULTILINE)
        return float(value)

    def record(self, question: str) -> list[list[Any]]:
        answer: list[list[Any]] = json.loads(self.box.run(PYTHON, "-c", READ, question).stdout)
        return answer

    def journalled(self, kind: str) -> int:
        return len(self.record(f"SELECT seq FROM journal WHERE kind = '{kind}'"))

    def log(self) -> str:
        return self.box.run("journalctl", "--unit=nightduty", "--output=cat", "--no-pager").stdout

    def comes_back(self, before: str) -> str:
        """Wait until systemd has it on duty again, in another process, and return that one."""
        until(lambda: self.show("ActiveState") == ("active",) and self.process != before)
        return self.process


def until(happened: Callable[[], bool], within: float = 30) -> None:
    late = time.monotonic() + within
    while not happened():
        assert time.monotonic() < late, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Boot a box and install nightduty in it, as its operator does."""
    if not Path(PYTHON).exists():
        pytest.skip(f"no {PYTHON}: the service's user can read no other Python")
    with boot(tmp_path_factory.mktemp("system") / "box") as box:
        # pip asks the same index, through the same proxy, as it does outside of the box.
        pip = {name: value for name, value in os.environ.items() if name.lower().startswith(("pip_", "http"))}
        box.run("/project/deploy/install", outside_network=True, env={"PYTHON": PYTHON, **pip})
        box.write("/etc/nightduty/credentials/metrics-token", TOKEN, "600")
        box.write(DROP_IN, IMPATIENT)
        box.run("systemctl", "daemon-reload")
        yield Service(box)


@pytest.fixture
def service(installed: Service) -> Service:
    """The service on duty, with the settings of the test in force."""
    installed.settings(SETTINGS)
    if installed.show("ActiveState") == ("active",):
        before = installed.metric("config_last_reload_timestamp_seconds")
        installed.systemctl("reload")
        until(lambda: installed.metric("config_last_reload_timestamp_seconds") > before)
    else:
        installed.systemctl("start")
    return installed


STATE, BACKUPS = "/var/lib/nightduty", "/var/backups/nightduty"


def test_what_is_installed_is_what_it_should_be(installed: Service) -> None:
    modes = installed.box.run("stat", "-c", "%a %U:%G", CONFIG, "/etc/nightduty/credentials", STATE, BACKUPS)
    ours = "700 nightduty:nightduty"
    assert modes.stdout.splitlines() == ["640 root:nightduty", "700 root:root", ours, ours]
    assert installed.box.run("systemd-analyze", "verify", "nightduty.service").stderr == ""


def test_is_ready_when_it_says_so(service: Service) -> None:
    service.systemctl("restart")
    assert service.journalled("run_begun") > 0
    state, said = service.command("status", "--json")
    assert state in (0, 1)
    assert [target["name"] for target in json.loads(said)["targets"]] == ["monitor", "loopback"]
    assert "Sign in" in service.page("http://127.0.0.1:8600/?lang=en")
    assert service.show("StatusText") == ("2 targets",)


def test_the_first_password_is_for_root_and_the_service_alone(service: Service) -> None:
    path = "/var/lib/nightduty/first-password-admin"
    assert service.box.run("stat", "-c", "%a %U", path).stdout.split() == ["600", "nightduty"]
    assert path in service.log()
    status, said = service.command("account", "list", "--lang", "en")
    assert (status, said) == (0, "admin: administrator, has not changed the first password yet\n")


def test_inspects_as_its_own_user_all_that_it_should(service: Service) -> None:
    state, said = service.command("inspect", "--json")
    assert state in (0, 1), said
    sheets = {sheet["target"]: sheet["look"] for sheet in json.loads(said)["sheets"]}
    assert {reading["parameter"] for reading in sheets["loopback"]["readings"]} == {"ping_loss", "ping_time"}
    assert [gap for gap in sheets["monitor"]["gaps"] if gap["code"] == "not_permitted"] == []


def test_has_the_capabilities_for_ping_and_traps_and_no_other(service: Service) -> None:
    status = dict(
        line.partition(":\t")[::2]
        for line in service.box.run("cat", f"/proc/{service.process}/status").stdout.splitlines()
    )
    for kind in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
        assert int(status[kind], 16) == NET_RAW_AND_BIND_SERVICE
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert "0" not in status["Uid"].split()
    limits = service.box.run("cat", f"/proc/{service.process}/limits").stdout
    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)


def test_reads_a_secret_that_only_root_may_read(service: Service) -> None:
    assert "nightduty_build_info" in service.page("http://127.0.0.1:8601/metrics", TOKEN)
    with pytest.raises(AssertionError, match="401"):
        service.page("http://127.0.0.1:8601/metrics", "another")
    status, said = service.command("check-config")
    assert (status, said.splitlines()[0]) == (0, f"{CONFIG}: well; 2 targets, 0 of them key equipment")
    assert "nobody is told of a failure" in said


def test_takes_over_new_settings(service: Service) -> None:
    before = service.journalled("settings_in_force"), service.process
    service.settings(ONE_MORE)
    service.systemctl("reload")
    until(lambda: service.journalled("settings_in_force") == before[0] + 1)
    assert "settings in force targets=3" in service.log()
    assert (service.show("ActiveState"), service.process) == (("active",), before[1])


def test_a_command_of_a_plan_may_what_the_service_may_and_no_more(service: Service) -> None:
    service.box.write("/usr/local/sbin/try", TRY, "755")
    before = service.journalled("settings_in_force")
    service.settings(WITH_A_PLAN)
    service.systemctl("reload")
    until(lambda: service.journalled("settings_in_force") == before + 1)
    state, said = service.command("incident", "open", "try", "--kind", "other", "--grade", "major")
    assert state == 0, said

    def step() -> dict[str, Any]:
        told = json.loads(service.command("incident", "show", "1", "--json")[1])
        found: dict[str, Any] = told["runs"][0]["steps"][0]
        return found

    until(lambda: bool(step()["note"]))
    assert (step()["state"], step()["note"].split(": ", 1)[0]) == ("done", "exit 0"), step()["note"]
    for each in (
        "I am nightduty, in /.", "NoNewPrivs: 1", "The state directory is ours.", "The system is read-only.",
        "No owner is changed.", "The home of root is not seen.",
    ):  # fmt: skip
        assert each in step()["note"].replace("\t", " ").replace("\ufffd", " "), step()["note"]
    assert step()["note"].rpartition("It knows")[2].split() == ["LANG", "PATH", "PWD"]


def test_goes_on_under_the_old_settings_when_the_new_ones_are_broken(service: Service) -> None:
    before = service.process
    service.settings(BROKEN)
    service.systemctl("reload")
    until(lambda: service.metric("config_last_reload_success") == 0)
    until(lambda: service.show("ActiveState") == ("active",))
    assert service.process == before
    assert re.search(rf"rejected.*{CONFIG}:8: targets\[loopback\].name: ", service.log())
    assert '"loopback"' in service.command("status", "--json")[1]


def test_a_second_one_leaves_at_once(service: Service) -> None:
    state, said = service.command("run")
    assert state == 75
    assert "another agent" in said


def test_comes_back_from_a_crash_and_keeps_its_record(service: Service) -> None:
    rounds = service.record("SELECT number, state FROM round")
    before = service.process
    service.box.run("kill", "-KILL", before)
    service.comes_back(before)
    assert service.record("SELECT number, state FROM round") == rounds != []
    assert service.command("verify", "--lang=en")[0] == 0


def test_is_restarted_when_it_hangs(service: Service) -> None:
    before = service.process
    service.box.run("kill", "-STOP", before)
    service.comes_back(before)
    assert "Watchdog timeout (limit 4s)" in service.log()


def test_is_restarted_when_its_loop_is_held_up(service: Service) -> None:
    """The writer and every other thread go on: it is the loop alone that strace holds in its next wait."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (Debian: apt-get install strace)")
    before = service.process
    held = "inject=epoll_wait:delay_enter=60000000"
    service.box.run(
        "timeout", "6", "strace", "-qq", "-o/dev/null", "-p", before, "-etrace=epoll_wait", "-e", held, check=False
    )
    service.comes_back(before)
    # Where it hung stands in the log.
    assert "in _run_once" in service.log()


def test_does_not_come_back_with_broken_settings(service: Service) -> None:
    service.systemctl("stop")
    service.settings(BROKEN)
    assert service.tries("start") != 0
    assert service.show("ActiveState", "ExecMainStatus", "NRestarts") == ("failed", "78", "0")
    assert f"{CONFIG}:8: " in service.log()


def test_tries_again_until_its_record_can_be_opened(service: Service) -> None:
    service.systemctl("stop")
    service.box.run("mv", "/var/lib/nightduty/nightduty.db", "/var/lib/nightduty/away")
    service.box.write("/var/lib/nightduty/nightduty.db", "not a database" * 1000, "600", "nightduty:nightduty")
    assert service.tries("start") != 0
    assert service.show("ExecMainStatus") == ("69",)
    service.box.run("mv", "/var/lib/nightduty/away", "/var/lib/nightduty/nightduty.db")
    service.comes_back("0")


def test_stops_in_time_in_the_middle_of_a_round(service: Service) -> None:
    service.box.start("mute", PYTHON, "-c", MUTE)
    service.settings(WITH_A_MUTE)
    service.systemctl("restart")
    service.box.start("asking", "nightduty", "inspect")
    until(lambda: service.record("SELECT state FROM round ORDER BY number DESC LIMIT 1") == [["open"]])
    service.systemctl("stop")
    assert service.show("Result", "ExecMainStatus") == ("success", "0")
    service.systemctl("start")
    until(lambda: service.record("SELECT state FROM round ORDER BY number DESC LIMIT 1") == [["interrupted"]])


def test_sees_homes_as_a_disk_and_nothing_of_root(service: Service) -> None:
    root = f"/proc/{service.process}/root"
    service.box.run("mkdir", "-p", "/home/somebody")
    assert "somebody" in service.box.run("ls", f"{root}/home").stdout
    assert service.box.run("ls", "-A", f"{root}/root").stdout == ""


def test_stops_by_itself_while_its_record_is_locked(service: Service) -> None:
    service.box.write(DROP_IN, IMPATIENT.replace("TimeoutStopSec=10s", "TimeoutStopSec=20s"))
    service.box.run("systemctl", "daemon-reload")
    service.box.start("lock", PYTHON, "-c", LOCK)
    until(lambda: "locked" in service.box.run("journalctl", "--unit=lock", "--output=cat").stdout)
    service.systemctl("stop")
    assert service.show("Result", "ExecMainStatus") == ("success", "0")
