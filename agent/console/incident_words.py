"""What a page says of an incident: its title, a line of its timeline, the draft of its next report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from agent.services.incident_board import read_open
from agent.services.station import Station
from agent.store.incident_events import IncidentEvent, IncidentEventKind
from duty.alerts import Alert
from duty.bulletins import Facts
from duty.incidents import Incident
from exporters.words import Say
from exporters.words.incident_course import draft_bulletin, draft_title, say_event
from exporters.words.incident_fields import say_rule

Title = Callable[[str], str]
"""Returns what people call somebody."""

NAMES: Final = ("person", "by")
"""What of an event's data is the name of a person."""
SAID_AS: Final = {"leads": "commands", "error": "result"}
"""What the record calls otherwise than the words do; the name of a file stands beside its line as a link."""


def title_of(incident: Incident, first: Alert | None, say: Say) -> str:
    """Return what an incident is called: by people, else by its first alert, else by its class."""
    if incident.title or first is None:
        return incident.title or say(f"incident.class.{incident.kind}")
    return draft_title(first, say)


def line_of(event: IncidentEvent, title: Title, say: Say) -> str:
    """Say one line of a timeline without its time and who did it."""
    data = dict(event.data)
    if event.kind is IncidentEventKind.NOTE and not event.text and data.get("title"):
        return say("incidents_page.titled", title=data["title"])
    data |= {said: data[kept] for kept, said in SAID_AS.items() if kept in data}
    data |= {name: title(str(data[name])) for name in NAMES if data.get(name)}
    return say_event(event.kind.value, event.text, data, say)


def said_rule(rule: str, say: Say) -> str:
    """Say which rule decided the grade."""
    return say_rule(rule, say)


def draft(facts: Facts, say: Say) -> str:
    """Draft the text of the next report, for a person to edit."""
    return draft_bulletin(facts, say)


async def handled_now(station: Station, say: Say) -> list[tuple[int, str]]:
    """Return the incidents that are being handled, to choose from: number and what each is called."""
    return [
        (entry.incident.number, f"{entry.incident.name} {title_of(entry.incident, entry.first, say)}")
        for entry in await read_open(station)
        if entry.incident.open
    ]
