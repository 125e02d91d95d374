"""Read the record for the people on duty; with or without a daemon beside it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import timedelta

from sqlalchemy import Connection

from agent.clock import Clock
from agent.services.orders import Orders
from agent.services.overview import Abnormal, Health, Overview, RoundColumn, RoundView, Running, SheetView
from agent.services.pulse import Pulse
from agent.services.station import OpenRound, Station
from agent.store import rounds, sheets, states
from agent.store.engine import Store
from duty.changes import Change, changes
from duty.findings import Severity
from duty.fold import Key, State
from duty.rounds import BY_HAND, Round, RoundState, Sheet, SheetState
from duty.targets import Target

DAYS = timedelta(days=2)
"""How far ahead the next slot is looked for."""

COLUMNS = 24
"""Rounds on the first page: a day of them."""


class RecordReader:
    """Answers from the database, and from the running agent where one is there."""

    def __init__(self, orders: Orders, clock: Clock, store: Store) -> None:
        self._orders = orders
        self._clock = clock
        self._store = store
        # The grid's closed columns, which stand for good: 24 rounds of 1,000 targets are too many rows for each page.
        self._closed: Mapping[int, Mapping[str, SheetState]] = {}

    @property
    def orders(self) -> Orders:
        """Return the settings in force."""
        return self._orders

    def open_rounds(self) -> Mapping[int, OpenRound]:
        """Return the rounds that are being made; without a daemon there are none."""
        return {}

    async def states(self) -> Mapping[Key, State]:
        """Return what is known of every check, as it was last written down."""
        return await self._store.read(states.load_states)

    def health(self) -> tuple[Health, ...]:
        """Return the agent's own health; without a daemon nothing is known of it."""
        return (Health("daemon", False),)

    async def overview(self) -> Overview:
        """Return the first page's content."""
        now, orders = self._clock.now(), self.orders
        # Of a copy and in the reader's thread: of 1,000 switches there are 100,000 states.
        known = dict(await self.states())
        columns, cells, abnormal = await self._store.read(_board, self._closed, known, orders)
        self._closed = {c.round.number: cells[c.round.number] for c in columns if c.round.state is not RoundState.OPEN}
        slots = [next(c.slots(now, now + DAYS), None) for c in orders.cadences]
        running = next(
            (Running(o.cadence, o.slot, o.expected - len(o.waiting), o.expected) for o in self.open_rounds().values()),
            None,
        )
        return Overview(
            agent=orders.agent,
            site_zone=orders.zone,
            now=now,
            targets=tuple(orders.targets.values()),
            sites=orders.sites,
            rounds=tuple(columns),
            cells=cells,
            next_slot=min((slot for slot in slots if slot is not None), default=None),
            abnormal=abnormal,
            running=running,
            health=self.health(),
        )

    async def rounds(self, limit: int) -> tuple[RoundColumn, ...]:
        """Return the newest rounds, newest first."""
        return tuple(RoundColumn(*line) for line in await self._store.read(rounds.list_rounds, limit))

    async def round(self, number: int) -> RoundView | None:
        """Return a round with its sheets, and what changed since the closed round before it."""
        found = await self._store.read(_round_and_before, number)
        if found is None:
            return None
        column, written, before, changed = found
        return RoundView(column, tuple(written), tuple(changed), self.orders.targets, before)

    async def sheet(self, number: int, target: str) -> SheetView | None:
        """Return one sheet, and the sheet of the same target in the round before."""
        found = await self._store.read(_sheet_and_before, number, target)
        if found is None:
            return None
        round_, sheet, before = found
        known = self.orders.targets.get(target) or Target(target, "", (), "")
        return SheetView(known, round_, sheet, before, tuple(changes([before], [sheet])) if before else ())


