"""A filesystem in user space that never says how full it is. Its argument is where to mount it.

Writes ``mounted`` when it is there, and ``asked`` each time it is asked by something that its own parent has started:
others on the machine (an snmpd, a desktop) ask every mount as well.
"""

import ctypes
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator

import mfusepy


def ancestors(process: int) -> Iterator[int]:
    """Yield the parents of a process, its own first."""
    while process > 1:
        with open(f"/proc/{process}/status") as status:
            process = next(int(line.split()[1]) for line in status if line.startswith("PPid:"))
        yield process


class Hanging(mfusepy.Operations):  # type: ignore[misc]  # the library has no types
    """An empty folder in which only statfs is wrong."""

    use_ns = True

    def init(self, path: str) -> None:
        os.write(1, b"mounted\n")

    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}

    def statfs(self, path: str) -> dict[str, int]:
        _, _, thread = mfusepy.fuse_get_context()
        if os.getppid() in set(ancestors(thread)):
            os.write(1, b"asked\n")
        threading.Event().wait()
        return {}


PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    # Whoever asks a mount that hangs cannot be ended, so it must not outlive a test that was cut off.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # Named by its place, or two of them would pass for one device mounted twice.
    mfusepy.FUSE(Hanging(), sys.argv[1], foreground=True, fsname=sys.argv[1])
