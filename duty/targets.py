"""What is inspected, where it stands, what it depends on, and whether it is key equipment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Site:
    """A place with its time zone (an IANA name); a night runs by the site's clock."""

    name: str
    title: str
    zone: str


@dataclass(frozen=True, slots=True)
class Maintainer:
    """Who mends a target, the number to ring, and the last day of their contract where it is known."""

    name: str
    hotline: str
    contract_ends: date | None = None


@dataclass(frozen=True, slots=True)
class Port:
    """What the operator says of ports whose name fits ``match`` (shell pattern). ``rate`` is the bought rate, bit/s.

    ``circuit`` is the circuit's number with its ``carrier``.
    """

    match: str
    uplink: bool = False
    key: bool = False
    rate: int | None = None
    circuit: str = ""
    carrier: str = ""
    contract_ends: date | None = None

    @property
    def matters(self) -> bool:
        """Whether its failure is more than an access port's."""
        return self.uplink or self.key or bool(self.circuit)


LANE = " lane "
"""Between a port's name and the number of the lane, where its module has several."""


def port_of(instance: str) -> str:
    """Return the port that an instance is of: the port itself, or one lane of its optical module."""
    return instance.partition(LANE)[0]


@dataclass(frozen=True, slots=True)
class Target:
    """A server or device that is inspected. ``looks`` names the collectors that go and look, the main one first."""

    name: str
    address: str
    looks: tuple[str, ...]
    site: str
    room: str = ""
    rack: str = ""
    unit: str = ""
    asset: str = ""
    serial: str = ""
    maintainer: Maintainer | None = None
    business: str = ""
    key: bool = False
    depends_on: tuple[str, ...] = ()
    redundant_with: str = ""
    """The target that does the same work: while it stands, the failure of this one costs no service."""
    ports: tuple[Port, ...] = ()

    def port(self, name: str) -> Port | None:
        """Return the first setting that fits the name of a port, or of one lane of it."""
        name = port_of(name)
        return next((port for port in self.ports if fnmatchcase(name, port.match)), None)


def behind(name: str, targets: Mapping[str, Target]) -> frozenset[str]:
    """Return the targets that cannot be reached while this one is down: all of their ways lead through it."""
    return all_behind((name,), targets)


def all_behind(names: Iterable[str], targets: Mapping[str, Target]) -> frozenset[str]:
    """Return the further targets that cannot be reached while all of these are down, as with both of a pair."""
    down = frozenset(names)
    cut = set(down)
    while further := {
        target.name
        for target in targets.values()
        if target.name not in cut and target.depends_on and cut.issuperset(target.depends_on)
    }:
        cut |= further
    return frozenset(cut - down)
