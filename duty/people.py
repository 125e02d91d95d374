"""People, the posts they can hold, and the ways in which they can be told (policy 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Post(StrEnum):
    """What somebody may do; the first four are on the roster."""

    TECHNICIAN = "technician"
    RESERVE = "reserve"
    MANAGER = "manager"
    LEADER = "leader"
    VIEWER = "viewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROSTERED = (Post.TECHNICIAN, Post.RESERVE, Post.MANAGER, Post.LEADER)


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to tell somebody: a channel of the settings and the address on it (a number, a mailbox, a user id).

    ``path`` names what the way depends on ("internet", "gsm"): two contacts of one path fail together.
    """

    channel: str
    address: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be on duty. ``name`` is the key, ``title`` what people call them; contacts in order of use."""

    name: str
    title: str
    posts: tuple[Post, ...] = ()
    contacts: tuple[Contact, ...] = ()
    phone: str = ""
    language: str = ""
    staff_number: str = ""
