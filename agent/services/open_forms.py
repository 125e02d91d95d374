"""Open the handover forms that are due: each a while before its change of shift (policy 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.draft_form import AROUND
from agent.services.orders import Orders
from agent.store import forms, journal, shifts
from agent.store.journal import AGENT
from duty.handover import Form, wanted
from duty.tours import Tour, tours

LATEST = timedelta(days=1)
"""So long after its end a tour still gets a form: an agent that was down over the change makes up for it."""


def open_forms(conn: Connection, agent: str, orders: Orders, now: datetime) -> list[Form]:
    """Open each form whose time has come, and return those that were opened."""
    opened = []
    for tour in _due(orders, now):
        if forms.form_of(conn, agent, tour.site, tour.begin) is not None:
            continue
        if not wanted(tour, shifts.shifts_between(conn, agent, tour.begin - AROUND, tour.end)):
            continue
        form = forms.open_form(conn, agent, tour, now)
        journal.append(conn, agent, "handover_opened", now, AGENT, "ok", {"form": form.number, "name": form.name})
        opened.append(form)
    return opened


def _due(orders: Orders, now: datetime) -> Iterator[Tour]:
    for site in orders.sites:
        for tour in tours(orders.night_of(site), site, now - LATEST, now):
            if tour.end - orders.handover.ready <= now < tour.end + LATEST:
                yield tour
