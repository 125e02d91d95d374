"""People, their posts and their contacts: seeded from the file, changed on the console."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.columns import Flag
from agent.store.schema import contacts, people, posts
from duty.errors import NotFound
from duty.people import Contact, Person, Post

Source = Literal["file", "console"]


def put_people(conn: Connection, agent: str, these: Iterable[Person], source: Source) -> list[str]:
    """Write people down and return the names of those who are new or changed.

    The file never takes anybody away, nor touches anybody whom the console has changed: a person is the console's, with
    posts and contacts, from its first change on. A number that was corrected there must not come back with a restart.
    """
    owned, known = _sources(conn, agent), _people(conn, agent)
    changed = []
    for person in map(_ordered, these):
        if source == "file" and owned.get(person.name, source) != source:
            continue
        if known.get(person.name) != person:
            _put(conn, agent, person, source, fresh=person.name not in known)
            known[person.name] = person
            changed.append(person.name)
    return changed


def load_people(conn: Connection, agent: str) -> dict[str, Person]:
    """Return everybody who is active, by name; posts in the order of ``Post``."""
    return _people(conn, agent, people.c.active == sa.literal(True, Flag()))


def everybody(conn: Connection, agent: str) -> dict[str, Person]:
    """Return everybody by name, those too who are not active any more: the record may name them."""
    return _people(conn, agent)


def titles(conn: Connection, agent: str) -> dict[str, str]:
    """Return what people call each of everybody, by name."""
    query = sa.select(people.c.name, people.c.title).where(people.c.agent == agent)
    return {row.name: row.title or row.name for row in conn.execute(query)}


def title_of(conn: Connection, agent: str, name: str) -> str:
    """Return what people call somebody, "" for who is not there."""
    query = sa.select(people.c.title).where(people.c.agent == agent, people.c.name == name)
    return conn.execute(query).scalar_one_or_none() or ""


def set_active(conn: Connection, agent: str, name: str, active: bool) -> None:
    """Say whether somebody is there; nobody is ever deleted, for the record names them. NotFound if unknown."""
    one = people.update().where(people.c.agent == agent, people.c.name == name)
    if conn.execute(one.values(active=active, source="console")).rowcount != 1:
        raise NotFound(f"there is nobody named {name}")


def _put(conn: Connection, agent: str, person: Person, source: Source, *, fresh: bool) -> None:
    row = {
        "title": person.title,
        "phone": person.phone,
        "staff_number": person.staff_number,
        "language": person.language,
        "source": source,
    }
    if fresh:
        conn.execute(people.insert().values(agent=agent, name=person.name, active=True, **row))
    else:
        conn.execute(people.update().where(people.c.agent == agent, people.c.name == person.name).values(row))
        for table in (contacts, posts):
            conn.execute(table.delete().where(table.c.agent == agent, table.c.person == person.name))
    of = {"agent": agent, "person": person.name}
    if person.posts:
        conn.execute(posts.insert(), [of | {"post": post.value} for post in person.posts])
    if person.contacts:
        conn.execute(
            contacts.insert(),
            [
                of | {"place": place, "channel": way.channel, "address": way.address, "path": way.path}
                for place, way in enumerate(person.contacts)
            ],
        )


def _ordered(person: Person) -> Person:
    return replace(person, posts=tuple(post for post in Post if post in person.posts))


def _sources(conn: Connection, agent: str) -> dict[str, str]:
    query = sa.select(people.c.name, people.c.source).where(people.c.agent == agent)
    return {row.name: row.source for row in conn.execute(query)}


def _people(conn: Connection, agent: str, *which: sa.ColumnElement[bool]) -> dict[str, Person]:
    held: dict[str, list[Post]] = {}
    for row in conn.execute(sa.select(posts).where(posts.c.agent == agent)):
        held.setdefault(row.person, []).append(Post(row.post))
    ways: dict[str, list[Contact]] = {}
    for row in conn.execute(sa.select(contacts).where(contacts.c.agent == agent).order_by(contacts.c.place)):
        ways.setdefault(row.person, []).append(Contact(row.channel, row.address, row.path))
    query = sa.select(people).where(people.c.agent == agent, *which).order_by(people.c.name)
    return {
        row.name: _ordered(
            Person(
                row.name,
                row.title,
                tuple(held.get(row.name, ())),
                tuple(ways.get(row.name, ())),
                row.phone,
                row.language,
                row.staff_number,
            )
        )
        for row in conn.execute(query)
    }
