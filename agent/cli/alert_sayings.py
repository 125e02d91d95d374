"""Alerts and the roster as they are printed: plain words, by the site's clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from agent.services.alert_list import AlertEntry, PostHeld, Roster, Standing
from agent.services.try_channel import Tried
from agent.store.journal import AGENT
from agent.store.timeline import AlertEvent, EventKind
from duty.people import Post
from exporters.words import Say, format_ago, format_time, say_alert, say_maker, shown, words
from exporters.words.events import say_number

STYLES: dict[Standing, str] = {"firing": "bold red", "acknowledged": "yellow", "snoozed": "dim", "resolved": "green"}
"""Each standing's colour; the word stands beside it."""


def print_alerts(out: Console, entries: Sequence[AlertEntry], now: datetime, language: str) -> None:
    """Print each alert: its number, where it stands, what is wrong since when, who has it; its timeline if it came."""
    say = words(language)
    for entry in entries:
        _print_alert(out, entry, now, say)
        for event in entry.timeline:
            out.print("      " + _event(event, ZoneInfo(entry.zone), now, say), markup=False)


def _print_alert(out: Console, entry: AlertEntry, now: datetime, say: Say) -> None:
    """Print one alert in two lines."""
    alert, stands, zone = entry.alert, entry.standing, ZoneInfo(entry.zone)
    line = say(
        "alerting.line",
        number=say_number(alert, say),
        state=say(f"alert.{stands}"),
        target=("★ " if alert.key_equipment else "") + alert.key[0],
        what=say_alert(alert, say),
    )
    out.print(Text(line, style=STYLES[stands]))
    parts = [say(f"severity.{alert.severity.name.lower()}")]
    parts.append(
        say("alerting.since", clock=format_time(alert.opened, now, zone, say), ago=format_ago(alert.opened, now, say))
    )
    if alert.taken_by and alert.taken_at is not None:
        parts.append(say("alerting.has", person=alert.taken_by, clock=format_time(alert.taken_at, now, zone, say)))
    if stands == "snoozed" and alert.snoozed_until is not None:
        parts.append(say("alerting.put_off", clock=format_time(alert.snoozed_until, now, zone, say)))
    if (silence := entry.silence) is not None:
        who, clock = say_maker(silence.by, say), format_time(silence.over, now, zone, say)
        parts.append(say(f"alerting.{silence.kind.value}", who=shown(who), clock=clock))
    if alert.open and alert.inhibited_by is not None:
        parts.append(say("alerting.inhibited", by=say("message.number", n=f"{alert.inhibited_by:02}")))
    if alert.open and alert.expires is not None:
        expires = max(alert.expires, alert.snoozed_until or alert.expires)
        parts.append(say("message.rings_again", clock=format_time(expires, now, zone, say)))
    if alert.resolved is not None:
        parts.append(say("alerting.ended", clock=format_time(alert.resolved, now, zone, say)))
    if alert.word:
        parts.append(say("alerting.word", word=alert.word))
    out.print("    " + joined(parts, say), markup=False)


def print_roster(out: Console, roster: Roster, language: str) -> None:
    """Print a line for each post of each site: who holds it until when, and who comes next."""
    say = words(language)
    if not any(post.now or post.next for post in roster.posts):
        out.print(say("alerting.no_roster"), style="yellow")
        return
    for post in roster.posts:
        out.print(Text(_post(post, roster, say), style="" if post.now else "yellow"))


def print_desk(out: Console, opened: Iterable[AlertEntry], roster: Roster, language: str) -> None:
    """Print how many open alerts nobody has, and which technicians are on duty where there is a roster."""
    say = words(language)
    if free := sum(entry.standing == "firing" for entry in opened):
        out.print(Text(say("alerting.free", n=free), style="bold red"))
    for post in roster.posts:
        if post.post is Post.TECHNICIAN and (post.now or post.next):
            out.print(Text(_post(post, roster, say), style="" if post.now else "yellow"))


def print_tried(out: Console, tried: Iterable[Tried], language: str) -> None:
    """Print for each way whether the channel took the test message, and what it said."""
    say = words(language)
    for each in tried:
        sign, style = ("✓", "green") if each.accepted else ("✗", "bold red")
        whom = each.person or each.address or each.channel
        line = say("alerting.tried", whom=whom, channel=each.channel, result=say(f"message.result.{each.code}"))
        line = say("cli.aside", text=line, aside=each.seen) if each.seen else line
        out.print(Text(f"{sign} {line}", style=style))


def _post(held: PostHeld, roster: Roster, say: Say) -> str:
    zone = ZoneInfo(roster.zones[held.site])

    def clock(at: datetime) -> str:
        return format_time(at, roster.at, zone, say)

    def who(name: str) -> str:
        return f"{roster.titles.get(name, name)} {roster.phones.get(name, '')}".rstrip()

    parts = [say("alerting.until", person=who(shift.person), clock=clock(shift.end)) for shift in held.now]
    parts = parts or [say("alerting.nobody")]
    if held.next is not None:
        parts.append(say("alerting.next", person=who(held.next.person), clock=clock(held.next.begin)))
    name = say("alerting.post", site=held.site, post=say(f"post.{held.post.value}"))
    return say("cli.pair", name=name, text=joined(parts, say))


def _event(event: AlertEvent, zone: ZoneInfo, now: datetime, say: Say) -> str:
    parts = [say(f"alerting.event.{event.kind.value}")]
    if event.kind in (EventKind.TOLD, EventKind.FAILED):
        told = {name: str(event.data.get(name, "")) for name in ("person", "channel")}
        parts.append(say("alerting.told", person=told["person"] or say("step.fallback"), channel=told["channel"]))
    if error := str(event.data.get("error", "")):
        code = f"message.result.{error.partition(':')[0]}"
        parts.append(say(code) if code in say else shown(error))
    if event.actor != AGENT:
        parts.append(shown(event.actor))
    if event.text:
        parts.append(say("alerting.word", word=event.text))
    return f"{format_time(event.at, now, zone, say)}  {joined(parts, say)}"


def joined(parts: Sequence[str], say: Say) -> str:
    """Return several pieces as one line, however many; "" of none."""
    line = parts[0] if parts else ""
    for part in parts[1:]:
        line = say("cli.and", first=line, second=part)
    return line
