"""A filesystem in user space that never says how full it is. Its argument is where to mount it.

Writes ``mounted`` when it is there, and ``asked`` each time it is asked.
"""

import os
import stat
import sys
import threading

import mfusepy


class Hanging(mfusepy.Operations):  # type: ignore[misc]  # the library has no types
    """An empty folder in which only statfs is wrong."""

    use_ns = True

    def init(self, path: str) -> None:
        os.write(1, b"mounted\n")

    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}

    def statfs(self, path: str) -> dict[str, int]:
        os.write(1, b"asked\n")
        threading.Event().wait()
        return {}


if __name__ == "__main__":
    mfusepy.FUSE(Hanging(), sys.argv[1], foreground=True)
