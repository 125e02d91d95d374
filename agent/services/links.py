"""Links in messages: to a page, or signed ones: one person takes an alert, the leading group watches an incident."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from config.channels import AnyChannel, read_by_one
from duty.errors import NightdutyError
from duty.people import Contact

HOLDS: Final = timedelta(hours=24)
"""How long a personal link can be used: a shift, and whatever comes of it the next morning."""
WATCH_HOLDS: Final = timedelta(hours=72)
"""How long the leading group can watch an incident by a link: a weekend of it."""

KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 16
_VERSION: Final = 1
_ACTS: Final = b"nightduty link"
_WATCHES: Final = b"nightduty watch"
_HEAD: Final = struct.Struct(">BQQ")
_LONGEST: Final = 600
"""Characters of a token; a name of 64 Chinese characters takes less than half of it."""


class LinkError(NightdutyError):
    """A link that opens nothing: ``code`` is "forged" or "expired"."""

    def __init__(self, code: Literal["forged", "expired"]) -> None:
        super().__init__(f"the link is {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Pass:
    """What a link says of itself: who may act on which alert, and until when."""

    alert: int
    person: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """What a link of the leading group says of itself: which incident it shows, and until when. It is nobody's."""

    incident: int
    expires: datetime


class Links:
    """Makes links and reads them. Whoever has a personal link acts in that person's name: it goes to one reader only.

    The key never leaves this machine, and a new one makes every link out there worthless.
    """

    def __init__(
        self, key: bytes, public_url: str, agent: str = "agent", channels: Mapping[str, AnyChannel] | None = None
    ) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError("the key of links is too short")
        self._key = key
        self._agent = agent
        self._channels = channels or {}
        self.public_url = public_url.rstrip("/")

    def plain(self, alert: int) -> str:
        """Return the address of an alert's page, which asks who is there."""
        return f"{self.public_url}/alerts/{alert}"

    @property
    def every(self) -> str:
        """Return the address of the list of alerts."""
        return f"{self.public_url}/alerts"

    def page(self, path: str) -> str:
        """Return the address of a page of the console, by its path: "/handover"."""
        return f"{self.public_url}{path}"

    def personal(self, alert: int, person: str, now: datetime) -> str:
        """Return the address by which ``person`` acts on an alert without signing in, for a day."""
        body = _HEAD.pack(_VERSION, alert, int((now + HOLDS).timestamp())) + person.encode()
        return f"{self.public_url}/l/{self._token(_ACTS, body)}"

    def watch(self, incident: int, now: datetime) -> str:
        """Return the address at which an incident can be watched without signing in, for three days; only watched."""
        body = _HEAD.pack(_VERSION, incident, int((now + WATCH_HOLDS).timestamp()))
        return f"{self.public_url}/watch/{self._token(_WATCHES, body)}"

    def to(self, alert: int, person: str, contact: Contact, now: datetime) -> str:
        """Return the link for a message of an alert that goes out by a contact of a person."""
        channel = self._channels.get(contact.channel)
        if person and channel is not None and read_by_one(channel, contact.address):
            return self.personal(alert, person, now)
        return self.plain(alert)

    def read(self, token: str, now: datetime) -> Pass:
        """Return what a token says. Raises LinkError; a token that is not ours and one that was bent are the same."""
        alert, person, until = self._read(_ACTS, token, now)
        if not person:
            raise LinkError("forged")
        return Pass(alert, person.decode(), until)

    def read_watch(self, token: str, now: datetime) -> Watch:
        """Return what a token of the leading group says. Raises LinkError as ``read`` does."""
        incident, more, until = self._read(_WATCHES, token, now)
        if more:
            raise LinkError("forged")
        return Watch(incident, until)

    def _token(self, kind: bytes, body: bytes) -> str:
        return base64.urlsafe_b64encode(body + self._signature(kind, body)).rstrip(b"=").decode("ascii")

    def _read(self, kind: bytes, token: str, now: datetime) -> tuple[int, bytes, datetime]:
        if len(token) > _LONGEST or not token.isascii():
            raise LinkError("forged")
        try:
            whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise LinkError("forged") from None
        body, signature = whole[:-_SIGNATURE_BYTES], whole[-_SIGNATURE_BYTES:]
        if len(body) < _HEAD.size or not hmac.compare_digest(signature, self._signature(kind, body)):
            raise LinkError("forged")
        # From here on it is what we wrote ourselves.
        version, number, expires = _HEAD.unpack_from(body)
        until = datetime.fromtimestamp(expires, UTC)
        if version != _VERSION or now >= until:
            raise LinkError("expired")
        return number, body[_HEAD.size :], until

    def _signature(self, kind: bytes, body: bytes) -> bytes:
        # The agent's name is signed and not written: a link of another agent with the same key opens nothing here.
        # So is the kind: a link by which one may only watch is none by which one acts.
        said = kind + b"\0" + self._agent.encode() + b"\0" + body
        return hmac.digest(self._key, said, "sha256")[:_SIGNATURE_BYTES]
