"""WeCom: the robot of a group, and an application's message to one person."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from config.channels import WecomAppChannel, WecomRobotChannel
from duty.errors import NotifyError
from duty.people import Contact
from exporters.notify.codes import Codes
from exporters.notify.port import Message, Receipt
from exporters.notify.post import Post, Reply, parsed, reveal, scrubbed
from exporters.notify.text import fitted, headed, links, phones

TEXT_MOST: Final = 2048
MARKDOWN_MOST: Final = 4096
"""Bytes of a message's content; WeCom counts bytes, and refuses a robot's that is longer or cuts an application's."""

_USER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_STALE: Final = frozenset({40014, 42001})
_EARLY: Final = timedelta(minutes=5)

CODES: Final = Codes(
    code="errcode",
    said="errmsg",
    busy=frozenset({-1, 45033, *_STALE}),
    limits={45009: timedelta(minutes=1), 45047: timedelta(minutes=1)},
)
"""Known refusals for good: 93000 webhook or length; 40058 form; 44004 empty; 45002 too long; 40001, 40013 and 40056
secret, company, application; 60020 IP; 60111, 81013 and 82001 nobody of that name. 45033 is too much at once."""


class WecomRobotNotifier:
    """Sends to one group by its robot: as text where somebody is called, which Markdown cannot, else as Markdown."""

    def __init__(self, channel: WecomRobotChannel, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._post = Post(private=channel.private)

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Send to the group; whom it calls stands in the message."""
        url = parsed(reveal(self._channel.webhook))
        reply = await self._post.send(str(url), robot_body(message, self._channel.keyword), deadline=deadline)
        return CODES.judge(reply, url.params.get("key", ""), str(url))

    async def close(self) -> None:
        """Give back the connections."""
        await self._post.close()


class WecomAppNotifier:
    """Sends to one person as an application of the company; its access token is kept until WeCom calls it stale."""

    def __init__(self, channel: WecomAppChannel, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._post = Post(private=channel.private)
        self._token = ""
        self._until = 0.0

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Send to the user whose id is the contact's address. Raises NotifyError, also where WeCom names nobody.

        "@all" and lists are refused: a mistake in one contact must not wake the whole company.
        """
        if not _USER.fullmatch(contact.address):
            raise NotifyError("address_wrong", "not the id of one user", permanent=True)
        ends = time.monotonic() + deadline.total_seconds()
        content = _app_body(contact.address, self._channel.agent_id, message)
        reply = await self._sent(content, ends)
        if reply.document().get(CODES.code) in _STALE:
            self._token = ""
            reply = await self._sent(content, ends)
        receipt = CODES.judge(reply, self._token)
        document = reply.document()
        # WeCom takes the message and names in the same answer whom it will not bring it to.
        for refusal in ("invaliduser", "unlicenseduser"):
            if document.get(refusal):
                raise NotifyError("refused", f"{refusal} {scrubbed(document[refusal])}", permanent=True)
        return receipt

    async def close(self) -> None:
        """Give back the connections."""
        await self._post.close()

    async def _sent(self, content: bytes, ends: float) -> Reply:
        if not self._token or time.monotonic() >= self._until:
            await self._renew(ends)
        url = httpx.URL(f"{self._channel.server}/cgi-bin/message/send", params={"access_token": self._token})
        return await self._post.send(str(url), content, deadline=_left(ends))

    async def _renew(self, ends: float) -> None:
        secret = reveal(self._channel.secret)
        wanted = {"corpid": self._channel.corp, "corpsecret": secret}
        url = httpx.URL(f"{self._channel.server}/cgi-bin/gettoken", params=wanted)
        reply = await self._post.send(str(url), b"", deadline=_left(ends))
        CODES.judge(reply, secret)
        document = reply.document()
        token, seconds = document.get("access_token"), document.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise NotifyError("not_understood", "an answer without access_token")
        self._token = token
        self._until = time.monotonic() + max(60.0, seconds - _EARLY.total_seconds())


def robot_body(message: Message, keyword: str) -> bytes:
    """Return what a robot sends, no longer than WeCom takes."""
    title, called = headed(message, keyword), phones(message)
    if called:
        tail = [f"{label}: {target}" for label, target in links(message)]
        text = {"content": fitted(title, message.lines, tail, TEXT_MOST), "mentioned_mobile_list": called}
        return _encoded({"msgtype": "text", "text": text})
    tail = [f"[{_calm(label)}]({target})" for label, target in links(message)]
    content = fitted(f"**{_calm(title)}**", map(_calm, message.lines), tail, MARKDOWN_MOST, between="  ")
    return _encoded({"msgtype": "markdown", "markdown": {"content": content}})


def _app_body(user: str, agent: int, message: Message) -> bytes:
    tail = [f"{label}: {target}" for label, target in links(message)]
    # An application's text may hold links as HTML, and a device's string must not bring one.
    lines = (each.replace("<", "＜") for each in message.lines)
    content = fitted(headed(message).replace("<", "＜"), lines, tail, TEXT_MOST)
    return _encoded({"touser": user, "msgtype": "text", "agentid": agent, "text": {"content": content}, "safe": 0})


def _encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def _calm(text: str) -> str:
    """Return ``text`` without what makes a link, a colour or a mention in WeCom's Markdown."""
    return text.replace("](", "] (").replace("<", "＜")


def _left(ends: float) -> timedelta:
    return timedelta(seconds=max(0.0, ends - time.monotonic()))
