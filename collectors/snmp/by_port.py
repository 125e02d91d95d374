"""Rows that are about ports, and which port each is about: by index, by physical entities, or by words. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from collectors.snmp.port import Fetched
from config.profile import ALIAS, CONTAINED_IN, Table
from duty.targets import LANE

IF_INDEX: Final = "1.3.6.1.2.1.2.2.1.1."
_DEEPEST: Final = 16
_MOST_WORDS: Final = 16
_LONGEST_NUMBER: Final = 3
_LANE: Final = re.compile(r"\b(?:lane|channel) *([0-9]{1,3})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of a device by their index, and by all that they are called; ``broken`` is why some are not known."""

    names: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    broken: str = ""


def port_names(table: Table, fetched: Fetched, called: Mapping[str, Sequence[str]], ports: Ports) -> dict[str, str]:
    """Name rows by the port that each is about; one that leads to no port keeps what it is called itself.

    Of several rows of a port each is a lane: by the number in its index or its words, else as they follow one another.
    """
    entities = _Entities(table, fetched) if table.port == "entity" else None
    found: dict[str, tuple[str, str]] = {}
    for row, words in called.items():
        if entities is None:
            index, _, lane = row.partition(".")
            found[row] = (ports.names.get(index, ""), lane)
        else:
            port = next((ports.names[i] for i in entities.ports_above(row) if i in ports.names), "")
            lane = next((match[1] for word in words if (match := _LANE.search(word))), "")
            found[row] = (port, lane) if port else _said(words, ports, lane)
    rows = Counter(port for port, _ in found.values())
    seen: Counter[str] = Counter()
    names = {}
    for row, (port, lane) in found.items():
        seen[port] += 1
        number = lane or (str(seen[port]) if rows[port] > 1 else "")
        names[row] = (f"{port}{LANE}{number}" if number else port) if port else called[row][0]
    return names


class _Entities:
    """The physical entities of a device: what each is in, and which port it is."""

    def __init__(self, table: Table, fetched: Fetched) -> None:
        self._inside = fetched.columns.get(table.columns[CONTAINED_IN].oid, {})
        self._ports: dict[str, str] = {}
        for row, value in fetched.columns.get(table.columns[ALIAS].oid, {}).items():
            if isinstance(value, str) and value.startswith(IF_INDEX):
                self._ports.setdefault(row.partition(".")[0], value.removeprefix(IF_INDEX))

    def ports_above(self, entity: str) -> Iterator[str]:
        """Yield the indices of the ports that an entity is or is in, the nearest first."""
        for _ in range(_DEEPEST):
            if entity in self._ports:
                yield self._ports[entity]
            entity = str(self._inside.get(entity, 0))
            if entity == "0":
                return


def _said(words: Sequence[str], ports: Ports, lane: str) -> tuple[str, str]:
    """Return the port that a row's own words begin or end with, and the lane: "RX Power Sensor for Ethernet49/1/3".

    A lane's number stands behind the port's name where that is the name of no port itself.
    """
    for text in words:
        parts = text.split()[:_MOST_WORDS]
        for count in range(len(parts), 0, -1):
            for name in (" ".join(parts[-count:]), " ".join(parts[:count])):
                if port := ports.words.get(name):
                    return port, lane
                module, _, number = name.rpartition("/")
                if number.isdecimal() and len(number) <= _LONGEST_NUMBER and (port := ports.words.get(module)):
                    return port, number
    return "", lane
