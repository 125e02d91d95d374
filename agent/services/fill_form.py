"""What people write into a handover form before it is signed, and when they came to take over (policy 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from agent.services.draft_form import who_signs
from agent.services.station import Station
from agent.store import form_contents, forms, journal
from duty.errors import HandoverRefused
from duty.handover import Field, Form

LONGEST: Final = 500
"""Characters of one field."""
EARLIEST: Final = timedelta(hours=4)
"""How long before a tour somebody can say that they have come for it."""


async def fill_form(station: Station, number: int, by: str, fields: Mapping[Field, str], *, asker: str = "") -> int:
    """Write fields of a form and return how many changed. Raises NotFound; HandoverRefused once its content stands."""
    return await station.store.write(_fill, number, by, fields, asker, station.clock.now())


async def arrive(station: Station, number: int, by: str, *, asker: str = "") -> bool:
    """Write that somebody has come to take over from the tour of a form; False if that was written already.

    Raises NotFound, or HandoverRefused for somebody who is not on the roster then, or hours too early.
    """
    return await station.store.write(_arrive, number, by, asker, station.clock.now())


def _fill(
    conn: Connection, agent: str, number: int, by: str, fields: Mapping[Field, str], asker: str, now: datetime
) -> int:
    form = forms.get_form(conn, agent, number)
    if not form.live:
        raise HandoverRefused("taken_over")
    there = form_contents.hand_lines(conn, agent, number)
    changed = {
        field: text[:LONGEST]
        for field, text in fields.items()
        if text[:LONGEST] != (there[field].text if field in there else "")
    }
    for field, text in changed.items():
        form_contents.write_field(conn, agent, number, field, text, by, now)
    if changed:
        said = {"form": number, "fields": {field.value: text for field, text in changed.items()}}
        journal.append(conn, agent, "handover_filled", now, by, "ok", said | journal.typed_by(asker))
    return len(changed)


def _arrive(conn: Connection, agent: str, number: int, by: str, asker: str, now: datetime) -> bool:
    form = forms.get_form(conn, agent, number)
    if by not in who_signs(conn, agent, form.tour).incoming:
        raise HandoverRefused("not_incoming")
    if now < form.tour.end - EARLIEST:
        raise HandoverRefused("too_early")
    return note_arrival(conn, agent, form, by, asker, now)


def note_arrival(conn: Connection, agent: str, form: Form, by: str, asker: str, now: datetime) -> bool:
    """Write when somebody came to take over; False if that is written already."""
    tour = form.tour
    if not form_contents.note_arrival(conn, agent, tour.site, by, tour.end, now):
        return False
    said = {"form": form.number, "site": tour.site, "for": tour.end.isoformat()}
    journal.append(conn, agent, "arrived", now, by, "ok", said | journal.typed_by(asker))
    return True
