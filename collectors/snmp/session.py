"""What pysnmp keeps for one credential: an engine, its sockets, the devices it knows."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import struct
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from pyasn1.type import univ  # type: ignore[import-untyped]  # pyasn1 has no types
from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.entity import config as untyped_config
from pysnmp.entity.engine import SnmpEngine as Pysnmp
from pysnmp.entity.rfc3413 import cmdgen as untyped_cmdgen
from pysnmp.proto import errind
from pysnmp.proto.error import StatusInformation
from pysnmp.proto.rfc1902 import IpAddress, Opaque
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance, NoSuchObject

from collectors.snmp.port import Value
from collectors.snmp.tables import Answer, Missing, Name, NoAnswer, Request
from collectors.snmp.transport import TICK_S, TROUBLE, Ticks, Udp, Udp6
from config.schema import SnmpCredential
from config.secret import Secret

logger = logging.getLogger(__name__)

_MOST_DEVICES: Final = 2048  # each known device costs 17 KB in pysnmp's tables
_RECEIVE_BUFFER: Final = 1 << 20
_AUTHORIZATION_ERROR: Final = 16

# pysnmp's own functions are only partly typed; what comes out of them is checked where it comes out.
_config: Any = untyped_config
_cmdgen: Any = untyped_cmdgen
_ticks: Any = Ticks

AUTH: Final = {
    "none": _config.USM_AUTH_NONE,
    "md5": _config.USM_AUTH_HMAC96_MD5,
    "sha": _config.USM_AUTH_HMAC96_SHA,
    "sha224": _config.USM_AUTH_HMAC128_SHA224,
    "sha256": _config.USM_AUTH_HMAC192_SHA256,
    "sha384": _config.USM_AUTH_HMAC256_SHA384,
    "sha512": _config.USM_AUTH_HMAC384_SHA512,
}
PRIV: Final = {
    "none": _config.USM_PRIV_NONE,
    "des": _config.USM_PRIV_CBC56_DES,
    "aes": _config.USM_PRIV_CFB128_AES,
    "aes192": _config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": _config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192c": _config.USM_PRIV_CFB192_AES,  # the form that Cisco devices and many others use (Reeder)
    "aes256c": _config.USM_PRIV_CFB256_AES,
}
_MODELS: Final = {"1": 0, "2c": 1, "3": 3}

_REJECTED: Final = (
    errind.AuthenticationError,
    errind.AuthenticationFailure,
    errind.DecryptionError,
    errind.NoAuthentication,
    errind.NoSuchContext,
    errind.UnknownCommunityName,
    errind.UnknownSecurityName,
    errind.UnknownUserName,
    errind.UnsupportedAuthProtocol,
    errind.UnsupportedPrivProtocol,
    errind.UnsupportedSecurityLevel,
    errind.WrongDigest,
)
_CODES: Final[tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...]] = (
    (_REJECTED, "credential_rejected"),
    (errind.RequestTimedOut, "timeout"),
    ((errind.EncryptionError, errind.NoEncryption), "not_permitted"),
    ((errind.NotInTimeWindow, errind.UnknownEngineID), "agent_fault"),
)


class Question(NamedTuple):
    """One request: its kind, the names it is about, the rows wanted of a walk."""

    kind: Request
    names: Sequence[Name]
    rows: int


class Session:
    """Sends questions with one credential to any number of devices."""

    def __init__(self, engine: Any, credential: SnmpCredential) -> None:
        self._engine = engine
        self._context = credential.context
        self._known: dict[tuple[str, int], str] = {}
        self._count = 0
        self._transports: dict[int, Any] = {}
        self._generators = {
            Request.GET: _cmdgen.GetCommandGenerator(),
            Request.NEXT: _cmdgen.NextCommandGeneratorSingleRun(),
            Request.BULK: _cmdgen.BulkCommandGeneratorSingleRun(),
        }

    @classmethod
    async def open(cls, credential: SnmpCredential) -> Session:
        """Build the engine and open its sockets. Raises SettingsError, OSError and what is in ``TROUBLE``."""
        # Building one reads a dozen MIB modules; in a thread, so that answers to others are not kept waiting.
        engine: Any = await asyncio.to_thread(_build, credential)
        engine.register_transport_dispatcher(_ticks(timeout=TICK_S))
        session = cls(engine, credential)
        for family, domain, kind in (
            (socket.AF_INET, udp.DOMAIN_NAME, Udp),
            (socket.AF_INET6, udp6.DOMAIN_NAME, Udp6),
        ):
            try:
                await session._listen(family, domain, kind())
            except OSError as error:
                if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                    session.close()
                    raise
                logger.debug("event=no_such_family family=%s", family)  # a machine without IPv6
        return session

    async def _listen(self, family: int, domain: Any, transport: Any) -> None:
        sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            sock.bind(("::" if family == socket.AF_INET6 else "", 0))
            await asyncio.get_running_loop().create_datagram_endpoint(lambda: transport, sock=sock)
        except OSError:
            sock.close()
            raise
        _config.add_transport(self._engine, domain, transport)
        self._transports[family] = transport

    def close(self) -> None:
        """Close the sockets; the loop needs a turn to do it."""
        self._engine.close_dispatcher()

    def expect(self, address: str, port: int) -> None:
        """Let answers from there through, until ``forget``."""
        self._transport(address).expected[address, port] += 1

    def forget(self, address: str, port: int) -> None:
        """Take back one ``expect``."""
        transport = self._transports.get(_family(address))
        if transport is not None:
            transport.expected[address, port] -= 1
            if transport.expected[address, port] <= 0:
                del transport.expected[address, port]

    def sent(self, address: str) -> int:
        """Return the bytes of what was sent last; with version 3 that may be the question who is there."""
        return int(self._transport(address).sent)

    def _transport(self, address: str) -> Any:
        transport = self._transports.get(_family(address))
        if transport is None:
            raise NoAnswer("unreachable")
        return transport

    def send(self, address: str, port: int, question: Question) -> asyncio.Future[Answer | NoAnswer]:
        """Send a question once. Its future may stay pending for ever; the caller cancels it. Raises NoAnswer."""
        future: asyncio.Future[Answer | NoAnswer] = asyncio.get_running_loop().create_future()
        transport = self._transport(address)
        transport.trouble = None

        def heard(_engine: object, _handle: object, failure: Any, status: Any, at: Any, bindings: Any, _: Any) -> None:
            if not future.done():
                future.set_result(_answer(failure, status, at, bindings, transport.received))

        amounts = (0, question.rows) if question.kind is Request.BULK else ()
        try:
            target = self._target(address, port)
            wanted = [(univ.ObjectIdentifier(name), univ.Null("")) for name in question.names]
            self._generators[question.kind].send_varbinds(
                self._engine, target, None, self._context, *amounts, wanted, heard
            )
        except TROUBLE as error:
            raise NoAnswer(_code(error)) from None
        if transport.trouble is not None:
            barred = getattr(transport.trouble, "errno", 0) in (errno.EPERM, errno.EACCES)
            raise NoAnswer("not_permitted" if barred else "unreachable")
        return future

    def _target(self, address: str, port: int) -> str:
        """Return pysnmp's name for a device; only the latest ones are kept."""
        name = self._known.pop((address, port), "")
        if not name:
            if len(self._known) >= _MOST_DEVICES:
                _config.delete_target_address(self._engine, self._known.pop(next(iter(self._known))))
            self._count += 1
            name = f"d{self._count}"
            domain = udp6.DOMAIN_NAME if _family(address) == socket.AF_INET6 else udp.DOMAIN_NAME
            # Tries and deadlines are ours: pysnmp only clears away, after a minute, what was never answered.
            _config.add_target_address(self._engine, name, domain, (address, port), "ours", 6000, 0)
        self._known[address, port] = name
        return name


