"""Traps and informs of version 3, by pysnmp: who sent them is proved, and what they say is decrypted.

pysnmp wants to be told beforehand which engine a trap comes from. Here an engine's id is taken from the trap itself:
the keys are made for that id, so that nobody without the password can bear it. What pysnmp leaves open is closed around
it: a message less secured than the credential is refused before, an old one that is sent once more after it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.carrier.base import AbstractTransportDispatcher as UntypedDispatcher
from pysnmp.entity import config as untyped_config
from pysnmp.entity.engine import SnmpEngine as Pysnmp
from pysnmp.entity.rfc3413 import ntfrcv as untyped_ntfrcv
from pysnmp.proto import errind
from pysnmp.proto.rfc1902 import OctetString

from collectors.snmp.ber import INTEGER, OCTETS, SEQUENCE, DecodeError, children, encode_oid, opened, whole_number
from collectors.snmp.messages import VERSIONS
from collectors.snmp.session import AUTH, PRIV, revealed, value_of
from collectors.snmp.transport import TROUBLE
from collectors.snmp.traps import MOST_BINDINGS, Trap, trap_oid
from collectors.snmp.usm import AUTHENTIC, PRIVATE
from config.schema import SnmpCredential

logger = logging.getLogger(__name__)

_config: Any = untyped_config
_ntfrcv: Any = untyped_ntfrcv
_Dispatcher: Any = UntypedDispatcher

_HEAD: Final = [INTEGER, INTEGER, OCTETS, INTEGER]
_SECURITY: Final = [OCTETS, INTEGER, INTEGER, OCTETS, OCTETS, OCTETS]
_LONGEST_ENGINE_ID: Final = 32
_TALK: Final = (errind.UnknownEngineID, errind.NotInTimeWindow)
MOST_ENGINES: Final = 1024
"""Senders that pysnmp has keys for; the one that has waited longest goes first."""
_NEW_ENGINE_S: Final = 10.0
"""An address has a new engine so often at most: to make its keys takes pysnmp 15 ms."""
_WINDOW_S: Final = 150
"""How late a message may come (RFC 3414)."""


class Envelope(NamedTuple):
    """What stands outside on a message of version 3."""

    engine_id: bytes
    boots: int
    time: int
    user: bytes
    level: int


class Opened(NamedTuple):
    """What came of a message: a trap, an answer to send, or neither and the reason."""

    trap: Trap | None = None
    answer: bytes = b""
    refused: str = ""


def envelope(data: bytes) -> Envelope:
    """Read the outside of a message of version 3. Raises DecodeError."""
    at, end = opened(data, 0, len(data), SEQUENCE)
    version, at = whole_number(data, at, end)
    part, at = opened(data, at, end, SEQUENCE)
    head, said, _ = children(data, part, at)
    part, at = opened(data, at, end, OCTETS)
    part, last = opened(data, part, at, SEQUENCE)
    known, parameters, _ = children(data, part, last)
    if version != VERSIONS["3"] or head != _HEAD or known != _SECURITY or last != at or end != len(data):
        raise DecodeError("header")
    engine_id, boots, time, user, _, _ = parameters
    if len(said[2]) != 1 or max(len(boots), len(time)) > 5 or len(engine_id) > _LONGEST_ENGINE_ID:
        raise DecodeError("header")
    level = said[2][0] & (AUTHENTIC | PRIVATE)
    return Envelope(engine_id, int.from_bytes(boots, "big"), int.from_bytes(time, "big"), user, level)


class TrapUser:
    """One user of version 3, as its credential has it. To build it takes a tenth of a second.

    ``engine_id`` and ``boots`` are ours: informs are sealed for us. Raises SettingsError and what is in ``TROUBLE``.
    """

    def __init__(self, credential: SnmpCredential, engine_id: bytes, boots: int) -> None:
        self._engine = _engine(engine_id, boots)
        self._ours = engine_id
        self._user = credential.user
        self._keys = (
            AUTH[credential.auth],
            revealed(credential.auth_password),
            PRIV[credential.priv],
            revealed(credential.priv_password),
        )
        self._level = (credential.auth != "none") * AUTHENTIC | (credential.priv != "none") * PRIVATE
        self._senders: dict[bytes, str] = {}
        self._met: dict[str, float] = {}
        self._clocks: dict[bytes, tuple[int, int, float]] = {}
        self._heard: list[Any] = []
        self._failures: list[object] = []
        self._sent: list[bytes] = self._engine.transport_dispatcher.sent
        _config.add_v3_user(self._engine, self._user, *self._keys)
        _ntfrcv.NotificationReceiver(self._engine, lambda *said: self._heard.append(said[4]))
        self._engine.observer.register_observer(self._failed, "rfc3412.prepareDataElements:sm-failure")

    def open(self, data: bytes, outside: Envelope, sender: str, now: float) -> Opened:
        """Open one message that came from an address; ``now`` in seconds by a clock that never steps."""
        asks_who = not outside.engine_id
        synchronises = outside.engine_id == self._ours and not outside.boots and outside.level & AUTHENTIC
        if outside.level != self._level and not asks_who and not synchronises:
            return Opened(refused="wrong_credential")
        stranger = not asks_who and outside.engine_id != self._ours and outside.engine_id not in self._senders
        if stranger and not self._meet(outside.engine_id, sender, now):
            return Opened(refused="crowded")
        found = self._ask_pysnmp(data, outside, sender, now)
        if stranger:
            # Of one address the newest engine counts that has proved itself: the device may have been replaced.
            others = [known for known, at in self._senders.items() if at == sender and known != outside.engine_id]
            for gone in others if found.trap else [outside.engine_id]:
                self._forget(gone)
        return found

    def _ask_pysnmp(self, data: bytes, outside: Envelope, sender: str, now: float) -> Opened:
        for gathered in (self._heard, self._failures, self._sent):
            gathered.clear()
        # What pysnmp keeps of each message it gives up by the ticks of this clock.
        self._engine.transport_dispatcher.handle_timer_tick(now)
        try:
            self._engine.message_dispatcher.receive_message(self._engine, udp.DOMAIN_NAME, (sender, 0), data)
            trap = self._trap()
        except TROUBLE as error:
            logger.debug("event=trap_refused sender=%s error=%s", sender, type(error).__name__)
            return Opened(refused="malformed")
        answer = self._sent[0] if self._sent else b""
        if trap is not None and self._in_time(outside, now):
            return Opened(trap, answer)
        if trap is None and any(isinstance(failure, _TALK) for failure in self._failures):
            return Opened(answer=answer)
        return Opened(refused="wrong_credential")

    def _trap(self) -> Trap | None:
        if not self._heard:
            return None
        bound = [(encode_oid(str(name)), value_of(value)) for name, value in self._heard[0][:MOST_BINDINGS]]
        return Trap("3", b"", trap_oid(bound), bound)

    def _failed(self, _engine: object, _point: str, told: Mapping[str, Any], _context: object) -> None:
        self._failures.append((told.get("statusInformation") or told).get("errorIndication"))

    def _meet(self, engine_id: bytes, sender: str, now: float) -> bool:
        """Have pysnmp know an engine, unless its address had another one a moment ago."""
        if now < self._met.get(sender, now - _NEW_ENGINE_S) + _NEW_ENGINE_S:
            return False
        if len(self._senders) >= MOST_ENGINES:
            self._forget(next(iter(self._senders)))
        if len(self._met) >= MOST_ENGINES:
            del self._met[next(iter(self._met))]
        _config.add_v3_user(self._engine, self._user, *self._keys, securityEngineId=OctetString(engine_id))
        self._senders[engine_id] = sender
        self._met[sender] = now
        return True

    def _forget(self, engine_id: bytes) -> None:
        _config.delete_v3_user(self._engine, self._user, OctetString(engine_id))
        del self._senders[engine_id]
        self._clocks.pop(engine_id, None)

    def _in_time(self, outside: Envelope, now: float) -> bool:
        """Say whether a proven message is not an old one sent again; of those to us pysnmp has seen to it."""
        if outside.engine_id == self._ours or not outside.level:
            return True
        boots, time, at = self._clocks.get(outside.engine_id, (0, 0, now))
        if outside.boots < boots or (outside.boots == boots and outside.time + _WINDOW_S < time + (now - at)):
            return False
        if (outside.boots, outside.time) > (boots, time):
            self._clocks[outside.engine_id] = (outside.boots, outside.time, now)
        return True


class _Out(_Dispatcher):  # type: ignore[misc]  # pysnmp has no types
    """Keeps what pysnmp wants to send, for it has no socket of its own here."""

    def __init__(self) -> None:
        super().__init__()
        self.set_timer_resolution(1)
        self.sent: list[bytes] = []

    def send_message(self, message: Any, domain: object, place: object) -> None:
        """Keep an answer."""
        self.sent.append(bytes(message))


def _engine(engine_id: bytes, boots: int) -> Any:
    """Return an engine of pysnmp's under our name. Its own way of numbering its starts is a file in /tmp."""
    engine: Any = Pysnmp()
    known, started = engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots")
    known.syntax = known.syntax.clone(engine_id)
    started.syntax = started.syntax.clone(boots)
    engine.snmpEngineID = known.syntax
    engine.register_transport_dispatcher(_Out())
    return engine
