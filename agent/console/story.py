"""What happened to an alert and who was told of it, merged into one list, newest last. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.services.alert_board import Case
from agent.store.outbox import OutboxItem, OutboxState
from agent.store.timeline import AlertEvent, EventKind

MOST = 200
"""Lines of a story; of a port that has flapped for weeks the newest say enough."""

RESULTS: Final = {
    OutboxState.PENDING: "waiting",
    OutboxState.LEASED: "waiting",
    OutboxState.SENT: "accepted",
    OutboxState.FAILED: "failed",
    OutboxState.REFUSED: "refused",
    OutboxState.DROPPED: "dropped",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """Somebody who was to be told: whom, by what, of what, and what came back, as codes."""

    person: str
    channel: str
    event: str
    result: str
    error: str
    seen: str
    reason: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: something that happened, or somebody who was told."""

    at: datetime
    event: AlertEvent | None = None
    letter: Letter | None = None


def story(case: Case) -> tuple[tuple[Entry, ...], int]:
    """Return the newest lines, oldest of them first, and how many earlier ones were left out."""
    told = {(item.person, item.contact.channel) for item in case.letters}
    entries = [
        Entry(event.at, event=event)
        for event in case.events
        # The letters say the same with more; where they are gone the events still tell.
        if event.kind not in (EventKind.TOLD, EventKind.FAILED)
        or (str(event.data.get("person", "")), str(event.data.get("channel", ""))) not in told
    ]
    entries += [Entry(item.sent_at or item.created, letter=_letter(item)) for item in case.letters]
    # What happened comes before what was told of it in the same moment.
    entries.sort(key=lambda entry: (entry.at, entry.letter is not None))
    return tuple(entries[-MOST:]), max(0, len(entries) - MOST)


def _letter(item: OutboxItem) -> Letter:
    code, _, seen = item.error.partition(":")
    waits = item.state in (OutboxState.PENDING, OutboxState.LEASED)
    return Letter(
        person=item.person,
        channel=item.contact.channel,
        event=item.event,
        result=RESULTS[item.state],
        error="" if item.state is OutboxState.SENT else code.strip(),
        seen=seen.strip(),
        reason=item.reason,
        next_at=item.next_at if waits and item.tries else None,
    )
