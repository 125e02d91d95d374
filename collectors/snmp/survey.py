"""Asking an address that nobody has told us anything about: who is there, by which credential, and whom it sees."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from collectors.snmp.decode import decode
from collectors.snmp.identify import DESCRIPTION, OBJECT_ID, about, identity, portrait, profile_about, said_in
from collectors.snmp.joined import join
from collectors.snmp.knock import Knock
from collectors.snmp.measure import text
from collectors.snmp.neighbours import (
    BRIDGE,
    CDP,
    LLDP,
    LOCAL_CHASSIS,
    LOCAL_SUBTYPE,
    MANAGED,
    neighbours_in,
    own_chassis,
)
from collectors.snmp.port import Device, Fetched, Oid, SnmpEngine
from config.profile import Profile
from config.schema import SnmpCredential
from duty.discovery import Found, Unmet
from duty.readings import Notes

NAME: Final = "1.3.6.1.2.1.1.5.0"
ENGINE_ID: Final = "1.3.6.1.6.3.10.2.1.1.0"
BUDGET: Final = timedelta(minutes=10)
"""For all that a device is asked; what takes the time is waiting for one's turn to send."""
ROW_CAP: Final = 1000

_FIRST: Final = (OBJECT_ID, DESCRIPTION, NAME)
"""One packet; whoever does not answer it is asked nothing more."""
_THEN: Final = (ENGINE_ID, LOCAL_SUBTYPE, LOCAL_CHASSIS, BRIDGE)
_SPOKE: Final = frozenset({"credential_rejected", "agent_fault"})
"""Failures by which an agent shows that it is there."""
_UNSENT: Final = frozenset({"unreachable", "not_permitted"})


class Way(NamedTuple):
    """How all are asked: ``tries`` of each packet, each with ``timeout``; who answers, ``portraits`` at a time.

    Few, for they share the turns to send: of too many at once none would be done within its budget.
    """

    port: int
    timeout: timedelta
    tries: int
    portraits: int = 10


class Surveyor:
    """Asks address after address by the credentials in their order; asks nobody else, whatever an answer names."""

    def __init__(
        self,
        engine: SnmpEngine,
        knock: Knock,
        profiles: Mapping[str, Profile],
        credentials: Mapping[str, SnmpCredential],
        way: Way,
    ) -> None:
        self._engine = engine
        self._knock = knock
        self._profiles = profiles
        self._credentials = credentials
        self._way = way
        self._portraits = asyncio.Semaphore(way.portraits)

    async def ask(self, address: str) -> Found | Unmet:
        """Find out who is at an address. Raises CollectError for a credential that cannot be read."""
        codes = set()
        for name, credential in self._credentials.items():
            device = Device(address, self._way.port, credential, self._way.timeout, 0)
            first = await self._fetch(device, _FIRST, ())
            if first.answered:
                async with self._portraits:
                    return await self._portrayed(device, name, first)
            codes.add(first.failure)
        if codes & _SPOKE:
            return Unmet.REFUSED
        if codes and codes <= _UNSENT:
            return Unmet.UNSENT
        return await self._knock(address, self._way.port, self._way.timeout)

    async def close(self) -> None:
        """Give back the sockets."""
        await self._engine.close()

    async def _fetch(
        self, device: Device, scalars: Sequence[Oid], columns: Sequence[Oid], budget: timedelta = BUDGET
    ) -> Fetched:
        for _ in range(self._way.tries):
            fetched = Fetched()
            await self._engine.fetch(device, scalars, columns, fetched, budget=budget)
            if fetched.failure != "timeout":
                break
        return fetched

    async def _portrayed(self, device: Device, credential: str, first: Fetched) -> Found:
        """Ask a device that answers what it is and whom it sees; where it falls silent, say what is known by then."""
        said = said_in(first.scalars)
        profiles = about(self._profiles, said)
        asked = portrait(profiles)
        scalars = dict.fromkeys(scalar.oid for profile in asked for scalar in profile.scalars.values())
        tables = [[c.oid for c in table.columns.values()] for profile in asked for table in profile.tables.values()]
        whole, loop = first, asyncio.get_running_loop()
        deadline = loop.time() + BUDGET.total_seconds()
        for objects, columns in (((*_THEN, *scalars), ()), *(((), c) for c in (*tables, LLDP, MANAGED, CDP))):
            left = timedelta(seconds=max(0.0, deadline - loop.time()))
            fetched = await self._fetch(device, objects, columns, left)
            whole.scalars |= fetched.scalars
            whole.columns |= fetched.columns
            whole.gaps |= fetched.gaps
            whole.failure = fetched.failure
            if whole.failure:
                break
        notes = Notes()
        join(asked, whole)
        decode(asked, whole, notes)
        facts = {fact.parameter: fact.text for fact in identity(profiles, said)}
        facts |= {fact.parameter: fact.text for fact in notes.facts if not fact.instance}
        engine_id = whole.scalars.get(ENGINE_ID)
        return Found(
            address=device.address,
            credential=credential,
            object_id=said.object_id,
            description=said.description,
            name=text(first.scalars.get(NAME, "")),
            vendor=facts.get("vendor", ""),
            family=facts.get("family", ""),
            model=facts.get("model", ""),
            version=facts.get("version", ""),
            serial=facts.get("serial", ""),
            profile=profile_about(self._profiles, said),
            role=next((profile.role for profile in reversed(profiles) if profile.role), ""),
            engine_id=engine_id[:32].hex() if isinstance(engine_id, bytes) else "",
            chassis=own_chassis(whole.scalars),
            neighbours=neighbours_in(whole),
            broken=whole.failure,
        )
