"""Draft an incident report: everything that the record knows of an incident, as one value (policy 4.4c)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.tell_incident import facts_of, joined_alerts
from agent.store import attachments, bulletins, incident_events, incident_reports, people, plan_runs, sheets, timeline
from agent.store.incident_events import IncidentEvent, IncidentEventKind
from agent.store.journal import AGENT
from agent.store.timeline import EventKind
from duty.alerts import Alert
from duty.bulletins import Bulletin
from duty.filing import LEADERS, Report, due, late, legal_due, level_of
from duty.incident_report import (
    AttachmentLine,
    AuthorLine,
    BulletinLine,
    CountersignLine,
    CourseLine,
    EquipmentLine,
    FieldLine,
    PersonLine,
    PlanLine,
    ReportContent,
    ReportField,
    StepLine,
    ToldLine,
)
from duty.incidents import Incident
from duty.people import Person
from duty.plans import PlanRun
from duty.targets import Target
from exporters.words import Say
from exporters.words.incident_course import draft_bulletin, draft_title

LOOKED: Final = timedelta(days=2)
"""So old at most is the sheet that a device's model and serial number are taken from."""
MOST_COURSE: Final = 500
SKIPPED: Final = frozenset({IncidentEventKind.TOLD, IncidentEventKind.UNTOLD})
"""Who was told when stands in lines of its own."""
OF_ALERTS: Final = (EventKind.TAKEN, EventKind.RESOLVED, EventKind.CLOSED, EventKind.WORSENED)
"""What of an alert's timeline belongs to the course of its incident."""


def content_of(
    conn: Connection, agent: str, orders: Orders, incident: Incident, report: Report, say: Say, now: datetime
) -> ReportContent:
    """Return what stands in a report: the draft while it is written, then what was submitted, with its signatures."""
    if report.digest:
        stands = incident_reports.read_content(conn, agent, report.digest)
        return _signed(stands, report, people.everybody(conn, agent), now)
    return draft(conn, agent, orders, incident, report, say, now)


def draft(
    conn: Connection, agent: str, orders: Orders, incident: Incident, report: Report, say: Say, now: datetime
) -> ReportContent:
    """Return what stands in a report that is being written; what the system drafts is in the reader's language."""
    there = people.everybody(conn, agent)
    titles = {name: person.title or name for name, person in there.items()}
    of = joined_alerts(conn, agent, incident.number)
    happened = incident_events.events(conn, agent, incident.number)
    runs = plan_runs.runs_of(conn, agent, incident.number)
    site = orders.sites.get(incident.site)
    terms = orders.incidents
    fields = _drafted(conn, agent, orders, incident, of, happened, titles, say)
    fields |= {
        field: FieldLine(line.text, titles.get(line.by, line.by), line.at)
        for field, line in incident_reports.fields_of(conn, agent, incident.number).items()
    }
    by = due(incident.handled, terms.report_within) if incident.handled else None
    cyber, level = (fields[of].text if of in fields else "" for of in (ReportField.CYBER, ReportField.CYBER_LEVEL))
    content = ReportContent(
        name=incident.name,
        site=incident.site,
        site_title=site.title or site.name if site else incident.site,
        zone=orders.zone_of(incident.site).key,
        kind=incident.kind,
        grade=incident.grade,
        began=incident.began,
        found=incident.found,
        found_by=incident.found_by,
        finder="" if incident.opened_by == AGENT else titles.get(incident.opened_by, incident.opened_by),
        rule=incident.rule,
        overruled_by=titles.get(incident.overruled_by, incident.overruled_by),
        why=incident.why,
        restored=incident.restored,
        handled=incident.handled,
        equipment=tuple(_equipment(conn, agent, name, orders, now) for name in _concerned(incident, of)),
        course=tuple(_course(conn, agent, happened, of, titles))[:MOST_COURSE],
        plan=_plan(runs[0], titles, say) if runs else None,
        measures=tuple(_measures(runs, titles, say)),
        people=tuple(_people(incident, happened, there, say)),
        told_manager=tuple(_told(happened, there, "manager")),
        told_leaders=tuple(_told(happened, there, "leader", "group")),
        bulletins=tuple(_bulletin(each, titles, say) for each in bulletins.bulletins_of(conn, agent, incident.number)),
        attachments=tuple(
            AttachmentLine(a.name, a.media, a.size, a.digest, titles.get(a.by, a.by), a.at)
            for a in attachments.attachments_of(conn, agent, incident.number)
        ),
        fields=fields,
        due=by,
        legal_due=legal_due(incident.found, level_of(cyber, level), terms.legal_within),
        rehearsal=incident.rehearsal,
    )
    roles = report.roles or roles_of(incident, orders)
    return _signed(content, replace(report, roles=roles), there, now)


