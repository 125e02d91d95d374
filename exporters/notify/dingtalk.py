"""DingTalk: the robot of a group, signed, with the people it calls by telephone number."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from config.channels import DingTalkChannel
from duty.people import Contact
from exporters.notify.codes import Codes
from exporters.notify.port import Message, Receipt
from exporters.notify.post import Post, parsed, reveal
from exporters.notify.text import cut, fitted, headed, in_json, links, phones

BODY_MOST: Final = 20_000
"""Bytes of the whole body; DingTalk answers 460101 to more."""

_TITLE_MOST: Final = 200
_PENALTY: Final = timedelta(minutes=10)

CODES: Final = Codes(
    code="errcode",
    said="errmsg",
    busy=frozenset({-1}),
    # More than 20 a minute, and the robot is silent for ten minutes. 900xx: the same for a server or a company.
    limits=dict.fromkeys((130101, 410100, *range(90001, 90019)), _PENALTY),
)
"""Known refusals for good: 310000 keyword, signature, time or IP; 300001 and 400101 token; 400013 group dissolved;
400102 robot stopped; 400106 robot gone; 40035 and 400105 form; 4301xx content; 460101 too long; 90030 quota."""


class DingTalkNotifier:
    """Sends to one group by its robot; whom it calls stands in the text as well, or DingTalk marks nobody."""

    def __init__(self, channel: DingTalkChannel, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._now = now
        self._post = Post(private=channel.private)

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Send to the group; whom it calls stands in the message."""
        url = parsed(reveal(self._channel.webhook))
        secret = reveal(self._channel.secret) if self._channel.secret else ""
        token = url.params.get("access_token", "")
        if secret:
            url = url.copy_merge_params(signature(secret, self._now()))
        reply = await self._post.send(str(url), body(message, self._channel.keyword), deadline=deadline)
        return CODES.judge(reply, token, secret, str(url))

    async def close(self) -> None:
        """Give back the connections."""
        await self._post.close()


def signature(secret: str, now: datetime) -> dict[str, str]:
    """Return what a signed robot asks for in the address; DingTalk refuses a time more than an hour off."""
    stamp = str(int(now.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def body(message: Message, keyword: str) -> bytes:
    """Return the message as Markdown, no longer than DingTalk takes, with its keyword and its mentions in the text."""
    called = phones(message)
    said = "\n".join(message.lines)
    marked = [f"@{phone}" for phone in called if f"@{phone}" not in said]
    marked += [f"[{_calm(label)}]({target})" for label, target in links(message)]
    title = _calm(headed(message, keyword))

    def made(text: str) -> bytes:
        document: dict[str, Any] = {
            "msgtype": "markdown",
            "markdown": {"title": cut(title, _TITLE_MOST), "text": text},
            "at": {"atMobiles": called, "isAtAll": False},
        }
        return json.dumps(document, ensure_ascii=False).encode()

    room = BODY_MOST - len(made(""))
    first, lines = f"**{cut(title, _TITLE_MOST)}**", map(_calm, message.lines)
    # A single line's end is no line's end in Markdown.
    return made(fitted(first, lines, marked, room, gap="\n\n", between="  ", size=in_json))


def _calm(text: str) -> str:
    """Return ``text`` without what makes a link, an image or HTML in Markdown: device strings are not ours."""
    return text.replace("](", "] (").replace("<", "＜")
