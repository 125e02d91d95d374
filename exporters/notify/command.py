"""A program of this machine: a siren, a GSM modem's tool, whatever rings without the network."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from config.channels import CommandChannel
from duty.errors import NotifyError
from duty.people import Contact
from exporters.notify.port import Message, Receipt
from exporters.notify.process import TEMPORARY, run
from exporters.notify.webhook import document


class CommandNotifier:
    """Starts the program for each message: its arguments, then the contact's address, and the message as JSON on stdin.

    Exit status 0 has accepted it, 75 asks to be tried again, any other refuses for good.
    """

    def __init__(self, channel: CommandChannel, now: Callable[[], datetime]) -> None:
        self._argv = (channel.path, *channel.arguments)

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Run it to its end; at the deadline it is killed with all that it started."""
        address = contact.address
        if "\0" in address or address.startswith("-"):
            # An option instead of a number would let whoever edits a contact steer the program.
            raise NotifyError("address_wrong", "an address that a program would take for an option", permanent=True)
        given = json.dumps(document(contact, message), ensure_ascii=False).encode()
        try:
            status, said = await run((*self._argv, *filter(None, (address,))), given, within=deadline.total_seconds())
        except TimeoutError:
            raise NotifyError("timeout", f"not at an end after {deadline.total_seconds():g} s") from None
        except OSError as error:
            # No memory or no process to be had passes; a program that is not there does not.
            permanent = isinstance(error, FileNotFoundError | PermissionError)
            raise NotifyError("refused", error.strerror or "cannot be started", permanent=permanent) from None
        seen = f"exit {status} {said}".strip()
        if status == 0:
            return Receipt(seen)
        raise NotifyError("busy" if status == TEMPORARY else "refused", seen, permanent=status != TEMPORARY)

    async def close(self) -> None:
        """Nothing stays open between two messages."""
