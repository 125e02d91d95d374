"""Briefs in words: how things stand, worst first, as a message and as one SMS; and a form that was returned."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from duty.alerts import Alert
from duty.briefs import Brief, BriefKind
from duty.findings import Severity
from duty.incidents import Grade
from duty.people import Person
from duty.rounds import SheetState
from exporters.words.brief_incidents import brief_incidents, sms_incidents
from exporters.words.catalogue import Say
from exporters.words.events import LONGEST, Event, Pieces, clean, say_number, say_wrong
from exporters.words.several import listed
from exporters.words.times import format_day, format_time

Ranked = tuple[tuple[str, ...], tuple[int, ...]]
"""A part of an SMS in its forms, and when each is given up (``sms.Ranked``)."""

_SYMPTOM, _WELL, _TASKS, _CHANNELS, _PAST, _WHO, _UNHELD, _THING, _SITE = range(9)
"""What is given up first, where an SMS is too long: at last what it is about."""

_WHOLE: Final = 160
"""Names are not cut to this and then used: a longer one does not fit, and so is left out whole."""

Said = tuple[tuple[str, str], list[str]]
"""The head and the rest of a title, and the lines."""


def told(event: Event, pieces: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    """Say a brief: what is wrong stands in the title and first, then the rounds, who is there, who must sign."""
    brief = event.brief
    if brief is None:
        return (say("brief.head.unknown"), pieces.site), []
    clock = format_time(brief.at, now, zone, say)
    lines = [_alerts(brief, say, zone, now), _rounds(brief, say, zone, now)]
    grave = brief_incidents(brief, say, zone, now)
    lines = [
        *(grave if brief.handled_majors else ()),
        *(lines if brief.open else reversed(lines)),
        *(() if brief.handled_majors else grave),
        _capital(say("message.and").join(_remarks(brief, say))),
        say("brief.technicians", names=_names(brief.technicians, say)) if brief.technicians else "",
    ]
    site = pieces.site or clean(brief.site)
    if brief.kind is BriefKind.MORNING:
        night = say(
            "brief.night",
            turn=say(f"brief.turn.{brief.turn}"),
            day=format_day(brief.begin, now, zone, say),
            begin=f"{brief.begin.astimezone(zone):%H:%M}",
            end=f"{brief.end.astimezone(zone):%H:%M}",
            site=site,
        )
        what = say("brief.what", what=night, gist=_gist(brief, say))
        return (say("brief.head.morning"), what), [*lines, _form(brief, say, zone, now)]
    what = say("brief.site_at", site=site, clock=clock)
    if brief.severity is not Severity.OK:
        what = say("brief.what", what=what, gist=_gist(brief, say))
    return (say(f"brief.head.{brief.severity.name.lower()}"), what), lines


def severity(event: Event) -> Severity:
    """Return how urgent it is: a brief says how bad things are, and calls for nobody."""
    return min(event.brief.severity, Severity.WARNING) if event.brief else Severity.NOTE


def _gist(brief: Brief, say: Say) -> str:
    """Say the worst of it in a few words."""
    rounds = brief.rounds
    counts = (
        ("incident", brief.handled_majors), ("major", brief.major), ("incident_over", _over(brief)),
        ("open", brief.open), ("missed", rounds.missed), ("interrupted", rounds.interrupted),
        ("troubled", brief.troubled),
    )  # fmt: skip
    for code, many in counts:
        if many:
            return say(f"brief.gist.{code}", n=many)
    if remarks := _remarks(brief, say, only_wrong=True):
        return remarks[0]
    return say("brief.gist.over", n=_past(brief)) if _past(brief) else say("brief.gist.well")


def _over(brief: Brief) -> int:
    """Return how many major incidents a morning brief begins with; what is past is not how things stand now."""
    majors = sum(one.grade is Grade.MAJOR for one in brief.incidents)
    return majors if brief.kind is BriefKind.MORNING else 0


def _past(brief: Brief) -> int:
    """Return how many alerts there were; one that was over in the tour may have opened before it."""
    return max(brief.opened, brief.closed)


def _alerts(brief: Brief, say: Say, zone: ZoneInfo, now: datetime) -> str:
    if not (brief.open or _past(brief) or brief.kind is BriefKind.MORNING):
        return ""
    counts = {"opened": brief.opened, "closed": brief.closed, "open": brief.open, "major": brief.major}
    alerts = say("brief.alerts_major" if brief.major else "brief.alerts", **counts)
    if brief.worst is None:
        return alerts
    worst = _worst(brief.worst, say, zone, now)
    return say("brief.alerts_worst" if brief.open > 1 else "brief.alerts_one", alerts=alerts, worst=worst)


def _worst(alert: Alert, say: Say, zone: ZoneInfo, now: datetime) -> str:
    by = clean(alert.taken_by)
    return say(
        "brief.worst",
        number=say_number(alert, say),
        grade=say(f"severity.{alert.severity.name.lower()}"),
        thing=clean(alert.key[0]),
        symptom=say_wrong(alert, say),
        since=format_time(alert.opened, now, zone, say),
        by=say("brief.has_it", by=by) if by else say("brief.nobody_has_it"),
    )


def _rounds(brief: Brief, say: Say, zone: ZoneInfo, now: datetime) -> str:
    rounds = brief.rounds
    if not rounds.due:
        return _capital(say("brief.no_round"))
    parts = [_capital(say("brief.rounds", made=rounds.made, due=rounds.due))]
    for code, many in (("missed", rounds.missed), ("interrupted", rounds.interrupted), ("unread", rounds.unread)):
        if many:
            parts.append(say(f"brief.{code}", n=many))
    line = say("brief.comma").join(parts)
    if rounds.last is None:
        return line
    states = [
        say("brief.state", state=say(f"sheet.{state}"), n=f"{rounds.counts[state]:,}")
        for state in SheetState
        if rounds.counts.get(state)
    ]
    last = say(
        "brief.last",
        clock=format_time(rounds.last, now, zone, say),
        n=f"{sum(rounds.counts.values()):,}",
        states=say("message.comma").join(states),
    )
    return say("message.and").join((line, last))


def _remarks(brief: Brief, say: Say, *, only_wrong: bool = False) -> list[str]:
    found = []
    if brief.unheld:
        found.append(say("brief.unheld", posts=listed(say, [say(f"post.{post}") for post in brief.unheld])))
    if brief.channels:
        found.append(say("brief.channels", names=_names(brief.channels, say)))
    if brief.overdue or (brief.tasks and not only_wrong):
        found.append(say("brief.overdue" if brief.overdue else "brief.tasks", n=brief.tasks, late=brief.overdue))
    return found


def _form(brief: Brief, say: Say, zone: ZoneInfo, now: datetime) -> str:
    if not brief.form:
        return ""
    form = clean(brief.form)
    if brief.is_signed:
        return say("brief.form_signed", form=form)
    who = _names(brief.signers, say) if brief.signers else say("post.manager")
    return say("brief.form", form=form, who=who, clock=format_time(brief.end, now, zone, say))


def _capital(line: str) -> str:
    return line[:1].upper() + line[1:]


def _names(names: tuple[str, ...], say: Say) -> str:
    return listed(say, [clean(name) for name in names])


def sms_parts(event: Event, pieces: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> list[Ranked]:
    """Return the parts of a brief's SMS; ``pieces`` are not cut."""
    brief = event.brief
    if brief is None:
        return [((say("brief.sms.unknown"),), ())]
    morning, rounds = brief.kind is BriefKind.MORNING, brief.rounds
    head = say(f"brief.sms.{'morning' if morning else brief.severity.name.lower()}")
    site = pieces.site or clean(brief.site, _WHOLE)
    first = [say("brief.rounds", made=rounds.made, due=rounds.due) if rounds.due else say("brief.no_round")]
    if rounds.missed:
        first.append(say("brief.missed", n=rounds.missed))
    return [
        ((say("message.sms.head", head=head),), ()),
        ((say("brief.sms.site", site=site), ""), (_SITE,)) if morning else _sms_at(brief, site, say, zone, now),
        ((say("brief.comma").join(first),), ()),
        *sms_incidents(brief, say),
        *_sms_alerts(brief, say),
        *_sms_rest(brief, say),
        *([_sms_form(brief, event.person, say)] if morning and brief.form and not brief.is_signed else ()),
        ((say("brief.sms.end"),), ()),
    ]


