"""What the command line can ask of accounts and screens; only of root and of the daemon's own user it is taken."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from typing import Any

from agent.control.server import Asked, Verb
from agent.control.wire import plain
from agent.services import accounts, screens
from agent.services.accounts import Listed
from agent.services.door import Door
from duty.errors import NightdutyError
from duty.people import Post

Message = dict[str, Any]


class AccountVerbs:
    """The daemon's answers about accounts and screens, a method a verb."""

    def __init__(self, door: Door) -> None:
        self._door = door

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Every verb by its name."""
        return {
            "account_add": self.add,
            "account_passwd": self.passwd,
            "account_posts": self.posts,
            "account_disable": self.disable,
            "account_list": self.list,
            "screen_add": self.screen_add,
            "screen_revoke": self.screen_revoke,
        }

    async def add(self, asked: Asked) -> AsyncIterator[Message]:
        """Make an account; the answer is where its first password stands."""
        by, name, posts = _by(asked), asked.text("name"), _posts(asked)
        person = asked.text("person") if "person" in asked.args else ""
        yield {"answer": str(await accounts.add_account(self._door, name, posts, person, by))}

    async def passwd(self, asked: Asked) -> AsyncIterator[Message]:
        """Give an account a new first password; the answer is where it stands."""
        yield {"answer": str(await accounts.renew_password(self._door, asked.text("name"), _by(asked)))}

    async def posts(self, asked: Asked) -> AsyncIterator[Message]:
        """Say what an account may do."""
        await accounts.set_posts(self._door.station, asked.text("name"), _posts(asked), _by(asked))
        yield {"answer": None}

    async def disable(self, asked: Asked) -> AsyncIterator[Message]:
        """Close an account, or open it again."""
        disabled = asked.args.get("again") is not True
        await accounts.set_disabled(self._door.station, asked.text("name"), disabled, _by(asked))
        yield {"answer": None}

    async def list(self, asked: Asked) -> AsyncIterator[Message]:
        """All accounts and screens."""
        _by(asked)
        yield {"answer": plain(Listed, await accounts.listed(self._door.station))}

    async def screen_add(self, asked: Asked) -> AsyncIterator[Message]:
        """Let a screen in; the answer is its token."""
        yield {"answer": await screens.add_screen(self._door.station, asked.text("name"), _by(asked))}

    async def screen_revoke(self, asked: Asked) -> AsyncIterator[Message]:
        """Let a screen in no more."""
        await screens.revoke_screen(self._door.station, asked.text("name"), _by(asked))
        yield {"answer": None}


def _by(asked: Asked) -> str:
    """Return who asks. Raises NightdutyError where it is neither root nor the daemon's own user.

    The group that may talk to the daemon is that of the people on duty: they take alerts, and open no doors.
    """
    if asked.actor not in ("uid:0", f"uid:{os.getuid()}"):
        raise NightdutyError("only root may manage accounts: sudo nightduty account …")
    return asked.actor


def _posts(asked: Asked) -> tuple[Post, ...]:
    try:
        return tuple(Post(post) for post in asked.texts("posts"))
    except ValueError as error:
        raise NightdutyError(f"{error}; the posts are {', '.join(Post)}") from None
