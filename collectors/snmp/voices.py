"""How a device is spoken to: by community (versions 1 and 2c) or as a user (version 3), one voice for each device.

Version 3 wants to know the device first: its engine's id, how often it has booted and for how long it has run. That
is asked for once and corrected by what comes later. Nobody can replay an old message to us: it would have to bear
the number of a request under way, which is random.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, Protocol, cast

from collectors.snmp.ber import (
    INTEGER,
    OCTETS,
    SEQUENCE,
    DecodeError,
    bindings,
    children,
    encode_oid,
    integer,
    octets,
    opened,
    tlv,
    whole_number,
)
from collectors.snmp.messages import (
    REPORT,
    RESPONSE,
    VERSIONS,
    Question,
    Reply,
    packet,
    pdu_head,
    question,
    read,
    read_pdu,
)
from collectors.snmp.tables import NoAnswer, Request
from collectors.snmp.usm import AUTHENTIC, PRIVATE, Keys, User

_MOST_SIZE: Final = integer(65_507)
_REPORTABLE: Final = 4
_V3: Final = integer(VERSIONS["3"])
_USM: Final = integer(3)
_LONGEST_ENGINE_ID: Final = 64
_DISCOVERY: Final = question(Request.GET, ())
_NOTHING: Final = bytes((OCTETS, 0))
_HEAD: Final = [INTEGER, INTEGER, OCTETS, INTEGER]
_KNOWN: Final = [OCTETS, INTEGER, INTEGER, OCTETS, OCTETS, OCTETS]

_NOT_IN_TIME: Final = encode_oid("1.3.6.1.6.3.15.1.1.2.0")
_UNKNOWN_ENGINE: Final = encode_oid("1.3.6.1.6.3.15.1.1.4.0")
_REJECTED: Final = frozenset(
    map(
        encode_oid,
        (
            "1.3.6.1.6.3.15.1.1.1.0",  # usmStatsUnsupportedSecLevels
            "1.3.6.1.6.3.15.1.1.3.0",  # usmStatsUnknownUserNames
            "1.3.6.1.6.3.15.1.1.5.0",  # usmStatsWrongDigests
            "1.3.6.1.6.3.15.1.1.6.0",  # usmStatsDecryptionErrors
            "1.3.6.1.6.3.12.1.5.0",  # snmpUnknownContexts
        ),
    )
)


class Report(NamedTuple):
    """What a device says instead of an answer: which counter of refusals it has counted up."""

    name: bytes
    engine_id: bytes


Heard = Reply | Report


class Send(Protocol):
    """Sends a datagram and brings what its reader makes of the answer. Raises NoAnswer."""

    def __call__(self, packet: bytes, number: int, hear: Callable[[bytes, int], Heard]) -> Awaitable[Heard]: ...


class Voice(Protocol):
    """Asks one device as one credential has it."""

    async def ask(self, send: Send, number: Callable[[], int], asked: Question) -> Reply:
        """Ask, and ask again where the device wants to be asked otherwise. Raises NoAnswer."""


class Community:
    """Versions 1 and 2c."""

    def __init__(self, version: str, community: bytes) -> None:
        self._version = VERSIONS[version]
        self._community = community

    async def ask(self, send: Send, number: Callable[[], int], asked: Question) -> Reply:
        """Ask; see ``Voice``."""
        one = number()
        message = packet(self._version, self._community, asked, one.to_bytes(4, "big"))
        return cast(Reply, await send(message, one, self.hear))

    def hear(self, data: bytes, number: int) -> Reply:
        """Read an answer. Raises DecodeError."""
        return read(data, self._version, self._community, number)


class Secured:
    """Version 3, with what is known of the device."""

    def __init__(self, user: User, clock: Callable[[], float]) -> None:
        self._user = user
        self._clock = clock
        self._engine_id = b""
        self._keys = Keys(b"", b"")
        self._keys_of = b""
        self._known = self._scope = b""
        self._boots = self._time = 0
        self._at = 0.0

    async def ask(self, send: Send, number: Callable[[], int], asked: Question) -> Reply:
        """Ask; see ``Voice``."""
        corrected: set[bytes] = set()
        try:
            while True:
                if not self._engine_id:
                    await self._discover(send, number())
                one = number()
                heard = await send(self._write(asked, one), one, self.hear)
                if isinstance(heard, Reply):
                    return heard
                if heard.name in corrected or heard.name not in (_NOT_IN_TIME, _UNKNOWN_ENGINE):
                    raise NoAnswer("credential_rejected" if heard.name in _REJECTED else "agent_fault")
                corrected.add(heard.name)
                if heard.name == _UNKNOWN_ENGINE:
                    self._engine_id = b""
        except NoAnswer:
            # Whatever was believed of the device may be wrong by now; the next look begins with asking for it.
            self._engine_id = b""
            raise

    async def _discover(self, send: Send, one: int) -> None:
        """Ask for the engine's id, and take its clock on trust: were it wrong, the device would say so, signed."""
        heard = await send(greeting(one), one, self.hear)
        if not (isinstance(heard, Report) and 1 <= len(heard.engine_id) <= _LONGEST_ENGINE_ID):
            raise NoAnswer("agent_fault")
        self.met(heard.engine_id)

    def met(self, engine_id: bytes) -> None:
        """Take an engine's id for the device's, and make the keys that are good there."""
        self._engine_id = engine_id
        if self._keys_of != engine_id:
            self._keys, self._keys_of = self._user.keys(engine_id), engine_id
        self._known = tlv(OCTETS, engine_id)
        self._scope = self._known + tlv(OCTETS, self._user.context)

    def _write(self, asked: Question, number: int) -> bytes:
        user, time = self._user, self._time + int(self._clock() - self._at)
        content = tlv(SEQUENCE, self._scope + _pdu(asked, number))
        salt = b""
        if user.level & PRIVATE:
            content, salt = user.encrypt(self._keys, self._boots, time, content)
            content = tlv(OCTETS, content)
        known = self._known + integer(self._boots) + integer(time) + tlv(OCTETS, user.name)
        message = _framed(number, user.level | _REPORTABLE, known, bytes(user.signature), salt, content)
        if not user.level:
            return message
        at = len(message) - len(content) - 2 - len(salt) - user.signature
        return message[:at] + user.sign(self._keys, message) + message[at + user.signature :]

    def hear(self, data: bytes, number: int) -> Heard:
        """Read a message to us. Raises DecodeError for one that is forged, foreign or less secured than asked."""
        at, end = opened(data, 0, len(data), SEQUENCE)
        version, at = whole_number(data, at, end)
        part, at = opened(data, at, end, SEQUENCE)
        head, contents, _ = children(data, part, at)
        part, at = opened(data, at, end, OCTETS)
        part, last = opened(data, part, at, SEQUENCE)
        known, parameters, ends = children(data, part, last)
        if head != _HEAD or known != _KNOWN or last != at or version != 3 or end != len(data):
            raise DecodeError("header")
        said, _, flags, model = contents
        engine_id, boots, time, user, signature, salt = parameters
        if said != number.to_bytes(4, "big") or len(flags) != 1 or model != b"\3":
            raise DecodeError("header")
        level = flags[0] & (AUTHENTIC | PRIVATE)
        if level == PRIVATE or not 1 <= len(boots) <= 4 or not 1 <= len(time) <= 4 or (boots[0] | time[0]) & 0x80:
            raise DecodeError("security parameters")
        booted, runs = int.from_bytes(boots, "big"), int.from_bytes(time, "big")
        if level:
            self._check(data, level, engine_id, user, signature, ends[4])
        if level & PRIVATE:
            start, stop = opened(data, at, end, OCTETS)
            data = self._user.decrypt(self._keys, booted, runs, salt, data[start:stop])
            at, end = 0, len(data)
        reply = self._read_scoped(data, at, end, level, engine_id, number)
        if level or not self._engine_id:
            self._boots, self._time, self._at = booted, runs, self._clock()
        return reply

    def _check(self, data: bytes, level: int, engine_id: bytes, user: bytes, signature: bytes, end: int) -> None:
        """Check that our user signed it; the signature ends at ``end``. Raises DecodeError."""
        mine, size = self._user, len(signature)
        if level & ~mine.level or engine_id != self._engine_id or user != mine.name or size != mine.signature:
            raise DecodeError("another user or engine")
        expected = mine.sign(self._keys, data[: end - size] + bytes(size) + data[end:])
        if not hmac.compare_digest(expected, signature):
            raise DecodeError("wrong digest")

    def _read_scoped(self, data: bytes, at: int, end: int, level: int, engine_id: bytes, number: int) -> Heard:
        at, end = opened(data, at, end, SEQUENCE)
        _, at = octets(data, at, end)
        _, at = octets(data, at, end)
        if end - at < 2 or data[at] not in (RESPONSE, REPORT):
            raise DecodeError("PDU")
        if data[at] == RESPONSE:
            if level != self._user.level or engine_id != self._engine_id or not engine_id:
                raise DecodeError("less secured than asked")
            return read_pdu(data, at, end, RESPONSE, number)
        names = _reported(data, at, end)
        if not names or (names[0] == _NOT_IN_TIME and level != AUTHENTIC):
            # Whoever knows no password must not set our idea of the device's clock.
            raise DecodeError("report")
        return Report(names[0], engine_id)


