"""What does not go together among channels, people and rotations: nobody would be told, or the wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from config import crosscheck_escalation
from config.channels import SmtpChannel, WecomAppChannel, mailbox
from config.marked import Path
from config.mistake import Mistake, known
from config.people import ContactModel
from config.schema import Settings


def _fallback_is_named(settings: Settings) -> Iterator[Mistake]:
    if (settings.channels or settings.people or settings.rotations) and not settings.fallback:
        what = "nobody is named for when nobody is on duty"
        yield Mistake(("fallback",), what, "one contact at least, for an alert must always have somebody")


def contacts(settings: Settings) -> Iterator[tuple[Path, ContactModel]]:
    """Yield every contact of the file with its place."""
    for index, person in enumerate(settings.people):
        for place, contact in enumerate(person.contacts):
            yield ("people", index, "contacts", place), contact
    for place, contact in enumerate(settings.fallback):
        yield ("fallback", place), contact
    for place, contact in enumerate(settings.briefs.group):
        yield ("briefs", "group", place), contact
    for name, plan in settings.plans.items():
        for index, step in enumerate(plan.steps):
            for place, contact in enumerate(step.channels):
                yield ("plans", name, "steps", index, "channels", place), contact
    incidents = settings.incidents
    for kind in type(incidents.departments).model_fields:
        for place, contact in enumerate(getattr(incidents.departments, kind)):
            yield ("incidents", "departments", kind, place), contact
    for place, contact in enumerate(incidents.customer_service):
        yield ("incidents", "customer_service", place), contact
    yield from crosscheck_escalation.contacts_of_steps(settings)


def _contacts_can_be_used(settings: Settings) -> Iterator[Mistake]:
    for at, contact in contacts(settings):
        yield from known(contact.channel, "channel", settings.channels, (*at, "channel"))
        channel = settings.channels.get(contact.channel)
        if isinstance(channel, SmtpChannel) and not mailbox(contact.address):
            yield Mistake((*at, "address"), "not the address of a mailbox", "an address like night@example.com")
        if isinstance(channel, WecomAppChannel) and not contact.address:
            yield Mistake((*at, "address"), f"'{contact.channel}' writes to one person", "the user's id in WeCom")


def _people_are_told_apart(settings: Settings) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for index, person in enumerate(settings.people):
        if first.setdefault(person.name.casefold(), index) != index:
            what = f"a second person called '{person.name}'"
            yield Mistake(("people", index, "name"), what, "each name once; title may be the same")
        ways = [(contact.channel, contact.address) for contact in person.contacts]
        for place, way in enumerate(ways):
            if way in ways[:place]:
                yield Mistake(("people", index, "contacts", place), "the same contact again", "each way once")


def _rotations_name_who_holds_the_post(settings: Settings) -> Iterator[Mistake]:
    posts = {person.name: person.posts for person in settings.people}
    for name, rotation in settings.rotations.items():
        at: Path = ("rotations", name)
        yield from known(rotation.site, "site", settings.sites, (*at, "site"))
        # Without any people in the file they are kept in the record alone.
        for place, person in enumerate(rotation.people if posts else ()):
            if person not in posts:
                yield from known(person, "person", posts, (*at, "people", place))
            elif rotation.post not in posts[person]:
                what = f"'{person}' does not hold the post {rotation.post}"
                yield Mistake((*at, "people", place), what, f"{rotation.post} among their posts, or somebody else")


CHECKS: Final = (
    _fallback_is_named,
    _contacts_can_be_used,
    _people_are_told_apart,
    _rotations_name_who_holds_the_post,
)
