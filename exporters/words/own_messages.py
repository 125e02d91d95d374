"""What the watch says of itself: a channel, the roster, the settings, the record, and a test."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from duty.alerts import Alert, AlertState
from duty.steps import SUBSTITUTES
from exporters.words.briefs import Said
from exporters.words.catalogue import Say
from exporters.words.events import Event, Pieces, clean, say_number
from exporters.words.several import listed
from exporters.words.times import format_time


def channel_failed(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    """Say that a channel fails."""
    lines = [told.said(say, "channel_word") if told.word else "", say("message.channel_next")]
    return (say("message.channel"), told.said(say, "channel_failed")), lines


def channel_restored(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    """Say that a channel works again, and what it missed."""
    missed = listed(say, [_state(alert, say) for alert in event.alerts]) if event.alerts else ""
    line = say("message.channel_missed", n=len(event.alerts), alerts=missed) if missed else ""
    return (say("message.channel_back"), told.said(say, "channel_restored")), [line]


def roster_gap(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    """Say that nobody holds a post for a time."""
    if (gap := event.gap) is None:
        return (say("message.roster"), told.site), []
    post, begin = say(f"post.{gap.post}"), format_time(gap.begin, now, zone, say)
    instead = [say(f"post.{other}") for other in SUBSTITUTES.get(gap.post, ())]
    lines = [
        say("message.gap_end", clock=format_time(gap.end, now, zone, say)),
        say("message.gap_instead", posts=listed(say, [*instead, say("message.fallback")])),
        say("message.gap_next"),
    ]
    site = told.site or clean(gap.site)
    return (say("message.roster"), say("message.gap", site=site, post=post, clock=begin)), lines


def settings_rejected(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    """Say that new settings were refused."""
    what = told.said(say, "old_settings_since" if told.since else "old_settings")
    return (say("message.settings"), what), [told.word, say("message.settings_next")]


def record_failed(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    """Say that nothing can be written, and so nobody is called."""
    return (say("message.record"), told.said(say, "record_failed")), [told.word, say("message.record_next")]


def record_restored(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    """Say that the record is written again."""
    return (say("message.record_back"), told.said(say, "record_restored")), [say("message.record_kept")]


def trial(event: Event, told: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> Said:
    """Say that this is a test."""
    return (say("message.test"), told.said(say, "test_what")), [told.said(say, "test_next")]


def _state(alert: Alert, say: Say) -> str:
    state = say(f"alert.{alert.state}")
    by = clean(alert.taken_by) if alert.state is AlertState.ACKNOWLEDGED else ""
    return f"{say_number(alert, say)} {by or state}"
