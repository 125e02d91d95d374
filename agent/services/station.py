"""The duty station: the long-lived things that the services work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.clock import Clock
from agent.services.links import Links
from agent.services.look import Looker
from agent.services.memory import Memory
from agent.services.orders import Orders
from agent.services.peers import Peers
from agent.services.record import Recorder
from agent.services.troubles import Troubles
from agent.store.engine import Store
from duty.overrides import Override
from duty.rounds import Absence
from duty.standstill import Room
from duty.traps import TrapHealth

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class OpenRound:
    """A round that is being made: its number, the targets it waits for, and whether it only waits to be closed."""

    number: int
    cadence: str
    slot: datetime
    expected: int
    waiting: set[str]
    made: bool = False


@dataclass(slots=True)
class Station:
    """Everything that a service needs, built in ``agent.bootstrap`` and nowhere else."""

    orders: Orders
    clock: Clock
    store: Store
    looker: Looker
    memory: Memory
    recorder: Recorder
    run: str
    version: str
    started: datetime
    last: dict[str, datetime] = field(default_factory=dict)
    absences: list[Absence] = field(default_factory=list)
    open_rounds: dict[int, OpenRound] = field(default_factory=dict)
    settings_accepted: bool = True
    settings_at: datetime | None = None
    overrides: tuple[Override, ...] = ()
    failed_pages: set[str] = field(default_factory=set)
    links: Links | None = None
    trap_health: Callable[[], TrapHealth] | None = None
    troubles: Troubles = field(default_factory=Troubles)
    room: Room | None = None
    beaten: datetime | None = None
    escalated: datetime | None = None
    clock_steps: int = 0
    peers: Peers = field(default_factory=lambda: Peers({}, EPOCH))

    @property
    def claimed(self) -> set[str]:
        """Targets that an open round is about to look at, or looks at now."""
        return {name for round_ in self.open_rounds.values() if not round_.made for name in round_.waiting}
