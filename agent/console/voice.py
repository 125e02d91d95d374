"""What a page says values, moments and findings with: one language, one moment, one clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from agent.console.families import Line
from agent.services.overview import Abnormal
from duty.alerts import Alert
from duty.changes import Change
from duty.findings import Finding
from duty.readings import Look
from duty.traps import Meaning
from exporters.words import (
    Say,
    format_ago,
    format_day,
    format_time,
    format_value,
    say_alert,
    say_changed,
    say_finding,
    say_line,
    say_maker,
    say_name,
    say_next,
    say_side,
    say_trap,
    say_what,
    words,
)


class Moment(Protocol):
    """What a page is of: a moment of one agent, by the clock of its first site."""

    @property
    def agent(self) -> str: ...
    @property
    def site_zone(self) -> str: ...
    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in one language at one moment by one clock; returns plain text, which the template escapes."""

    say: Say
    now: datetime
    zone: ZoneInfo

    def by(self, zone: str) -> Voice:
        """Return the voice by another site's clock."""
        return replace(self, zone=ZoneInfo(zone))

    def time(self, at: datetime) -> str:
        return format_time(at, self.now, self.zone, self.say)

    def full(self, at: datetime) -> str:
        """Say day and hour, whatever the day: what is printed is read on another."""
        return self.say("time.day_clock", day=self.day(at), clock=self.clock(at))

    def clock(self, at: datetime) -> str:
        """Say the hour and minute alone, where the day stands beside it already."""
        return format_time(at, at, self.zone, self.say)

    def day(self, at: datetime) -> str:
        return format_day(at, self.now, self.zone, self.say)

    def ago(self, at: datetime) -> str:
        return format_ago(at, self.now, self.say)

    def machine_time(self, at: datetime) -> str:
        """Return what the ``datetime`` attribute wants."""
        return at.astimezone(self.zone).isoformat(timespec="seconds")

    def value(self, value: float | None, unit: str, parameter: str = "") -> str:
        return format_value(value, unit, self.say, parameter)

    def line(self, line: Line) -> str:
        """Say what stands by itself: a value, the device's own word for a state, or both."""
        return say_line(line.reading, line.word, self.say)

    def limit(self, value: float | None, unit: str, parameter: str = "") -> str:
        return format_value(value, unit, self.say, parameter, limit=True)

    def finding(self, finding: Finding, look: Look | None = None) -> str:
        return say_finding(finding, self.say, look)

    def wrong(self, alert: Alert, *, source: bool = True) -> str:
        """Say what is wrong by an alert, be it ours or handed to us; ``source`` says by whom."""
        return say_alert(alert, self.say, source=source)

    def maker(self, name: str) -> str:
        """Say by whom a silence is: by somebody, or by the settings."""
        return say_maker(name, self.say)

    def next_step(self, finding: Finding) -> str:
        return say_next(finding, self.say)

    def abnormal(self, state: Abnormal) -> str:
        """Say a confirmed state as the finding that it came from."""
        return say_finding(state.finding, self.say)

    def name(self, kind: str, name: str) -> str:
        return say_name(kind, name, self.say)

    def what(self, kind: str, name: str, instance: str) -> str:
        return say_what(kind, name, instance, self.say)

    def trap(self, meaning: Meaning) -> str:
        return say_trap(meaning, self.say)

    def changed(self, change: Change) -> str:
        return say_changed(change, self.say)

    def side(self, change: Change, text: str) -> str:
        return say_side(change, text, self.say)


def voice_of(at: Moment, language: str) -> Voice:
    """Return the voice for what a page is of."""
    return Voice(words(language), at.now, ZoneInfo(at.site_zone))
