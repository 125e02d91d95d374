"""What can be meant as it is written, but may leave an alert with nobody: told by ``nightduty check-config``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config import doubts_escalation
from config.build_people import build_contact, build_rotations
from config.channels import AnyChannel, SmtpChannel, WebhookChannel, WecomAppChannel
from config.crosscheck_escalation import lists_of_steps
from config.crosscheck_plans import commands_are_allowed
from config.marked import Path
from config.mistake import Mistake
from config.people import ContactModel
from config.schema import AnyTarget, ExpositionTarget, HttpTarget, Settings
from config.units import in_words
from duty.people import ROSTERED, Post
from duty.roster import Rotation, gaps

WEEK: Final = timedelta(days=7)


def warnings(settings: Settings) -> Iterator[Mistake]:
    """Yield what should be thought over; each has a place, what it is, and what would be better."""
    if not settings.fallback:
        yield Mistake(("fallback",), "nobody is told of a failure", "channels and fallback, then people and rotations")
        return
    for check in (*CHECKS, *doubts_escalation.CHECKS):
        yield from check(settings)


def _posts_have_two_paths(settings: Settings) -> Iterator[Mistake]:
    for post in ROSTERED:
        holders = [(n, person) for n, person in enumerate(settings.people) if post.value in person.posts]
        paths = {build_contact(settings, contact).path for _, person in holders for contact in person.contacts}
        if len(paths) == 1:
            what = f"the post {post.value} hangs on one path: {paths.pop()}"
            yield Mistake(("people", holders[0][0], "contacts"), what, "a contact on another path as well, like gsm")
    if len(paths := {build_contact(settings, contact).path for contact in settings.fallback}) == 1:
        what = f"the fallback hangs on one path: {paths.pop()}"
        yield Mistake(("fallback",), what, "a contact on another path as well, like gsm")


def _who_is_on_the_roster_can_be_rung(settings: Settings) -> Iterator[Mistake]:
    rostered = {post.value for post in ROSTERED}
    for index, person in enumerate(settings.people):
        if rostered & set(person.posts) and not person.contacts:
            yield Mistake(("people", index), "is on the roster and cannot be told of anything", "a contact")


def _something_is_off_the_watched_network(settings: Settings) -> Iterator[Mistake]:
    watched = {name for target in settings.targets for name in (target.name, _host(target))}
    places: list[tuple[Path, tuple[ContactModel, ...]]] = [
        (("people", index, "contacts"), person.contacts) for index, person in enumerate(settings.people)
    ]
    for at, contacts in [*places, (("fallback",), settings.fallback)]:
        inside = [_is_inside(settings, contact, watched) for contact in contacts]
        if contacts and all(inside):
            what = "every contact stands on the network that the agent watches"
            yield Mistake(at, what, "one that works while that is down")


def _is_inside(settings: Settings, contact: ContactModel, watched: set[str]) -> bool:
    channel = settings.channels[contact.channel]
    if contact.path in watched or getattr(channel, "private", False):
        return True
    host = _server(channel)
    return host in watched or _is_private(host)


def _server(channel: AnyChannel) -> str:
    """Return the host that a channel's messages are handed to, where the file says it."""
    if isinstance(channel, SmtpChannel):
        return channel.host
    if isinstance(channel, WebhookChannel):
        return urlsplit(channel.url).hostname or ""
    return urlsplit(channel.server).hostname or "" if isinstance(channel, WecomAppChannel) else ""


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    # What listens on this machine hands it on by ways that the file does not tell.
    return address.is_private and not address.is_loopback


def _host(target: AnyTarget) -> str:
    if isinstance(target, HttpTarget | ExpositionTarget):
        return urlsplit(target.url).hostname or target.name
    return target.address if target.kind != "host" else target.name


def _posts_are_held(settings: Settings) -> Iterator[Mistake]:
    if not (settings.people or settings.rotations):
        yield Mistake(("rotations",), "only the fallback is ever told", "people, and a rotation for each post")
        return
    # A reserve stands by where there is one; a step for one tells nobody where there is none.
    told = {step.post for _, steps in lists_of_steps(settings) for step in steps} - {Post.RESERVE.value}
    posts = [post for post in ROSTERED if post.value in told]
    rotations = build_rotations(settings)
    for site in settings.sites:
        for post in posts:
            rules = [rule for rule in rotations if rule.site == site and rule.post is post]
            if not rules:
                what = f"no rotation puts a {post.value} on duty at {site}"
                yield Mistake(("rotations",), what, "one by day and one by night, or shifts entered by hand")
            elif (length := _unheld(rules, site, post)) > timedelta(0):
                what = f"nobody is {post.value} at {site} for {in_words(length)} of the week"
                yield Mistake(("rotations", rules[0].name), what, "days and nights, each by a rotation")


def _unheld(rules: list[Rotation], site: str, post: Post) -> timedelta:
    """Return how much of a week nobody holds a post, once all its rotations have begun."""
    start = max(rule.start for rule in rules) + timedelta(days=1)
    # By UTC, so that a change of the clocks makes the week no longer.
    begin = datetime(start.year, start.month, start.day, tzinfo=ZoneInfo("UTC"))
    shifts = [shift for rule in rules for shift in rule.shifts(begin, begin + WEEK)]
    return sum((gap.end - gap.begin for gap in gaps(shifts, site, post, begin, begin + WEEK)), timedelta(0))


def _quiet_hours_end(settings: Settings) -> Iterator[Mistake]:
    begin, end = settings.escalation.quiet
    if begin == end:
        what = "the quiet hours never end: what may not wake somebody never rings"
        yield Mistake(("escalation", "quiet"), what, "two times like 22:00 and 07:00")


CHECKS: Final = (
    _posts_have_two_paths,
    _who_is_on_the_roster_can_be_rung,
    _something_is_off_the_watched_network,
    _posts_are_held,
    _quiet_hours_end,
    commands_are_allowed,
)
