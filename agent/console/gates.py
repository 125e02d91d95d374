"""The gates that need no sign-in: links in messages, and the hooks of other programs. How they are guarded."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from agent.services.station import Station
from agent.services.take_in import MOST_OPEN

MOST_REFUSED: Final = 20
WITHIN: Final = timedelta(minutes=10)
MOST_ADDRESSES: Final = 10_000
MOST_SIGNATURES: Final = 10_000


class Turnstile:
    """Counts who was turned away, by address, so that who keeps trying is told to stop.

    It is asked only about what was refused. A key that fits opens always: a guess cannot fit, and whoever shares an
    address with somebody who guesses must still come in at night.
    """

    def __init__(self, most: int = MOST_REFUSED, within: timedelta = WITHIN) -> None:
        self._most = most
        self._within = within
        self._counts: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def too_many(self, address: str, now: datetime) -> bool:
        """Count one refusal of an address, and say whether there were too many of late."""
        count, since = self._counts.pop(address, (0, now))
        if not timedelta(0) <= now - since < self._within:
            count, since = 0, now
        self._counts[address] = (count + 1, since)
        if len(self._counts) > MOST_ADDRESSES:
            self._counts.popitem(last=False)
        return count >= self._most


class Seen:
    """Remembers signatures until they are too old to be used again. Bounded: when it is full, nobody comes in."""

    def __init__(self, lasting: timedelta, most: int = MOST_SIGNATURES) -> None:
        self._lasting = lasting
        self._most = most
        self._until: OrderedDict[str, datetime] = OrderedDict()

    def full(self, now: datetime) -> bool:
        """Say whether no more can be remembered for now."""
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
        return len(self._until) >= self._most

    def again(self, signature: str, now: datetime) -> bool:
        """Remember a signature, and say whether it was there before."""
        if signature in self._until:
            return True
        self._until[signature] = now + self._lasting
        return False


@dataclass(frozen=True, slots=True)
class Gates:
    """What the gates work with, at ``request.app.state.gates``. A secret that is "" closes its gate."""

    station: Station
    reply_secret: str = field(default="", repr=False)
    alert_token: str = field(default="", repr=False)
    peer_tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    most_open: int = MOST_OPEN
    turnstile: Turnstile = field(default_factory=Turnstile)
    signatures: Seen = field(default_factory=lambda: Seen(timedelta(minutes=11)))

    @property
    def now(self) -> datetime:
        return self.station.clock.now()


def gates_of(request: Request) -> Gates:
    """Return the gates. Raises HTTPException 404 where this console has none."""
    gates: Gates | None = getattr(request.app.state, "gates", None)
    if gates is None:
        raise HTTPException(404, "nothing is set up here")
    return gates


def bears(request: Request, token: str) -> bool:
    """Say whether a request has the bearer token; "" is nobody's."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    # Starlette reads headers as latin-1; encoded back they are the bytes that were sent.
    same = hmac.compare_digest(given.strip().encode("latin-1"), token.encode())
    return bool(token) and same and scheme.lower() == "bearer"


def address_of(request: Request) -> str:
    """Return where a request comes from; behind a proxy that is trusted, the server has put the client's there."""
    return request.client.host if request.client else ""
