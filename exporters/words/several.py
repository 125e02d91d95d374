"""Several alerts in one message: a line each of the first, and the numbers of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from duty.alerts import Alert, worst_first
from exporters.words.catalogue import Say
from exporters.words.events import Event, clean, say_length, say_number, say_wrong
from exporters.words.times import format_time

MOST_LINES = 6
"""With the title: what a telephone shows at once."""

_MOST_NAMED = 8
"""Alerts whose number one line names."""


def called(event: Event, last: Sequence[str], say: Say, zone: ZoneInfo, now: datetime) -> list[str]:
    """Say what several alerts are, and then the last lines."""

    def line(alert: Alert) -> str:
        grade = say(f"severity.{alert.severity.name.lower()}")
        return _said(alert, say, "line", grade=grade, since=format_time(alert.opened, now, zone, say))

    return _lines(event, last, say, line)


def taken(event: Event, say: Say, zone: ZoneInfo, now: datetime) -> list[str]:
    """Say who has several alerts, and when the first of them calls again."""

    def line(alert: Alert) -> str:
        at, by = alert.taken_at, clean(alert.taken_by)
        if at is None or not by:
            return _said(alert, say, "named")
        return _said(alert, say, "each_taken", by=by, clock=format_time(at, now, zone, say))

    again = min((alert.expires for alert in event.alerts if alert.expires), default=None)
    rings = [say("message.first_rings_again", clock=format_time(again, now, zone, say))] if again else []
    return _lines(event, rings, say, line)


def restored(event: Event, say: Say, zone: ZoneInfo, now: datetime) -> list[str]:
    """Say when several alerts were over."""

    def line(alert: Alert) -> str:
        ended = alert.resolved or event.at
        lasted = say_length(ended - alert.opened, say)
        return _said(alert, say, "each_restored", clock=format_time(ended, now, zone, say), lasted=lasted)

    return _lines(event, (), say, line)


def listed(say: Say, items: Sequence[str]) -> str:
    """Join some items; those who count them say how many there are."""
    words = say("message.comma").join(items[:_MOST_NAMED])
    return say("message.and_more", items=words) if len(items) > _MOST_NAMED else words


def _lines(event: Event, last: Sequence[str], say: Say, line: Callable[[Alert], str]) -> list[str]:
    alerts = worst_first(event.alerts)
    room = MOST_LINES - 1 - len(last)
    shown = alerts if len(alerts) <= room else alerts[: room - 1]
    lines = [line(alert) for alert in shown]
    if left := alerts[len(shown) :]:
        lines.append(say("message.more", n=len(left), alerts=listed(say, [say_number(alert, say) for alert in left])))
    return [*lines, *last]


def _said(alert: Alert, say: Say, code: str, **more: object) -> str:
    return say(
        f"message.{code}",
        number=say_number(alert, say),
        thing=clean(alert.key[0]),
        symptom=say_wrong(alert, say),
        **more,
    )
