"""How full the mounts are, and what a dead one does to the others."""

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.host import HostCollector
from collectors.host.mounts import Mount, Mounts, choose, local_types, mounted
from config.schema import Settings
from duty.readings import Gap, Notes
from duty.targets import Target

LONG = timedelta(seconds=30)
# Whoever looks at all mounts of the machine asks the hanging ones of the others as well: one worker for all of them.
pytestmark = pytest.mark.xdist_group("mounts")

SHORT = timedelta(milliseconds=500)
LOCAL = {"ext4", "xfs", "btrfs", "squashfs", "iso9660", "fuseblk", "zfs"}


def chosen(*mounts: tuple[str, str, str], network: bool = False) -> list[str]:
    return [mount.mountpoint for mount in choose((Mount(*m) for m in mounts), LOCAL, network=network)]


def test_a_device_is_asked_once_at_its_shortest_mount_point() -> None:
    assert chosen(
        ("/dev/sda1", "/var/lib/docker/volumes", "ext4"), ("/dev/sda1", "/", "ext4"), ("/dev/sdb1", "/data", "xfs")
    ) == ["/", "/data"]


@pytest.mark.parametrize(
    "mount",
    [
        pytest.param(("proc", "/proc", "proc"), id="the kernel's own"),
        pytest.param(("tmpfs", "/run", "tmpfs"), id="memory"),
        pytest.param(("/dev/loop3", "/snap/core/1", "squashfs"), id="an image"),
        pytest.param(("/dev/loop4", "/mnt/image", "ext4"), id="a loop device"),
        pytest.param(("/dev/sr0", "/media/cdrom", "iso9660"), id="a disc"),
        pytest.param(("overlay", "/var/lib/docker/overlay2/x/merged", "overlay"), id="somebody's container"),
        pytest.param(("systemd-1", "/net", "autofs"), id="a mount that would be made by asking"),
        pytest.param(("lxcfs", "/var/lib/lxcfs", "fuse.lxcfs"), id="no storage"),
    ],
)
def test_what_is_no_disk_is_never_asked(mount: tuple[str, str, str]) -> None:
    assert chosen(mount, network=True) == []


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "fuse"])
def test_a_network_filesystem_is_asked_only_if_the_operator_wants_it(kind: str) -> None:
    mount = ("files:/export", "/srv", kind)
    assert (chosen(mount), chosen(mount, network=True)) == ([], ["/srv"])


def test_a_containers_root_is_asked() -> None:
    assert chosen(("overlay", "/", "overlay")) == ["/"]


def test_what_is_mounted_over_counts_as_what_is_seen() -> None:
    assert chosen(("/dev/sdb1", "/data", "ext4"), ("tmpfs", "/data", "tmpfs")) == []
    assert chosen(("auto", "/data", "autofs"), ("/dev/sdb1", "/data", "ext4")) == ["/data"]


def ask(mounts: Mounts, *points: str, within: timedelta = LONG) -> tuple[dict[tuple[str, str], float], list[Gap]]:
    notes = Notes()
    mounts.ask([Mount("device", point, "kind") for point in points], notes, within=within)
    return {(r.parameter, r.instance): r.value for r in notes.readings}, notes.gaps


def test_a_mount_is_as_full_as_df_has_it(tmp_path: Path) -> None:
    seen, gaps = ask(Mounts(network=False), "/")
    size, used, free = shutil.disk_usage("/")
    room = os.statvfs("/")
    assert gaps == []
    assert seen[("disk_size", "/")] == size
    # Others write to this disk meanwhile.
    assert seen[("disk_free", "/")] == pytest.approx(free, rel=0.05)
    assert seen[("disk_used", "/")] == pytest.approx(100 * used / (used + free), abs=2)
    if room.f_files:
        assert seen[("inodes_used", "/")] == pytest.approx(100 * (1 - room.f_ffree / room.f_files), abs=2)


def test_a_name_with_anything_in_it_is_asked_as_it_is_and_shown_escaped(tmp_path: Path) -> None:
    strange = tmp_path / os.fsdecode(b"-n \xff\n")
    strange.mkdir()
    seen, gaps = ask(Mounts(network=False), str(strange))
    assert gaps == []
    shown = {instance for _, instance in seen}
    assert len(shown) == 1
    assert all(instance.isprintable() for instance in shown)


