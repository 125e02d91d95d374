"""How far the clock is off, as the kernel's own discipline knows it; nobody is asked over the network."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import Final, NamedTuple

from collectors.host.note import gap, number
from duty.readings import Notes

_UNSYNCHRONISED: Final = 0x0040
_NANOSECONDS: Final = 0x2000


class Discipline(NamedTuple):
    """What adjtimex(2) says: the offset still to be worked off, in seconds, and whether anything keeps the clock."""

    offset: float
    synchronised: bool


class _Timex(ctypes.Structure):
    """``struct timex`` as far as we read it, and room for the rest of it."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    ]


def discipline() -> Discipline:
    """Ask the kernel without changing anything (modes is 0).

    Raises OSError: EPERM in a sandbox that forbids the @clock calls altogether.
    """
    timex = _Timex()
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex)) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    unit = 1e-9 if timex.status & _NANOSECONDS else 1e-6
    return Discipline(timex.offset * unit, not timex.status & _UNSYNCHRONISED)


def read(notes: Notes, ask: Callable[[], Discipline] = discipline) -> None:
    """Read whether the clock is kept, and how far it is off, whichever way."""
    offset, synchronised = ask()
    number(notes, "clock_synchronised", int(synchronised))
    if synchronised:
        # Without the sign: a limit has one side, and a clock that is slow is as wrong as one that is fast.
        number(notes, "clock_offset", abs(offset))
    else:
        # The kernel says 0 then, for nobody has told it better.
        gap(notes, "clock_offset", "not_offered", seen="the clock is not synchronised")
