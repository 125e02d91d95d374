"""The SNMP engine by pysnmp: correct in all versions, slow, and the measure for any engine of our own.

pysnmp matches an answer to its request by number alone. Here an answer must also come from an address and port that
has a request under way. What stays open until there is an engine of our own: with several devices asked at once, one
of them could answer for another if it knew the number; versions 1 and 2c prove nothing of who answers (version 3 with
authentication does); and a Counter64 sent without its zero pad byte is dropped as malformed.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]  # pyasn1 has no types
from pyasn1.type import univ  # type: ignore[import-untyped]  # the same
from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
from pysnmp.entity import config as untyped_config
from pysnmp.entity.engine import SnmpEngine as Pysnmp
from pysnmp.entity.rfc3413 import cmdgen as untyped_cmdgen
from pysnmp.error import PySnmpError
from pysnmp.proto import errind
from pysnmp.proto.rfc1902 import IpAddress, Opaque
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance, NoSuchObject

from collectors import names
from collectors.snmp.port import Device, Fetched, Oid, Value
from collectors.snmp.tables import Answer, Missing, Name, NoAnswer, Request, get, walk
from config.schema import SnmpCredential
from config.secret import Secret
from duty.errors import CollectError, SettingsError

logger = logging.getLogger(__name__)

IN_FLIGHT: Final = 50
ROW_CAP: Final = 10_000
_MOST_DEVICES: Final = 2048  # each known device costs 17 KB in pysnmp's tables
_RECEIVE_BUFFER: Final = 1 << 20
_TICK_S: Final = 0.5
_AUTHORIZATION_ERROR: Final = 16

# pysnmp's own functions are only partly typed; what comes out of them is checked where it comes out.
_config: Any = untyped_config
_cmdgen: Any = untyped_cmdgen

_AUTH: Final = {
    "none": _config.USM_AUTH_NONE,
    "md5": _config.USM_AUTH_HMAC96_MD5,
    "sha": _config.USM_AUTH_HMAC96_SHA,
    "sha224": _config.USM_AUTH_HMAC128_SHA224,
    "sha256": _config.USM_AUTH_HMAC192_SHA256,
    "sha384": _config.USM_AUTH_HMAC256_SHA384,
    "sha512": _config.USM_AUTH_HMAC384_SHA512,
}
_PRIV: Final = {
    "none": _config.USM_PRIV_NONE,
    "des": _config.USM_PRIV_CBC56_DES,
    "aes": _config.USM_PRIV_CFB128_AES,
    "aes192": _config.USM_PRIV_CFB192_AES,  # the form that Cisco devices and most others use (Reeder)
    "aes256": _config.USM_PRIV_CFB256_AES,
}
_MODELS: Final = {"1": 0, "2c": 1, "3": 3}

# What pysnmp raises for what devices send it, beside its own: half of it is accidents of parsing.
_TROUBLE: Final = (
    PySnmpError,
    PyAsn1Error,
    errind.ErrorIndication,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
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


class PysnmpEngine:
    """Asks devices through pysnmp: one pysnmp engine for each credential, kept until ``close``.

    One for all would mix up two passwords of the same user name; one for each device would cost 135 ms and 1 MB.
    """

    def __init__(
        self,
        *,
        in_flight: int = IN_FLIGHT,
        row_cap: int = ROW_CAP,
        resolve: Callable[..., Awaitable[str]] = names.resolve,
    ) -> None:
        self._slots = asyncio.Semaphore(in_flight)
        self._row_cap = row_cap
        self._resolve = resolve
        self._sessions: dict[SnmpCredential, _Session] = {}
        self._opening = asyncio.Lock()

    async def fetch(
        self, device: Device, scalars: Sequence[Oid], columns: Sequence[Oid], into: Fetched, *, budget: timedelta
    ) -> None:
        """Fetch scalars, then columns side by side; see ``collectors.snmp.port.SnmpEngine``."""
        deadline = asyncio.get_running_loop().time() + budget.total_seconds()
        into.failure = ""
        address = await self._resolve(device.address, budget=budget.total_seconds())
        session = await self._session(device.credential)

        async def ask(kind: Request, oids: Sequence[Name], rows: int) -> Answer:
            return await self._ask(session, device, address, deadline, into, _Question(kind, oids, rows))

        try:
            await get(ask, scalars, into)
            await walk(ask, columns, into, bulk=device.credential.version != "1", cap=self._row_cap)
        except NoAnswer as failure:
            into.failure = failure.code
            for column in columns:
                if column not in into.columns:
                    into.gaps.setdefault(column, failure.code)

    async def _ask(
        self, session: _Session, device: Device, address: str, deadline: float, into: Fetched, question: _Question
    ) -> Answer:
        """Send a question until it is answered, the tries are used up, or the deadline is there."""
        try:
            async with asyncio.timeout_at(deadline):
                await self._slots.acquire()
        except TimeoutError:
            raise NoAnswer("budget_spent") from None
        loop = asyncio.get_running_loop()
        began, timeout = loop.time(), device.timeout.total_seconds()
        tries: set[asyncio.Future[_Reply]] = set()
        try:
            session.expect(address, device.port)
            for _ in range(device.retries + 1):
                if (left := deadline - loop.time()) <= 0:
                    break
                tries.add(session.send(address, device.port, question))
                # All tries so far are waited for: a slow device's answer to the first is as good as one to the last.
                done, _pending = await asyncio.wait(
                    tries, timeout=min(timeout, left), return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    answer = _answer(done.pop().result())
                    into.answered = True
                    into.spent = max(into.spent, timedelta(seconds=loop.time() - began))
                    return answer
        finally:
            for future in tries:
                future.cancel()
            session.forget(address, device.port)
            self._slots.release()
        raise NoAnswer("timeout" if loop.time() - began >= timeout else "budget_spent")

    async def _session(self, credential: SnmpCredential) -> _Session:
        async with self._opening:
            if credential not in self._sessions:
                try:
                    self._sessions[credential] = await _Session.open(credential)
                except SettingsError as error:
                    raise CollectError("not_permitted", str(error)) from None
                except _TROUBLE as error:
                    # Its text may quote the password.
                    raise CollectError("credential_rejected", type(error).__name__) from None
            return self._sessions[credential]

    async def close(self) -> None:
        """Close the sockets of all credentials."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            session.close()
        # The loop closes a datagram socket in its next turn.
        await asyncio.sleep(0)
        await asyncio.sleep(0)


