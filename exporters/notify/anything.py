"""Other services, by the library apprise, as far as they tell when they refuse."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from config.channels import AppriseChannel
from duty.errors import NotifyError
from duty.people import Contact
from exporters.notify import apprise_call
from exporters.notify.port import Message, Receipt
from exporters.notify.post import reveal
from exporters.notify.process import run
from exporters.notify.text import cut, fitted, headed, links

SCHEMES: Final = frozenset({"onebot", "onebots", "pushplus", "slack", "wxpusher"})
"""What a URL may begin with. Each was tried against a server that refuses within a 200; apprise calls that "sent" for
ntfy, gotify, bark, telegram, discord, mattermost, pushover, serverchan, zulip, signal, spugpush and many others."""

TITLE_MOST: Final = 200
TEXT_MOST: Final = 3000

_PROGRAM: Final = Path(apprise_call.__file__).resolve()


class AppriseNotifier:
    """Sends each message in a process of its own, which is killed at the deadline.

    A server that drips held apprise for 39 seconds; its threads could only be left behind. The URL goes in by a file
    in memory, so that it stands in no list of processes.
    """

    def __init__(self, channel: AppriseChannel, now: Callable[[], datetime]) -> None:
        self._channel = channel

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Send it; the contact's address replaces ``{address}`` in the URL."""
        url = reveal(self._channel.url)
        scheme = url.partition("://")[0].lower()
        if scheme not in SCHEMES:
            raise NotifyError("address_wrong", f"expected a URL of {', '.join(sorted(SCHEMES))}", permanent=True)
        url = url.replace("{address}", quote(contact.address, safe=""))
        tail = [f"{label}: {target}" for label, target in links(message)]
        title = cut(headed(message), TITLE_MOST)
        first, *rest = message.lines or (message.title,)
        given = json.dumps({"url": url, "title": title, "text": fitted(first, rest, tail, TEXT_MOST)})
        try:
            # Isolated: neither the environment nor the folder that the program lies in adds to what it imports.
            status, said = await run(
                (sys.executable, "-I", str(_PROGRAM)), given.encode(), within=deadline.total_seconds()
            )
        except TimeoutError:
            raise NotifyError("timeout", f"{scheme}: not at an end after {deadline.total_seconds():g} s") from None
        except OSError as error:
            raise NotifyError("busy", f"{scheme}: {error.strerror}") from None
        return _judged(status, scheme, said if status in (apprise_call.REFUSED, apprise_call.TRY_AGAIN) else "")

    async def close(self) -> None:
        """Nothing stays open between two messages."""


def _judged(status: int, scheme: str, said: str) -> Receipt:
    if status == apprise_call.ACCEPTED:
        return Receipt(f"{scheme}: sent")
    if status == apprise_call.REFUSED:
        raise NotifyError("refused", f"{scheme}: {said}", permanent=True)
    if status == apprise_call.BAD_URL:
        raise NotifyError("address_wrong", f"{scheme}: apprise cannot read the URL", permanent=True)
    if status == apprise_call.NOT_INSTALLED:
        raise NotifyError("not_installed", "apprise; install nightduty[apprise]", permanent=True)
    raise NotifyError("busy", f"{scheme}: {said or 'no answer'}")
