"""What each post may do on the console (policy 3): a table, so that whoever asks reads it from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from duty.people import Post


class Right(StrEnum):
    """Something that not everybody may do."""

    SEE = "see"
    """Read the pages."""
    TAKE = "take"
    """Take alerts, give them back, put them off, hand them on, say something of them."""
    SILENCE = "silence"
    """Silences, maintenance windows, and limits raised for a while."""
    RECORD = "record"
    """Write into the record of the night: rounds marked as read, lines by hand, the duty log, tasks, the form."""
    SIGN = "sign"
    """Sign a handover form; as whom is looked at when it is signed."""
    COMMAND = "command"
    """Lead an incident: grade it down, name people, ask for support, review its report."""
    ROSTER = "roster"
    """Put somebody in another's place."""
    AUDIT = "audit"
    """Read the journal."""
    ACCOUNTS = "accounts"
    """Accounts and screens."""


_ON_DUTY: Final = frozenset({Right.SEE, Right.TAKE, Right.SILENCE, Right.RECORD, Right.SIGN})

RIGHTS: Final[Mapping[Post, frozenset[Right]]] = MappingProxyType(
    {
        Post.TECHNICIAN: _ON_DUTY,
        Post.RESERVE: _ON_DUTY,
        Post.MANAGER: _ON_DUTY | {Right.COMMAND, Right.ROSTER, Right.AUDIT},
        Post.LEADER: _ON_DUTY | {Right.COMMAND, Right.ROSTER, Right.AUDIT},
        Post.VIEWER: frozenset({Right.SEE}),
        Post.AUDITOR: frozenset({Right.SEE, Right.AUDIT}),
        Post.ADMINISTRATOR: frozenset({Right.SEE, Right.SILENCE, Right.ROSTER, Right.ACCOUNTS}),
    }
)
"""An administrator takes no alerts, and an auditor changes nothing: who runs the system does not sign for the night."""


def may(posts: Iterable[Post], right: Right) -> bool:
    """Say whether somebody who holds these posts may do something."""
    return any(right in RIGHTS[post] for post in posts)
