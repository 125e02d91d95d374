"""What stands still although it should move: the room for the record, the rounds, the outbox, a clock that is set."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from duty.findings import Severity
from duty.own_alerts import OUTBOX, ROUND, STEP_LASTS, terms
from duty.rounds import Cadence, Round, RoundState

MIB: Final = 2**20
FEW, TOO_FEW = 1024 * MIB, 200 * MIB
"""Bytes that are little room for the record, and hardly any."""
FEW_PERCENT: Final = 5.0
"""So little of the whole is little room as well."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is free in the state folder: bytes, and their share of the whole in per cent."""

    free: float
    share: float

    @property
    def severity(self) -> Severity:
        """Say how bad that is."""
        if self.free < TOO_FEW:
            return Severity.CRITICAL
        return Severity.WARNING if self.free < FEW or self.share < FEW_PERCENT else Severity.OK


def unmade(cadence: Cadence, newest: Round | None, now: datetime) -> tuple[datetime, Severity] | None:
    """Return the slot for which no round was made, and how bad that is; None where the last one was made.

    One that was written down as missed is a gap in the record; one of which nothing is known is an agent that does not
    make its rounds.
    """
    late = cadence.window + terms(ROUND, Severity.CRITICAL).after
    after = max(newest.slot, cadence.since) if newest is not None else cadence.since
    overdue = next(cadence.slots(after, now - late), None)
    if overdue is not None:
        return overdue, Severity.CRITICAL
    if newest is not None and newest.state is RoundState.MISSED:
        return newest.slot, Severity.WARNING
    return None


def stuck_since(
    waiting: Mapping[str, datetime], sent: Mapping[str, datetime], failing: Set[str], used: Set[str], now: datetime
) -> datetime | None:
    """Return since when nothing leaves the outbox, None where something does.

    ``waiting`` has for each channel the oldest letter that waits, ``sent`` when the last one left. A channel that fails
    beside others that work has an alert of its own, and its letters no other way: that is no standstill.
    """
    since = now - terms(OUTBOX).after
    still = {name: at for name, at in waiting.items() if at <= since and sent.get(name, at) <= since}
    unexplained = {name: at for name, at in still.items() if name not in failing}
    if unexplained:
        return min(unexplained.values())
    return min(still.values()) if still and failing >= used else None


def step_matters(moment: datetime, dealt_with: datetime | None, now: datetime) -> bool:
    """Say whether a step of the clock still concerns somebody: for an hour, or until somebody took note of it.

    ``moment`` is by the clock as it was after the step; what is later than now was so by the clock before.
    """
    if abs(now - moment) >= STEP_LASTS:
        return False
    return dealt_with is None or not moment <= dealt_with <= now


def seconds(length: timedelta) -> float:
    """Return a length as a finding's value."""
    return abs(length.total_seconds())
