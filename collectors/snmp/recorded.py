"""A recorded walk of a device, asked as if it were the device: for tests, and to see what a profile makes of it.

The form is that of snmpsim: a line for each object, ``identifier|type|value``, the type a tag of BER in decimal, with
an ``x`` where the value is in hexadecimal.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from collectors.snmp.ber import ADDRESS, IDENTIFIER, INTEGER, NULL, OCTETS, OPAQUE, opaque, wrapped
from collectors.snmp.port import Device, Fetched, Oid, Value
from duty.errors import Problem, SettingsError

_UNSIGNED: Final = frozenset({65, 66, 67, 70})
_FORM: Final = "IDENTIFIER|TYPE|VALUE, like 1.3.6.1.2.1.1.3.0|67|4200"

_MOST_PROBLEMS: Final = 10
"""Told of one file: it is likely something else altogether."""

Arcs = tuple[int, ...]


class Object(NamedTuple):
    """One object of a walk: its identifier, its type (a tag of BER), its value."""

    oid: Oid
    tag: int
    value: Value


def write_walk(objects: Iterable[Object], head: Iterable[str]) -> str:
    """Write a walk as ``read_walk`` reads it, under some lines of comment."""
    lines = [*(f"# {line}" for line in head), *map(_line, objects)]
    return "".join(f"{line}\n" for line in lines)


def _line(each: Object) -> str:
    value = each.value
    if isinstance(value, float):
        value = wrapped(value)
    if not isinstance(value, bytes):
        return f"{each.oid}|{each.tag}|{value}"
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\0"
    plain = each.tag == OCTETS and text.isprintable() and text == text.strip()
    return f"{each.oid}|{each.tag}|{text}" if plain else f"{each.oid}|{each.tag}x|{value.hex()}"


def read_walk(text: str, name: str) -> dict[Oid, Value]:
    """Read a recorded walk. Raises SettingsError with the first lines that are none."""
    return {each.oid: each.value for each in read_objects(text, name)}


def read_objects(text: str, name: str) -> list[Object]:
    """Read a recorded walk with its types. Raises as above."""
    found: list[Object] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        oid, _, rest = line.partition("|")
        tag, _, written = rest.partition("|")
        try:
            _arcs(oid)
            value = _value(tag, written)
        except ValueError:
            problems.append(Problem(name, number, "", "not an object of a walk", _FORM))
            if len(problems) == _MOST_PROBLEMS:
                break
            continue
        if value is not None:
            found.append(Object(oid.removeprefix("."), int(tag.rstrip("xe")), value))
    if problems:
        raise SettingsError(problems)
    return found


def _arcs(oid: Oid) -> Arcs:
    return tuple(map(int, oid.removeprefix(".").split(".")))


def _value(tag: str, written: str) -> Value | None:
    """Return the value of a line; None for what has none. Raises ValueError."""
    kind = int(tag.rstrip("xe"))
    content = bytes.fromhex(written) if tag.endswith("x") else written.encode("utf-8", "surrogateescape")
    if kind == INTEGER or kind in _UNSIGNED:
        return int(content)
    if kind == OCTETS:
        return content
    if kind == OPAQUE:
        return opaque(content)
    if kind == IDENTIFIER:
        _arcs(written)
        return written.removeprefix(".")
    if kind == ADDRESS:
        return ".".join(map(str, content)) if tag.endswith("x") else written
    if kind == NULL:
        return None
    raise ValueError(tag)


class RecordedEngine:
    """Answers from a walk; see ``collectors.snmp.port.SnmpEngine``."""

    def __init__(self, walk: dict[Oid, Value]) -> None:
        self._values = walk
        self._order = sorted((_arcs(oid), oid) for oid in walk)

    async def fetch(
        self, device: Device, scalars: Sequence[Oid], columns: Sequence[Oid], into: Fetched, *, budget: timedelta
    ) -> None:
        """Give what was recorded; see ``SnmpEngine``."""
        into.answered = True
        for oid in scalars:
            if oid in self._values:
                into.scalars[oid] = self._values[oid]
            else:
                into.gaps[oid] = "not_offered"
        for column in columns:
            rows = {oid.removeprefix(f"{column}."): self._values[oid] for oid in self._below(column)}
            if rows:
                into.columns[column] = rows
            else:
                into.gaps[column] = "not_offered"

    def _below(self, column: Oid) -> Iterable[Oid]:
        root = _arcs(column)
        at = bisect_left(self._order, ((*root, -1), ""))
        while at < len(self._order) and self._order[at][0][: len(root)] == root:
            yield self._order[at][1]
            at += 1

    async def close(self) -> None:
        """Nothing is kept open."""