def roles_of(incident: Incident, orders: Orders) -> tuple[str, ...]:
    """Name who must countersign: the departments of the settings, and of a major one the leading group (policy 3.1)."""
    return (*orders.incidents.countersign, *((LEADERS,) if incident.major else ()))


def _signed(content: ReportContent, report: Report, there: Mapping[str, Person], now: datetime) -> ReportContent:
    """Put beside what stands in a report who wrote it, who has signed, and whether it was in time."""

    def title(name: str) -> str:
        return (there[name].title if name in there else "") or name

    given = {line.role: line for line in report.countersigns}
    lines = [given.get(role, CountersignLine(role)) for role in report.roles]
    return replace(
        content,
        author=_author(report, there, now),
        late=late(content.due, report, now),
        reviews=tuple(replace(line, by=title(line.by)) for line in report.reviews),
        countersigns=tuple(replace(line, by=title(line.by)) for line in lines),
        archive=report.archive,
    )


def _concerned(incident: Incident, of: Sequence[Alert]) -> list[str]:
    return list(dict.fromkeys([*([incident.target] if incident.target else []), *(alert.key[0] for alert in of)]))[:50]


def _equipment(conn: Connection, agent: str, name: str, orders: Orders, now: datetime) -> EquipmentLine:
    target = orders.targets.get(name)
    if target is None:
        return EquipmentLine(name)
    sheet = sheets.newest_sheet(conn, agent, name, now - LOOKED)
    facts = {
        fact.parameter: fact.text for fact in (sheet.look.facts if sheet and sheet.look else ()) if not fact.instance
    }
    maintainer = target.maintainer
    return EquipmentLine(
        name=name,
        asset=target.asset,
        model=facts.get("model", ""),
        serial=target.serial or facts.get("serial", ""),
        maintainer=f"{maintainer.name} {maintainer.hotline}".strip() if maintainer else "",
        place=_place(target),
    )


def _place(target: Target) -> str:
    return " ".join(part for part in (target.room, target.rack, target.unit) if part)


def _drafted(
    conn: Connection,
    agent: str,
    orders: Orders,
    incident: Incident,
    of: Sequence[Alert],
    happened: Sequence[IncidentEvent],
    titles: Mapping[str, str],
    say: Say,
) -> dict[ReportField, FieldLine]:
    target, site = orders.targets.get(incident.target), orders.sites.get(incident.site)
    facts = facts_of(conn, agent, orders, incident, of)
    over = incident.restored or incident.handled
    place = (site.title if site else incident.site, _place(target) if target else "", incident.target)

    def lines(kind: IncidentEventKind) -> str:
        return "\n".join(f"{titles.get(e.actor, e.actor)}: {e.text}" for e in happened if e.kind is kind)

    texts = {
        ReportField.TITLE: title_of(incident, of, say),
        ReportField.PLACE: " ".join(part for part in place if part),
        ReportField.SERVICES: say("message.comma").join(facts.business),
        ReportField.MINUTES: f"{round((over - incident.began).total_seconds() / 60)}" if over else "",
        ReportField.RESULT: incident.result,
        ReportField.INSTRUCTIONS: lines(IncidentEventKind.INSTRUCTION),
        ReportField.OUTSIDE: lines(IncidentEventKind.OUTSIDE),
    }
    return {field: FieldLine(text) for field, text in texts.items() if text}


