"""From settings to the values of duty: people, rotations, times of the shift. Pure."""

from __future__ import annotations

from config.people import ContactModel
from config.schema import Settings
from duty.alerts import TakePolicy
from duty.briefs import BriefTerms
from duty.handover import HandoverTerms
from duty.people import Contact, Person, Post
from duty.roster import Rotation

NETWORK, LOCAL = "network", "local"
"""What a contact depends on whose path is not written: a command is this machine's, all else leaves by the network."""


def build_people(settings: Settings) -> tuple[Person, ...]:
    """Return the people to begin with, as the file has them in order."""
    return tuple(
        Person(
            name=person.name,
            title=person.title or person.name,
            posts=tuple(Post(post) for post in person.posts),
            contacts=tuple(build_contact(settings, contact) for contact in person.contacts),
            phone=person.phone,
            language=person.language or "",
            staff_number=person.staff_number,
        )
        for person in settings.people
    )


def build_contact(settings: Settings, contact: ContactModel) -> Contact:
    """Return one way to tell somebody, with what it depends on."""
    channel = settings.channels.get(contact.channel)
    natural = LOCAL if channel is not None and channel.kind == "command" else NETWORK
    return Contact(contact.channel, contact.address, contact.path or natural)


def build_fallback(settings: Settings) -> tuple[Contact, ...]:
    """Return whom an alert reaches when nobody is on duty."""
    return tuple(build_contact(settings, contact) for contact in settings.fallback)


def build_rotations(settings: Settings) -> tuple[Rotation, ...]:
    """Return the rules that write the roster, each by the clock of its site."""
    default = next(iter(settings.sites))
    return tuple(
        Rotation(
            name=name,
            site=rotation.site or default,
            zone=settings.sites[rotation.site or default].zone,
            post=Post(rotation.post),
            people=rotation.people,
            start=rotation.start,
            begin=rotation.begin,
            end=rotation.end,
            days=rotation.days,
        )
        for name, rotation in settings.rotations.items()
    )


def build_take_policy(settings: Settings) -> TakePolicy:
    """Return how long an acknowledgement holds."""
    holds = settings.escalation.holds
    return TakePolicy(critical=holds.critical, warning=holds.warning)


def build_handover_terms(settings: Settings) -> HandoverTerms:
    """Return the times of a change of shift."""
    return HandoverTerms(settings.handover.ready, settings.handover.signed_within, settings.policy.arrive_early)


def build_briefs(settings: Settings) -> BriefTerms:
    """Return when briefs are sent, and the leading group's channel."""
    written = settings.briefs
    return BriefTerms(written.all_well, written.morning, tuple(build_contact(settings, way) for way in written.group))
