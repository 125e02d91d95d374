"""Accounts: made, given a new first password, given other posts, closed and opened again."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from agent.services.door import Door
from agent.services.passwords import make_password
from agent.services.station import Station
from agent.store import accounts, devices, journal, people
from agent.store.accounts import Account
from agent.store.devices import Device
from duty.errors import NightdutyError, NotFound
from duty.people import Person, Post
from duty.sign_in import is_name

log = logging.getLogger(__name__)

FIRST: Final = "admin"
"""The account that is made where there is none, so that somebody can come in at all."""


async def add_account(door: Door, name: str, posts: Iterable[Post], person: str, by: str) -> Path:
    """Make an account, and return the file with its first password.

    It belongs to the person of its name where nobody else is named, and holds the posts of that person where none are
    given. Raises NightdutyError.
    """
    if not is_name(name):
        raise NightdutyError(f"an account is called by 1 to 64 letters, digits, '.', '_' or '-', not by {name[:64]!r}")
    if await door.station.store.read(accounts.get_account, name) is not None:
        raise NightdutyError(f"there is an account {name} already; for a new password: nightduty account passwd {name}")
    there = await _people(door.station)
    if person and person not in there:
        raise NotFound(f"there is nobody named {person}; there are: {', '.join(there) or 'none'}")
    owner = person or (name if name in there else "")
    held = tuple(posts) or (there[owner].posts if owner else ())
    if not held:
        raise NightdutyError(f"what may {name} do? Give a post: --post {', --post '.join(Post)}")
    password = make_password()
    kept = await door.passwords.hash(password)
    # The file first: were the account there first, a full disk would leave one that nobody can open.
    path = _write(door, name, password)
    await door.station.store.write(_add, name, held, kept, owner, by, door.station.clock.now())
    return path


async def renew_password(door: Door, name: str, by: str) -> Path:
    """Give an account a new first password, end its sessions, and return the file with it. Raises NotFound."""
    await _expect(door.station, name)
    password = make_password()
    kept = await door.passwords.hash(password)
    path = _write(door, name, password)
    await door.station.store.write(_renew, name, kept, by, door.station.clock.now())
    return path


async def set_posts(station: Station, name: str, posts: Iterable[Post], by: str) -> None:
    """Say what an account may do from now on; who is signed in on it signs in anew. Raises NotFound."""
    held = tuple(posts)
    if not held:
        raise NightdutyError(f"give a post: --post {', --post '.join(Post)}")
    await station.store.write(_set_posts, name, held, by, station.clock.now())


async def set_disabled(station: Station, name: str, disabled: bool, by: str) -> None:
    """Close an account with all that is signed in on it, or open it again. Raises NotFound."""
    await station.store.write(_set_disabled, name, disabled, by, station.clock.now())


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as it is listed. ``unchanged`` says that it still has a password which others have seen."""

    name: str
    person: str
    posts: tuple[Post, ...]
    unchanged: bool
    disabled: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """All who are let in: accounts and screens."""

    accounts: tuple[AccountLine, ...]
    screens: tuple[Device, ...]


async def listed(station: Station) -> Listed:
    """Return all accounts and screens, by name."""
    return await station.store.read(_listed)


async def open_first(door: Door) -> None:
    """Make the first account where there is none, and put away first passwords that are changed."""
    there = await door.station.store.read(accounts.list_accounts)
    if not there:
        path = await add_account(door, FIRST, (Post.ADMINISTRATOR,), "", journal.AGENT)
        log.warning("there was no account: %s was made, its first password stands in %s", FIRST, path)
    waiting = {account.name for account in there if account.must_change} | ({FIRST} if not there else set())
    for path in door.folder.glob("first-password-*"):
        if path.name.removeprefix("first-password-") not in waiting:
            path.unlink(missing_ok=True)


async def first_waits(door: Door) -> str:
    """Return the name of the file with the first account's password, "" once somebody has changed it."""
    found = await door.station.store.read(accounts.get_account, FIRST)
    path = door.first_password(FIRST)
    return path.name if found is not None and found.must_change and path.exists() else ""


async def _people(station: Station) -> dict[str, Person]:
    """Return everybody: those of the record, and before the first start those of the settings."""
    return {person.name: person for person in station.orders.people} | await station.store.read(people.load_people)


async def _expect(station: Station, name: str) -> Account:
    found = await station.store.read(accounts.get_account, name)
    if found is None:
        raise NotFound(f"there is no account {name}; nightduty account list names them")
    return found


def _write(door: Door, name: str, password: str) -> Path:
    path = door.first_password(name)
    try:
        path.unlink(missing_ok=True)
        # Made anew and for us alone: a file that was there already might be open to others.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password + "\n")
    except OSError as error:
        raise NightdutyError(f"cannot write {path}: {error.strerror}; without it nobody knows the password") from None
    return path


def _listed(conn: Connection, agent: str) -> Listed:
    return Listed(
        tuple(
            AccountLine(a.name, a.person or "", a.posts, a.must_change, a.disabled, a.created)
            for a in accounts.list_accounts(conn, agent)
        ),
        tuple(devices.list_devices(conn, agent)),
    )


def _add(
    conn: Connection,
    agent: str,
    name: str,
    posts: tuple[Post, ...],
    kept: str,
    person: str,
    by: str,
    now: datetime,
) -> None:
    accounts.add_account(conn, agent, name, posts, kept, now, person=person or None)
    said = {"account": name, "person": person, "posts": [post.value for post in posts]}
    journal.append(conn, agent, "account_added", now, by, "ok", said)


def _renew(conn: Connection, agent: str, name: str, kept: str, by: str, now: datetime) -> None:
    accounts.set_password(conn, agent, name, kept, now, must_change=True)
    journal.append(conn, agent, "password_renewed", now, by, "ok", {"account": name})


def _set_posts(conn: Connection, agent: str, name: str, posts: tuple[Post, ...], by: str, now: datetime) -> None:
    accounts.set_posts(conn, agent, name, posts, now)
    said = {"account": name, "posts": [post.value for post in posts]}
    journal.append(conn, agent, "posts_changed", now, by, "ok", said)


def _set_disabled(conn: Connection, agent: str, name: str, disabled: bool, by: str, now: datetime) -> None:
    accounts.set_disabled(conn, agent, name, disabled, now)
    kind = "account_disabled" if disabled else "account_enabled"
    journal.append(conn, agent, kind, now, by, "ok", {"account": name})
