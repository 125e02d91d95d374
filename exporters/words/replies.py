"""What is said to somebody who answered by telephone: one SMS, however much there was to take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from duty.alerts import Alert
from exporters.words.catalogue import Say
from exporters.words.events import clean, say_number
from exporters.words.sms import fitted

_NAMED: Final = 3
_LONGEST_NAME: Final = 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that came of an answer: a code of OUTCOMES for these alerts; ``who`` is a title or a number."""

    code: str
    alerts: tuple[Alert, ...] = ()
    who: str = ""


def say_reply(outcomes: Sequence[Outcome], say: Say) -> str:
    """Say what came of an answer; what comes last gives way first where one SMS has no room for all."""
    parts = [_forms(outcome, say) for outcome in outcomes]
    order = [place for place in reversed(range(len(parts))) for _ in parts[place][1:]]
    return fitted(say("message.keyword"), parts, order)


def _forms(outcome: Outcome, say: Say) -> tuple[str, ...]:
    numbers = [say_number(alert, say) for alert in outcome.alerts]
    listed = say("message.comma").join(numbers[:_NAMED])
    if len(numbers) > _NAMED:
        listed = say("message.and_more", items=listed)
    who = clean(outcome.who, _LONGEST_NAME)
    short = say(f"reply.{outcome.code}", alerts=listed, who=who)
    if outcome.code == "taken" and len(outcome.alerts) == 1:
        thing = clean(outcome.alerts[0].key[0])
        return say("reply.taken", alerts=f"{listed} {thing}", who=who), short
    return (short,) if outcome.code in ("taken", "usage") else (short, "")
