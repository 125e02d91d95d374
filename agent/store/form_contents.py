"""What stands in handover forms: what people wrote into them by hand, and the contents that were signed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.bodies import canonical, digest, pack, parse, unpack
from agent.store.schema import arrivals
from agent.store.schema import handover_contents as contents
from agent.store.schema import handover_entries as entries
from agent.store.values import plain, restored
from duty.errors import Damaged, StoreError
from duty.form_content import FormContent, HandLine
from duty.handover import Field


def digest_of(content: FormContent) -> str:
    """Return the digest by which a content is known."""
    return digest(canonical(plain(content)))


def put_content(conn: Connection, agent: str, content: FormContent) -> str:
    """Keep a content for good, and return its digest."""
    body = canonical(plain(content))
    said = digest(body)
    there = sa.select(contents.c.digest).where(contents.c.agent == agent, contents.c.digest == said)
    if conn.execute(there).one_or_none() is None:
        conn.execute(contents.insert().values(agent=agent, digest=said, body=pack(body)))
    return said


def get_content(conn: Connection, agent: str, said: str) -> FormContent:
    """Return a content by its digest; Damaged where it is missing or was changed."""
    try:
        body = read_body(conn, agent, said)
    except StoreError:
        body = None
    if body is None or digest(body) != said:
        raise Damaged("the content of a signed form is missing or was changed: run nightduty verify")
    return restored(FormContent, parse(body))


def read_body(conn: Connection, agent: str, said: str) -> bytes | None:
    """Return the bytes of a content as they stand, None where there is none; StoreError where they are damaged."""
    query = sa.select(contents.c.body).where(contents.c.agent == agent, contents.c.digest == said)
    body = conn.execute(query).scalar()
    return None if body is None else unpack(body)


def write_field(conn: Connection, agent: str, form: int, field: Field, text: str, by: str, now: datetime) -> None:
    """Write into a field of a form by hand; the last that was written stands, and those before are kept."""
    conn.execute(entries.insert().values(agent=agent, form=form, field=field.value, text=text, person=by, at=now))


def hand_lines(conn: Connection, agent: str, form: int) -> dict[Field, HandLine]:
    """Return what stands in the fields of a form by hand, and by whose name; a field that was emptied is left out."""
    query = sa.select(entries).where(entries.c.agent == agent, entries.c.form == form).order_by(entries.c.number)
    found = {Field(row.field): HandLine(row.text, row.person, row.at) for row in conn.execute(query)}
    return {field: found[field] for field in Field if field in found and found[field].text}


def note_arrival(conn: Connection, agent: str, site: str, person: str, begin: datetime, now: datetime) -> bool:
    """Write when somebody came for the tour that begins at a moment; False if that is written already."""
    if person in arrivals_for(conn, agent, site, begin):
        return False
    conn.execute(arrivals.insert().values(agent=agent, site=site, person=person, begin=begin, at=now))
    return True


def arrivals_for(conn: Connection, agent: str, site: str, begin: datetime) -> dict[str, datetime]:
    """Return who came for the tour of a site that begins at a moment, and when."""
    query = sa.select(arrivals.c.person, arrivals.c.at).where(
        arrivals.c.agent == agent, arrivals.c.site == site, arrivals.c.begin == begin
    )
    return {row.person: row.at for row in conn.execute(query)}
