"""What differs from the round before, in words: what it is, what it was, what it is now."""

from __future__ import annotations

from duty.changes import Change
from duty.parameters import PARAMETERS
from exporters.words.catalogue import Say
from exporters.words.numbers import format_value
from exporters.words.sentences import say_what
from exporters.words.shown import shown

_KINDS = {"finding": "check", "reading": "parameter", "fact": "fact"}


def say_changed(change: Change, say: Say) -> str:
    """Say what it is that changed: the sheet's state, a check, a reading, a fact; or that the target started again."""
    if change.what in ("state", "restart"):
        return say(f"change.{change.what}")
    return say_what(_KINDS.get(change.what, "parameter"), change.name, change.instance, say)


def say_side(change: Change, text: str, say: Say) -> str:
    """Say one side of a change: ``text`` is its ``before`` or its ``after``."""
    match change.what:
        case "state":
            return say(f"sheet.{text}") if text else say("change.not_there")
        case "finding":
            return say(f"severity.{text}")
        case "restart":
            return say("change.uptime", length=_number(text, "s", change, say))
        case "reading":
            return _number(text, PARAMETERS.get(change.name, "1"), change, say)
        case _:
            return shown(text)


def _number(text: str, unit: str, change: Change, say: Say) -> str:
    try:
        return format_value(float(text), unit, say, change.name)
    except ValueError:
        return shown(text)