def test_a_mount_that_is_gone_when_it_is_asked_is_a_gap_and_the_others_are_read(tmp_path: Path) -> None:
    seen, gaps = ask(Mounts(network=False), str(tmp_path / "gone"), "/")
    assert gaps == [Gap("disk_used", str(tmp_path / "gone"), "not_offered", "No such file or directory")]
    assert ("disk_used", "/") in seen


class Hung:
    """A mount that hangs, and the program behind it."""

    def __init__(self, point: Path) -> None:
        self.point = str(point)
        point.mkdir()
        script = Path(__file__).with_name("hanging_mount.py")
        self._program = subprocess.Popen([sys.executable, str(script), self.point], stdout=subprocess.PIPE, text=True)
        assert self._program.stdout is not None
        self._said = self._program.stdout
        assert self._said.readline() == "mounted\n"

    def wait_until_asked(self) -> None:
        assert self._said.readline() == "asked\n"

    def die(self) -> int:
        """Kill the program, which frees whoever waits for it. Return how often it was asked."""
        self._program.kill()
        with self._program:
            return self._said.read().count("asked")

    def unmount(self) -> None:
        if self._program.poll() is None:
            self.die()
        unmount = ["umount", "--lazy"] if os.geteuid() == 0 else ["fusermount3", "-uz"]
        subprocess.run([*unmount, self.point], check=True)


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[Hung]:
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("no /dev/fuse to make a hanging mount with")
    mount = Hung(tmp_path / "hung")
    yield mount
    mount.unmount()


def test_a_hung_mount_is_a_gap_and_is_not_asked_again_while_it_hangs(hung: Hung) -> None:
    mounts = Mounts(network=True)
    for _ in range(3):
        seen, gaps = ask(mounts, hung.point, "/", within=SHORT)
        assert [(g.instance, g.code) for g in gaps] == [(hung.point, "hung")]
        assert ("disk_used", "/") in seen
    assert hung.die() == 1


def test_a_mount_whose_far_side_is_gone_is_asked_again_and_says_so(hung: Hung) -> None:
    mounts = Mounts(network=True)
    ask(mounts, hung.point, within=SHORT)
    hung.die()
    # The child that hung is freed now; until it is gone the mount counts as hung.
    for thread in threading.enumerate():
        if thread.name == "left behind in a mount":
            thread.join(30)
    _, gaps = ask(mounts, hung.point)
    assert [(g.code, g.seen) for g in gaps] == [("unreachable", "Transport endpoint is not connected")]


async def test_a_hung_mount_takes_nothing_from_the_rest_of_the_look(hung: Hung) -> None:
    settings = Settings.model_validate({"targets": ({"name": "here", "kind": "host", "network_mounts": True},)})
    collector, notes = HostCollector(settings), Notes()
    here = Target("here", "localhost", ("host",), "main")
    await collector.collect(here, notes, budget=timedelta(seconds=4), full=True)
    assert ("disk_used", hung.point, "hung") in {(g.parameter, g.instance, g.code) for g in notes.gaps}
    assert {"load_1", "memory_used", "disk_used", "uptime"} <= {r.parameter for r in notes.readings}
    assert (hung.point, "fuse") in {(f.instance, f.text) for f in notes.facts if f.parameter == "disk_type"}
    await collector.close()


LOOKS_AT_A_HUNG_MOUNT = """
import fcntl, sys, time
from datetime import timedelta
from collectors.host.mounts import Mount, Mounts
from duty.readings import Notes

lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("locked", flush=True)
Mounts(network=True).ask([Mount("", sys.argv[2], "")], Notes(), within=timedelta(seconds=60))
"""


def test_a_program_killed_while_it_asks_a_hung_mount_lets_go_of_its_lock(hung: Hung, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", LOOKS_AT_A_HUNG_MOUNT, str(lock), hung.point]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "locked\n"
        hung.wait_until_asked()
        program.kill()
        program.wait(30)
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_table_of_mounts_has_the_root() -> None:
    assert [m for m in mounted() if m.mountpoint == "/"]
    assert "proc" not in local_types()
