"""Handover forms as people see them: which wait and for whom, one form with all that stands in it. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from agent.services.draft_form import handling, who_signs
from agent.services.orders import Orders
from agent.services.sign_form import content_of
from agent.services.station import Station
from agent.store import alerts, form_contents, forms, people
from duty.form_content import FormContent
from duty.handover import Expected, Form, Signer
from duty.signing import hindrances, next_signer
from duty.targets import Site
from duty.tours import tour_at

PAGE = 60
"""Forms on the list: a month of nights and days."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A form, who must sign it, and whose signature it waits for (None: it is closed)."""

    form: Form
    expected: Expected
    next: Signer | None

    @property
    def names(self) -> tuple[str, ...]:
        """Whom it waits for, by name; empty where nobody holds the post."""
        return self.expected.of(self.next) if self.next else ()


@dataclass(frozen=True, slots=True)
class FormList:
    """The newest forms, and when the next of each site is ready."""

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]
    forms: tuple[Waiting, ...]
    ready: Mapping[str, datetime]
    titles: Mapping[str, str]
    more: bool

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name, name)


@dataclass(frozen=True, slots=True)
class FormView:
    """One form with its content, as of ``now`` by the clock of its site. ``digest`` is of this content."""

    agent: str
    site_zone: str
    now: datetime
    waiting: Waiting
    content: FormContent
    digest: str
    hindered: Mapping[Signer, tuple[str, ...]]
    titles: Mapping[str, str]

    @property
    def form(self) -> Form:
        return self.waiting.form

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name, name)


async def read_forms(station: Station, before: int | None = None) -> FormList:
    """Return the newest forms, older than the number ``before``."""
    return await station.store.read(_list, station.orders, before, station.clock.now())


async def read_form(station: Station, number: int) -> FormView:
    """Return one form. NotFound."""
    return await station.store.read(_view, station.orders, number, station.clock.now())


def waiting(conn: Connection, agent: str) -> tuple[Waiting, ...]:
    """Return the forms that wait for a signature, oldest first."""
    return tuple(_waiting(conn, agent, form) for form in forms.waiting_forms(conn, agent))


def _waiting(conn: Connection, agent: str, form: Form) -> Waiting:
    of = who_signs(conn, agent, form.tour)
    return Waiting(form, of, next_signer(form, of))


def _list(conn: Connection, agent: str, orders: Orders, before: int | None, now: datetime) -> FormList:
    found = forms.list_forms(conn, agent, PAGE + 1, before)
    return FormList(
        agent=orders.agent,
        site_zone=orders.zone,
        now=now,
        sites=orders.sites,
        forms=tuple(_waiting(conn, agent, form) for form in found[:PAGE]),
        ready={s: tour_at(orders.night_of(s), s, now).end - orders.handover.ready for s in orders.sites},
        titles=people.titles(conn, agent),
        more=len(found) > PAGE,
    )


def _view(conn: Connection, agent: str, orders: Orders, number: int, now: datetime) -> FormView:
    form = forms.get_form(conn, agent, number)
    found = _waiting(conn, agent, form)
    content = content_of(conn, agent, orders, form, now)
    major = handling(conn, agent, alerts.open_alerts(conn, agent), form.tour.site, now)
    return FormView(
        agent=orders.agent,
        site_zone=content.zone,
        now=now,
        waiting=found,
        content=content,
        digest=form_contents.digest_of(content),
        hindered={signer: hindrances(form, signer, found.expected, major) for signer in Signer},
        titles=people.titles(conn, agent),
    )
