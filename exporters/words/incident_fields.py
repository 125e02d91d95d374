"""The fields that what is told of an incident may name, in words, and which of several wordings they are enough for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from string import Formatter
from zoneinfo import ZoneInfo

from duty.bulletins import LONGEST_TEXT
from duty.findings import Finding
from duty.incident_news import News
from duty.incidents import LONGEST_TITLE, IncidentClass
from duty.plans import Evidence
from exporters.words.catalogue import Say
from exporters.words.events import LONGEST, Event, EventKind, Pieces, clean, say_length, say_symptom
from exporters.words.several import listed
from exporters.words.times import format_time

Fields = Mapping[str, str]
"""Words by the names of the templates' fields, "" where nothing is known."""

_HALF, _SHORT = (60, 24), (30, 12)
"""Characters of what somebody wrote where there is little room, and hardly any: of letters, of other scripts."""

_OF_NEXT_REPORT = (EventKind.NEXT_REPORT_SOON, EventKind.NEXT_REPORT_LATE)


def best(say: Say, section: str, codes: str, of: Fields) -> str:
    """Say the first of some codes ("plan|no_plan") of which every field is known, "" where none is.

    The fields are clean already, and stand whole: a report is longer than a name may be.
    """
    for code in filter(None, codes.split("|")):
        template = say.template(f"{section}.{code}")
        names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
        if all(of.get(name) for name in names):
            return template.format_map(of)
    return ""


def say_rule(rule: str, say: Say) -> str:
    """Say what a rule of incidents means; an operator's own is its own name."""
    code = f"incident.rule.{rule}"
    return say(code) if code in say else clean(rule)


def say_trouble(target: str, finding: Finding, say: Say, longest: int = LONGEST) -> str:
    """Say what is wrong with what, as the title of an incident: "HZ1-CORE-01 not reached"."""
    if finding.reason in ("absence.cut_off", "absence.monitor_cut_off"):
        # The finding itself has the number of targets, which changes while it lasts.
        return say("incident_news.cut_off", thing=clean(target, longest)).strip()
    return f"{clean(target, longest)} {say_symptom(finding, say, longest)}".strip()


def say_title(title: str, target: str, finding: Finding | None, kind: IncidentClass, say: Say) -> str:
    """Say what an incident is called: by a person, else by its first alert, else by its class."""
    if title:
        return clean(title, LONGEST_TITLE)
    if finding is not None:
        return say_trouble(target, finding, say)
    return f"{clean(target)} {say(f'incident.class.{kind}')}".strip()


def fields(event: Event, news: News, told: Pieces, say: Say, zone: ZoneInfo, now: datetime, longest: int) -> Fields:
    """Return everything that can be told of an incident; no name is longer than ``longest``."""

    def clock(at: datetime | None) -> str:
        return format_time(at, now, zone, say) if at else ""

    def names(several: tuple[str, ...]) -> str:
        return listed(say, [clean(name, longest) for name in several if name])

    place = told.site or clean(news.site, longest)
    title = _title(news, say, longest)
    over = news.restored
    due = news.due or (news.next_at if event.kind in _OF_NEXT_REPORT else None)
    leads, by, asked = clean(news.facts.leads, longest), clean(news.by, longest), names(news.asked)
    text, step = _written(news.text, say), _written(news.step.in_(say.language) if news.step else "", say)
    return {
        "number": clean(news.name, longest),
        "at": told.now,
        "place": place,
        "title": title,
        "what": title if place in title else say("incident_news.what", place=place, title=title),
        "kind": say(f"incident.class.{news.kind}"),
        "rule": say_rule(news.rule, say) if news.rule else "",
        "began": clock(news.began),
        "found": clock(news.found),
        "where": names((place, news.target if news.target not in (*title.split(), news.site) else "")),
        "by": by,
        "asked": asked,
        "who": told.person or asked or say("message.whoever"),
        # Whom to ring: who commands, else who wrote it; never the reader.
        "whom": next((name for name in (leads, by) if name and name != told.person), ""),
        "leads": leads,
        "spot": names(news.facts.on_spot),
        "text": text,
        "text_half": _cut(text, *_HALF),
        "text_short": _cut(text, *_SHORT),
        "risk": _written(news.risk, say),
        "expected": _written(news.expected, say),
        "step": step,
        "step_half": _cut(step, *_HALF),
        "step_short": _cut(step, *_SHORT),
        "evidence": say(f"incident_news.evidence.{news.evidence}") if news.evidence is not Evidence.NONE else "",
        "nth": f"{news.nth}" if news.nth else "",
        "due": clock(due),
        "since": clock(news.since),
        "late": say_length(event.at - due, say) if due and event.at - due >= timedelta(minutes=1) else "",
        "left": say_length(due - event.at, say) if due and due > event.at else "",
        "next": clock(news.next_at),
        "restored": clock(over) if news.kind is IncidentClass.NETWORK else "",
        "ended": clock(over),
        "lasted": say_length(over - news.began, say) if over else "",
        **_facts(news, say, clock(news.facts.plan_started), names(news.facts.business)),
    }


def _facts(news: News, say: Say, started: str, business: str) -> Fields:
    facts = news.facts
    return {
        "of": f"{facts.of:,}" if facts.of else "",
        "down": f"{facts.down:,}" if facts.down else "",
        "back": f"{facts.back:,}",
        "plan": clean(facts.plan.in_(say.language)) if facts.plan else "",
        "plan_started": started,
        "plan_is": say(f"incident_news.{'plan_is' if facts.plan else 'no_plan'}"),
        "steps": f"{facts.steps}" if facts.steps else "",
        "steps_done": f"{facts.steps_done}",
        "business": business,
    }


def _title(news: News, say: Say, longest: int) -> str:
    if news.title:
        return clean(news.title, max(longest, LONGEST_TITLE))
    if news.finding is not None:
        return say_trouble("" if news.target == news.site else news.target, news.finding, say, longest)
    return f"{clean(news.target, longest)} {say(f'incident.class.{news.kind}')}".strip()


def _written(text: str, say: Say) -> str:
    """Return what people wrote on one line."""
    return clean(text.strip(), LONGEST_TEXT)


def is_latin(text: str) -> bool:
    """Say whether a text is of a script that an SMS of letters can carry: in any other it would be one "?"."""
    return 2 * sum(map(str.isascii, text)) >= len(text)


def _cut(text: str, letters: int, signs: int) -> str:
    """Return the beginning of a text, by whole words where it has such."""
    longest = letters if is_latin(text) else signs
    if len(text) <= longest:
        return text
    start = text[: longest - 1]
    return f"{start.rsplit(' ', 1)[0] if is_latin(text) else start}…"