def _sms_at(brief: Brief, site: str, say: Say, zone: ZoneInfo, now: datetime) -> Ranked:
    clock = format_time(brief.at, now, zone, say)
    both = say("brief.site_at", site=site, clock=clock)
    return (say("brief.sms.site", site=both), say("brief.sms.site", site=clock)), (_SITE,)


def _sms_alerts(brief: Brief, say: Say) -> list[Ranked]:
    worst = brief.worst
    if not brief.open or worst is None:
        past = say("brief.gist.over", n=_past(brief)) if _past(brief) else say("brief.sms.no_alert")
        return [((say("brief.comma") + past, ""), (_PAST,))]
    count = say("brief.comma") + say("brief.gist.open", n=brief.open)
    thing, symptom = clean(worst.key[0], _WHOLE), say_wrong(worst, say, _WHOLE)
    forms = (say("brief.sms.worst", thing=f"{thing} {symptom}"), say("brief.sms.worst", thing=thing), "")
    return [((count,), ()), (forms, (_SYMPTOM, _THING))]


def _sms_rest(brief: Brief, say: Say) -> list[Ranked]:
    found: list[tuple[str, int]] = []
    if brief.troubled:
        found.append((say("brief.gist.troubled", n=brief.troubled), _WELL))
    elif well := brief.rounds.counts.get(SheetState.OK):
        found.append((say("brief.state", state=say(f"sheet.{SheetState.OK}"), n=f"{well:,}"), _WELL))
    if brief.unheld:
        found.append((say("brief.unheld", posts=listed(say, [say(f"post.{post}") for post in brief.unheld])), _UNHELD))
    if brief.channels:
        found.append((say("brief.sms.channels", n=len(brief.channels)), _CHANNELS))
    if brief.overdue:
        found.append((say("brief.overdue", n=brief.tasks, late=brief.overdue), _TASKS))
    return [((say("brief.comma") + words, ""), (rank,)) for words, rank in found]


