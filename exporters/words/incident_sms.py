"""News of an incident as one SMS: no link, what to do is to ring; what matters least is given up first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from exporters.words.catalogue import Say
from exporters.words.events import Event, EventKind, Pieces
from exporters.words.incident_fields import Fields, best, fields, is_latin
from exporters.words.incident_news import SECTION, head, telling

Ranked = tuple[tuple[str, ...], tuple[int, ...]]
"""A part of an SMS in its forms, and when each is given up (``sms.Ranked``)."""

_WHOLE: Final = 160
"""Names are not cut to this and then used: a longer one does not fit, and so is left out whole."""

_DETAIL, _PERSON, _SITE, _SINCE, _WORD, _HOW_FAR, _DEED, _DUE, _THING, _NUMBER = range(10)
"""What is given up first: what the page shows anyway, then names; at last what it is about, and its number."""

_WHAT: Final = (("what", _SITE), ("title", _THING), "some")
_CALL: Final = (("call_whom", _PERSON), "call")
_RESULT: Final = (("text", _WORD), ("text_half", _WORD), ("text_short", _HOW_FAR), "")
_STEP: Final = (("step", _WORD), ("step_half", _WORD), ("step_short", _THING), "some_step")

Forms = tuple["str | tuple[str, int]", ...]
"""The codes of a part's forms, each but the last with when it is given up; "" is nothing."""

PARTS: Final[Mapping[EventKind, tuple[Forms, ...]]] = MappingProxyType(
    {
        EventKind.INCIDENT_OPENED: (
            *(_WHAT, (("since", _SINCE), ""), (("business", _DETAIL), ""), (("spot", _PERSON), "")),
            ("if_major",),
        ),
        EventKind.INCIDENT_FIRST: (
            *(_WHAT, (("since", _SINCE), ""), (("business", _DETAIL), ""), (("plan", _HOW_FAR), "")),
            *((("leads|nobody_leads", _PERSON), ""), (("next", _DUE), ""), ("end",)),
        ),
        EventKind.INCIDENT_PROGRESS: (
            # Its number tells those who read the first report which incident it is.
            (("said", _WORD), ("said_half", _WORD), ("said_short|title", _THING), "some"),
            *((("back", _HOW_FAR), ""), (("next", _DUE), ""), ("end",)),
        ),
        EventKind.INCIDENT_FINAL: (
            *(_WHAT, (("restored|ended", _DEED), ""), (("lasted", _DETAIL), ""), _RESULT, (("file", _DUE), "")),
            ("end",),
        ),
        EventKind.INCIDENT_HANDLED: (
            *(_WHAT, (("restored|ended", _DEED), ""), (("lasted", _DETAIL), ""), _RESULT, (("file", _DUE), "")),
            ("end",),
        ),
        EventKind.INCIDENT_GENERAL: (_WHAT, (("regraded_by", _PERSON), ""), _RESULT, ("no_more",)),
        EventKind.INCIDENT_NAMED: (_WHAT, (("since", _SINCE), ""), (("by", _DETAIL), ""), _CALL),
        EventKind.INCIDENT_SUPPORT: (_WHAT, _RESULT, _CALL),
        EventKind.PLAN_STEP: (
            *(_STEP, (("do_by_with", _SITE), ("do_by|do_with", _DUE), ""), (("call_done_whom", _PERSON), "call_done")),
        ),
        EventKind.PLAN_WORD: ((*_STEP[:-1], "some_word"), ("end",)),
        EventKind.PLAN_STEP_LATE: (*(_STEP, (("was_due", _HOW_FAR), ""), (("chase_asked", _DUE), "chase")),),
        EventKind.NEXT_REPORT_SOON: (_WHAT, ("report_by|report",), ("end",)),
        EventKind.NEXT_REPORT_LATE: (_WHAT, (("report_was", _DUE), ""), ("report_now",)),
        EventKind.FILING_SOON: (_WHAT, ("file_by|file_now",), ("end",)),
        EventKind.FILING_LATE: (_WHAT, (("file_was", _DUE), ""), ("file_now",), ("end",)),
        EventKind.LEGAL_SOON: (_WHAT, ("legal_by|legal",), ("end",)),
        EventKind.LEGAL_LATE: (_WHAT, (("legal_was", _DUE), ""), ("legal_now",)),
        EventKind.REPORT_REVIEW: (_WHAT, (("submitted_by", _PERSON), ""), ("review",)),
        EventKind.REPORT_RETURNED: (_WHAT, (("returned_by", _PERSON), ""), _RESULT, ("correct",)),
        EventKind.REPORT_COUNTERSIGN: (_WHAT, ("countersign",)),
        EventKind.REPORT_ARCHIVED: (_WHAT, ("nothing",)),
        EventKind.INCIDENT_CUSTOMERS: (
            *(
                (("sentence", _THING), "sentence_over|no_sentence"),
                (("scope", _DETAIL), ""),
                (("expected", _PERSON), ""),
            ),
            (("say_no_more", _SITE), ""),
        ),
    }
)

_NAMED: Final = {
    True: (_WHAT, (("named_lead", _PERSON), ""), ("end",)),
    False: (_WHAT, (("named_sent", _PERSON), ""), ("end",)),
}
"""What everybody else reads of somebody who was named."""


def parts(event: Event, pieces: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> list[Ranked]:
    """Return the parts of the SMS of a piece of news; ``pieces`` are not cut."""
    section, how = f"{SECTION}.sms", telling(event)
    if event.news is None:
        start = head(how, event, {}, say, f"{section}.head")
        return [((say("message.sms.head", head=start),), ()), ((say(f"{section}.some") + say(f"{section}.end"),), ())]
    of = _readable(fields(event, event.news, pieces, say, zone, now, _WHOLE), say)
    start = head(how, event, of, say, f"{section}.head")
    chosen: tuple[Forms, ...] = PARTS[event.kind]
    if event.kind is EventKind.INCIDENT_NAMED and not how.asks:
        chosen = _NAMED[event.news.commands]
    ranked = [_ranked(forms, of, say, section) for forms in chosen]
    number: Ranked = ((best(say, section, "number", of), ""), (_NUMBER,))
    return [((say("message.sms.head", head=start),), ()), *(part for part in ranked if any(part[0])), number]


def _ranked(forms: Forms, of: Fields, say: Say, section: str) -> Ranked:
    """Return the forms that can be said; the last always can."""
    said: list[tuple[str, int]] = []
    for form in forms:
        codes, rank = form if isinstance(form, tuple) else (form, 0)
        words = best(say, section, codes, of)
        if words or form is forms[-1]:
            said.append((words, rank))
    return tuple(words for words, _ in said), tuple(rank for _, rank in said[:-1])


def _readable(of: Fields, say: Say) -> Fields:
    """Leave out what people wrote in a script that an SMS of this language cannot carry: it would be one "?"."""
    if not say("message.keyword").isascii():
        return of
    written = ("text", "text_half", "text_short", "step", "step_half", "step_short", "expected")
    return {name: words if name not in written or is_latin(words) else "" for name, words in of.items()}
