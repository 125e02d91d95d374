"""The child process that asks mounts for their room: a script, for a mount that is dead holds whoever asks it.

Its arguments are mount points. For each it prints one line as soon as there is an answer: the argument's number, then
the block size, blocks, free and available blocks, inodes and free inodes; or the number and ``!`` with the errno.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

LIFE_S = 60
"""So that a child whose parent was killed does not wait for ever."""


def ask(number: int, mount: str) -> None:
    """Print the line of one mount; as one write, so that the lines of two threads do not mix."""
    try:
        room = os.statvfs(mount)
    except OSError as error:
        line = f"{number} !{error.errno}\n"
    else:
        counts = (room.f_frsize, room.f_blocks, room.f_bfree, room.f_bavail, room.f_files, room.f_ffree)
        line = f"{number} {' '.join(map(str, counts))}\n"
    os.write(sys.stdout.fileno(), line.encode())


if __name__ == "__main__":
    signal.alarm(LIFE_S)
    for each in enumerate(sys.argv[1:]):
        threading.Thread(target=ask, args=each).start()
