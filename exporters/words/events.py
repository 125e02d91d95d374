"""What there is to tell, as values, and the pieces in which both a message and its SMS say it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from duty.alerts import Alert
from duty.briefs import Brief
from duty.findings import Finding
from duty.handed import ZABBIX
from duty.incident_news import News, NewsKind
from duty.people import Person, Post
from duty.roster import RosterGap
from duty.targets import Site, Target
from exporters.words.catalogue import Say
from exporters.words.external import say_alert, say_given_name
from exporters.words.numbers import format_duration
from exporters.words.sentences import say_finding, say_name
from exporters.words.shown import shown
from exporters.words.times import format_time

LONGEST = 60
"""Characters of one name in a line: so many that a title of the longest still has its limit and its since."""

_LONGEST_SHORT = 24
"""Characters of what others said of an alert, where there is hardly any room."""

_LONGEST_WORD = 200
"""Characters of what somebody wrote, and of what is wrong with settings."""

_NEUTRAL: Final = MappingProxyType(
    str.maketrans("[]()*#<>@&`\\~|", "［］（）＊＃＜＞＠＆｀＼～｜") | str.maketrans("【】", "〔〕")
)


class EventKind(StrEnum):
    """What happened that somebody is told of."""

    FIRED = "fired"
    ESCALATED = "escalated"
    TAKEN = "taken"
    RESOLVED = "resolved"
    CLOSED = "closed"
    FIRED_AGAIN = "fired_again"
    CHANNEL_FAILED = "channel_failed"
    CHANNEL_RESTORED = "channel_restored"
    ROSTER_GAP = "roster_gap"
    SETTINGS_REJECTED = "settings_rejected"
    TEST = "test"
    DIGEST = "digest"
    HANDED = "handed"
    DIGEST_ESCALATED = "digest_escalated"
    DIGEST_TAKEN = "digest_taken"
    DIGEST_RESOLVED = "digest_resolved"
    BRIEF_ALL_WELL = "brief_all_well"
    BRIEF_MORNING = "brief_morning"
    HANDOVER_RETURNED = "handover_returned"
    INCIDENT_OPENED = "incident_opened"
    INCIDENT_FIRST = "incident_first"
    INCIDENT_PROGRESS = "incident_progress"
    INCIDENT_FINAL = "incident_final"
    INCIDENT_HANDLED = "incident_handled"
    INCIDENT_GENERAL = "incident_general"
    INCIDENT_NAMED = "incident_named"
    INCIDENT_SUPPORT = "incident_support"
    PLAN_STEP = "plan_step"
    PLAN_WORD = "plan_word"
    PLAN_STEP_LATE = "plan_step_late"
    NEXT_REPORT_SOON = "next_report_soon"
    NEXT_REPORT_LATE = "next_report_late"
    FILING_SOON = "filing_soon"
    FILING_LATE = "filing_late"
    LEGAL_SOON = "legal_soon"
    LEGAL_LATE = "legal_late"
    REPORT_REVIEW = "report_review"
    REPORT_RETURNED = "report_returned"
    REPORT_COUNTERSIGN = "report_countersign"
    REPORT_ARCHIVED = "report_archived"
    INCIDENT_CUSTOMERS = "incident_customers"


OF_INCIDENTS: Final = frozenset(EventKind(kind.value) for kind in NewsKind)
"""The events that are a piece of news of an incident."""

SEVERAL: Final = (EventKind.DIGEST, EventKind.DIGEST_ESCALATED)
"""The events in which several alerts are to be taken."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt to tell somebody: ``person`` by title, ``result`` a code of ``codes.RESULTS``."""

    person: str
    channel: str
    at: datetime
    result: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell, to ``person`` where it is one, as data.

    ``key`` stays the same however often it is sent. ``below`` counts the targets that are merged into the alert.
    ``reason`` is the step's code, why this person (``escalation.Page.reason``). ``deadline`` says when the alert goes
    on and to which post, None where nobody is next. ``taken_by`` and ``giver`` are titles. ``alerts`` are those of a
    digest, or those that a broken channel did not carry, ``taken_by`` of each a title; ``since`` is when the channel
    failed, or from when the old settings are in force; ``word`` is what was wrong, or what who took it says.
    ``answers`` tells that somebody listens to answers by SMS. ``brief`` has titles for names. ``form`` is the handover
    form that ``giver`` returned, ``word`` says why. ``news`` is of an incident, and has titles for names.
    """

    kind: EventKind
    at: datetime
    key: str
    alert: Alert | None = None
    target: Target | None = None
    site: Site | None = None
    below: int = 0
    person: Person | None = None
    reason: str = ""
    taken_by: str = ""
    giver: str = ""
    deadline: tuple[datetime, Post] | None = None
    history: tuple[Tried, ...] = ()
    url: str = ""
    alerts: tuple[Alert, ...] = ()
    channel: str = ""
    since: datetime | None = None
    gap: RosterGap | None = None
    word: str = ""
    answers: bool = False
    brief: Brief | None = None
    form: str = ""
    news: News | None = None

    @property
    def cut_off(self) -> str:
        """Say which words tell that a site cannot be reached, or all of them; "" where it is one target."""
        return {"absence.cut_off": "cut_off", "absence.monitor_cut_off": "cut_off_all"}.get(
            self.alert.finding.reason if self.alert else "", ""
        )


@dataclass(frozen=True, slots=True)
class Pieces:
    """An event's pieces in words, cleaned, "" where there is none; the names are those of the templates' fields."""

    number: str = ""
    grade: str = ""
    site: str = ""
    thing: str = ""
    symptom: str = ""
    short: str = ""
    """The check alone, without place, value and limit; of an alert that is not ours, the beginning of their words."""
    why: str = ""
    since: str = ""
    now: str = ""
    lasted: str = ""
    person: str = ""
    by: str = ""
    post: str = ""
    taken_by: str = ""
    giver: str = ""
    word: str = ""
    channel: str = ""
    below: str = ""
    form: str = ""

    def said(self, say: Say, code: str, **more: object) -> str:
        """Say a code of the messages with these pieces, and more."""
        return say(f"message.{code}", **{**asdict(self), **more})


def clean(text: object, longest: int = LONGEST) -> str:
    """Return a string of a device or of the settings as one line that is neither markup, nor mention, nor link.

    The characters that would be one become their wide twins, which look alike and do nothing. An underscore within a
    word stands, for names are full of them. Our own keyword's brackets change too: no device speaks as the night duty.
    """
    line = " ".join(shown(text, longest).translate(_NEUTRAL).split())
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", "\uff3f", line).replace("://", "\uff1a//")


def say_number(alert: Alert, say: Say) -> str:
    """Say an alert's number: A07."""
    return say("message.number", n=f"{alert.number:02d}")


