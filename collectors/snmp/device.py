"""Looking at a device by SNMP: which objects its profiles want, fetched in turn, and what they mean."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from collectors.snmp.decode import decode, stand_ins, wanting
from collectors.snmp.engines import ENGINES
from collectors.snmp.identify import DESCRIPTION, OBJECT_ID, Said, about, identity, said_in
from collectors.snmp.joined import join, stands_back
from collectors.snmp.kept import Kept
from collectors.snmp.naming import Naming
from collectors.snmp.origins import origins
from collectors.snmp.port import Device, Fetched, Oid, SnmpEngine, Story
from config.profile import STANDARD, Object, Profile, Table, chain
from config.profiles import all_profiles
from config.schema import Settings, SnmpTarget
from duty.errors import CollectError
from duty.readings import Gap, Notes, Reading
from duty.targets import Target

_IDENTITY: Final = (OBJECT_ID, DESCRIPTION)
_PATIENCE: Final = 2
"""Tables in a row without an answer after which a device is left alone: one of them may just be slow."""


_Ask = Callable[[str, Sequence[Oid], Sequence[Oid]], Awaitable[str]]
"""Asks for scalars and columns under a title; gives the gap code that ended it early, or ""."""


@dataclass(slots=True)
class _Known:
    """A target: how it is asked, and for what. ``identified`` is None where the settings say what.

    ``lacking`` is what it did not offer at its last full look: the watch does not ask for that again.
    """

    device: Device
    engine: str
    profiles: tuple[Profile, ...]
    identified: bool | None
    naming: Naming = field(default_factory=Naming)
    lacking: frozenset[Oid] = frozenset()
    kept: Kept = field(default_factory=Kept)


class SnmpCollector:
    """Looks at the targets of kind ``snmp``, each by the profiles that its settings name, or that are about it.

    Raises KeyError when a target names a profile or a credential that there is none of; the settings' own checks
    tell this before, and better.
    """

    def __init__(self, settings: Settings, engine: SnmpEngine | None = None, story: Story | None = None) -> None:
        """Take the targets of the settings; ``story`` is told how each look goes on."""
        self._story = story
        profiles = self._profiles = all_profiles(settings.polling.profiles)
        self._given = engine
        self._engines: dict[str, SnmpEngine] = {}
        self._in_flight = settings.polling.snmp_in_flight
        self._known = {
            target.name: _Known(
                Device(
                    target.address,
                    target.port,
                    settings.credentials[target.credential],
                    target.timeout,
                    target.retries,
                ),
                target.engine,
                chain(profiles, target.profiles or STANDARD),
                None if target.profiles else False,
            )
            for target in settings.targets
            if isinstance(target, SnmpTarget)
        }

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Look at a device; see ``collectors.port.Collector``.

        The gap of "snmp" tells that the device fell silent on the way, and at what.
        """
        known, fetched = self._known[target.name], Fetched(told=self._story.packet if self._story else None)
        try:
            await self._fetch(known, fetched, notes, budget, full=full)
        finally:
            # Also when the runner cuts the look off: what came until then was seen.
            if fetched.answered:
                notes.reached = True
                if full:
                    known.lacking = frozenset(oid for oid, code in fetched.gaps.items() if code == "not_offered")
                join(known.profiles, fetched)
                decode(known.profiles, fetched, notes, known.naming)
                if notes.origins is not None:
                    notes.origins |= origins(known.profiles, fetched, known.naming)
                self._say_what_it_is(known, fetched, notes, full=full)
                notes.add(Reading("snmp_time", "", fetched.spent.total_seconds(), "s"))
        if not fetched.answered:
            raise CollectError(fetched.failure or "timeout", known.device.address)

    async def close(self) -> None:
        """Close the engines."""
        for engine in [self._given] if self._given else self._engines.values():
            await engine.close()

    def _engine(self, name: str) -> SnmpEngine:
        """Return an engine, made when it is first needed."""
        if self._given is not None:
            return self._given
        if name not in self._engines:
            self._engines[name] = ENGINES[name](in_flight=self._in_flight)
        return self._engines[name]

    async def _fetch(self, known: _Known, fetched: Fetched, notes: Notes, budget: timedelta, *, full: bool) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + budget.total_seconds()
        engine = self._engine(known.engine)

        async def ask(title: str, scalars: Sequence[Oid], columns: Sequence[Oid]) -> str:
            if not scalars and not columns:
                return ""
            begun = loop.time()
            left = timedelta(seconds=max(0.0, deadline - loop.time()))
            await engine.fetch(known.device, scalars, columns, fetched, budget=left)
            if self._story is not None:
                self._story.step(title, timedelta(seconds=loop.time() - begun))
            return fetched.failure

        broken = await self._ask_scalars(known, fetched, ask, full=full)
        where, silent = "scalars", 1 if broken else 0
        for title, together in _groups(known.profiles):
            tables = [table for table in together if not stands_back(table, known.profiles, fetched)]
            objects = [column for table in tables for column in table.columns.values()]
            columns = _wanted(known, objects, full=full)
            if not full:
                columns = known.kept.recall(columns, fetched)
            if silent == _PATIENCE or broken not in ("", "timeout") or (broken and not fetched.answered):
                fetched.gaps |= {oid: broken for oid in columns if oid not in fetched.columns}
                continue
            behind = {oid for table in tables for oid in stand_ins(table)}
            failure = await ask(title, [], [oid for oid in columns if oid not in behind])
            others = (oid for table in tables for oid in wanting(table, fetched) if full or oid not in known.lacking)
            failure = failure or await ask(title, [], list(others))
            known.kept.keep(objects, fetched)
            silent = silent + 1 if failure else 0
            if failure:
                broken, where = failure, title
        if broken and fetched.answered:
            notes.gaps.append(Gap("snmp", "", broken, where))

    async def _ask_scalars(self, known: _Known, fetched: Fetched, ask: _Ask, *, full: bool) -> str:
        """Ask for single objects, and know the device by them where it is not known yet; return what went wrong."""
        scalars = _scalars(known, full=full)
        if known.identified is False:
            scalars = list(dict.fromkeys((*_IDENTITY, *scalars)))
        broken = await ask("scalars", scalars, ())
        if broken or known.identified is None or OBJECT_ID not in scalars:
            return broken
        self._identify(known, said_in(fetched.scalars))
        if not full:
            # It was asked to know the device; the watch does not tell it each minute.
            fetched.scalars = {oid: fetched.scalars[oid] for oid in fetched.scalars if oid not in _IDENTITY}
        return await ask("scalars", [oid for oid in _scalars(known, full=full) if oid not in scalars], ())

    def _identify(self, known: _Known, said: Said) -> None:
        """Choose what a device is asked for by what it says it is; one that says nothing stays what it was."""
        if any(said):
            known.identified, profiles = True, about(self._profiles, said)
            if profiles != known.profiles:
                known.profiles, known.naming, known.lacking, known.kept = profiles, Naming(), frozenset(), Kept()

    @staticmethod
    def _say_what_it_is(known: _Known, fetched: Fetched, notes: Notes, *, full: bool) -> None:
        """Add who made a device and what runs on it, where it does not say so itself."""
        if full:
            told = {fact.parameter for fact in notes.facts if not fact.instance}
            known_by_profile = {fact.parameter: fact for fact in identity(known.profiles, said_in(fetched.scalars))}
            notes.facts += (fact for name, fact in known_by_profile.items() if name not in told)


def _scalars(known: _Known, *, full: bool) -> list[Oid]:
    return _wanted(known, (scalar for profile in known.profiles for scalar in profile.scalars.values()), full=full)


def _wanted(known: _Known, objects: Iterable[Object], *, full: bool) -> list[Oid]:
    oids = dict.fromkeys(given.oid for given in objects if full or not given.full)
    return list(oids) if full else [oid for oid in oids if oid not in known.lacking]


def _groups(profiles: Iterable[Profile]) -> list[tuple[str, list[Table]]]:
    """Return the tables to fetch together: those that share a column are one table of the device."""
    groups: list[tuple[str, list[Table]]] = []
    for profile in profiles:
        for title, table in profile.tables.items():
            oids = {column.oid for column in table.columns.values()}
            for _, others in groups:
                if any(column.oid in oids for other in others for column in other.columns.values()):
                    others.append(table)
                    break
            else:
                groups.append((title, [table]))
    return groups