class _Question(NamedTuple):
    kind: Request
    names: Sequence[Name]
    rows: int


class _Reply(NamedTuple):
    """What pysnmp's callback brings; ``failure`` stands for the answer that never came."""

    failure: Any
    status: Any
    at: Any
    bindings: Any


class _Ticks(AsyncioDispatcher):
    """Ticks by the loop's clock. pysnmp's own ticks follow the wall clock and stop for as long as it is set back."""

    async def handle_timeout(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            try:
                self.handle_timer_tick(self.loop.time())
            except _TROUBLE:
                logger.debug("event=pysnmp_tick_failed", exc_info=True)


_ticks: Any = _Ticks


class _Guard:
    """Lets through only datagrams from where a request is under way, and keeps in what pysnmp raises at the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: Counter[tuple[str, int]] = Counter()
        self.trouble: Exception | None = None

    def datagram_received(self, datagram: bytes, sender: Any) -> None:
        if sender[:2] not in self.expected:
            return
        try:
            self._callback_function(self, sender, datagram)  # type: ignore[attr-defined]  # pysnmp's half of the class
        except _TROUBLE as error:
            logger.debug("event=datagram_refused sender=%s error=%s", sender[0], type(error).__name__)

    def error_received(self, error: Exception) -> None:
        # Called by the loop from within the very send that failed.
        self.trouble = error


class _Udp(_Guard, udp.UdpAsyncioTransport):
    """UDP over IPv4."""


class _Udp6(_Guard, udp6.Udp6AsyncioTransport):
    """UDP over IPv6."""


class _Session:
    """What pysnmp keeps for one credential: an engine, a socket for each address family, the devices it knows."""

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
    async def open(cls, credential: SnmpCredential) -> _Session:
        """Build the engine and open its sockets. Raises SettingsError and whatever pysnmp raises."""
        # Building one reads a dozen MIB modules; in a thread, so that answers to others are not kept waiting.
        engine: Any = await asyncio.to_thread(_build, credential)
        engine.register_transport_dispatcher(_ticks(timeout=_TICK_S))
        session = cls(engine, credential)
        for family, domain, kind in (
            (socket.AF_INET, udp.DOMAIN_NAME, _Udp),
            (socket.AF_INET6, udp6.DOMAIN_NAME, _Udp6),
        ):
            try:
                await session._listen(family, domain, kind())
            except OSError:  # a machine without IPv6
                logger.debug("event=no_socket family=%s", family, exc_info=True)
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
        self._engine.close_dispatcher()

    def expect(self, address: str, port: int) -> None:
        """Let answers from there through, until ``forget``."""
        self._transport(address).expected[address, port] += 1

    def forget(self, address: str, port: int) -> None:
        transport = self._transports.get(_family(address))
        if transport is not None:
            transport.expected[address, port] -= 1
            if transport.expected[address, port] <= 0:
                del transport.expected[address, port]

    def _transport(self, address: str) -> Any:
        transport = self._transports.get(_family(address))
        if transport is None:
            raise NoAnswer("unreachable")
        return transport

    def send(self, address: str, port: int, question: _Question) -> asyncio.Future[_Reply]:
        """Send a question once. Its future may stay pending for ever; the caller cancels it. Raises NoAnswer."""
        future: asyncio.Future[_Reply] = asyncio.get_running_loop().create_future()
        transport = self._transport(address)
        transport.trouble = None

        def heard(_engine: object, _handle: object, failure: Any, status: Any, at: Any, bindings: Any, _: Any) -> None:
            if not future.done():
                future.set_result(_Reply(failure, status, at, bindings))

        amounts = (0, question.rows) if question.kind is Request.BULK else ()
        try:
            target = self._target(address, port)
            wanted = [(univ.ObjectIdentifier(name), univ.Null("")) for name in question.names]
            self._generators[question.kind].send_varbinds(
                self._engine, target, None, self._context, *amounts, wanted, heard
            )
        except _TROUBLE as error:
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
            _AUTH[credential.auth],
            _revealed(credential.auth_password),
            _PRIV[credential.priv],
            _revealed(credential.priv_password),
        )
        security = credential.user
    else:
        security = "ours"
        _config.add_v1_system(engine, security, _revealed(credential.community) or "")
    _config.add_target_parameters(engine, "ours", security, level, _MODELS[credential.version])
    return engine


def _revealed(secret: Secret | None) -> str | None:
    return secret.reveal() if secret is not None else None


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _answer(reply: _Reply) -> Answer:
    """Return a reply as an answer. Raises NoAnswer."""
    if reply.failure is not None:
        raise NoAnswer(_code(reply.failure))
    try:
        bindings = [(tuple(name), _value(value)) for name, value in reply.bindings]
        answer = Answer(bindings, int(reply.status), int(reply.at))
    except _TROUBLE:
        raise NoAnswer("malformed") from None
    if answer.error == _AUTHORIZATION_ERROR:  # said of the user, not of an object
        raise NoAnswer("credential_rejected")
    return answer


def _code(failure: object) -> str:
    """Return the gap code for what pysnmp says or raises."""
    if isinstance(failure, PySnmpError) and hasattr(failure, "get"):  # StatusInformation wraps the real reason
        failure = failure.get("errorIndication", failure)
    return next((code for kinds, code in _CODES if isinstance(failure, kinds)), "malformed")


def _value(raw: object) -> Value | Missing:
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
