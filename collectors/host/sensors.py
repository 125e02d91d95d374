"""Temperatures and fans, where the machine has any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import psutil

from collectors.host.note import number
from collectors.text import clean
from duty.readings import Notes, Stated

_BELIEVABLE_CEL: Final = (30.0, 150.0)
"""Chips without a limit state 0 or the end of their scale (an NVMe disk: 65,261). psutil divides the limit of a thermal
zone by a thousand once for each of its trip points, so that 105 degrees may come as 0.105."""


Temperature = tuple[str, float, float | None, float | None]
"""One sensor as psutil gives it: label, then degrees Celsius now, high and critical."""


def read(notes: Notes) -> None:
    """Read every sensor. A virtual machine has none, which is no gap."""
    note_temperatures(notes, psutil.sensors_temperatures())
    names = _Names()
    for chip, fans in psutil.sensors_fans().items():
        for fan in fans:
            number(notes, "fan_speed", fan.current, names.of(chip, fan.label))


def note_temperatures(notes: Notes, chips: Mapping[str, Sequence[Temperature]]) -> None:
    """Write down temperatures, with the limits that the chip itself states."""
    names = _Names()
    for chip, sensors in chips.items():
        for label, current, high, highest in sensors:
            name = names.of(chip, label)
            number(notes, "temperature", current, name)
            warning, critical = _believable(high), _believable(highest)
            if warning is not None and critical is not None and critical < warning:
                warning = None
            if warning is not None or critical is not None:
                notes.stated.append(Stated("temperature", clean(name), warning, critical))


def _believable(limit: float | None) -> float | None:
    lowest, highest = _BELIEVABLE_CEL
    return limit if limit is not None and lowest <= limit <= highest else None


class _Names:
    """Gives two sensors of one name a number each: two disks are both "nvme Composite"."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, chip: str, label: str) -> str:
        name = f"{chip} {label}".strip()
        self._seen[name] += 1
        return name if self._seen[name] == 1 else f"{name} {self._seen[name]}"
