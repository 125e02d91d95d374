"""Look at one target: the one place that guards the collectors."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from agent.clock import Clock
from collectors.port import Collector
from duty.errors import CollectError
from duty.readings import Gap, Look, Notes, merge
from duty.targets import Target

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=1)
"""What a collector gets beyond its budget before it is left behind."""
LONGEST_BREATH_S = 0.02
"""The longest pause between two looks that came back at the same time."""


class Looker:
    """Sends collectors out, a bounded number at a time, and makes a look of whatever they bring back.

    A target is looked at by one look at a time; a second one waits for the first. They come back one by one, and others
    have their turn in between. A collector that hangs is left behind
    at its deadline with what it had written down; as long as it has not come back, its target is not asked in the same
    way again, so that one dead device holds one place at most.
    """

    def __init__(self, collectors: Mapping[str, Collector], clock: Clock, window: int = 200) -> None:
        self.collectors = collectors
        self.clock = clock
        self.failures: Counter[str] = Counter()
        self.made = 0
        self._places = asyncio.Semaphore(window)
        self._exit = asyncio.Lock()
        self._left = 0.0
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._behind: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._crashed: set[tuple[str, str]] = set()
        self._under_way: set[asyncio.Future[None]] = set()

    async def look(self, target: Target, budget: timedelta, *, full: bool) -> Look:
        """Look at a target in all its ways at once; never raises for what a device or a collector does."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way.add(ended)
        try:
            async with self._turns[target.name], self._places:
                parts = await asyncio.gather(*(self._part(kind, target, budget, full) for kind in target.looks))
                self.made += 1
                follows = self._exit.locked()
                # Whoever waits to leave keeps its place, so that there are never more looks than places.
                async with self._exit:
                    await self._breathe(follows=follows)
        finally:
            self._under_way.discard(ended)
            ended.set_result(None)
        return merge(parts)

    async def _breathe(self, *, follows: bool) -> None:
        """Let others work, where a look ``follows`` another for as long as that one took to be judged.

        Were 100 looks judged in one go, a page would wait for a second; a round of 1,000 has the time.
        """
        loop = asyncio.get_running_loop()
        await asyncio.sleep(min(loop.time() - self._left, LONGEST_BREATH_S) if follows else 0)
        self._left = loop.time()

    async def close(self) -> None:
        """Give the collectors back when the looks under way have ended: closed under a look, its target looks dead."""
        try:
            while self._under_way:
                await asyncio.wait(self._under_way)
        finally:
            for task in self._behind.values():
                task.cancel()
            for collector in self.collectors.values():
                await collector.close()

    async def _part(self, kind: str, target: Target, budget: timedelta, full: bool) -> Look:
        began, notes, place = self.clock.now(), Notes(), (kind, target.name)
        if place in self._behind:
            gap = Gap(kind, "", "hung", "the look before has not come back")
            return self._made(target, began, began, full, notes, gap)
        task = asyncio.create_task(self._guarded(kind, target, notes, budget, full), name=f"look {kind} {target.name}")
        late = None
        try:
            # Not wait_for: it would wait for a collector that swallows its cancellation.
            done, _ = await asyncio.wait({task}, timeout=(budget + GRACE).total_seconds())
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            self._behind[place] = task
            task.add_done_callback(lambda _: self._behind.pop(place, None))
            task.cancel()
            late = Gap(kind, "", "hung" if notes.reached else "timeout", "left behind at the deadline")
            self.failures[late.code] += 1
        return self._made(target, began, self.clock.now(), full, notes, late)

    async def _guarded(self, kind: str, target: Target, notes: Notes, budget: timedelta, full: bool) -> None:
        place = (kind, target.name)
        try:
            await self.collectors[kind].collect(target, notes, budget=budget, full=full)
        except CollectError as error:
            notes.gaps.append(Gap(kind, "", error.code, error.seen))
            self.failures[error.code] += 1
        except Exception:
            notes.gaps.append(Gap(kind, "", "crashed"))
            self.failures["crashed"] += 1
            if place not in self._crashed:
                self._crashed.add(place)
                log.exception("collector crashed kind=%s target=%s; its readings are gaps until it works", *place)
        else:
            self._crashed.discard(place)

    @staticmethod
    def _made(target: Target, began: datetime, ended: datetime, full: bool, notes: Notes, gap: Gap | None) -> Look:
        return Look(
            target=target.name,
            began=began,
            took=ended - began,
            reached=notes.reached,
            readings=notes.readings,
            facts=tuple(notes.facts),
            gaps=(*notes.gaps, gap) if gap else tuple(notes.gaps),
            stated=tuple(notes.stated),
            full=full,
        )
