"""A box: a real systemd as the first process of its own namespaces, over a copy-on-write view of this system."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

BOOT = Path(__file__).with_name("boot")
PROJECT = Path(__file__).parents[3]
TOOLS = ("/lib/systemd/systemd", "unshare", "nsenter", "setpriv", "ip")
NAMESPACES = ("--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup")
PATIENCE_S = 30.0


class Box:
    """A booted box; commands run in it as its root."""

    def __init__(self, init: int) -> None:
        self._enter = ["nsenter", "--target", str(init), "--mount", "--uts", "--ipc", "--pid", "--cgroup"]

    def run(
        self,
        *command: str,
        check: bool = True,
        outside_network: bool = False,
        text: str = "",
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command and return what it said; with ``outside_network`` it has this system's network."""
        enter = self._enter if outside_network else [*self._enter, "--net"]
        known = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", **(env or {})}
        done = subprocess.run(
            [*enter, "--", *command], env=known, input=text, capture_output=True, text=True, timeout=300
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def write(self, path: str, text: str, mode: str = "644", owner: str = "root:root") -> None:
        """Write a file, its directory too."""
        self.run("mkdir", "-p", str(Path(path).parent))
        self.run("tee", path, text=text)
        self.run("chown", owner, path)
        self.run("chmod", mode, path)

    def start(self, name: str, *command: str) -> None:
        """Start a command that goes on beside the test, as a unit of this name."""
        self.run("systemd-run", "--quiet", "--collect", f"--unit={name}", *command)

    def show(self, unit: str, *names: str) -> tuple[str, ...]:
        """Return properties of a unit as systemd has them now."""
        said = self.run("systemctl", "show", *[f"--property={name}" for name in names], unit).stdout
        values = dict(line.partition("=")[::2] for line in said.splitlines())
        return tuple(values.get(name, "") for name in names)


@contextmanager
def boot(folder: Path) -> Iterator[Box]:
    """Boot a box whose mounts hang at ``folder``; at the end its processes, mounts and cgroup are gone.

    Skips, saying why, where this system does not let us.
    """
    _expect_tools()
    cgroup = _new_cgroup()
    log = folder.with_name(folder.name + ".log")
    folder.mkdir()
    # It joins its cgroup first, for the namespace begins there; and it dies with us, whatever ends us.
    join = f'echo $$ >{cgroup}/cgroup.procs && exec setpriv --pdeathsig KILL unshare "$@"'
    command = ["sh", "-c", join, "sh", *NAMESPACES, "--fork", "--kill-child", "--propagation", "private"]
    with log.open("wb") as said:
        outer = subprocess.Popen([*command, str(BOOT), str(folder), str(PROJECT)], stdout=said, stderr=said)
    try:
        yield _booted(outer, log)
    finally:
        outer.kill()
        outer.wait()
        _remove(cgroup)


def _expect_tools() -> None:
    if os.geteuid() != 0:
        pytest.skip("a box with systemd in it needs root")
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed (Debian: apt-get install systemd util-linux iproute2)")
    tried = subprocess.run(["unshare", *NAMESPACES, "--fork", "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"namespaces are not permitted here: {tried.stderr.strip()}")


def _new_cgroup() -> Path:
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    for _, point, kind, *_ in mounts:
        if kind == "cgroup2":
            try:
                (made := Path(point) / f"nightduty-box-{os.getpid()}").mkdir()
            except OSError as error:
                pytest.skip(f"a cgroup of our own is not permitted here: {error}")
            return made
    pytest.skip("no cgroup2 file system is mounted here")


def _booted(outer: subprocess.Popen[bytes], log: Path) -> Box:
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if outer.poll() is not None:
            pytest.skip(f"a box cannot be built here: {log.read_text().strip()[-300:]}")
        with contextlib.suppress(ValueError):
            box = Box(int(children.read_text()))
            if box.run("systemctl", "is-active", "box.target", check=False).stdout.strip() == "active":
                return box
        time.sleep(0.05)
    raise AssertionError(f"systemd did not come up: {log.read_text()[-2000:]}")


def _remove(cgroup: Path) -> None:
    """Remove the empty cgroups that the box left; its last processes may need a moment to be gone."""
    until = time.monotonic() + PATIENCE_S
    for folder, _, _ in os.walk(cgroup, topdown=False):
        while True:
            try:
                os.rmdir(folder)
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
