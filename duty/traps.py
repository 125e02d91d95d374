"""Traps: the names of what devices say by themselves, and how much of it one source may say.

A trap is a hint. It starts a look at the target, and what that look finds is judged as ever; a trap sets no state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

OVER_RATE: Final = "over_rate"
OTHERS: Final = "others"

NAMES: Final = (
    "cold_start",
    "warm_start",
    "link_down",
    "link_up",
    "authentication_failure",
    "fan_failed",
    "fan_recovered",
    "fan_changed",
    "fan_removed",
    "fan_inserted",
    "power_failed",
    "power_recovered",
    "power_changed",
    "power_removed",
    "power_inserted",
    "temperature_high",
    "temperature_low",
    "temperature_recovered",
    "temperature_changed",
    "sensor_changed",
    "on_battery",
    "mains_recovered",
    "battery_low",
    "battery_recovered",
    "alarm_began",
    "alarm_ended",
)
"""What a trap may be called; one whose name nobody knows has none, and its object identifier is shown."""

LINES: Final = (*NAMES, OVER_RATE, OTHERS)
"""What a line on record may be called: a trap's name, what was too much to be read, or too various to be told apart."""

REFUSALS: Final = ("unknown_source", OVER_RATE, "malformed", "wrong_credential", "crowded")
"""Why a datagram was not taken for a trap; none of them is answered."""


class Meaning(NamedTuple):
    """What a trap is about: its name ("" where nobody knows one), its object identifier, and which part it names."""

    code: str
    oid: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class TrapLine:
    """Traps on record: those of one target, source and meaning that came close together are one line with a count."""

    target: str
    source: str
    meaning: Meaning
    first: datetime
    last: datetime
    count: int = 1


class Allowance(NamedTuple):
    """How many traps a source may still send at a moment (seconds by a clock that never steps)."""

    left: float
    at: float

    def after(self, now: float, rate: int) -> tuple[Allowance, bool]:
        """Say whether one more may be read, and what is left then. Five seconds of the ``rate`` may come at once."""
        left = min(self.left + (now - self.at) * rate, 5.0 * rate)
        return (Allowance(left - 1, now), True) if left >= 1 else (Allowance(left, now), False)

    @classmethod
    def whole(cls, now: float, rate: int) -> Allowance:
        """Return what a source has that was not heard of yet."""
        return cls(5.0 * rate, now)


@dataclass(frozen=True, slots=True)
class TrapHealth:
    """How it stands with the port for traps: what came since the start by outcome, what the kernel had no room for,
    the looks that traps started, and why the port is not open ("" where it is).
    """

    outcomes: Mapping[str, int]
    lost: int
    looks: int
    trouble: str = ""

    @property
    def figure(self) -> str:
        """Return how many were taken, refused and lost."""
        taken = self.outcomes.get("accepted", 0)
        return f"{taken} / {sum(self.outcomes.values()) - taken} / {self.lost}"