def say_symptom(finding: Finding, say: Say, longest: int = LONGEST) -> str:
    """Say what is wrong, with its limit; a gap in the reading's place is left to ``why``."""
    cleaned = replace(
        finding,
        check=clean(finding.check, longest),
        instance=clean(finding.instance, longest),
        reason=clean(finding.reason, longest),
        parameter="" if _gap(finding, say) else clean(finding.parameter, longest),
        unit=clean(finding.unit, longest),
    )
    return say_finding(cleaned, say)


def say_wrong(alert: Alert, say: Say, longest: int = LONGEST) -> str:
    """Say what is wrong by an alert, be it ours or handed to us, as it may stand in a message."""
    if not alert.source:
        return say_symptom(alert.finding, say, longest)
    target, check, instance = alert.key
    return say_alert(
        replace(alert, key=(target, clean(check, longest), instance), said=clean(alert.said, longest)), say
    )


def say_length(seconds: timedelta, say: Say) -> str:
    """Say a length of time by whole minutes, one under a minute by seconds."""
    whole = max(0, int(seconds.total_seconds()))
    return format_duration(whole // 60 * 60, say) if whole >= 60 else say("unit.s", n=whole)


def waited(event: Event) -> timedelta:
    """Return how long all the alerts of a digest have called for somebody, which is how long the newest has."""
    return max((event.at - max((a.fired for a in event.alerts), default=event.at)), timedelta(0))


def pieces(event: Event, say: Say, zone: ZoneInfo, now: datetime, longest: int = LONGEST) -> Pieces:
    """Return the pieces in which an event is said, by the clock of ``zone``, no name longer than ``longest``."""

    def name(text: str) -> str:
        return clean(text, longest)

    def clock(at: datetime | None) -> str:
        return format_time(at, now, zone, say) if at else ""

    alert, deadline = event.alert, event.deadline
    common = Pieces(
        site=name(event.site.title or event.site.name) if event.site else "",
        since=clock(event.since),
        now=clock(event.at),
        lasted=say_length(event.at - event.since, say) if event.since else "",
        person=name(event.person.title or event.person.name) if event.person else "",
        by=clock(deadline[0]) if deadline else "",
        post=say(f"post.{deadline[1]}") if deadline else "",
        taken_by=name(event.taken_by),
        giver=name(event.giver),
        word=clean(event.word, _LONGEST_WORD),
        channel=name(event.channel),
        below=f"{event.below:,}" if event.below else "",
        form=name(event.form),
    )
    if alert is None:
        return common
    finding = alert.finding
    return replace(
        common,
        number=say_number(alert, say),
        grade=say(f"severity.{alert.severity.name.lower()}"),
        site=common.site or name(alert.site),
        thing=name(alert.key[0]),
        symptom=say_wrong(alert, say, longest),
        short=_short(alert, say, longest),
        why=say(finding.parameter) if _gap(finding, say) else "",
        since=clock(alert.opened),
        lasted=say_length((alert.resolved or event.at) - alert.opened, say),
        word=common.word or clean(alert.word, _LONGEST_WORD),
    )


def _short(alert: Alert, say: Say, longest: int) -> str:
    if alert.source:
        # A rule of Prometheus has a name in one word and says the rest in its summary; Zabbix names what is wrong.
        said = say_given_name(alert) if alert.source == ZABBIX else alert.said or say_given_name(alert)
        return clean(said, _LONGEST_SHORT)
    if _gap(alert.finding, say):
        return say_symptom(alert.finding, say, longest)
    return clean(say_name("check", alert.finding.check, say), longest)


def _gap(finding: Finding, say: Say) -> bool:
    return finding.parameter.startswith("gap.") and finding.parameter in say
