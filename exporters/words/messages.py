"""Messages (FORMS.md part C): grade, thing, symptom, since when; what it touches; who must do what by when."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from duty.alerts import Alert, AlertState
from duty.escalation import SUBSTITUTES
from duty.findings import Severity
from duty.handed import LONGEST_SAID
from exporters.notify.port import Message
from exporters.words import briefs, incident_news, several
from exporters.words.catalogue import Say
from exporters.words.events import (
    LONGEST,
    OF_INCIDENTS,
    SEVERAL,
    Event,
    EventKind,
    Pieces,
    clean,
    pieces,
    say_length,
    say_number,
    waited,
)
from exporters.words.several import MOST_LINES, listed
from exporters.words.sms import sms
from exporters.words.times import format_time

_ASKING = (EventKind.FIRED, EventKind.ESCALATED, EventKind.FIRED_AGAIN, EventKind.HANDED, *SEVERAL)
"""The events in which somebody must take something."""

_BRIEFS = (EventKind.BRIEF_ALL_WELL, EventKind.BRIEF_MORNING)

_LABELS = dict.fromkeys((EventKind.BRIEF_MORNING, EventKind.HANDOVER_RETURNED), "message.open_form")
_LABELS |= dict.fromkeys(incident_news.OF_REPORTS, "incident_news.open_report")
"""Where a link leads to, if it is neither to something to take nor to details."""


def page(event: Event, say: Say, zone: ZoneInfo, now: datetime) -> Message:
    """Say an event, by the clock of ``zone``: a title, at most five lines, and one SMS.

    Every line stands by itself without Markdown; a channel adds its own. What devices and settings say cannot add any.
    """
    told = pieces(event, say, zone, now)
    head, lines = _SAID[event.kind](event, told, say, zone, now)
    label = "message.open_take" if event.kind in _ASKING else _LABELS.get(event.kind, "message.open_details")
    return Message(
        title=say("message.title", keyword=say("message.keyword"), head=head[0], what=head[1]),
        lines=tuple(line for line in lines if line)[: MOST_LINES - 1],
        sms=sms(event, say, zone, now),
        severity=_severity(event),
        keyword=say("message.keyword"),
        mention=_mention(event),
        links=((say(label), event.url),) if event.url else (),
        key=event.key,
    )


Said = tuple[tuple[str, str], list[str]]
"""The head and the rest of a title, and the lines."""


def _fired(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    what = told.said(say, event.cut_off or "what")
    return (_graded(event, say), what), [
        _where(event, told, say),
        _touches(event, told, say),
        told.said(say, "flapping") if event.alert and event.alert.flapping else "",
        *_asked(event, told, say),
    ]


def _fired_again(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    head, lines = _fired(event, told, say, zone, now)
    before = told.said(say, "again_taken" if told.taken_by else "again_free")
    return (say("message.again", grade=head[0]), head[1]), [before, *lines[1:]]


def _escalated(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    alert = event.alert
    waited = say_length(event.at - alert.fired, say) if alert else ""
    tries = _tries(event, say, zone, now)[-2:]
    what = told.said(say, "untaken", length=waited)
    return (say("message.escalated"), what), [*tries, _touches(event, told, say), *_asked(event, told, say)]


def _taken(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    lines = [_taken_line(event, told, say, zone, now)]
    if event.alert and event.alert.expires:
        lines.append(say("message.rings_again", clock=format_time(event.alert.expires, now, zone, say)))
    return (say("message.taken"), told.said(say, "named")), lines


def _handed(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    asked = told.said(say, "handed_word" if told.word else "handed_line")
    lines = [asked, _where(event, told, say), _touches(event, told, say), *_asked(event, told, say)]
    return (say("message.handed"), told.said(say, "named")), lines


def _resolved(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    lines = [
        told.said(say, "was"),
        told.said(say, "below_after") if told.below else "",
        _taken_line(event, told, say, zone, now) if told.taken_by else told.said(say, "done") if told.word else "",
        told.number,
    ]
    ended = event.alert.resolved if event.alert else None
    clock = format_time(ended or event.at, now, zone, say)
    return (say("message.resolved"), told.said(say, "restored", clock=clock)), lines


def _closed(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    ended = event.alert.resolved if event.alert else None
    line = told.said(say, "closed_line", clock=format_time(ended or event.at, now, zone, say))
    done = told.said(say, "done") if told.word else ""
    # What others handed to us has no check of ours behind it.
    note = say("message.closed_note") if event.alert and not event.alert.source else ""
    return (say("message.closed"), told.said(say, "named")), [line, done, note]


def _channel_failed(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    lines = [told.said(say, "channel_word") if told.word else "", say("message.channel_next")]
    return (say("message.channel"), told.said(say, "channel_failed")), lines


def _channel_restored(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    missed = listed(say, [_state(alert, say) for alert in event.alerts]) if event.alerts else ""
    line = say("message.channel_missed", n=len(event.alerts), alerts=missed) if missed else ""
    return (say("message.channel_back"), told.said(say, "channel_restored")), [line]


def _roster_gap(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    if (gap := event.gap) is None:
        return (say("message.roster"), told.site), []
    post, begin = say(f"post.{gap.post}"), format_time(gap.begin, now, zone, say)
    instead = [say(f"post.{other}") for other in SUBSTITUTES.get(gap.post, ())]
    lines = [
        say("message.gap_end", clock=format_time(gap.end, now, zone, say)),
        say("message.gap_instead", posts=listed(say, [*instead, say("message.fallback")])),
        say("message.gap_next"),
    ]
    site = told.site or clean(gap.site)
    return (say("message.roster"), say("message.gap", site=site, post=post, clock=begin)), lines


def _settings_rejected(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    what = told.said(say, "old_settings_since" if told.since else "old_settings")
    return (say("message.settings"), what), [told.word, say("message.settings_next")]


def _test(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    return (say("message.test"), told.said(say, "test_what")), [told.said(say, "test_next")]


def _digest(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    lines = several.called(event, _asked(event, told, say), say, zone, now)
    return (_graded(event, say), say("message.count", n=len(event.alerts))), lines


def _digest_escalated(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    what = say("message.count_untaken", n=len(event.alerts), length=say_length(waited(event), say))
    return (say("message.escalated"), what), several.called(event, _asked(event, told, say), say, zone, now)


def _digest_taken(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    what = say("message.count", n=len(event.alerts))
    return (say("message.taken"), what), several.taken(event, say, zone, now)


def _digest_resolved(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    what = say("message.count", n=len(event.alerts))
    return (say("message.resolved"), what), several.restored(event, say, zone, now)


_SAID: Final = MappingProxyType[EventKind, Callable[[Event, Pieces, Say, ZoneInfo, datetime], Said]](
    {
        EventKind.FIRED: _fired,
        EventKind.ESCALATED: _escalated,
        EventKind.TAKEN: _taken,
        EventKind.RESOLVED: _resolved,
        EventKind.CLOSED: _closed,
        EventKind.FIRED_AGAIN: _fired_again,
        EventKind.CHANNEL_FAILED: _channel_failed,
        EventKind.CHANNEL_RESTORED: _channel_restored,
        EventKind.ROSTER_GAP: _roster_gap,
        EventKind.SETTINGS_REJECTED: _settings_rejected,
        EventKind.TEST: _test,
        EventKind.DIGEST: _digest,
        EventKind.HANDED: _handed,
        EventKind.DIGEST_ESCALATED: _digest_escalated,
        EventKind.DIGEST_TAKEN: _digest_taken,
        EventKind.DIGEST_RESOLVED: _digest_resolved,
        EventKind.BRIEF_ALL_WELL: briefs.told,
        EventKind.BRIEF_MORNING: briefs.told,
        EventKind.HANDOVER_RETURNED: briefs.returned,
    }
    | dict.fromkeys(OF_INCIDENTS, incident_news.told)
)


def _severity(event: Event) -> Severity:
    match event.kind:
        case EventKind.TAKEN | EventKind.CLOSED | EventKind.DIGEST_TAKEN | EventKind.TEST:
            return Severity.NOTE
        case EventKind.RESOLVED | EventKind.DIGEST_RESOLVED | EventKind.CHANNEL_RESTORED:
            return Severity.OK
        case kind if kind in _BRIEFS:
            return briefs.severity(event)
        case kind if kind in OF_INCIDENTS:
            return incident_news.telling(event).severity
        case kind if kind in SEVERAL:
            return max((alert.severity for alert in event.alerts), default=Severity.NOTE)
        case _:
            return event.alert.severity if event.alert else Severity.WARNING


def _graded(event: Event, say: Say) -> str:
    return say(f"message.grade.{_severity(event).name.lower()}")


def _mention(event: Event) -> tuple[str, ...]:
    """Name the telephone of who is asked, as digits: a mention is made of it, and nothing else may become one."""
    number = re.sub(r"[^+0-9]", "", event.person.phone) if event.person else ""
    told = event.kind in OF_INCIDENTS and incident_news.telling(event).asks
    return (number,) if number and (told or event.kind in (*_ASKING, EventKind.HANDOVER_RETURNED)) else ()


def _where(event: Event, told: Pieces, say: Say) -> str:
    if event.cut_off:
        return ""
    target = event.target
    places = (told.site, target.room, target.rack, target.unit) if target else (told.site,)
    place = listed(say, [clean(place) for place in places if place])
    if event.alert and len(event.alert.said) > LONGEST:
        # The title has the beginning of what others said; here it has room.
        said = clean(event.alert.said, LONGEST_SAID)
        return say("external.more_where", said=said, place=place) if place else say("external.more", said=said)
    if told.why and place:
        return told.said(say, "why_where", place=place)
    return told.said(say, "why") if told.why else say("message.where", place=place) if place else ""


def _touches(event: Event, told: Pieces, say: Say) -> str:
    business = clean(event.target.business) if event.target else ""
    below = told.said(say, "unknown_below" if event.cut_off else "below") if told.below else ""
    touched = [what for what in (below, business) if what]
    return say("message.touches", what=say("message.and").join(touched)) if touched else ""


def _asked(event: Event, told: Pieces, say: Say) -> list[str]:
    """Say who must take it by when, and then whom to ring and under which number."""
    who = told.person or say("message.whoever")
    if told.person and event.reason:
        who = told.said(say, "person_as", why=say(event.reason))
    all_of_them = "_all" if event.kind in SEVERAL else ""
    ask = told.said(say, f"take{all_of_them}_by" if event.deadline else f"take{all_of_them}_now", who=who)
    maintainer = event.target.maintainer if event.target else None
    if maintainer is None:
        return [ask, told.number] if told.number else [ask]
    name, hotline = clean(maintainer.name), clean(maintainer.hotline)
    return [ask, told.said(say, "foot", maintainer=name, hotline=hotline)]


def _tries(event: Event, say: Say, zone: ZoneInfo, now: datetime) -> list[str]:
    """Say for each person how they were told and what came of it, the last four attempts of each."""
    lines = []
    for person, attempts in groupby(event.history, key=lambda tried: tried.person):
        tries = [
            say(
                "message.tried",
                channel=clean(tried.channel),
                clock=format_time(tried.at, now, zone, say),
                result=say(f"message.result.{tried.result}"),
            )
            for tried in list(attempts)[-4:]
        ]
        lines.append(say("message.tries", person=clean(person), tries=listed(say, tries)))
    return lines


def _taken_line(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> str:
    at = event.alert.taken_at if event.alert and event.alert.taken_at else event.at
    took = say_length(at - event.alert.fired, say) if event.alert else ""
    code = "taken_word" if told.word else "taken_line"
    return told.said(say, code, clock=format_time(at, now, zone, say), length=took)


def _state(alert: Alert, say: Say) -> str:
    state = say(f"alert.{alert.state}")
    by = clean(alert.taken_by) if alert.state is AlertState.ACKNOWLEDGED else ""
    return f"{say_number(alert, say)} {by or state}"