def greeting(number: int) -> bytes:
    """Return the message that asks for an engine's id: whoever speaks version 3 answers it, whoever asks."""
    content = tlv(SEQUENCE, _NOTHING * 2 + _pdu(_DISCOVERY, number))
    return _framed(number, _REPORTABLE, _NOTHING + integer(0) * 2 + _NOTHING, b"", b"", content)


def _pdu(asked: Question, number: int) -> bytes:
    return pdu_head(asked.kind, len(asked.rest)) + number.to_bytes(4, "big") + asked.rest


def _framed(number: int, flags: int, known: bytes, signature: bytes, salt: bytes, content: bytes) -> bytes:
    """Return a message; ``known`` is what its security parameters begin with."""
    head = b"\x02\x04%b%b\x04\x01%c%b" % (number.to_bytes(4, "big"), _MOST_SIZE, flags, _USM)
    security = tlv(SEQUENCE, b"%b%b%b" % (known, tlv(OCTETS, signature), tlv(OCTETS, salt)))
    return tlv(SEQUENCE, b"%b%b%b%b" % (_V3, tlv(SEQUENCE, head), tlv(OCTETS, security), content))


def _reported(data: bytes, at: int, end: int) -> list[bytes]:
    """Return the names in a report. The request's number in it is whatever the device could make out."""
    at, end = opened(data, at, end, REPORT)
    for _ in range(3):
        _, at = whole_number(data, at, end)
    return bindings(data, *opened(data, at, end, SEQUENCE))[0]
