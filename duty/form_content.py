"""What stands in a handover form, as values: codes, numbers and names, so that it prints in either language.

A section for each chapter of the form (FORMS A.1). Those of the other posts (customers, security) come with
their work, each a field of ``FormContent`` with a default, so that an old form stays readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from duty.findings import Finding, Severity
from duty.handover import Field
from duty.night_incidents import NightIncident
from duty.round_review import ManualLine
from duty.rounds import RoundState, SheetState
from duty.silences import SilenceKind
from duty.tasks import Origin, Priority
from duty.tours import Turn


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody as the form names them (fields 5 to 7): ``due`` and ``arrived`` of whoever comes on duty."""

    name: str
    title: str
    staff_number: str = ""
    phone: str = ""
    due: datetime | None = None
    arrived: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round of the tour (field 11): its state, why it was missed, its counts and who has read it, by title."""

    number: int
    slot: datetime
    state: RoundState
    reason: str = ""
    late: bool = False
    counts: Mapping[SheetState, int] = field(default_factory=dict)
    read_by: str = ""
    read_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One piece of key equipment at the end of the tour (field 13), with what is wrong with it."""

    target: str
    state: SheetState
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class CircuitLine:
    """A circuit or an uplink (field 15). ``up`` None: not seen. Utilisation in per cent, the highest of the tour."""

    target: str
    port: str
    carrier: str = ""
    circuit: str = ""
    up: bool | None = None
    peak_in: float | None = None
    peak_out: float | None = None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert that is open, or was closed in the tour (fields 17, 18). ``taken_by`` is a title."""

    number: int
    target: str
    finding: Finding
    severity: Severity
    opened: datetime
    standing: str
    taken_by: str = ""
    resolved: datetime | None = None
    word: str = ""
    key_equipment: bool = False
    source: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class SilenceLine:
    """A silence or maintenance in force (field 19); ``by`` is a title."""

    number: int
    kind: SilenceKind
    target: str
    site: str
    check: str
    begin: datetime
    until: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel of the monitor (field 22): since when it fails (None: it works), and its last test."""

    name: str
    failing_since: datetime | None = None
    error: str = ""
    tested_at: datetime | None = None
    test_result: str = ""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task that is not finished (fields 23 to 26). ``owner`` is a title, ``carried`` how many shifts passed it on."""

    number: int
    title: str
    origin: Origin
    priority: Priority
    opened: datetime
    owner: str = ""
    due: datetime | None = None
    alert: int | None = None
    done: str = ""
    next: str = ""
    needs: str = ""
    carried: int = 0


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A line of the duty log of this tour; ``by`` is a title."""

    at: datetime
    by: str
    text: str
    written: datetime
    alert: int | None = None


@dataclass(frozen=True, slots=True)
class HandLine:
    """What somebody wrote into a field by hand, and when; ``by`` is a title."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Equipment:
    """Chapter 1, state of the equipment."""

    conclusion: str
    rounds: tuple[RoundLine, ...] = ()
    rounds_due: int = 0
    counts: Mapping[SheetState, int] = field(default_factory=dict)
    counted_at: datetime | None = None
    key: tuple[KeyLine, ...] = ()
    circuits: tuple[CircuitLine, ...] = ()
    environment: tuple[ManualLine, ...] = ()
    open_alerts: tuple[AlertLine, ...] = ()
    closed_count: int = 0
    closed_alerts: tuple[AlertLine, ...] = ()
    silences: tuple[SilenceLine, ...] = ()
    channels: tuple[ChannelLine, ...] = ()
    clock_steps: int = 0
    absences: int = 0


@dataclass(frozen=True, slots=True)
class FormContent:
    """A form's content. ``conclusion`` of the equipment is a code: ``normal``, ``remains`` or ``handling``."""

    name: str
    site: str
    site_title: str
    zone: str
    turn: Turn
    day: date
    begin: datetime
    end: datetime
    outgoing: tuple[Who, ...] = ()
    incoming: tuple[Who, ...] = ()
    manager: tuple[Who, ...] = ()
    equipment: Equipment = field(default_factory=lambda: Equipment("normal"))
    tasks: tuple[TaskLine, ...] = ()
    log: tuple[NoteLine, ...] = ()
    by_hand: Mapping[Field, HandLine] = field(default_factory=dict)
    incidents: tuple[NightIncident, ...] = ()