def _sms_form(brief: Brief, reader: Person | None, say: Say) -> Ranked:
    if reader is not None and (reader.title or reader.name) in brief.signers:
        return ((say("brief.sms.yours"),), ())
    who = say("message.comma").join(clean(name, _WHOLE) for name in brief.signers) or say("post.manager")
    return ((say("brief.sms.form", who=who), say("brief.sms.form", who=say("post.manager")), ""), (_WHO, _PAST))


def returned(event: Event, pieces: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    """Say that the duty manager returned a handover form, and why."""
    form = pieces.form or say("returned.some")
    what = say("returned.by" if pieces.giver else "returned.what", form=form, giver=pieces.giver)
    why = say("returned.why", word=pieces.word) if pieces.word else ""
    return (say("returned.head"), what), [why, say("returned.next")]


def returned_sms(event: Event, pieces: Pieces, say: Say) -> list[Ranked]:
    """Return the parts of its SMS."""
    some = say("returned.what", form=say("returned.some"), giver="")
    what = say("returned.what", form=pieces.form, giver="") if pieces.form else some
    by = say("returned.by", form=pieces.form, giver=pieces.giver) if pieces.form and pieces.giver else what
    why = say("returned.sms_why", word=clean(event.word, LONGEST)) if event.word else ""
    return [
        ((say("message.sms.head", head=say("returned.sms_head")),), ()),
        ((by, what, some), (_WHO, _SITE)),
        ((why, ""), (_SYMPTOM,)),
        ((say("returned.sms_next"),), ()),
    ]
