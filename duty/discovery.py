"""What was found on a network, and what is proposed of it: targets with names, and what each depends on. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from duty.topology import Neighbour, Node, best_connected, far_ports, links, parents, parts

_MARKS: Final = re.compile(r"[^A-Za-z0-9._\u3400-\u4dbf\u4e00-\u9fff-]+")
_LONGEST: Final = 64
_NAMELESS: Final = "device"


class Unmet(Enum):
    """What stands at an address where no device was found."""

    SILENT = "silent"
    """No answer. That is not free: a wrong community looks the same."""
    CLOSED = "closed"
    """A machine that says that nothing listens at the port."""
    REFUSED = "refused"
    """An SNMP agent that took none of the credentials."""
    UNSENT = "unsent"
    """This machine has no way there."""


@dataclass(frozen=True, slots=True)
class Found:
    """A device as one address shows it; "" for what it does not tell. ``broken`` is why it was not asked to the end."""

    address: str
    credential: str = ""
    object_id: str = ""
    description: str = ""
    name: str = ""
    vendor: str = ""
    family: str = ""
    model: str = ""
    version: str = ""
    serial: str = ""
    profile: str = ""
    role: str = ""
    engine_id: str = ""
    chassis: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    broken: str = ""


class Proposed(NamedTuple):
    """One device: what it is to be called, or is called in the settings (``known``), and what it hangs on.

    ``faces`` are the addresses at which it was found, the first of them the one to ask; ``beside`` the names of those
    next to it; ``through`` the port of each parent that leads to it, where its neighbour tells it.
    """

    name: str
    faces: tuple[Found, ...]
    known: bool
    depends_on: tuple[str, ...]
    beside: tuple[str, ...]
    through: Mapping[str, str]


class Root(NamedTuple):
    """Where a part of the network is taken to begin: ``why`` is "asked", "gateway" or "neighbours"."""

    name: str
    why: str
    devices: int
    beside: int


class Proposal(NamedTuple):
    """What is proposed, in the order of the addresses. ``unknown_roots`` were asked for and not found."""

    devices: tuple[Proposed, ...]
    roots: tuple[Root, ...]
    unknown_roots: tuple[str, ...]


def propose(
    found: Sequence[Found],
    known: Mapping[str, str],
    taken: Collection[str],
    roots: Sequence[str] = (),
    gateway: str = "",
) -> Proposal:
    """Make a proposal of what was found.

    ``known`` has the names of the addresses that the settings have already, ``taken`` all names there. Each part of
    the network begins at those of ``roots`` (names or addresses) that are in it, else at this machine's gateway, else
    at whoever has the most neighbours.
    """
    groups = [_known_first(group, known) for group in devices(found)]
    names = _names(groups, known, taken)
    nodes = [_node(name, group) for name, group in zip(names, groups, strict=True)]
    beside, ports = links(nodes), far_ports(nodes)
    called = {name: name for name in names}
    called |= {face.name: name for name, group in zip(names, groups, strict=True) for face in group if face.name}
    called |= {face.address: name for name, group in zip(names, groups, strict=True) for face in group}
    chosen = {called[root]: None for root in roots if root in called}
    begun = tuple(
        Root(root, why, len(part), len(beside[root]))
        for part in parts(beside)
        for root, why in _begin(part, chosen, called.get(gateway, ""), best_connected(beside, part))
    )
    above = parents(beside, [root.name for root in begun])
    return Proposal(
        tuple(
            Proposed(
                name,
                group,
                any(face.address in known for face in group),
                above[name],
                beside[name],
                {parent: ports[name, parent] for parent in above[name] if (name, parent) in ports},
            )
            for name, group in zip(names, groups, strict=True)
        ),
        begun,
        tuple(root for root in roots if root not in called),
    )


def devices(found: Sequence[Found]) -> list[tuple[Found, ...]]:
    """Return what was found as devices, each with all the addresses that are its own, in order.

    Addresses are one device when they tell the same kind and name of it, and the same chassis, engine or serial
    number. One of these alone is not enough: names are left as they came, and engines are copied with the machine.
    """
    at: dict[tuple[str, ...], int] = {}
    first = list(range(len(found)))

    def first_of(place: int) -> int:
        while first[place] != place:
            first[place] = place = first[first[place]]
        return place

    for place, face in enumerate(found):
        for mark in _marks(face):
            one, other = sorted((first_of(at.setdefault(mark, place)), first_of(place)))
            first[other] = one
    groups: dict[int, list[Found]] = {}
    for place, face in enumerate(found):
        groups.setdefault(first_of(place), []).append(face)
    return [tuple(group) for group in groups.values()]


def _marks(face: Found) -> Iterable[tuple[str, ...]]:
    who = (face.object_id, face.name.casefold())
    for chassis in face.chassis:
        yield (*who, "chassis", chassis)
    if face.name and face.engine_id:
        yield (*who, "engine", face.engine_id)
    # "N/A" and "<private>" are no numbers.
    if face.name and any(letter.isdigit() for letter in face.serial):
        yield (*who, "serial", face.serial)


def _known_first(group: tuple[Found, ...], known: Mapping[str, str]) -> tuple[Found, ...]:
    return tuple(sorted(group, key=lambda face: face.address not in known))


def _begin(part: Sequence[str], chosen: Collection[str], gateway: str, best: str) -> list[tuple[str, str]]:
    asked = [(name, "asked") for name in part if name in chosen]
    return asked or [(gateway, "gateway") if gateway in part else (best, "neighbours")]


def _node(name: str, group: tuple[Found, ...]) -> Node:
    return Node(
        name,
        group[0].name,
        tuple(dict.fromkeys(chassis for face in group for chassis in face.chassis)),
        tuple(face.address for face in group),
        tuple(dict.fromkeys(neighbour for face in group for neighbour in face.neighbours)),
    )


def _names(groups: Sequence[tuple[Found, ...]], known: Mapping[str, str], taken: Collection[str]) -> list[str]:
    """Return a name for each device that no other target has, in whatever case it is written."""
    used, names = {name.casefold() for name in taken}, []
    count: Counter[str] = Counter()
    for group in groups:
        name = known.get(group[0].address, "")
        if not name:
            name = wanted = target_name(group[0].name) or target_name(group[0].address) or _NAMELESS
            while name.casefold() in used:
                count[wanted] += 1
                number = str(count[wanted] + 1)
                name = f"{wanted[: _LONGEST - 1 - len(number)]}-{number}"
            used.add(name.casefold())
        names.append(name)
    return names


def target_name(told: str) -> str:
    """Return what a device calls itself in the letters that a target's name may have; "" where nothing is left."""
    return _MARKS.sub("-", told).strip("-._")[:_LONGEST].rstrip("-._")
