"""Feishu: the robot of a group, signed."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from config.channels import FeishuChannel
from duty.people import Contact
from exporters.notify.codes import Codes
from exporters.notify.port import Message, Receipt
from exporters.notify.post import Post, Reply, reveal
from exporters.notify.text import cut, fitted, headed, in_json, line, links, phones

BODY_MOST: Final = 20_000
"""Bytes of the whole body; Feishu takes 20 kB."""

_TITLE_MOST: Final = 400

CODES: Final = Codes(
    code="code",
    said="msg",
    busy=frozenset(),
    # 100 a minute and 5 a second.
    limits={11232: timedelta(seconds=30), 230020: timedelta(seconds=30), 99991400: timedelta(minutes=1)},
    hasty=("too many request", "frequency limited"),
)
"""Known refusals for good: 19001 webhook; 19021 signature or time; 19022 IP; 19024 keyword; 9499 form, which has also
been seen for too many requests, told by its words."""


class FeishuNotifier:
    """Sends to one group by its robot. It knows people by ids of its own, so a telephone number is only said."""

    def __init__(self, channel: FeishuChannel, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._now = now
        self._post = Post(private=channel.private)

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Send to the group."""
        url = reveal(self._channel.webhook)
        secret = reveal(self._channel.secret) if self._channel.secret else ""
        content = body(message, self._channel.keyword, signature(secret, self._now()) if secret else {})
        reply = await self._post.send(url, content, deadline=deadline)
        return CODES.judge(_modern(reply), url.rpartition("/")[2], secret, url)

    async def close(self) -> None:
        """Give back the connections."""
        await self._post.close()


def signature(secret: str, now: datetime) -> dict[str, str]:
    """Return what a signed robot asks for in the body. The text is the key here, and what is signed is empty."""
    stamp = str(int(now.timestamp()))
    digest = hmac.digest(f"{stamp}\n{secret}".encode(), b"", "sha256")
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def body(message: Message, keyword: str, signed: dict[str, str]) -> bytes:
    """Return the message as rich text, whose parts are told apart by the document, so that no text can break out."""
    title = cut(headed(message, keyword), _TITLE_MOST)
    said = "\n".join(message.lines)
    called = [f"@{phone}" for phone in phones(message) if f"@{phone}" not in said]
    buttons: list[dict[str, Any]] = []
    for label, target in links(message):
        buttons += [{"tag": "a", "text": f"[{label}]", "href": target}, {"tag": "text", "text": "  "}]

    def made(text: str) -> bytes:
        rows = [[{"tag": "text", "text": text}], *([buttons] if buttons else [])]
        post = {"zh_cn": {"title": title, "content": rows}}
        return json.dumps({**signed, "msg_type": "post", "content": {"post": post}}, ensure_ascii=False).encode()

    first, *rest = message.lines or ("",)
    return made(fitted(line(first), rest, called, BODY_MOST - len(made("")), between="  ", size=in_json))


def _modern(reply: Reply) -> Reply:
    """Read the older form of an accepted message, which has StatusCode alone."""
    document = reply.document()
    if "code" not in document and "StatusCode" in document:
        modern = {"code": document["StatusCode"], "msg": document.get("StatusMessage", "")}
        return Reply(reply.status, reply.reason, reply.retry_after, json.dumps(modern).encode())
    return reply
