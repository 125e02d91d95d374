"""Writing one value, word or gap into the notes, the same way for every part of the machine."""

from __future__ import annotations

import errno
import math
from typing import Final

from collectors.text import clean
from duty.parameters import PARAMETERS
from duty.readings import Fact, Gap, Notes, Reading

_CODES: Final = {
    errno.EPERM: "not_permitted",
    errno.EACCES: "not_permitted",
    errno.ENOENT: "not_offered",
    errno.ENODEV: "not_offered",
    errno.ENOSYS: "not_offered",
    errno.ENOTDIR: "not_offered",
}


def number(notes: Notes, parameter: str, value: int | float, instance: str = "") -> None:
    """Write a reading. The kernel's counters are 64 bits wide, or psutil has made them so."""
    if math.isfinite(value):
        width = 64 if parameter.endswith("_total") else 0
        notes.add(Reading(parameter, clean(instance), value, PARAMETERS[parameter], width))
    else:
        gap(notes, parameter, "not_a_number", instance)


def fact(notes: Notes, parameter: str, text: str, instance: str = "") -> None:
    """Write a fact, unless there are no words in it."""
    if words := clean(text):
        notes.facts.append(Fact(parameter, clean(instance), words))


def gap(notes: Notes, parameter: str, code: str, instance: str = "", seen: str = "") -> None:
    """Write what could not be seen."""
    notes.gaps.append(Gap(parameter, clean(instance), code, clean(seen)))


def gap_of(notes: Notes, parameter: str, error: OSError, instance: str = "") -> None:
    """Write the gap that a refused system call means."""
    gap(notes, parameter, _CODES.get(error.errno or 0, "unreachable"), instance, error.strerror or str(error))
