"""The port between the SNMP collector and an engine: object identifiers in, raw values out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from config.schema import SnmpCredential

Oid = str
"""Dotted decimal, without a leading dot."""

Value = int | float | bytes | str
"""int for every number, bytes for an octet string, str for an object identifier or an address."""


@dataclass(frozen=True, slots=True)
class Device:
    """Whom to ask, and how. ``retries`` come on top of the first try, each with ``timeout``."""

    address: str
    port: int
    credential: SnmpCredential
    timeout: timedelta
    retries: int


@dataclass(frozen=True, slots=True)
class Packet:
    """One message between an engine and a device, as people are told of it who look over the engine's shoulder.

    ``kind`` is "get", "next" or "bulk" of a request (``rows`` is how many of a walk are wanted), "answer" or "report"
    of what came back, "silence" where nothing came in time. ``bindings`` are the names with what stands at them, None
    in a request and where the device has nothing. ``at`` is by the loop's clock; ``size`` in bytes, 0 where the engine
    cannot tell; ``error`` the status of an answer by its name in the protocol, or a gap code.
    """

    at: float
    kind: str
    bindings: tuple[tuple[Oid, Value | None], ...] = ()
    rows: int = 0
    size: int = 0
    error: str = ""


Told = Callable[[Packet], None]


class Story(Protocol):
    """Whoever wants to know how a look goes on: each packet, and how long each part of it took."""

    def packet(self, packet: Packet) -> None:
        """Hear of one packet."""

    def step(self, title: str, took: timedelta) -> None:
        """Hear that the scalars, or a table, are done."""


@dataclass(slots=True)
class Fetched:
    """What an engine brought back. ``columns`` maps a column to its rows by index ("3", "1.6.4"), in order.

    ``gaps`` maps an asked identifier (or one cell of a column) to a gap code (``duty.readings.GAPS``). ``failure`` is
    the gap code that ended the last fetch early, "" if it ran to its end. ``spent`` is the longest single answer.
    ``told``, where somebody listens, is to be called with each packet. ``places`` are the rows of other tables that
    rows lead to, by the key of the column.
    """

    scalars: dict[Oid, Value] = field(default_factory=dict)
    columns: dict[Oid, dict[str, Value]] = field(default_factory=dict)
    gaps: dict[Oid, str] = field(default_factory=dict)
    answered: bool = False
    failure: str = ""
    spent: timedelta = timedelta(0)
    told: Told | None = field(default=None, repr=False, compare=False)
    places: dict[str, dict[str, str]] = field(default_factory=dict)


class SnmpEngine(Protocol):
    """Speaks SNMP. What a device does or leaves undone becomes a gap, never an exception."""

    async def fetch(
        self, device: Device, scalars: Sequence[Oid], columns: Sequence[Oid], into: Fetched, *, budget: timedelta
    ) -> None:
        """Fetch scalars, then whole columns, writing into ``into`` as answers come, so that a deadline loses nothing.

        Columns are walked side by side and share one index; at most one request to a device is outstanding. Every
        identifier asked is afterwards among the scalars, the columns or the gaps, or among two of them where a column
        broke off.

        Raises CollectError when the device could not even be asked: its name does not resolve, its credential cannot
        be read.
        """

    async def close(self) -> None:
        """Give back the sockets."""
