"""Links in messages: to the page of an alert, or a signed one by which one person takes it without signing in."""

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

KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 16
_VERSION: Final = 1
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
        token = base64.urlsafe_b64encode(body + self._signature(body)).rstrip(b"=").decode("ascii")
        return f"{self.public_url}/l/{token}"

    def to(self, alert: int, person: str, contact: Contact, now: datetime) -> str:
        """Return the link for a message of an alert that goes out by a contact of a person."""
        channel = self._channels.get(contact.channel)
        if person and channel is not None and read_by_one(channel, contact.address):
            return self.personal(alert, person, now)
        return self.plain(alert)

    def read(self, token: str, now: datetime) -> Pass:
        """Return what a token says. Raises LinkError; a token that is not ours and one that was bent are the same."""
        if len(token) > _LONGEST or not token.isascii():
            raise LinkError("forged")
        try:
            whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise LinkError("forged") from None
        body, signature = whole[:-_SIGNATURE_BYTES], whole[-_SIGNATURE_BYTES:]
        if len(body) <= _HEAD.size or not hmac.compare_digest(signature, self._signature(body)):
            raise LinkError("forged")
        # From here on it is what we wrote ourselves.
        version, alert, expires = _HEAD.unpack_from(body)
        until = datetime.fromtimestamp(expires, UTC)
        if version != _VERSION or now >= until:
            raise LinkError("expired")
        return Pass(alert, body[_HEAD.size :].decode(), until)

    def _signature(self, body: bytes) -> bytes:
        # The agent's name is signed and not written: a link of another agent with the same key opens nothing here.
        said = b"nightduty link\0" + self._agent.encode() + b"\0" + body
        return hmac.digest(self._key, said, "sha256")[:_SIGNATURE_BYTES]
