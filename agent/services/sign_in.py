"""Sign in and out, change a password, and say who a request is from."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from sqlalchemy import Connection

from agent.services.door import Door
from agent.services.passwords import Busy
from agent.services.station import Station
from agent.store import accounts, journal, people, shifts
from agent.store.accounts import Account, Session
from duty.sign_in import FREE_OF_NAME, LONGEST, WAIT_OF_NAME, ends, password_fault, wait
from exporters.words import shown

log = logging.getLogger(__name__)

LONGEST_TOKEN: Final = 100
NOBODY: Final = "unknown"
"""The journal's actor where no account has the name: what was typed may have been a password in the wrong field."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was opened. ``token`` is what the browser keeps, and nobody else."""

    token: str = field(repr=False)
    expires: datetime
    must_change: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A sign-in or a change of password that was refused; the code has words under ``sign_in``."""

    code: Literal["wrong", "wait", "busy", "unwritten", "short", "long", "name", "same", "differs", "as_before"]
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a session belongs to; ``title`` is what people call them."""

    session: Session
    account: Account
    title: str


async def sign_in(door: Door, name: str, password: str, address: str) -> SignedIn | Refused:
    """Open a session where the password fits.

    Every refusal takes the same time and says the same, whether there is such an account or not.
    """
    name = name.strip()[:64]
    if left := door.delays.until(name, address, door.station.clock.now()):
        return Refused("wait", left)
    try:
        with door.passwords.place():
            return await _look(door, name, password, address)
    except Busy:
        return Refused("busy")


async def sign_out(station: Station, known: Known) -> None:
    """End one session."""
    await station.store.write(_leave, known.session, station.clock.now())


async def change_password(door: Door, known: Known, current: str, new: str, address: str) -> SignedIn | Refused:
    """Give an account the password that its owner wants, and a new session in place of all that it had.

    The present password is asked for, but of who has just come in by a first one.
    """
    try:
        with door.passwords.place():
            return await _replace(door, known, current, new, address)
    except Busy:
        return Refused("busy")


async def ask_again(door: Door, account: Account, password: str, address: str) -> Refused | None:
    """Ask who is signed in for their password once more, as for a signature; None where it fits."""
    try:
        with door.passwords.place():
            return await _still_theirs(door, account, password, address)
    except Busy:
        return Refused("busy")


