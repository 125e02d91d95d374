"""Tick off a step of a plan, or leave it out with a reason; leave a picture as evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from agent.services.handle_incident import refused
from agent.services.open_incident import note
from agent.services.station import Station
from agent.store import attachments, incident_letters, incident_reports, incidents, plan_runs
from agent.store.attachments import Attachment
from agent.store.incident_events import IncidentEventKind
from duty.errors import NotFound
from duty.filing import ReportState
from duty.incidents import LONGEST_WORD
from duty.plans import RunStep, StepState, done, fault, skipped

LARGEST: Final = 5_000_000
"""Bytes of one picture; a telephone's is made smaller before it is sent, or refused."""
MOST: Final = 50
"""Files of one incident."""
SIGNS: Final[dict[str, bytes]] = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF-",
    "text/plain": b"",
}
"""What may be left, and how it begins: what a browser says of a file is not believed."""


async def tick_off(
    station: Station, incident: int, run: int, nth: int, by: str, text: str = "", photo: int | None = None, *,
    asker: str = "",
) -> RunStep:  # fmt: skip
    """Say that a step is done. Raises NotFound, RecordRefused."""
    now, text = station.clock.now(), text.strip()[:LONGEST_WORD]

    def change(step: RunStep) -> RunStep:
        if why := fault(step, text, photo):
            raise refused(why)
        return done(step, by, now, text, photo)

    return await station.store.write(
        _change, incident, run, nth, by, change, IncidentEventKind.STEP_DONE, text, asker, now
    )


async def skip(station: Station, incident: int, run: int, nth: int, by: str, why: str, *, asker: str = "") -> RunStep:
    """Leave out a step, with a reason. Raises NotFound, RecordRefused."""
    now, why = station.clock.now(), why.strip()[:LONGEST_WORD]
    if not why:
        raise refused("no_reason")

    def change(step: RunStep) -> RunStep:
        if step.over or step.state is StepState.RUNNING:
            raise refused("over")
        return skipped(step, by, now, why)

    kind = IncidentEventKind.STEP_SKIPPED
    return await station.store.write(_change, incident, run, nth, by, change, kind, why, asker, now)


def _change(
    conn: Connection,
    agent: str,
    number: int,
    run: int,
    nth: int,
    by: str,
    change: Callable[[RunStep], RunStep],
    kind: IncidentEventKind,
    text: str,
    asker: str,
    now: datetime,
) -> RunStep:
    incident = incidents.get_incident(conn, agent, number)
    found = plan_runs.get_run(conn, agent, run)
    before = next((step for step in found.steps if step.nth == nth), None)
    if found.incident != number or before is None:
        raise NotFound(f"the plan of incident {number} has no step {nth}")
    after = change(before)
    if after.photo is not None and all(
        a.number != after.photo for a in attachments.attachments_of(conn, agent, number)
    ):
        raise NotFound(f"incident {number} has no attachment {after.photo}")
    if not plan_runs.change_step(conn, agent, run, before, after):
        raise refused("over")
    incident_letters.drop_waiting(conn, agent, number, nth)
    data = {"nth": nth, "zh": before.step.text.zh, "en": before.step.text.en, "photo": after.photo}
    note(conn, agent, incident, kind, by, now, text, data, asker)
    return after


async def attach(station: Station, incident: int, by: str, name: str, body: bytes, *, asker: str = "") -> Attachment:
    """Leave a file with an incident. Raises NotFound, RecordRefused."""
    if len(body) > LARGEST:
        raise refused("large", megabytes=LARGEST // 1_000_000)
    media = media_of(name, body)
    if not media:
        raise refused("media")
    return await station.store.write(_attach, incident, by, name[-100:], media, body, asker, station.clock.now())


def media_of(name: str, body: bytes) -> str:
    """Say what a file is by how it begins; "" for what is not taken."""
    for media, begin in SIGNS.items():
        if begin and body.startswith(begin):
            return media if media != "image/webp" or body[8:12] == b"WEBP" else ""
    plain = name.lower().endswith((".txt", ".log")) and b"\0" not in body
    return "text/plain" if plain else ""


def _attach(
    conn: Connection, agent: str, number: int, by: str, name: str, media: str, body: bytes, asker: str, now: datetime
) -> Attachment:
    incident = incidents.get_incident(conn, agent, number)
    if incident_reports.get_report(conn, agent, number).state is ReportState.ARCHIVED:
        raise refused("archived")
    if len(attachments.attachments_of(conn, agent, number)) >= MOST:
        raise refused("many", most=MOST)
    kept = attachments.add_attachment(conn, agent, number, name, media, body, by, now)
    data = {"attachment": kept.number, "file": kept.name, "digest": kept.digest}
    note(conn, agent, incident, IncidentEventKind.ATTACHED, by, now, "", data, asker)
    return kept
