"""Our own SNMP engine: any number of devices through few sockets, one request at a time to each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from weakref import WeakValueDictionary

from collectors import names
from collectors.snmp.messages import Question, Reply
from collectors.snmp.packets import question_packet, reply_packet
from collectors.snmp.port import Device, Fetched, Oid, Packet
from collectors.snmp.scalars import get
from collectors.snmp.sweep import Swept, sweep
from collectors.snmp.tables import NoAnswer
from collectors.snmp.usm import User
from collectors.snmp.voices import Community, Heard, Secured, Voice
from collectors.snmp.walk import Plans, walk
from collectors.snmp.wire import Place, Wire, place_of
from config.schema import SnmpCredential
from duty.errors import CollectError, SettingsError

IN_FLIGHT: Final = 200
"""Devices asked at the same time: their answers together fit the receive buffer, and memory stays small."""
ROW_CAP: Final = 10_000
_MOST_PEERS: Final = 16_384
_AUTHORIZATION_ERROR: Final = 16


@dataclass(slots=True)
class _Peer:
    """A device as one credential knows it. ``quiet`` is whether it was silent when last asked."""

    place: Place
    voice: Voice
    credential: SnmpCredential
    turn: asyncio.Lock
    plans: Plans = field(default_factory=dict)
    quiet: bool = False


class OwnEngine:
    """Asks devices in pure Python; see ``collectors.snmp.port.SnmpEngine``."""

    def __init__(
        self,
        *,
        in_flight: int = IN_FLIGHT,
        row_cap: int = ROW_CAP,
        resolve: Callable[..., Awaitable[str]] = names.resolve,
        turn: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Make an engine that has opened nothing yet; ``turn``, where there is one, is waited for before each request.

        A request that is sent once more, for want of an answer, does not wait: who counts packets has ``retries=0``.
        """
        self._turn = turn
        self._window = asyncio.Semaphore(in_flight)
        self._row_cap = row_cap
        self._resolve = resolve
        self._wire: Wire | None = None
        self._peers: dict[tuple[str, int, int], _Peer] = {}
        self._users: dict[int, tuple[SnmpCredential, User]] = {}
        self._turns: WeakValueDictionary[Place, asyncio.Lock] = WeakValueDictionary()

    async def fetch(
        self, device: Device, scalars: Sequence[Oid], columns: Sequence[Oid], into: Fetched, *, budget: timedelta
    ) -> None:
        """Fetch scalars, then columns side by side; see ``collectors.snmp.port.SnmpEngine``."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + budget.total_seconds()
        wire = self._wire = self._wire or Wire(loop)
        into.failure = ""
        try:
            # By the identity of the credential: its value would be hashed anew for each look; the peer keeps it alive.
            peer = self._peers.get((device.address, device.port, id(device.credential)))
            peer = peer or await self._meet(device, deadline - loop.time())
            call = _Call(wire, self._window, peer, device, into, deadline, self._turn)
            await call.begin()
            try:
                if scalars:
                    await get(call.ask, scalars, into)
                if columns:
                    bulk = device.credential.version != "1"
                    await walk(call.ask, columns, into, bulk=bulk, cap=self._row_cap, plans=peer.plans)
            finally:
                call.end()
        except NoAnswer as failure:
            into.failure = failure.code
            for oid in (*scalars, *columns):
                if oid not in into.scalars and oid not in into.columns:
                    into.gaps.setdefault(oid, failure.code)

    async def sweep(self, device: Device, roots: Sequence[Oid], into: Swept, *, budget: timedelta) -> None:
        """Take all that a device has below the roots. Raises CollectError as ``fetch`` does."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + budget.total_seconds()
        wire = self._wire = self._wire or Wire(loop)
        try:
            peer = await self._meet(device, budget.total_seconds())
            call = _Call(wire, self._window, peer, device, Fetched(), deadline, self._turn)
            await call.begin()
            try:
                for root in roots:
                    await sweep(call.ask, root, into, bulk=device.credential.version != "1")
            finally:
                call.end()
        except NoAnswer as failure:
            into.cut = failure.code

    async def close(self) -> None:
        """Close the sockets."""
        if self._wire is not None:
            self._wire.close()
        self._wire = None
        self._peers.clear()
        self._users.clear()

    async def _meet(self, device: Device, left: float) -> _Peer:
        """Return what is known of a device. Raises CollectError; NoAnswer for an address that cannot be asked."""
        address = await self._resolve(device.address, budget=max(0.0, left))
        key = (address, device.port, id(device.credential))
        peer = self._peers.get(key)
        if peer is None:
            place = place_of(address, device.port)
            turn = self._turns.setdefault(place, asyncio.Lock())
            peer = _Peer(place, self._voice(device.credential), device.credential, turn)
            if len(self._peers) >= _MOST_PEERS:
                del self._peers[next(iter(self._peers))]
            self._peers[key] = peer
        return peer

    def _voice(self, credential: SnmpCredential) -> Voice:
        try:
            if credential.version != "3":
                community = credential.community.reveal() if credential.community else ""
                return Community(credential.version, community.encode())
            # The credential is kept with its user, so that nothing else can come to have its identity.
            _, user = self._users.get(id(credential)) or (credential, User(credential))
            self._users[id(credential)] = credential, user
            return Secured(user, asyncio.get_running_loop().time)
        except SettingsError as error:
            raise CollectError("not_permitted", str(error)) from None


