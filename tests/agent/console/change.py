"""A change of shift to look at: 07:45 on a morning, wangfang hands over to lina, zhaolei manages the night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.services.draft_form import draft
from agent.services.open_forms import open_forms
from agent.store import form_contents, forms
from duty.handover import Form
from duty.people import Post
from tests.agent.console import trouble
from tests.agent.console.desk import Desk

MORNING = datetime(2026, 11, 23, 23, 45, tzinfo=UTC)
SETTINGS = trouble.SETTINGS.replace("posts: [reserve]", "posts: [technician, reserve], staff_number: '0042'").replace(
    "  manager: {site: hz1",
    '  tech-day: {site: hz1, post: technician, people: [lina], start: 2026-11-01, begin: "08:00", end: "20:00"}\n'
    "  manager: {site: hz1",
)


def move_in(desk: Desk) -> None:
    """Put people and roster in place, with an account for each, and let the night pass until 07:45."""
    trouble.move_in(desk, SETTINGS)
    desk.account("lei", Post.MANAGER, person="zhaolei")


def due(desk: Desk) -> Form:
    """Let it be 07:45 and the form be there."""
    desk.clock.advance(MORNING - desk.clock.now())
    desk.station.store.write_now(open_forms, desk.station.orders, desk.clock.now())
    return desk.station.store.read_now(forms.waiting_forms)[-1]


def digest(desk: Desk, form: Form) -> str:
    """Return what the page of a form has as seen."""
    content = desk.station.store.read_now(draft, desk.station.orders, form, desk.clock.now())
    return form_contents.digest_of(content)


MINUTE = timedelta(minutes=1)
