"""A look laid out for reading: what belongs together stands together, tables where there are many of a kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from duty.parameters import PARAMETERS
from duty.readings import Fact, Gap, Look, Reading
from duty.rounds import HARMLESS_GAPS

MOST_ROWS = 250
"""Rows of one table; a chassis with 4,000 ports is for the command line."""

_FAMILIES = (
    ("processor", ("cpu_", "load_")),
    ("memory", ("memory_", "swap_", "pool_")),
    ("storage", ("disk_", "inodes_", "image_")),
    ("environment", ("temperature", "part_temperature", "humidity", "fan_")),
    (
        "power",
        ("power", "battery_", "on_battery", "ups_", "voltage", "current", "apparent_power", "frequency", "energy"),
    ),
    ("port", ("port_",)),
    ("optical", ("optical_",)),
    ("neighbour", ("neighbour", "peer_")),
    ("part", ("health", "count", "share")),
    ("service", ("process_running", "process_memory", "process_cpu", "service_")),
    ("reach", ("ping_", "tcp_", "http_", "snmp_", "certificate_")),
    ("system", ("",)),
)
ORDER = (
    "reach", "system", "processor", "memory", "storage", "environment", "power", "part", "service", "port", "optical",
    "neighbour",
)  # fmt: skip
TABLES = frozenset({"storage", "optical", "port"})
"""Families with many instances of the same parameters: rows and columns. The others are a list."""

HIDDEN_FACTS = frozenset({"port_index", "object_id"})
"""Facts that the collectors need and nobody on duty."""

_RANK = {name: rank for rank, name in enumerate(PARAMETERS)}
Cell = Reading | Gap | Fact | None


class Line(NamedTuple):
    """What stands by itself: a reading, with the device's own word for it where that is a state; or words alone."""

    parameter: str
    instance: str
    reading: Reading | None
    word: str = ""

    @property
    def kind(self) -> str:
        """Where its name stands among the words."""
        return "parameter" if self.parameter in PARAMETERS else "fact"


@dataclass(frozen=True, slots=True)
class Table:
    """One family as rows and columns: instance, then one cell for each column (a parameter, or a fact's name)."""

    facts: tuple[str, ...]
    parameters: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    all_rows: int


@dataclass(frozen=True, slots=True)
class Family:
    """One family of readings: those that stand by themselves, and those that make a table."""

    name: str
    single: tuple[Line, ...]
    table: Table | None


@dataclass(frozen=True, slots=True)
class GapGroup:
    """The gaps of one code: how many, and of what."""

    code: str
    harmless: bool
    count: int
    of: tuple[tuple[str, str], ...]
    seen: str


def family_of(parameter: str) -> str:
    """Return the family that a parameter belongs to."""
    return next(name for name, prefixes in _FAMILIES if parameter.startswith(prefixes))


def families(look: Look) -> tuple[Family, ...]:
    """Lay out what a look saw, without the counters, which say something only as rates."""
    by_family: dict[str, list[Line]] = {}
    told = {(f.parameter, f.instance): f.text for f in look.facts if _is_line(f)}
    for reading in look.readings:
        if not is_counter(reading):
            word = told.pop((reading.parameter, reading.instance), "")
            line = Line(reading.parameter, reading.instance, reading, word)
            by_family.setdefault(family_of(reading.parameter), []).append(line)
    for (name, instance), words in told.items():
        by_family.setdefault(family_of(name), []).append(Line(name, instance, None, words))
    return tuple(_family(name, by_family[name], look) for name in ORDER if name in by_family)


def counters(look: Look) -> tuple[Reading, ...]:
    """Return the counters as they were read: the record's evidence."""
    return tuple(sorted((r for r in look.readings if is_counter(r)), key=_place))


def is_counter(reading: Reading) -> bool:
    """Say whether a reading only grows."""
    return reading.parameter.endswith("_total") or reading.parameter == "port_discontinuity"


def other_facts(look: Look) -> tuple[Fact, ...]:
    """Return the facts that stand in no table."""
    return tuple(
        f
        for f in look.facts
        if not (f.instance and family_of(f.parameter) in TABLES) and f.parameter not in HIDDEN_FACTS and not _is_line(f)
    )


def _is_line(fact: Fact) -> bool:
    """Say whether a fact stands among the readings: the word of a state, and who is behind a port."""
    return fact.parameter in PARAMETERS or fact.parameter in ("neighbour", "neighbour_port")


def gap_groups(look: Look) -> tuple[GapGroup, ...]:
    """Gather the gaps by their reason, those that count against the inspection first."""
    by_code: dict[str, list[Gap]] = {}
    for gap in look.gaps:
        by_code.setdefault(gap.code, []).append(gap)
    groups = [
        GapGroup(
            code,
            code in HARMLESS_GAPS,
            len(gaps),
            tuple((g.parameter, g.instance) for g in gaps[:12]),
            next((g.seen for g in gaps if g.seen), ""),
        )
        for code, gaps in by_code.items()
    ]
    return tuple(sorted(groups, key=lambda group: (group.harmless, -group.count)))


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key by which Gi1/0/2 comes before Gi1/0/10."""
    # At most 9 digits at a time: int() of a hostile name of thousands of digits is slow, and then an error.
    return tuple(
        (0, int(p), "") if p[0] in "0123456789" else (1, 0, p) for p in re.findall(r"[0-9]{1,9}|[^0-9]+", name)
    )


def _family(name: str, lines: list[Line], look: Look) -> Family:
    in_table = [line.reading for line in lines if name in TABLES and line.instance and line.reading]
    single = sorted((line for line in lines if not (line.instance and name in TABLES)), key=_place)
    return Family(name, tuple(single), _table(name, in_table, look) if in_table else None)


def _table(name: str, readings: list[Reading], look: Look) -> Table:
    parameters = _columns(r.parameter for r in readings)
    about = [f for f in look.facts if f.instance and family_of(f.parameter) == name and f.parameter not in HIDDEN_FACTS]
    facts = tuple(sorted({f.parameter for f in about}))
    found: dict[tuple[str, str], Cell] = {(g.parameter, g.instance): g for g in look.gaps}
    found |= {(f.parameter, f.instance): f for f in about}
    found |= {(r.parameter, r.instance): r for r in readings}
    instances = sorted({r.instance for r in readings}, key=natural)
    rows = tuple(
        (instance, tuple(found.get((column, instance)) for column in (*facts, *parameters)))
        for instance in instances[:MOST_ROWS]
    )
    return Table(facts, parameters, rows, len(instances))


def _columns(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names), key=lambda name: _RANK.get(name, len(_RANK))))


def _place(reading: Reading | Line) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    return _RANK.get(reading.parameter, len(_RANK)), natural(reading.instance)
