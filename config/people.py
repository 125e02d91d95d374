"""People, their contacts and the rotations that put them on duty, as the operator writes them.

People and shifts are rows of the record; the file seeds them and deletes none.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from config.model import Model
from config.units import Day, Name, Text, TimeOfDay, mistake

PostName = Literal["technician", "reserve", "manager", "leader", "viewer", "auditor", "administrator"]
"""What somebody may do."""

RosteredPost = Literal["technician", "reserve", "manager", "leader"]
"""A post that is on the roster."""

_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()-]{2,30}[0-9]")


def _clause(number: str) -> dict[str, Any]:
    return {"clause": number}


def _phone(text: str) -> str:
    if text and not _PHONE.fullmatch(text):
        raise mistake("not a telephone number", 'digits like "138-0000-0001" or "+86 571 8000 0000"')
    return text


class ContactModel(Model):
    """One way to tell somebody."""

    channel: Name = Field(description="The channel, from `channels`.")
    address: Text = Field(
        default="",
        description="Who on it: a mailbox, a user's id, a number. In a group, the number that is mentioned.",
    )
    path: Name | None = Field(
        default=None,
        description="What the way depends on, like `internet` or `gsm`: two contacts of one path fail together. "
        "Without it, `local` for a command and `network` for all else.",
    )


class PersonModel(Model):
    """Somebody who can be on duty, or who may look at the pages."""

    name: Name = Field(description="What the person is called in the records, for good.")
    title: Text = Field(default="", description="What people call them; without it, the name.")
    phone: Annotated[str, Field(max_length=32), AfterValidator(_phone)] = Field(
        default="", description="The number that others ring, in quotes."
    )
    staff_number: Text = Field(
        default="", description="Their number with the company, for the forms.", json_schema_extra=_clause("4.2")
    )
    language: Literal["zh", "en"] | None = Field(
        default=None, description="The language of messages to them; without it, the agent's."
    )
    posts: tuple[PostName, ...] = Field(
        default=(), max_length=7, description="The posts that they may hold.", json_schema_extra=_clause("3.3")
    )
    contacts: tuple[ContactModel, ...] = Field(
        default=(), max_length=10, description="The ways to tell them, in order of use; best on different paths."
    )


class RotationModel(Model):
    """A rule that writes the roster 35 days ahead: people take turns. Days and nights are rotations of their own."""

    site: Name | None = Field(default=None, description="The site; without it, the first of the file.")
    post: RosteredPost = Field(description="The post that they hold.")
    people: tuple[Name, ...] = Field(
        min_length=1, max_length=100, description="Who takes turns, in this order.", json_schema_extra=_clause("4.1")
    )
    start: Day = Field(description="The day on which the first of them begins, like `2026-05-01`.")
    begin: TimeOfDay = Field(
        default=time(20, 0), description="When a shift begins, by the site's clock.", json_schema_extra=_clause("4.1")
    )
    end: TimeOfDay = Field(
        default=time(8, 0),
        description="When it ends; not after `begin` is on the next day.",
        json_schema_extra=_clause("4.1"),
    )
    days: int = Field(default=1, ge=1, le=366, description="For how many days somebody has the turn.")
