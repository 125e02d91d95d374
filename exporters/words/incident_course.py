"""The course of an incident in words: each line of its timeline, its first title, the draft of its next report."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from duty.alerts import Alert
from duty.bulletins import LONGEST_TEXT, BulletinKind, Facts
from duty.incidents import LONGEST_TITLE, LONGEST_WORD
from duty.plans import Spoken
from exporters.words.catalogue import Say
from exporters.words.external import say_alert
from exporters.words.incident_fields import Fields, best, say_rule, say_trouble
from exporters.words.shown import shown

SECTION: Final = "incident.event"

_LONGEST: Final = 500
"""Characters of one field of a line."""

_TOLD: Final = "_person_news|{0}_person|{0}_group_news|{0}_group|{0}"

WORDINGS: Final = MappingProxyType(
    {
        "opened": "opened_rule|opened_graded|opened",
        "joined": "joined_target|joined_alert|joined",
        "left": "left_target|left_alert|left",
        **{f"alert_{what}": f"alert_{what}" for what in ("taken", "resolved", "closed", "worsened")},
        "raised": "raised_rule|raised",
        "regraded": "regraded_grade|regraded",
        "told": "told" + _TOLD.format("told"),
        "untold": "untold" + _TOLD.format("untold"),
        "named": "named_author|named_lead|named_sent|named",
        "alert_taken": "alert_taken_target|alert_taken",
        "alert_worsened": "alert_worsened_target|alert_worsened",
        "alert_resolved": "alert_resolved_target|alert_resolved",
        "alert_closed": "alert_closed_target|alert_closed",
        "support": "support_of|support",
        "instruction": "instruction_by|instruction",
        "note": "note_text|note",
        "outside": "outside_ticket|outside_party|outside",
        "plan_started": "plan_started_steps|plan_started_plan|plan_started",
        "step_due": "step_due_step|step_due_nth|step_due",
        "step_done": "step_done_step|step_done_nth|step_done",
        "step_skipped": "step_skipped_step|step_skipped_nth|step_skipped",
        "step_overdue": "step_overdue_step|step_overdue_nth|step_overdue",
        "command_ran": "command_ran_ill|command_ran_well|command_ran",
        "bulletin": "bulletin_nth|bulletin_kind|bulletin",
        "report_late": "report_late_clock|report_late",
        "restored": "restored",
        "handled": "handled",
        "reopened": "reopened",
        "attached": "attached_name|attached",
        "submitted": "submitted_revision|submitted",
        "returned": "returned",
        "approved": "approved",
        "countersigned": "countersigned_by|countersigned",
        "archived": "archived_where|archived",
    }
)
"""The wordings of each kind of event, the fullest first; the last can always be said."""


def say_event(kind: str, text: str, data: Mapping[str, Any], say: Say) -> str:
    """Say one line of a timeline without its time and its author; a field that is missing is left out with its words.

    Of ``data`` these are said: ``by``, ``person``, ``channel``, ``event``, ``rehearsed``, ``result``, ``post``;
    ``alert``, ``target``; ``kind``, ``grade``, ``rule``; ``commands``; ``party``, ``ticket``; ``plan`` or ``zh`` and
    ``en``, ``steps``; ``nth``, ``step``, ``well``; ``risk``, ``expected``; ``clock``; ``name``; ``revision``;
    ``department``; ``archive``.
    """
    of = _fields(kind, text, data, say)
    codes = WORDINGS.get(kind)
    if codes is None:
        line = shown(kind)
    elif kind == "told" and data.get("rehearsed"):
        line = best(say, SECTION, "told_rehearsed_person|told_rehearsed_group|told_rehearsed", of)
    else:
        line = best(say, SECTION, codes, of)
    if kind == "untold" and of["result"]:
        line = best(say, SECTION, "untold_why", {"event": line, "result": of["result"]})
    if of["text"] and kind != "note":
        line = _joined("text", line, of["text"], say) if line else of["text"]
    for more in ("risk", "expected"):
        if of[more]:
            line = _joined(more, line, of[more], say)
    return line


def draft_title(alert: Alert, say: Say) -> str:
    """Draft the title of an incident by its first alert: "HZ1-CORE-01 not reached"."""
    if not alert.source:
        return shown(say_trouble(alert.key[0], alert.finding, say), LONGEST_TITLE)
    return shown(f"{alert.key[0]} {say_alert(alert, say, source=False)}".strip(), LONGEST_TITLE)


def draft_bulletin(facts: Facts, say: Say) -> str:
    """Draft the text of the next report by what the record knows: one line for a person to edit."""
    parts = []
    if facts.plan is not None:
        code = "plan_steps" if facts.steps else "plan"
        plan = shown(facts.plan.in_(say.language))
        parts.append(say(f"bulletin.draft.{code}", plan=plan, done=facts.steps_done, steps=facts.steps))
    if facts.of:
        parts.append(say("bulletin.draft.back", of=f"{facts.of:,}", back=f"{facts.back:,}"))
    return shown(say("message.and").join(parts) or say("bulletin.draft.none"), LONGEST_TEXT)


def _joined(what: str, line: str, more: str, say: Say) -> str:
    return best(say, SECTION, f"with_{what}", {"event": line, what: more})


def _fields(kind: str, text: str, data: Mapping[str, Any], say: Say) -> Fields:
    """Return the fields in words; a code that has none is said as it is."""

    def said(name: str) -> str:
        value = data.get(name)
        # A flag is no word, and nought of anything is not worth a line.
        return "" if value is None or value is False or value is True or value == 0 else shown(value, _LONGEST).strip()

    def word(name: str, section: str) -> str:
        value = said(name)
        code = f"{section}.{value}"
        return say(code) if value and code in say else value

    def flag(*names: str) -> bool | None:
        # A report keeps words only: there a flag is one.
        found = next((data[name] for name in names if data.get(name) is not None), None)
        return None if found is None else found != "no" and bool(found)

    alert, rule, commands, well = said("alert"), said("rule"), flag("commands", "leads"), flag("well")
    spoken = Spoken(said("zh"), said("en")).in_(say.language)
    of_plan = kind == "plan_started"
    person = said("person") or word("post", "post")
    return {
        "text": shown(text, LONGEST_WORD).strip(),
        "by": said("by"),
        "person": person,
        # A flag chooses between two wordings: each has its own condition.
        **{name: person for name in ("leader", "sent") if (name == "leader") is (commands is not False)},
        "author": person if flag("report") else "",
        "channel": said("channel"),
        "news": word("event", "incident.news"),
        "result": word("result", "message.result"),
        "alert": say("message.number", n=f"{int(alert):02d}") if alert.isdecimal() else alert,
        "target": said("target"),
        "kind": word("kind", "incident.class"),
        "bulletin": word("kind", "bulletin.kind"),
        "grade": word("grade", "incident.grade"),
        "rule": say_rule(rule, say) if rule else "",
        "party": said("party"),
        "ticket": said("ticket"),
        "plan": (spoken if of_plan else "") or said("plan"),
        "steps": said("steps"),
        "nth": said("nth") if kind != "bulletin" or data.get("kind") == BulletinKind.PROGRESS.value else "",
        "ill": said("nth") if well is False else "",
        "well": said("nth") if well is not False else "",
        "step": ("" if of_plan else spoken) or said("step"),
        "risk": said("risk"),
        "expected": said("expected"),
        "clock": word("clock", "incident.clock"),
        "name": said("name"),
        "revision": said("revision"),
        "department": said("department"),
        "archive": said("archive"),
    }
