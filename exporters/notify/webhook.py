"""A server that takes messages as JSON: a gateway for SMS or voice, or whatever the operator has."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from config.channels import WebhookChannel
from duty.people import Contact
from exporters.notify.port import Message, Receipt
from exporters.notify.post import Post, judge_status, reveal
from exporters.notify.text import cut, headed, line, links, phones

TEXT_MOST = 16 * 1024


class WebhookNotifier:
    """Posts the message with its key, so that a server can tell one that comes again."""

    def __init__(self, channel: WebhookChannel, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._now = now
        self._post = Post(private=channel.private)

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Post it. Any status of 2xx has accepted it, whatever else the server says."""
        content = json.dumps(document(contact, message), ensure_ascii=False).encode()
        headers = {"Idempotency-Key": key(message)}
        if self._channel.token:
            headers["Authorization"] = f"Bearer {reveal(self._channel.token)}"
        if self._channel.secret:
            stamp = str(int(self._now().timestamp()))
            digest = hmac.digest(reveal(self._channel.secret).encode(), f"{stamp}.".encode() + content, "sha256")
            headers |= {"X-Nightduty-Timestamp": stamp, "X-Nightduty-Signature": f"sha256={digest.hex()}"}
        reply = await self._post.send(self._channel.url, content, deadline=deadline, headers=headers, read=False)
        judge_status(reply)
        return Receipt(f"{reply.status} {line(reply.reason)}".strip())

    async def close(self) -> None:
        """Give back the connections."""
        await self._post.close()


def key(message: Message) -> str:
    """Return the message's key as it may stand in a header: printable ASCII, what is not so in percent signs."""
    return "".join(c if c.isascii() and c.isprintable() and c != "%" else _percent(c) for c in message.key)[:1024]


def document(contact: Contact, message: Message) -> dict[str, Any]:
    """Return the message as a program reads it, from its standard input or from a request."""
    return {
        "key": message.key,
        "address": contact.address,
        "severity": message.severity.name.lower(),
        "title": cut(headed(message), 1024),
        "text": cut("\n".join(map(line, message.lines)), TEXT_MOST),
        "sms": line(message.sms),
        "mention": phones(message),
        "links": [{"label": label, "url": target} for label, target in links(message)],
    }


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode(errors="replace"))
