"""Accounts and the sessions that are signed in on them. Hashing, and how long a lock lasts, is a service's business."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import account_posts, accounts, sessions
from duty.errors import NotFound, StoreError
from duty.people import Post


@dataclass(frozen=True, slots=True)
class Account:
    """A name to sign in with, what it may do, and how often in a row signing in has failed."""

    name: str
    person: str | None
    posts: tuple[Post, ...]
    password_hash: str = field(repr=False)
    must_change: bool
    disabled: bool
    created: datetime
    changed: datetime
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. ``digest`` is the SHA-256 of what their cookie holds, which is kept nowhere."""

    digest: str = field(repr=False)
    account: str
    csrf: str = field(repr=False)
    created: datetime
    expires: datetime


def add_account(
    conn: Connection,
    agent: str,
    name: str,
    posts: Iterable[Post],
    password_hash: str,
    now: datetime,
    *,
    person: str | None = None,
    must_change: bool = True,
) -> Account:
    """Make an account and return it; StoreError if there is one of this name."""
    if get_account(conn, agent, name) is not None:
        raise StoreError(f"there is an account {name} already; give it a new password with: nightduty account passwd")
    conn.execute(
        accounts.insert().values(
            agent=agent,
            name=name,
            person=person,
            password_hash=password_hash,
            must_change=must_change,
            disabled=False,
            created=now,
            changed=now,
            failures=0,
        )
    )
    set_posts(conn, agent, name, posts, now)
    return _expect(conn, agent, name)


def set_posts(conn: Connection, agent: str, name: str, posts: Iterable[Post], now: datetime) -> None:
    """Say what an account may do. Whoever is signed in on it must sign in anew. NotFound if there is none."""
    _change(conn, agent, name, changed=now)
    of = account_posts.c
    conn.execute(account_posts.delete().where(of.agent == agent, of.account == name))
    rows = [{"agent": agent, "account": name, "post": post.value} for post in dict.fromkeys(posts)]
    if rows:
        conn.execute(account_posts.insert(), rows)
    revoke_sessions(conn, agent, name, now)


def set_password(
    conn: Connection, agent: str, name: str, password_hash: str, now: datetime, *, must_change: bool = False
) -> None:
    """Give an account a new password: its lock and all its sessions end. NotFound if there is none."""
    news = {"password_hash": password_hash, "must_change": must_change, "failures": 0, "locked_until": None}
    _change(conn, agent, name, changed=now, **news)
    revoke_sessions(conn, agent, name, now)


def set_disabled(conn: Connection, agent: str, name: str, disabled: bool, now: datetime) -> None:
    """Close an account to everybody, with all its sessions, or open it again. NotFound if there is none."""
    _change(conn, agent, name, changed=now, disabled=disabled)
    if disabled:
        revoke_sessions(conn, agent, name, now)


def get_account(conn: Connection, agent: str, name: str) -> Account | None:
    """Return the account of a name."""
    return next(iter(_accounts(conn, agent, accounts.c.name == name)), None)


def list_accounts(conn: Connection, agent: str) -> list[Account]:
    """Return all accounts, by name."""
    return _accounts(conn, agent)


def note_failure(conn: Connection, agent: str, name: str, locked_until: datetime | None) -> int:
    """Count a sign-in that failed, lock the account until then, and return how many those are in a row.

    0 for a name that no account has; the caller answers both alike.
    """
    there = accounts.update().where(accounts.c.agent == agent, accounts.c.name == name)
    counted = there.values(failures=accounts.c.failures + 1, locked_until=locked_until).returning(accounts.c.failures)
    return conn.execute(counted).scalar_one_or_none() or 0


def note_success(conn: Connection, agent: str, name: str) -> None:
    """Forget the sign-ins that failed. NotFound if there is no such account."""
    _change(conn, agent, name, failures=0, locked_until=None)


def open_session(
    conn: Connection, agent: str, account: str, digest: str, csrf: str, now: datetime, expires: datetime
) -> Session:
    """Write a session down, and forget those that are over; NotFound if the account is not there or is disabled."""
    found = get_account(conn, agent, account)
    if found is None or found.disabled:
        raise NotFound(f"there is no account {account} to sign in on")
    conn.execute(sessions.delete().where(sessions.c.agent == agent, sessions.c.expires <= now))
    row = {"digest": digest, "account": account, "csrf": csrf, "created": now, "expires": expires}
    conn.execute(sessions.insert().values(agent=agent, **row))
    return Session(digest, account, csrf, now, expires)


def find_session(conn: Connection, agent: str, digest: str, now: datetime) -> Session | None:
    """Return a session that is in force: neither over nor revoked."""
    query = sa.select(sessions).where(
        sessions.c.agent == agent,
        sessions.c.digest == digest,
        sessions.c.expires > now,
        sessions.c.revoked.is_(None),
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else Session(row.digest, row.account, row.csrf, row.created, row.expires)


def revoke_session(conn: Connection, agent: str, digest: str, now: datetime) -> bool:
    """End one session; False if it is not in force any more."""
    return _revoke(conn, agent, now, sessions.c.digest == digest, sessions.c.expires > now) == 1


def revoke_sessions(conn: Connection, agent: str, account: str, now: datetime) -> int:
    """End all sessions of an account, and return how many were in force."""
    return _revoke(conn, agent, now, sessions.c.account == account, sessions.c.expires > now)


def _revoke(conn: Connection, agent: str, now: datetime, *which: sa.ColumnElement[bool]) -> int:
    open_ = sessions.update().where(sessions.c.agent == agent, sessions.c.revoked.is_(None), *which)
    return conn.execute(open_.values(revoked=now)).rowcount


def _change(conn: Connection, agent: str, name: str, **news: object) -> None:
    changing = accounts.update().where(accounts.c.agent == agent, accounts.c.name == name)
    if conn.execute(changing.values(**news)).rowcount != 1:
        raise NotFound(f"there is no account {name}")


def _expect(conn: Connection, agent: str, name: str) -> Account:
    found = get_account(conn, agent, name)
    if found is None:
        raise NotFound(f"there is no account {name}")
    return found


def _accounts(conn: Connection, agent: str, *which: sa.ColumnElement[bool]) -> list[Account]:
    held: dict[str, set[str]] = {}
    for row in conn.execute(sa.select(account_posts).where(account_posts.c.agent == agent)):
        held.setdefault(row.account, set()).add(row.post)
    query = sa.select(accounts).where(accounts.c.agent == agent, *which).order_by(accounts.c.name)
    return [_account(row, held.get(row.name, set())) for row in conn.execute(query)]


def _account(row: sa.Row[Any], held: set[str]) -> Account:
    return Account(
        name=row.name,
        person=row.person,
        posts=tuple(post for post in Post if post in held),
        password_hash=row.password_hash,
        must_change=row.must_change,
        disabled=row.disabled,
        created=row.created,
        changed=row.changed,
        failures=row.failures,
        locked_until=row.locked_until,
    )
