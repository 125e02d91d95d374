"""The port that every notifier implements, and the message that passes through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from duty.findings import Severity
from duty.people import Contact

REFUSALS: Final = (
    "refused",
    "busy",
    "rate_limited",
    "timeout",
    "unreachable",
    "tls_failed",
    "name_not_found",
    "no_answer",
    "not_understood",
    "address_forbidden",
    "address_wrong",
    "secret_missing",
    "not_installed",
)
"""Why a message was not accepted: the codes of a NotifyError, worded in ``exporters/words``."""

DEADLINE: Final = timedelta(seconds=15)
"""How long one sending may take, whatever the other side does."""


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody is told, in words. Nothing in it is marked up: each channel does that in its own way.

    ``title`` is the first line and ``lines`` what follows; ``sms`` says the same in one segment, without a link.
    ``keyword`` is what every text must carry, for the robots of group chats refuse a text without theirs.
    ``mention`` are telephone numbers whose owners the group's message calls by name. ``links`` are pairs of what a
    button says and where it leads. ``key`` stays the same however often the message is sent.
    """

    title: str
    lines: tuple[str, ...]
    sms: str
    severity: Severity
    keyword: str
    mention: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    key: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The channel has accepted the message; ``text`` is what it answered, on one line."""

    text: str


class Notifier(Protocol):
    """Sends messages by one channel of the settings."""

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Send ``message`` to ``contact`` and return when the channel has accepted it, not merely been reached.

        It ends within ``deadline`` whatever the other side does. Raises NotifyError.
        """

    async def close(self) -> None:
        """Give back connections, processes and threads."""
