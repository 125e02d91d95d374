"""The SNMP engine by pysnmp: correct in all versions, slow, and the measure of our own.

pysnmp matches an answer to its request by number alone. Here an answer must also come from an address and port that
has a request under way. What our own engine has and this one has not: with several devices asked at once, one
of them could answer for another if it knew the number; versions 1 and 2c prove nothing of who answers (version 3 with
authentication does); and a Counter64 sent without its zero pad byte is dropped as malformed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

from collectors import names
from collectors.snmp.packets import answered_packet, asked_packet
from collectors.snmp.port import Device, Fetched, Oid, Packet
from collectors.snmp.session import Question, Session
from collectors.snmp.tables import Answer, Name, NoAnswer, Request, get, walk
from collectors.snmp.transport import TROUBLE
from config.schema import SnmpCredential
from duty.errors import CollectError, SettingsError

IN_FLIGHT: Final = 50
ROW_CAP: Final = 10_000


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
        # Who was silent when last asked waits in a line of its own, and is asked once: a hundred dead devices, each of
        # which holds its place until the last try has failed, must not keep us from the living.
        self._quiet: set[tuple[str, int]] = set()
        in_flight = min(in_flight, IN_FLIGHT)  # with more of them its own loop starves and answers are lost
        self._slow = asyncio.Semaphore(max(1, in_flight // 2))
        self._slots = asyncio.Semaphore(max(1, in_flight - in_flight // 2))
        self._row_cap = row_cap
        self._resolve = resolve
        self._sessions: dict[SnmpCredential, Session] = {}
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
            return await self._ask(session, device, address, deadline, into, Question(kind, oids, rows))

        try:
            await get(ask, scalars, into)
            await walk(ask, columns, into, bulk=device.credential.version != "1", cap=self._row_cap)
        except NoAnswer as failure:
            into.failure = failure.code
            for column in columns:
                if column not in into.columns:
                    into.gaps.setdefault(column, failure.code)

    async def _ask(
        self, session: Session, device: Device, address: str, deadline: float, into: Fetched, question: Question
    ) -> Answer:
        """Send a question until it is answered, the tries are used up, or the deadline is there."""
        place = (address, device.port)
        quiet = place in self._quiet
        slots = self._slow if quiet else self._slots
        try:
            async with asyncio.timeout_at(deadline):
                await slots.acquire()
        except TimeoutError:
            raise NoAnswer("budget_spent" if into.answered else "not_asked") from None
        loop = asyncio.get_running_loop()
        began, timeout = loop.time(), device.timeout.total_seconds()
        tries: set[asyncio.Future[Answer | NoAnswer]] = set()
        try:
            session.expect(address, device.port)
            for _ in range(1 if quiet else device.retries + 1):
                if (left := deadline - loop.time()) <= 0:
                    break
                tries.add(session.send(address, device.port, question))
                if into.told is not None:
                    into.told(asked_packet(loop.time(), question, session.sent(address)))
                # All tries so far are waited for: a slow device's answer to the first is as good as one to the last.
                done, _pending = await asyncio.wait(
                    tries, timeout=min(timeout, left), return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    answer = done.pop().result()
                    if into.told is not None:
                        into.told(answered_packet(loop.time(), answer))
                    if isinstance(answer, NoAnswer):
                        raise answer
                    into.answered = True
                    self._quiet.discard(place)
                    into.spent = max(into.spent, timedelta(seconds=loop.time() - began))
                    return answer
                if into.told is not None:
                    into.told(Packet(loop.time(), "silence"))
        finally:
            for future in tries:
                future.cancel()
            session.forget(address, device.port)
            slots.release()
        self._quiet.add(place)
        raise NoAnswer("timeout" if loop.time() - began >= timeout else "budget_spent")

    async def _session(self, credential: SnmpCredential) -> Session:
        async with self._opening:
            if credential not in self._sessions:
                try:
                    self._sessions[credential] = await Session.open(credential)
                except SettingsError as error:
                    raise CollectError("not_permitted", str(error)) from None
                except OSError as error:
                    raise CollectError("not_permitted", f"no socket: {error.strerror}") from None
                except TROUBLE as error:
                    # Its text may quote the password.
                    raise CollectError("credential_rejected", type(error).__name__) from None
            return self._sessions[credential]

    async def close(self) -> None:
        """Close the sockets of all credentials."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            session.close()
        # The loop closes a datagram socket in its next turn, and ends a cancelled task in the one after.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
