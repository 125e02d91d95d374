"""How full each mounted filesystem is, without ever waiting for a dead one."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from collectors.host import ask_mounts
from collectors.host.note import fact, gap, gap_of, number
from duty.readings import Notes

MOST: Final = 128
_REAPED_S: Final = 0.5
"""How long a killed child may take to go."""

IMAGES: Final = frozenset({"squashfs", "erofs", "cramfs", "iso9660", "udf", "romfs"})
"""Written once and full by nature."""

NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "afs", "9p", "virtiofs"}
)
NOT_STORAGE: Final = frozenset({"fuse.lxcfs", "fuse.portal", "fuse.gvfsd-fuse", "fuse.snapfuse", "fuse.squashfuse"})


class Mount(NamedTuple):
    """One line of the kernel's table of mounts (psutil's ``sdiskpart``)."""

    device: str
    mountpoint: str
    fstype: str
    opts: str = ""


class Room(NamedTuple):
    """What statvfs(3) says."""

    block: int
    blocks: int
    free: int
    available: int
    inodes: int
    inodes_free: int


def choose(table: Iterable[Mount], local: Collection[str], *, network: bool) -> list[Mount]:
    """Choose whom to ask: each device once, at its shortest mount point. ``local`` has the types that need a device.

    ``network`` adds the filesystems whose room is somebody else's to answer for: those of a network, and those of a
    program (FUSE), which can be as dead.
    """
    # What is mounted later over the same point hides what was there.
    visible = {mount.mountpoint: mount for mount in table}
    devices: dict[str, Mount] = {}
    for mount in sorted(visible.values(), key=lambda mount: (len(mount.mountpoint), mount.mountpoint)):
        if _wanted(mount, local, network):
            devices.setdefault(mount.device, mount)
    return sorted(devices.values(), key=lambda mount: mount.mountpoint)


def _wanted(mount: Mount, local: Collection[str], network: bool) -> bool:
    kind = mount.fstype
    if kind in NETWORK or (kind.startswith("fuse.") or kind == "fuse"):
        return network and kind not in NOT_STORAGE
    if kind == "overlay":  # a container's root; elsewhere it is a container's root seen from outside
        return mount.mountpoint == "/"
    return kind in local and kind not in IMAGES and not mount.device.startswith("/dev/loop")


def mounted() -> list[Mount]:
    """Return the kernel's table of mounts. Reading it never hangs."""
    return [Mount(*part) for part in psutil.disk_partitions(all=True)]


def local_types() -> frozenset[str]:
    """Return the types of filesystem that live on a device of this machine."""
    lines = Path("/proc/filesystems").read_text().splitlines()
    # ZFS brings its own devices, and so looks to the kernel as if it had none.
    return frozenset(line.strip() for line in lines if not line.startswith("nodev")) | {"zfs"}


class Mounts:
    """Reads the room of the mounts, and remembers the children that hang in one.

    A child process, not a thread. A thread that waits in the kernel for a dead mount survives SIGKILL, and then the
    process is never gone: measured with a FUSE mount, its lock on the state directory and its listening port stayed
    taken, so that no new agent could start. A child holds nothing of ours but one end of a pipe. It asks all mounts
    side by side, so that one look costs one child (about 12 ms) and a hung mount delays no other.
    """

    def __init__(self, *, network: bool) -> None:
        self._network = network
        self._stuck: dict[str, threading.Thread] = {}

    def read(self, notes: Notes, *, within: timedelta, full: bool) -> None:
        """Read size, free room and inodes of each mount; one that does not answer ``within`` the time is a gap."""
        chosen = choose(mounted(), local_types(), network=self._network)
        if len(chosen) > MOST:
            gap(notes, "disk_used", "row_cap", seen=f"{len(chosen)} mounts")
        self.ask(chosen[:MOST], notes, within=within)
        for mount in chosen[:MOST] if full else ():
            fact(notes, "disk_device", mount.device, mount.mountpoint)
            fact(notes, "disk_type", mount.fstype, mount.mountpoint)

    def ask(self, mounts: Sequence[Mount], notes: Notes, *, within: timedelta) -> None:
        """Ask these mounts and write down what they say. A mount in which a child still hangs is not asked again."""
        self._stuck = {point: waiting for point, waiting in self._stuck.items() if waiting.is_alive()}
        points = [mount.mountpoint for mount in mounts if mount.mountpoint not in self._stuck]
        answers = self._answers(points, within) if points else {}
        for mount in mounts:
            point = mount.mountpoint
            answer = answers.get(point)
            if answer is None:
                gap(notes, "disk_used", "hung", point, seen=f"{mount.device} ({mount.fstype})")
            elif isinstance(answer, Room):
                _note(notes, point, answer)
            else:
                gap_of(notes, "disk_used", answer, point)

    def _answers(self, points: Sequence[str], within: timedelta) -> dict[str, Room | OSError]:
        command = [sys.executable, "-I", "-S", ask_mounts.__file__, *points]
        child = subprocess.Popen(  # noqa: S603 - our own script, no shell; the mount points are only its arguments
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/"
        )
        try:
            said = child.communicate(timeout=within.total_seconds())[0]
        except subprocess.TimeoutExpired as late:
            said = late.output or b""
        answers = {points[number]: answer for number, answer in map(_parse, said.splitlines())}
        silent = [point for point in points if point not in answers]
        if child.returncode is None:
            self._leave_behind(child, silent)
        elif silent:  # no memory or no threads to ask with: that is not the mounts' fault
            answers |= {point: OSError(errno.EAGAIN, "the child ended without an answer") for point in silent}
        return answers

    def _leave_behind(self, child: subprocess.Popen[bytes], points: Sequence[str]) -> None:
        child.kill()
        if child.stdout is not None:
            child.stdout.close()
        try:
            child.wait(_REAPED_S)
        except subprocess.TimeoutExpired:
            # Waiting for a child is not waiting for the mount: this thread ends with the program.
            waiting = threading.Thread(target=child.wait, name="left behind in a mount", daemon=True)
            waiting.start()
            self._stuck.update(dict.fromkeys(points, waiting))


def _parse(line: bytes) -> tuple[int, Room | OSError]:
    number, *words = line.split()
    if words[0].startswith(b"!"):
        code = int(words[0][1:])
        return int(number), OSError(code, os.strerror(code))
    return int(number), Room(*map(int, words))


def _note(notes: Notes, point: str, room: Room) -> None:
    used = room.blocks - room.free
    if used + room.available <= 0:  # not storage, whatever its type says
        return
    number(notes, "disk_size", room.blocks * room.block, point)
    number(notes, "disk_free", room.available * room.block, point)
    # As df has it: of what is there for everybody, without the part kept back for root.
    number(notes, "disk_used", 100 * used / (used + room.available), point)
    if room.inodes > 0:  # btrfs and its like have no fixed number of them
        number(notes, "inodes_used", 100 * (room.inodes - room.inodes_free) / room.inodes, point)