class _Call:
    """One fetch: its place in the window and its device's turn, held while it lasts."""

    def __init__(
        self,
        wire: Wire,
        window: asyncio.Semaphore,
        peer: _Peer,
        device: Device,
        into: Fetched,
        deadline: float,
        turn: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self._turn = turn
        self._wire = wire
        self._window = window
        self._peer = peer
        self._into = into
        self._deadline = deadline
        self._timeout = device.timeout.total_seconds()
        self._retries = device.retries
        self._loop = asyncio.get_running_loop()
        self._spent = 0.0
        self._holds = False
        self._asked: Question | None = None

    async def begin(self) -> None:
        """Wait for the device's turn, and for a place in the window. Raises NoAnswer when the time is up before.

        Who was silent when last asked needs no place: an answer from there is not to be expected, and a hundred dead
        devices must not keep us from the living.
        """
        turn, window, quiet = self._peer.turn, self._window, self._peer.quiet
        if not turn.locked() and (quiet or not window.locked()):
            await turn.acquire()
        else:
            try:
                async with asyncio.timeout_at(self._deadline):
                    await turn.acquire()
                    try:
                        if not quiet:
                            await window.acquire()
                            self._holds = True
                    except BaseException:
                        turn.release()
                        raise
            except TimeoutError:
                raise NoAnswer("budget_spent" if self._into.answered else "not_asked") from None
            return
        if not quiet:
            await window.acquire()
            self._holds = True

    def end(self) -> None:
        """Give everything back."""
        self._give_back()
        self._peer.turn.release()
        spent = timedelta(seconds=self._spent)
        if spent > self._into.spent:
            self._into.spent = spent

    async def ask(self, asked: Question) -> Reply:
        """Ask the device one thing. Raises NoAnswer."""
        self._asked = asked
        try:
            reply = await self._peer.voice.ask(self._send, self._wire.number, asked)
        except NoAnswer as failure:
            self._peer.quiet = failure.code == "timeout"
            if self._into.told is not None and failure.code != "timeout":
                self._into.told(Packet(self._loop.time(), "report", error=failure.code))
            raise
        if self._into.told is not None:
            self._into.told(reply_packet(self._loop.time(), reply))
        if reply.error == _AUTHORIZATION_ERROR:
            raise NoAnswer("credential_rejected")  # said of the user, not of an object
        self._into.answered = True
        self._peer.quiet = False
        return reply

    async def _send(self, packet: bytes, number: int, hear: Callable[[bytes, int], Heard]) -> Heard:
        if self._turn is not None:
            await self._turn()
        began = self._loop.time()
        if self._into.told is not None and self._asked is not None:
            self._into.told(question_packet(began, self._asked, len(packet)))
        heard: Heard = await self._wire.ask(
            self._peer.place, packet, number, hear, timeout=self._timeout, retries=self._retries,
            deadline=self._deadline, silent=self._unanswered,
        )  # fmt: skip
        self._spent = max(self._spent, self._loop.time() - began)
        return heard

    def _unanswered(self) -> None:
        """Hear that a try had no answer in its time."""
        if self._into.told is not None:
            self._into.told(Packet(self._loop.time(), "silence"))
        self._give_back()

    def _give_back(self) -> None:
        """Leave the window: also when a try stays without an answer, for then none is likely to come."""
        if self._holds:
            self._holds = False
            self._window.release()
