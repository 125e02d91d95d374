"""What a brief says of incidents: the major ones by name with their reports, the others by number (FORMS C.10)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from duty.briefs import Brief
from duty.incidents import Grade
from duty.night_incidents import NightIncident
from exporters.words.catalogue import Say
from exporters.words.events import say_length
from exporters.words.incident_fields import say_title
from exporters.words.times import format_time

MOST = 3
"""Incidents that a brief names; the others are counted."""
_PAST = 4
"""When it is given up where an SMS is too long, as what else is over."""


def brief_incidents(brief: Brief, say: Say, zone: ZoneInfo, now: datetime) -> list[str]:
    """Say the incidents of a tour; no line where there was none."""
    majors = [one for one in brief.incidents if one.grade is Grade.MAJOR]
    others = len(brief.incidents) - len(majors)
    lines = []
    if majors:
        named = say("brief.between").join(_named(one, say, zone, now) for one in majors[:MOST])
        lines.append(say("incident_report.said", name=say("brief.incidents", n=len(majors)), text=named))
    if others:
        lines.append(say("brief.general", n=others))
    return lines


def sms_incidents(brief: Brief, say: Say) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Return the part of a brief's SMS."""
    majors = sum(one.grade is Grade.MAJOR for one in brief.incidents)
    if not majors:
        return []
    how = say("brief.sms.incident_lasts" if brief.handled_majors else "brief.sms.incident_over")
    return [((say("brief.sms.incidents", n=majors, how=how), ""), (_PAST,))]


def _named(one: NightIncident, say: Say, zone: ZoneInfo, now: datetime) -> str:
    lasted = one.lasted
    how = (
        say("brief.incident_lasts") if lasted is None else say("brief.incident_lasted", length=say_length(lasted, say))
    )
    report = ""
    if one.due is not None and one.to_file:
        late = one.due < now
        report = say(
            "brief.incident_late" if late else "brief.incident_due", clock=format_time(one.due, now, zone, say)
        )
    title = say_title(one.title, one.target, one.finding, one.kind, say)
    return say.template("brief.incident").format(title=title, how=how, report=report)
