"""What hangs on what: neighbours become links, links become the way from a root. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import Final, NamedTuple

Links = Mapping[str, tuple[str, ...]]
"""Each device with those next to it, all in the order in which the devices were given."""

MOST_PARENTS: Final = 16
"""As many as a target can have (``depends_on``)."""


class Neighbour(NamedTuple):
    """Who stands at a port of a device, as it tells itself by LLDP or CDP; "" and () for what it does not tell.

    ``port`` is its own port, at the far end; ``chassis`` a hardware address like ``00:11:22:33:44:55`` or words.
    """

    chassis: str = ""
    name: str = ""
    addresses: tuple[str, ...] = ()
    port: str = ""
    platform: str = ""


class Node(NamedTuple):
    """A device, by what others may know it by, and whom it sees."""

    key: str
    name: str = ""
    chassis: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()


def links(nodes: Sequence[Node]) -> Links:
    """Return who stands next to whom. One side that sees the other is enough; what points to two devices, to none."""
    known, order = _Register(nodes), {node.key: place for place, node in enumerate(nodes)}
    beside: dict[str, set[str]] = {node.key: set() for node in nodes}
    for node in nodes:
        for neighbour in node.neighbours:
            other = known.who(neighbour)
            if other and other != node.key:
                beside[node.key].add(other)
                beside[other].add(node.key)
    return {key: tuple(sorted(others, key=order.__getitem__)) for key, others in beside.items()}


def far_ports(nodes: Sequence[Node]) -> Mapping[tuple[str, str], str]:
    """Return by (device, neighbour) the port of the neighbour that leads to the device, as the neighbour calls it."""
    known = _Register(nodes)
    seen = ((node.key, known.who(neighbour), neighbour.port) for node in nodes for neighbour in node.neighbours)
    return {(key, other): port for key, other, port in seen if other and other != key and port}


def parts(links: Links) -> list[tuple[str, ...]]:
    """Return the parts that hang together, each in order; who stands alone is no part."""
    left, found = dict.fromkeys(links), []
    for key in links:
        if key in left and links[key]:
            reached = _distances(links, (key,))
            found.append(tuple(other for other in links if other in reached))
            for other in reached:
                left.pop(other, None)
    return found


def best_connected(links: Links, part: Iterable[str]) -> str:
    """Return who of a part has the most neighbours; of several the first."""
    return max(part, key=lambda key: len(links[key]))


def parents(links: Links, roots: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return for each device those next to it that are one step nearer to a root, () for a root and what has none.

    Where a device is reached by several ways of one length all count, for it falls silent by its way only when none of
    them answers. Along the parents one always comes nearer to a root, so there is never a circle.
    """
    steps = _distances(links, roots)
    return {
        key: tuple(other for other in others if steps.get(other, len(links)) < steps.get(key, 0))[:MOST_PARENTS]
        for key, others in links.items()
    }


def _distances(links: Links, roots: Iterable[str]) -> dict[str, int]:
    steps = {root: 0 for root in roots if root in links}
    waiting = deque(steps)
    while waiting:
        key = waiting.popleft()
        for other in links[key]:
            if other not in steps:
                steps[other] = steps[key] + 1
                waiting.append(other)
    return steps


class _Register:
    """Who is known by what. What is said of two devices (a name that was never set) tells nothing."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._chassis = _owners((chassis, node.key) for node in nodes for chassis in node.chassis)
        self._addresses = _owners((address, node.key) for node in nodes for address in node.addresses)
        self._names = _owners((node.name.casefold(), node.key) for node in nodes)
        self._short = _owners((_short(node.name), node.key) for node in nodes)

    def who(self, neighbour: Neighbour) -> str:
        """Return the key of the device that a neighbour is; "" for none of them."""
        told = [self._chassis.get(neighbour.chassis)]
        told += [self._addresses.get(address) for address in neighbour.addresses]
        # Where no name is told, some devices have it for their chassis.
        for name in (neighbour.name, neighbour.chassis):
            told += [self._names.get(name.casefold()), self._short.get(_short(name))]
        return next(filter(None, told), "")


def _owners(told: Iterable[tuple[str, str]]) -> dict[str, str]:
    owners: dict[str, set[str]] = {}
    for mark, key in told:
        if mark:
            owners.setdefault(mark, set()).add(key)
    return {mark: keys.pop() for mark, keys in owners.items() if len(keys) == 1}


def _short(name: str) -> str:
    """Return a name without its domain, by which one device knows another that has been given none."""
    try:
        ip_address(name)
    except ValueError:
        return name.partition(".")[0].casefold()
    return ""
