"""Asking all addresses of a survey, so many at the same time, and telling of each as it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from collectors.names import resolve
from collectors.snmp.survey import Surveyor
from config.schema import IcmpTarget, Settings, SnmpTarget
from duty.discovery import Found, Unmet
from duty.errors import CollectError

RESOLVING_S: Final = 10.0
"""For the names of all targets together."""
_RESOLVED_AT_ONCE: Final = 16


class Survey(NamedTuple):
    """What came of it, in the order of the addresses."""

    found: tuple[Found, ...]
    unmet: Mapping[str, Unmet]


async def survey(
    surveyor: Surveyor, addresses: Iterable[str], at_once: int, done: Callable[[Found | Unmet], None]
) -> Survey:
    """Ask each address. Raises CollectError for a credential that cannot be read."""
    met: dict[str, Found | Unmet] = {}
    left = iter(addresses)

    async def work() -> None:
        # One list of addresses for all: 65,536 tasks at once would be as many megabytes.
        for address in left:
            met[address] = Unmet.SILENT
            met[address] = await surveyor.ask(address)
            done(met[address])

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work())
    except* CollectError as failed:
        raise failed.exceptions[0] from None
    finally:
        await surveyor.close()
    return Survey(
        tuple(each for each in met.values() if isinstance(each, Found)),
        {address: each for address, each in met.items() if isinstance(each, Unmet)},
    )


async def addresses_known(settings: Settings, port: int) -> Mapping[str, str]:
    """Return the names of the targets by their addresses: those asked by SNMP at this port, or only pinged."""
    window, loop = asyncio.Semaphore(_RESOLVED_AT_ONCE), asyncio.get_running_loop()
    deadline = loop.time() + RESOLVING_S

    async def address_of(target: SnmpTarget | IcmpTarget) -> str:
        async with window:
            try:
                return await resolve(target.address, budget=max(0.0, deadline - loop.time()))
            except CollectError:
                return ""  # a name that leads nowhere now is no address that was found

    targets = [
        t for t in settings.targets if isinstance(t, IcmpTarget) or (isinstance(t, SnmpTarget) and t.port == port)
    ]
    # Those that are only pinged first: where both are there, the other counts.
    targets.sort(key=lambda target: isinstance(target, SnmpTarget))
    found = await asyncio.gather(*map(address_of, targets))
    return {address: target.name for address, target in zip(found, targets, strict=True) if address}