async def who(station: Station, token: str) -> Known | None:
    """Return whose session a token belongs to, None where it is none that is in force."""
    if not token or len(token) > LONGEST_TOKEN:
        return None
    return await station.store.read(_who, digest_of(token), station.clock.now())


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def new_token() -> str:
    """Return 256 random bits, as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


async def _look(door: Door, name: str, password: str, address: str) -> SignedIn | Refused:
    now = door.station.clock.now()
    door.delays.count(name, address, now)
    account = await door.station.store.read(accounts.get_account, name)
    if account is not None and (left := _locked(account, now)):
        door.delays.forgive(name, address, whole=False)
        return Refused("wait", left)
    fits = await door.passwords.fits(None if account is None else account.password_hash, password)
    if account is None or account.disabled or not fits:
        await _refuse(door, account, address)
        return Refused("wrong")
    door.delays.forgive(name, address, whole=True)
    return await door.station.store.write(_admit, account, address, door.station.clock.now())


async def _replace(door: Door, known: Known, current: str, new: str, address: str) -> SignedIn | Refused:
    account = known.account
    if not account.must_change and (refused := await _still_theirs(door, account, current, address)):
        return refused
    if fault := password_fault(new, account.name):
        return Refused(fault)
    if await door.passwords.fits(account.password_hash, new):
        return Refused("as_before")
    kept = await door.passwords.hash(new)
    changed = await door.station.store.write(_change, known, kept, door.station.clock.now())
    if isinstance(changed, SignedIn):
        _put_away(door, account.name)
    return changed


async def _still_theirs(door: Door, account: Account, password: str, address: str) -> Refused | None:
    now = door.station.clock.now()
    if left := door.delays.until(account.name, address, now):
        return Refused("wait", left)
    door.delays.count(account.name, address, now)
    if not await door.passwords.fits(account.password_hash, password):
        return Refused("wrong")
    door.delays.forgive(account.name, address, whole=True)
    return None


def _put_away(door: Door, name: str) -> None:
    try:
        door.first_password(name).unlink(missing_ok=True)
    except OSError as error:
        # It opens nothing any more.
        log.warning("the first password of %s is changed, but its file stays: %s", name, error.strerror)


def _locked(account: Account, now: datetime) -> timedelta:
    """Return how long an account stays locked: no shorter by a restart, no longer by a step of the clock."""
    left = timedelta(0) if account.locked_until is None else account.locked_until - now
    return left if timedelta(0) < left <= WAIT_OF_NAME else timedelta(0)


async def _refuse(door: Door, account: Account | None, address: str) -> None:
    name = NOBODY if account is None else account.name
    log.warning("sign-in refused account=%s address=%s", name, shown(address, 64))
    await door.station.store.write(_note, account, address, door.station.clock.now())


def _note(conn: Connection, agent: str, account: Account | None, address: str, now: datetime) -> None:
    name = NOBODY if account is None else account.name
    failures = 1 + (0 if account is None else account.failures)
    # For nobody as well: an answer must not tell by its time whether there is such an account.
    pause = wait(failures, FREE_OF_NAME, WAIT_OF_NAME)
    accounts.note_failure(conn, agent, "" if account is None else name, now + pause if pause else None)
    result = "unknown" if account is None else "disabled" if account.disabled else "wrong"
    journal.append(conn, agent, "sign_in", now, name, result, said(address))


def _admit(conn: Connection, agent: str, account: Account, address: str, now: datetime) -> SignedIn | Refused:
    fresh = accounts.get_account(conn, agent, account.name)
    if fresh is None or fresh.disabled or fresh.password_hash != account.password_hash:
        # Changed while the password was looked at.
        return Refused("wrong")
    accounts.note_success(conn, agent, account.name)
    own = shifts.shifts_between(conn, agent, now, now + LONGEST)
    opened = _open(conn, agent, fresh, now, ends(own, fresh.person or "", now))
    journal.append(conn, agent, "sign_in", now, account.name, "ok", said(address))
    return opened


def _change(conn: Connection, agent: str, known: Known, kept: str, now: datetime) -> SignedIn | Refused:
    account = accounts.get_account(conn, agent, known.account.name)
    if account is None or account.password_hash != known.account.password_hash:
        return Refused("wrong")
    accounts.set_password(conn, agent, account.name, kept, now)
    opened = _open(conn, agent, account, now, known.session.expires)
    journal.append(conn, agent, "password_changed", now, account.name, "ok", said(""))
    return SignedIn(opened.token, opened.expires, must_change=False)


def _open(conn: Connection, agent: str, account: Account, now: datetime, expires: datetime) -> SignedIn:
    token = new_token()
    accounts.open_session(conn, agent, account.name, digest_of(token), new_token(), now, expires)
    return SignedIn(token, expires, account.must_change)


def _leave(conn: Connection, agent: str, session: Session, now: datetime) -> None:
    if accounts.revoke_session(conn, agent, session.digest, now):
        journal.append(conn, agent, "sign_out", now, session.account, "ok", said(""))


def _who(conn: Connection, agent: str, digest: str, now: datetime) -> Known | None:
    session = accounts.find_session(conn, agent, digest, now)
    account = None if session is None else accounts.get_account(conn, agent, session.account)
    if session is None or account is None or account.disabled:
        return None
    title = people.title_of(conn, agent, account.person) if account.person else ""
    return Known(session, account, title or account.person or account.name)


def said(address: str) -> dict[str, str]:
    """Return what the journal keeps of where somebody came from; salted, for its digest outlives it."""
    return {"address": shown(address, 64), "salt": secrets.token_hex(8)} if address else {"salt": secrets.token_hex(8)}
