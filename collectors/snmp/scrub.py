"""A recorded walk without what tells on people, places and secrets, so that it can be given away. Pure.

All that is known to tell is collected first, by the objects that it stands in and by its form; then it is replaced
wherever it recurs: in values, as bytes, in the arcs of an index. Numbers and identifiers of objects stay, so that the
walk reads as it did before. What stands in the words of a maker of which nobody told us stays too: somebody must look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from collectors.snmp.ber import ADDRESS, IDENTIFIER
from collectors.snmp.clues import Clues, is_text, plain_word
from collectors.snmp.port import Oid, Value
from collectors.snmp.recorded import Object
from collectors.snmp.stand_ins import address_of
from collectors.snmp.telling import INDEXES, KINDS, LEFT_OUT

_FIRST: Final = 10
"""Arcs that are never those of an index: 1.3.6.1.2.1.2.2.1.1, or a maker's number and what follows it."""
_FEWEST: Final = 3
"""Arcs of an index in which there may be a name; an address has four."""
_MOST_PASSES: Final = 5
_NOT_POINTERS: Final = frozenset({"1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.47.1.1.1.1.3"})
"""Objects whose value is an identifier that says what something is: sysObjectID, entPhysicalVendorType."""


class Scrubbed(NamedTuple):
    """A walk that was scrubbed, and how many times what was replaced, by kind; "left_out" are whole objects."""

    objects: list[Object]
    counts: Mapping[str, int]


def scrub(
    objects: Sequence[Object],
    secrets: Collection[str] = (),
    *,
    asked: Mapping[Oid, str] = MappingProxyType({}),
    asked_as: str = "",
) -> Scrubbed:
    """Return a walk in which each secret, name, address and serial number has a stand-in, the same everywhere.

    ``asked`` are the objects that the profiles ask for (``telling.asked_for``): their own arcs are never taken for an
    index. ``asked_as`` is the address or name by which the device was asked. Doing it twice is doing it once.
    """
    places = _Places({**asked, **KINDS})
    kept = [each for each in objects if places.of(each.oid) is not None]
    counts: Counter[str] = Counter()
    if len(kept) < len(objects):
        counts["left_out"] = len(objects) - len(kept)
    before, done = kept, _pass(kept, places, Clues(secrets, asked_as), counts)
    for _ in range(_MOST_PASSES):
        # What is hidden by something longer around it leaves a gap in the numbers, which closes the next time.
        if done == before:
            break
        before, done = done, _pass(done, places, Clues(secrets), Counter())
    return Scrubbed(done, counts)


def _pass(objects: Sequence[Object], places: _Places, clues: Clues, counts: Counter[str]) -> list[Object]:
    located = [(each, place) for each in objects if (place := places.of(each.oid)) is not None]
    for each, place in located:
        _collect(each, place, clues)
    scrubber = _Scrubber(clues, counts)
    done = [scrubber.scrubbed(each, place) for each, place in located]
    same = all(new.oid == each.oid for new, (each, _) in zip(done, located, strict=True))
    return done if same else sorted(done, key=lambda each: _arcs(each.oid))


class _Place(NamedTuple):
    """What an object is about: the kind of what stands in it, and where its index begins and how it is."""

    kind: str
    start: int
    address: tuple[int, bool] | None


class _Places:
    """Where objects belong. Those of one column belong together, so that is asked once for each column."""

    def __init__(self, kinds: Mapping[Oid, str]) -> None:
        self._kinds = kinds
        self._found: dict[Oid, _Place | None] = {}

    def of(self, oid: Oid) -> _Place | None:
        """Return the place of an object; None for one that is left out."""
        column = oid if oid in self._kinds or oid in LEFT_OUT else oid.rpartition(".")[0]
        if column not in self._found:
            self._found[column] = self._place(column)
        return self._found[column]

    def _place(self, oid: Oid) -> _Place | None:
        kind, start, address = "", 0, None
        # A single object that a profile asks for is of use wherever it stands, and has no index that could tell.
        single = oid in self._kinds and oid.endswith(".0")
        for above in _upward(oid):
            if above in LEFT_OUT and not single:
                return None
            if not start and above in self._kinds:
                kind, start = self._kinds[above], above.count(".") + 1
            if address is None and above in INDEXES:
                address, start = INDEXES[above], max(start, above.count(".") + 2)
        return _Place(kind, start or _FIRST, address)


def _upward(oid: Oid) -> Iterator[Oid]:
    while oid:
        yield oid
        oid = oid.rpartition(".")[0]


def _arcs(oid: Oid) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))


def _index(oid: Oid, start: int) -> tuple[int, ...]:
    """Return the arcs from a place on; none where they are too few to tell anything."""
    parts = oid.split(".", start)
    return _arcs(parts[start]) if len(parts) > start and parts[start].count(".") >= _FEWEST - 1 else ()


def _collect(each: Object, place: _Place, clues: Clues) -> None:
    """Note what an object tells."""
    index = _index(each.oid, place.start)
    if place.address is not None:
        clues.index_address(index, *place.address)
    clues.arcs(index)
    value = each.value
    if each.tag == ADDRESS and isinstance(value, str):
        clues.written_address(value)
    elif isinstance(value, bytes):
        clues.value(value, place.kind)


class _Scrubber:
    """Puts the stand-ins where what they stand for was."""

    def __init__(self, clues: Clues, counts: Counter[str]) -> None:
        self._given = clues.stand_ins()
        self._counts = counts
        self._done: dict[bytes, tuple[bytes, Counter[str]]] = {}

    def scrubbed(self, each: Object, place: _Place) -> Object:
        """Return an object without what it tells."""
        oid = self._identifier(each.oid, place.start)
        return Object(oid, each.tag, self._value(each, place))

    def _identifier(self, oid: Oid, start: int) -> Oid:
        arcs = _index(oid, start)
        if not arcs:
            return oid
        index: list[int] = []
        run = bytearray()
        for arc in (*arcs, -1):
            if 0 <= arc < 256:
                run.append(arc)
                continue
            index += self._given.in_index.replace(bytes(run), self._counts, text=False)
            run.clear()
            index.append(arc)
        return ".".join((*oid.split(".", start)[:start], *map(str, index[:-1])))

    def _value(self, each: Object, place: _Place) -> Value:
        value = each.value
        if isinstance(value, bytes):
            return self._octets(value, place.kind)
        if each.tag == ADDRESS and isinstance(value, str):
            return self._octets(value.encode(), "").decode()
        if each.tag == IDENTIFIER and isinstance(value, str) and not _NOT_POINTERS & {*_upward(each.oid)}:
            return self._identifier(value, _FIRST)
        if place.kind == "serial" and isinstance(value, int) and value:
            self._counts["serial"] += 1
            return 1
        return value

    def _octets(self, value: bytes, kind: str) -> bytes:
        whole = self._given.whole.get(kind, {}).get(plain_word(value, kind))
        if whole is not None:
            self._counts[kind] += 1
            return whole
        text = is_text(value)
        packed = value[-16 if len(value) > 5 else -4 :]
        if (kind == "address" or not text) and len(value) - len(packed) in (0, 1):
            found = address_of(packed)
            if found is not None and found in self._given.addresses:
                self._counts["address"] += 1
                return value[: -len(packed)] + self._given.addresses[found].packed
        return self._given.in_values.replace(value, self._counts, text=text and kind != "mac")
