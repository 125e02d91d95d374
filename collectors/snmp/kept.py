"""Columns that do not change while a device runs: remembered, for the watch to ask for them only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from collectors.snmp.port import Fetched, Oid, Value
from config.profile import Object

UPTIME: Final = "1.3.6.1.2.1.1.3.0"


@dataclass(slots=True)
class Kept:
    """What is remembered of one device. It is forgotten when the device has started anew."""

    _columns: dict[Oid, dict[str, Value]] = field(default_factory=dict)
    _uptime: int | float = 0

    def recall(self, asked: Sequence[Oid], fetched: Fetched) -> list[Oid]:
        """Write what is remembered of the columns into what was fetched; return those that are left to ask for."""
        uptime = fetched.scalars.get(UPTIME, 0)
        now = uptime if isinstance(uptime, int | float) else 0
        if now < self._uptime:
            self._columns.clear()
        self._uptime = now
        fetched.columns |= {oid: self._columns[oid] for oid in asked if oid in self._columns}
        return [oid for oid in asked if oid not in self._columns]

    def keep(self, columns: Iterable[Object], fetched: Fetched) -> None:
        """Remember those columns that came whole, and those that the device does not offer."""
        for oid in {column.oid for column in columns if column.kept}:
            if oid in fetched.columns and oid not in fetched.gaps:
                self._columns[oid] = fetched.columns[oid]
            elif fetched.gaps.get(oid) == "not_offered":
                self._columns[oid] = {}