def _build(credential: SnmpCredential) -> Any:
    engine: Any = Pysnmp()
    level = "noAuthNoPriv"
    if credential.version == "3":
        if credential.auth != "none":
            level = "authNoPriv" if credential.priv == "none" else "authPriv"
        _config.add_v3_user(
            engine,
            credential.user,
            AUTH[credential.auth],
            revealed(credential.auth_password),
            PRIV[credential.priv],
            revealed(credential.priv_password),
        )
        security = credential.user
    else:
        security = "ours"
        _config.add_v1_system(engine, security, revealed(credential.community) or "")
    _config.add_target_parameters(engine, "ours", security, level, _MODELS[credential.version])
    return engine


def revealed(secret: Secret | None) -> str | None:
    """Return what a secret is, None where there is none."""
    return secret.reveal() if secret is not None else None


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _answer(failure: Any, status: Any, at: Any, bindings: Any, size: int) -> Answer | NoAnswer:
    """Return what pysnmp's callback brings; ``failure`` stands for the answer that did not come."""
    if failure is not None:
        return NoAnswer(_code(failure))
    try:
        answer = Answer([(tuple(name), value_of(value)) for name, value in bindings], int(status), int(at), size)
    except TROUBLE:
        return NoAnswer("malformed")
    # Said of the user, not of an object.
    return NoAnswer("credential_rejected") if answer.error == _AUTHORIZATION_ERROR else answer


def _code(failure: object) -> str:
    """Return the gap code for what pysnmp says or raises."""
    if isinstance(failure, StatusInformation):
        failure = _reason(failure)
    return next((code for kinds, code in _CODES if isinstance(failure, kinds)), "malformed")


def _reason(wrapped: Any) -> object:
    return wrapped.get("errorIndication", wrapped)


def value_of(raw: object) -> Value | Missing:
    """Return what pysnmp read as a value of ours."""
    if isinstance(raw, NoSuchObject | NoSuchInstance | EndOfMibView):
        return Missing.NOT_OFFERED
    if isinstance(raw, univ.Null):  # which pyasn1 holds for a kind of octet string
        return Missing.MALFORMED
    if isinstance(raw, Opaque):
        return _opaque(bytes(raw))
    if isinstance(raw, IpAddress):
        return ".".join(map(str, bytes(raw)))
    if isinstance(raw, univ.Integer):
        return int(raw)
    if isinstance(raw, univ.ObjectIdentifier):
        return str(raw)
    if isinstance(raw, univ.OctetString):
        return bytes(raw)
    return Missing.MALFORMED


def _opaque(raw: bytes) -> Value:
    """Read the floating point numbers that net-snmp wraps up; anything else stays bytes."""
    for head, form in ((b"\x9f\x78\x04", ">f"), (b"\x9f\x79\x08", ">d")):
        if raw.startswith(head) and len(raw) == len(head) + struct.calcsize(form):
            return float(struct.unpack(form, raw[len(head) :])[0])
    return raw
