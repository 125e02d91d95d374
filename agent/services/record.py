"""Write down what was seen: in order, in one transaction, and never lost because the database was busy or full."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from agent.services.memory import Judged
from agent.services.orders import Orders
from agent.services.raise_alerts import raise_alerts
from agent.store import looks, states
from agent.store import sheets as sheet_table
from agent.store.engine import Store
from duty.errors import StoreError
from duty.fold import Key, State, Transition
from duty.readings import Look
from duty.rounds import Sheet

log = logging.getLogger(__name__)

MOST_LOOKS = 4_000
"""Kept looks that may wait for the database; they serve plots only, and the oldest go first."""

MOST_TRANSITIONS = 100_000


@dataclass(slots=True)
class _Pages:
    """What waits to be written. States are the newest by key, so that waiting long costs no more room."""

    sheets: dict[int, list[Sheet]] = field(default_factory=dict)
    states: dict[Key, State] = field(default_factory=dict)
    transitions: list[tuple[Transition, Look]] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sheets or self.states or self.transitions or self.looks)

    def then(self, later: _Pages) -> _Pages:
        for number, sheets in later.sheets.items():
            self.sheets.setdefault(number, []).extend(sheets)
        self.states.update(later.states)
        self.transitions = [*self.transitions, *later.transitions][-MOST_TRANSITIONS:]
        self.looks = [*self.looks, *later.looks][-MOST_LOOKS:]
        return self


class Recorder:
    """Gathers what the looks gave and writes it in batches; what could not be written waits for the next time."""

    def __init__(self, store: Store, orders: Orders) -> None:
        self.orders = orders
        self._store = store
        self._pages = _Pages()
        self._turn = asyncio.Lock()
        self.failing = ""

    def note(self, judged: Judged, *, keep: bool = False) -> None:
        """Note what a look changed; ``keep`` keeps the look itself for plots."""
        self._pages.states.update(judged.folded.states)
        self._pages.transitions.extend((transition, judged.look) for transition in judged.folded.transitions)
        if keep:
            self._pages.looks.append(judged.look)

    def sheet(self, number: int, sheet: Sheet) -> None:
        """Note one target's sheet of a round."""
        self._pages.sheets.setdefault(number, []).append(sheet)

    @property
    def waiting(self) -> int:
        """How many things wait to be written."""
        pages = self._pages
        return sum(map(len, pages.sheets.values())) + len(pages.states) + len(pages.transitions) + len(pages.looks)

    async def flush(self) -> bool:
        """Write everything that waits in one transaction. False: it could not be written and goes on waiting."""
        async with self._turn:
            pages, self._pages = self._pages, _Pages()
            if not pages:
                return True
            try:
                # The store carries a write through even if whoever waits for it goes away.
                await self._store.write(_write, pages.sheets, pages.states, pages.transitions, pages.looks, self.orders)
            except StoreError as error:
                self._pages = pages.then(self._pages)
                if not self.failing:
                    log.error("the record cannot be written, it waits in memory: %s", error)
                self.failing = str(error)
                return False
            if self.failing:
                log.info("the record is written again, nothing was lost")
                self.failing = ""
            return True


def _write(
    conn: Connection,
    agent: str,
    sheets: Mapping[int, Sequence[Sheet]],
    changed: Mapping[Key, State],
    transitions: Sequence[tuple[Transition, Look]],
    kept: Sequence[Look],
    orders: Orders,
) -> None:
    for number, lines in sheets.items():
        sheet_table.put_sheets(conn, agent, number, lines)
    states.put_states(conn, agent, changed)
    evidence: dict[tuple[str, str], list[Transition]] = {}
    by_look: dict[tuple[str, str], Look] = {}
    for transition, look in transitions:
        place = (look.target, look.began.isoformat())
        evidence.setdefault(place, []).append(transition)
        by_look[place] = look
    for place, confirmed in evidence.items():
        (look_id,) = looks.put_looks(conn, agent, [by_look[place]], "evidence")
        states.put_transitions(conn, agent, confirmed, look_id)
    raise_alerts(conn, agent, [transition for transition, _ in transitions], orders)
    looks.put_looks(conn, agent, kept, "watch")
