"""What is known of a target's ports from one look to the next: their speed, and whether their counters went on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from duty.targets import Target

DOUBTFUL = 1.1
"""A port cannot carry more than its speed; beyond this part of it the rate is doubtful, not true."""

FASTEST = 10e12
"""Bits a second that no port carries yet; beyond this the rate of a port whose speed is not known is doubtful."""

Numbers = Mapping[tuple[str, str], int | float]
"""Values by parameter and instance."""


class Port(NamedTuple):
    """One port: how fast it can be and what it is sold as (bit/s; None unknown).

    ``goes_on`` is whether its counters have gone on since the look before; None where nothing vouches for it.
    """

    speed: int | float | None
    sold: int | float | None
    goes_on: bool | None

    @property
    def most(self) -> float:
        """The bits a second beyond which a rate is doubtful."""
        return DOUBTFUL * (self.speed or FASTEST)


class Together(NamedTuple):
    """Several ports: the speed of the fastest, and the bits a second beyond which a rate of each is doubtful.

    ``sold`` has the place and the bought rate of each whose rate is known, ``sold_names`` their names; ``go_on`` is
    whether nothing speaks against it that the counters of all went on.
    """

    fastest: int | float
    most: tuple[float, ...]
    sold: tuple[tuple[int, int | float], ...]
    sold_names: tuple[str, ...]
    go_on: bool


class Ports:
    """The ports of a target, by what two looks told of them."""

    def __init__(self, now: Numbers, before: Numbers, target: Target | None) -> None:
        self._now = now
        self._before = before
        self._target = target
        self._ports: dict[str, Port] = {}
        self._together: dict[tuple[str, ...], Together] = {}

    def of(self, name: str) -> Port:
        """Return what is known of a port."""
        port = self._ports.get(name)
        if port is None:
            port = self._ports[name] = self._port(name)
        return port

    def together(self, names: tuple[str, ...]) -> Together:
        """Return what is known of the ports of a column; most columns are about the same ports."""
        known = self._together.get(names)
        if known is None:
            ports = [self.of(name) for name in names]
            sold = tuple((place, port.sold) for place, port in enumerate(ports) if port.sold)
            known = self._together[names] = Together(
                max((port.speed or 0 for port in ports), default=0),
                tuple(port.most for port in ports),
                sold,
                names if len(sold) == len(names) else tuple(names[place] for place, _ in sold),
                all(port.goes_on is not False for port in ports),
            )
        return known

    def _port(self, name: str) -> Port:
        """Gather what is known. A port whose speed has changed may have been the faster since the look before."""
        speed, was = self._now.get(("port_speed", name)), self._before.get(("port_speed", name))
        fastest = max((each for each in (speed, was) if each is not None and each > 0), default=None)
        said = self._target.port(name) if self._target is not None and self._target.ports else None
        # Of one that has just become slower the share of its new speed would be more than all.
        sold = said.rate if said is not None and said.rate else fastest if speed is not None and speed > 0 else None
        return Port(fastest, sold, self._goes_on(name))

    def _goes_on(self, name: str) -> bool | None:
        mark, was_mark = self._now.get(("port_discontinuity", name)), self._before.get(("port_discontinuity", name))
        if mark is not None and was_mark is not None:
            return mark == was_mark
        return True if ("uptime", "") in self._now and ("uptime", "") in self._before else None