class LiveReader(RecordReader):
    """Answers with the running agent beside the record."""

    def __init__(self, station: Station, pulse: Pulse) -> None:
        super().__init__(station.orders, station.clock, station.store)
        self._station = station
        self._pulse = pulse

    @property
    def orders(self) -> Orders:
        """Return the settings in force, which a reload may have changed."""
        return self._station.orders

    def open_rounds(self) -> Mapping[int, OpenRound]:
        """Return the rounds that are being made."""
        return self._station.open_rounds

    async def states(self) -> Mapping[Key, State]:
        """Return what is known of every check now; of 1,000 targets there are too many to be read for each page."""
        return self._station.memory.states

    def health(self) -> tuple[Health, ...]:
        """Return the agent's own health."""
        return self._pulse.lines()


def _board(
    conn: Connection,
    agent: str,
    closed: Mapping[int, Mapping[str, SheetState]],
    known: Mapping[Key, State],
    orders: Orders,
) -> tuple[list[RoundColumn], dict[int, Mapping[str, SheetState]], tuple[Abnormal, ...]]:
    columns = [RoundColumn(*line) for line in rounds.list_rounds(conn, agent, COLUMNS)]
    numbers = [column.round.number for column in columns]
    read = sheets.sheet_states(conn, agent, [number for number in numbers if number not in closed])
    cells = {number: read[number] if number in read else closed[number] for number in numbers}
    return columns, cells, _abnormal(known, orders)


def _before(conn: Connection, agent: str, column: Round, targets: Set[str]) -> Round | None:
    """Return the newest closed round before this one that looked at the same targets, or at more.

    A round of the plan is compared with one of the plan, so that a target that came or went shows; a round made by hand
    is compared with any that has its targets.
    """
    made = (RoundState.COMPLETE, RoundState.PARTIAL)
    earlier = [r for r, _ in rounds.list_rounds(conn, agent, COLUMNS, before=column.slot) if r.state in made]
    if column.cadence != BY_HAND:
        planned = next((r for r in earlier if r.cadence == column.cadence), None)
        if planned is not None:
            return planned
    # One at a time: the first is the one nearly always, and all of them are 24,000 rows.
    looked = ((r, sheets.sheet_states(conn, agent, [r.number])[r.number]) for r in earlier)
    return next((r for r, states in looked if targets <= states.keys()), None)


def _round_and_before(
    conn: Connection, agent: str, number: int
) -> tuple[RoundColumn, list[Sheet], Round | None, list[Change]] | None:
    found = rounds.get_round(conn, agent, number)
    if found is None:
        return None
    written = {sheet.target: sheet for sheet in sheets.read_sheets(conn, agent, number)}
    before = _before(conn, agent, found[0], written.keys())
    changed: list[Change] = []
    if before is not None:
        expected = sheets.sheet_states(conn, agent, [before.number])[before.number].keys()
        # A target that nobody asked for has not gone.
        compared = written.keys() if found[0].cadence == BY_HAND else written.keys() | expected
        for target in sorted(compared):
            # One at a time: two rounds of 1,000 targets side by side are a gigabyte.
            then = sheets.read_sheet(conn, agent, before.number, target)
            changed += changes([then] if then else [], [written[target]] if target in written else [])
    return RoundColumn(*found), list(written.values()), before, changed


def _sheet_and_before(
    conn: Connection, agent: str, number: int, target: str
) -> tuple[Round, Sheet, Sheet | None] | None:
    found, sheet = rounds.get_round(conn, agent, number), sheets.read_sheet(conn, agent, number, target)
    if found is None or sheet is None:
        return None
    before = _before(conn, agent, found[0], {target})
    return found[0], sheet, sheets.read_sheet(conn, agent, before.number, target) if before else None


def _abnormal(known: Mapping[Key, State], orders: Orders) -> tuple[Abnormal, ...]:
    """Return what is confirmed bad, worst and key equipment first; a check that was switched off says nothing more."""
    found = [
        Abnormal(*key, s.severity, s.since, s.value, s.unit, s.limit, s.reason, s.suppressed, s.parameter)
        for key, s in known.items()
        if (s.suppressed or s.severity >= Severity.WARNING) and orders.judged(key[0], key[1])
    ]
    targets = orders.targets
    return tuple(sorted(found, key=lambda a: (-a.severity, not targets[a.target].key, a.target, a.check, a.instance)))
