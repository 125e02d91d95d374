"""A message as one segment of an SMS: no link, an answer of one digit, shortened by whole parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from duty.alerts import worst_first
from duty.findings import Severity
from exporters.words.briefs import returned_sms, sms_parts
from exporters.words.catalogue import Say
from exporters.words.events import OF_INCIDENTS, SEVERAL, Event, EventKind, Pieces, clean, pieces, say_length, waited
from exporters.words.incident_sms import parts as news_parts
from exporters.words.times import format_time

GSM7_LONGEST: Final = 160
"""Septets of one segment, where every character is of GSM-7 (3GPP TS 23.038)."""

UCS2_LONGEST: Final = 70
"""UTF-16 units of one segment, where one character is not."""

_GSM7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_TWO: Final = frozenset("^{}\\[~]|€")
"""These take two septets."""

_GSM7_TWIN: Final = MappingProxyType(
    str.maketrans({"—": "-", "–": "-", "−": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "°": "", "µ": "u", "μ": "u"})
)

_WHOLE = GSM7_LONGEST
"""Names are not cut to this and then used: a longer one does not fit, and so is left out whole."""

Part = tuple[str, ...]
"""One part of an SMS in its forms, the longest first."""


def gsm7(text: str) -> str:
    """Return a text in characters of GSM-7: by their twins, without their accents, else one "?" for each run."""
    plain = unicodedata.normalize("NFKC", text.translate(_GSM7_TWIN)).translate(_GSM7_TWIN)
    characters = "".join(_seven(c) for c in plain)
    runs = ("?" if char == "?" else "".join(same) for char, same in groupby(characters))
    # Wide twins became narrow again: what was made harmless by them stays so, and no telephone finds a link to open.
    return re.sub(":/+", ":", "".join(runs)).replace("@", " at ")


def _seven(char: str) -> str:
    if char in _GSM7 or char in _GSM7_TWO:
        return char
    base = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return base if base and all(c in _GSM7 for c in base) else "?"


def is_gsm7(text: str) -> bool:
    """Say whether every character of a text is of GSM-7."""
    return all(c in _GSM7 or c in _GSM7_TWO for c in text)


def size(text: str) -> int:
    """Return the length of an SMS in the units of its alphabet: septets, or the UTF-16 units of UCS-2."""
    if is_gsm7(text):
        return sum(2 if c in _GSM7_TWO else 1 for c in text)
    return len(text.encode("utf-16-le")) // 2


def longest(text: str) -> int:
    """Return how many of these units one segment takes."""
    return GSM7_LONGEST if is_gsm7(text) else UCS2_LONGEST


def fitted(keyword: str, parts: Sequence[Part], order: Sequence[int]) -> str:
    """Return the keyword and the parts as one segment; ``order`` names the parts to be shortened, one form at a time.

    A language whose own keyword is of GSM-7 is sent in it.
    """
    chosen = [0] * len(parts)
    seven = is_gsm7(keyword)

    def text() -> str:
        rest = "".join(part[form] for part, form in zip(parts, chosen, strict=True))
        # A name in the brackets of our keyword would look like another message of ours.
        return keyword + (gsm7(rest).translate(str.maketrans("[]", "()")) if seven else rest)

    for part in order:
        if size(text()) <= longest(text()):
            break
        chosen[part] += 1
    return text()


Ranked = tuple[Part, tuple[int, ...]]
"""A part, and for each of its forms but the last when it is given up: a smaller number goes sooner."""

_TRIED, _PERSON, _SITE, _BELOW, _SINCE, _SYMPTOM, _CHECK, _DEADLINE, _THING = range(9)
"""What is given up first: what the list shows anyway, and the name of who reads it; at last what it is about."""


def sms(event: Event, say: Say, zone: ZoneInfo, now: datetime) -> str:
    """Say an event as one SMS."""
    told = pieces(event, say, zone, now, _WHOLE)
    match event.kind:
        case EventKind.FIRED | EventKind.FIRED_AGAIN:
            parts = _fired(event, told, say)
        case EventKind.ESCALATED:
            parts = _escalated(event, told, say)
        case EventKind.TAKEN:
            parts = _taken(event, told, say, zone, now)
        case EventKind.HANDED:
            parts = [
                *_head(say("message.sms.handed"), say),
                ((f"{told.number} ",), ()),
                _what(told, say),
                _act(event, told, say),
            ]
        case EventKind.RESOLVED:
            ended = format_time((event.alert and event.alert.resolved) or event.at, now, zone, say)
            restored = (told.said(say, "sms.restored", clock=ended), told.said(say, "sms.restored_short"))
            parts = [
                *_head(say("message.sms.resolved"), say),
                _what(told, say),
                (restored, (_DEADLINE,)),
                _number(told, say),
            ]
        case EventKind.CLOSED:
            ended = format_time((event.alert and event.alert.resolved) or event.at, now, zone, say)
            by = (told.said(say, "sms.closed_by", clock=ended), say("message.sms.closed_at", clock=ended))
            parts = [
                *_head(say("message.sms.closed"), say),
                ((f"{told.number} ",), ()),
                _what(told, say),
                (by, (_CHECK,)),
            ]
        case EventKind.DIGEST | EventKind.DIGEST_ESCALATED:
            parts = _digest(event, told, say)
        case EventKind.DIGEST_TAKEN:
            parts = _digest_taken(event, told, say, zone, now)
        case EventKind.DIGEST_RESOLVED:
            newest = max((alert.resolved for alert in event.alerts if alert.resolved), default=event.at)
            last = say("message.sms.all_restored", clock=format_time(newest, now, zone, say))
            parts = [*_head(say("message.sms.resolved"), say), *_count(event, say), ((last, ""), (_DEADLINE,))]
        case EventKind.ROSTER_GAP if event.gap is not None:
            post, clock = say(f"post.{event.gap.post}"), format_time(event.gap.begin, now, zone, say)
            site = f"{told.site or clean(event.gap.site, _WHOLE)} "
            parts = [
                *_head(say("message.sms.roster"), say),
                ((site, ""), (_SITE,)),
                ((say("message.sms.gap", post=post, clock=clock),), ()),
            ]
        case EventKind.BRIEF_ALL_WELL | EventKind.BRIEF_MORNING:
            parts = sms_parts(event, told, say, zone, now)
        case EventKind.HANDOVER_RETURNED:
            parts = returned_sms(event, told, say)
        case kind if kind in OF_INCIDENTS:
            parts = news_parts(event, told, say, zone, now)
        case _:
            short = told.said(say, f"sms.{event.kind}_short")
            full = told.said(say, f"sms.{event.kind}") if told.since or event.kind is EventKind.TEST else short
            parts = [((full, short), (_THING,))]
    order = [n for _, n in sorted((rank, n) for n, (_, ranks) in enumerate(parts) for rank in ranks)]
    return fitted(say("message.keyword"), [forms for forms, _ in parts], order)


def _fired(event: Event, told: Pieces, say: Say) -> list[Ranked]:
    grade = told.grade if event.kind is EventKind.FIRED else say("message.again", grade=told.grade)
    what: Ranked = _what(told, say)
    below = "sms.below"
    if event.cut_off:
        what, below = (
            ((told.said(say, f"sms.{event.cut_off}"), say("message.sms.some")), (_THING,)),
            "sms.unknown_below",
        )
    return [
        *_head(grade, say),
        what,
        ((told.said(say, "sms.since"), ""), (_SINCE,)),
        ((told.said(say, below) if told.below else "", ""), (_BELOW,)),
        _act(event, told, say),
        _number(told, say),
    ]


def _escalated(event: Event, told: Pieces, say: Say) -> list[Ranked]:
    waited = say_length(event.at - event.alert.fired, say) if event.alert else ""
    last = [tried for tried in event.history if tried.person == event.history[-1].person][-3:]
    tried = say("message.comma").join(f"{clean(t.channel, _WHOLE)} {say(f'message.result.{t.result}')}" for t in last)
    return [
        *_head(say("message.sms.escalated"), say),
        ((f"{told.number} ",), ()),
        _what(told, say),
        ((say("message.sms.untaken", length=waited),), ()),
        ((say("message.sms.tried", tried=tried) if tried else "", ""), (_TRIED,)),
        _act(event, told, say),
    ]


def _taken(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> list[Ranked]:
    alert = event.alert
    at = format_time((alert and alert.taken_at) or event.at, now, zone, say)
    again = format_time(alert.expires, now, zone, say) if alert and alert.expires else ""
    by = (told.said(say, "sms.taken_by", clock=at), say("message.sms.taken_at", clock=at))
    return [
        *_head(say("message.sms.taken"), say),
        ((f"{told.number} ",), ()),
        _what(told, say),
        (by, (_CHECK,)),
        ((say("message.sms.rings_again", clock=again) if again else "", ""), (_DEADLINE,)),
    ]


def _digest(event: Event, told: Pieces, say: Say) -> list[Ranked]:
    worst = max((alert.severity for alert in event.alerts), default=Severity.NOTE)
    head, untaken = say(f"severity.{worst.name.lower()}"), ""
    if event.kind is EventKind.DIGEST_ESCALATED:
        head = say("message.sms.escalated")
        untaken = say("message.sms.untaken", length=say_length(waited(event), say))
    return [*_head(head, say), *_count(event, say, untaken), _act(event, told, say)]


def _digest_taken(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> list[Ranked]:
    at = max((alert.taken_at for alert in event.alerts if alert.taken_at), default=event.at)
    again = min((alert.expires for alert in event.alerts if alert.expires), default=None)
    clock = format_time(at, now, zone, say)
    by = (told.said(say, "sms.taken_by", clock=clock), say("message.sms.taken_at", clock=clock))
    rings = say("message.sms.first_rings_again", clock=format_time(again, now, zone, say)) if again else ""
    return [
        *_head(say("message.sms.taken"), say),
        *_count(event, say),
        (by if told.taken_by else by[1:], (_CHECK,) if told.taken_by else ()),
        ((rings, ""), (_DEADLINE,)),
    ]


def _count(event: Event, say: Say, untaken: str = "") -> list[Ranked]:
    """Return how many alerts there are, and the first three of them."""
    things = [clean(alert.key[0], _WHOLE) for alert in worst_first(event.alerts)[:3]]
    named = tuple(say("message.comma").join(things[:n]) for n in range(len(things), 0, -1))
    forms = (*(say("message.sms.first", things=some) for some in named), "")
    return [((say("message.count", n=len(event.alerts)) + untaken,), ()), (forms, (_SYMPTOM,) * (len(forms) - 1))]


def _head(words: str, say: Say) -> list[Ranked]:
    return [((say("message.sms.head", head=words),), ())]


def _what(told: Pieces, say: Say) -> Ranked:
    """Return what is wrong with what: with its site, without, with the check alone, the thing alone, "an alert"."""
    forms = (
        f"{told.site} {told.thing} {told.symptom}".strip(),
        f"{told.thing} {told.symptom}".strip(),
        f"{told.thing} {told.short}".strip(),
        told.thing,
        say("message.sms.some"),
    )
    return forms, (_SITE, _SYMPTOM, _CHECK, _THING)


def _act(event: Event, told: Pieces, say: Say) -> Ranked:
    """Return who must answer until when."""
    all_of_them = "_all" if event.kind in SEVERAL else ""
    # How to answer, where somebody listens for it.
    how = "_reply" if event.answers else ""
    now = say(f"message.sms.act_now{all_of_them}{how}")
    if event.deadline is None:
        return (now,), ()
    by = told.said(say, f"sms.act_by{all_of_them}{how}")
    named = told.said(say, f"sms.act{all_of_them}{how}") if told.person else by
    return (named, by, now), (_PERSON, _DEADLINE)


def _number(told: Pieces, say: Say) -> Ranked:
    return (told.said(say, "sms.number"),), ()
