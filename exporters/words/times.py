"""Moments as a person says them: by the site's clock, with the day when it is not today, and how long ago."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from exporters.words.catalogue import Say
from exporters.words.numbers import format_duration


def format_time(at: datetime, now: datetime, zone: ZoneInfo, say: Say) -> str:
    """Say a moment by the clock of ``zone``: "03:10", with weekday and date where that is not the day of ``now``.

    An hour that comes twice because the clocks go back names its offset, or two rounds would look like one.
    """
    local = at.astimezone(zone)
    clock = f"{local:%H:%M}"
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        clock += f" ({local:%Z})"
    if local.date() == now.astimezone(zone).date():
        return clock
    return say("time.day_clock", day=format_day(at, now, zone, say), clock=clock)


def format_day(at: datetime, now: datetime, zone: ZoneInfo, say: Say) -> str:
    """Say the day of a moment by the clock of ``zone``: "Mon 23 Nov", with the year where it is another."""
    local = at.astimezone(zone)
    code = "time.day" if local.year == now.astimezone(zone).year else "time.day_year"
    return say(
        code,
        weekday=say(f"weekday.{local.isoweekday()}"),
        month=say(f"month.{local.month}"),
        day=local.day,
        year=local.year,
    )


def format_ago(at: datetime, now: datetime, say: Say) -> str:
    """Say how long ago a moment was, or in how long it comes."""
    seconds = (now - at).total_seconds()
    if abs(seconds) < 60:
        return say("time.just_now" if seconds >= 0 else "time.at_once")
    # Whole minutes: a page that is read at a glance does not count seconds.
    length = format_duration(abs(seconds) // 60 * 60, say)
    return say("time.ago" if seconds > 0 else "time.ahead", length=length)