def title_of(incident: Incident, of: Sequence[Alert], say: Say) -> str:
    """Return what an incident is called: by a person, else by what is wrong with what."""
    return incident.title or (draft_title(of[0], say) if of else incident.name)


def _course(
    conn: Connection, agent: str, happened: Sequence[IncidentEvent], of: Sequence[Alert], titles: Mapping[str, str]
) -> Iterator[CourseLine]:
    lines = [
        CourseLine(e.at, _who(e.actor, titles), e.kind.value, e.text, _said(e.data, titles))
        for e in happened
        if e.kind not in SKIPPED
    ]
    for alert in of:
        for event in timeline.events(conn, agent, alert.number):
            if event.kind in OF_ALERTS:
                said: dict[str, str | int] = {"alert": alert.number, "target": alert.key[0]}
                lines.append(
                    CourseLine(event.at, _who(event.actor, titles), f"alert_{event.kind.value}", event.text, said)
                )
    yield from sorted(lines, key=lambda line: line.at)


def _who(actor: str, titles: Mapping[str, str]) -> str:
    return "" if actor == AGENT else titles.get(actor, actor)


def _said(data: Mapping[str, object], titles: Mapping[str, str]) -> dict[str, str | int]:
    said = {name: value for name, value in data.items() if isinstance(value, str | int) and value != ""}
    person = said.get("person")
    return said | ({"person": titles.get(person, person)} if isinstance(person, str) else {})


def _plan(run: PlanRun, titles: Mapping[str, str], say: Say) -> PlanLine:
    return PlanLine(run.title.in_(say.language), run.started, _who(run.started_by, titles))


def _measures(runs: Sequence[PlanRun], titles: Mapping[str, str], say: Say) -> Iterator[StepLine]:
    for run in runs:
        for step in run.steps:
            text = step.step.text.in_(say.language)
            yield StepLine(step.at or step.due, _who(step.by, titles), text, step.state.value, step.note)


def _people(
    incident: Incident, happened: Sequence[IncidentEvent], there: Mapping[str, Person], say: Say
) -> Iterator[PersonLine]:
    acted = [event.actor for event in happened if event.actor != AGENT]
    sent = [str(event.data["person"]) for event in happened if event.kind is IncidentEventKind.NAMED]
    for name in dict.fromkeys([*([incident.leads] if incident.leads else []), *acted, *sent]):
        person = there.get(name)
        part = say("incident.leads") if name == incident.leads else ""
        yield PersonLine(
            (person.title if person else "") or name, person.posts[0].value if person and person.posts else "", part
        )


def _told(happened: Sequence[IncidentEvent], there: Mapping[str, Person], *posts: str) -> Iterator[ToldLine]:
    for event in happened:
        if event.kind is not IncidentEventKind.TOLD:
            continue
        reason = str(event.data.get("reason", ""))
        if not any(reason.endswith(post) for post in posts):
            continue
        name = str(event.data.get("person", ""))
        person = there.get(name)
        post = person.posts[0].value if person and person.posts else ""
        yield ToldLine(
            event.at,
            name,
            (person.title if person else "") or name,
            post,
            str(event.data.get("channel", "")),
            str(event.data.get("event", "")),
        )


def _bulletin(each: Bulletin, titles: Mapping[str, str], say: Say) -> BulletinLine:
    # What went out by itself said what the record knew.
    text = each.text or draft_bulletin(each.facts, say)
    return BulletinLine(each.kind, each.nth, each.at, _who(each.by, titles), text, each.next_at)


def _author(report: Report, there: Mapping[str, Person], now: datetime) -> AuthorLine | None:
    if not report.author:
        return None
    person = there.get(report.author) or Person(report.author, report.author)
    post = person.posts[0].value if person.posts else ""
    return AuthorLine(person.title or person.name, post, person.phone, report.submitted_at or now)
