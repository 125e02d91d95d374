"""The channels by which people are told, as the operator writes them."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from config.model import Model
from config.secret import Secret
from config.units import Address, PortNumber, Text, mistake

_MAILBOX: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


def mailbox(text: str) -> bool:
    """Say whether ``text`` is one plain address of a mailbox, without a name and without anything beside it."""
    return _MAILBOX.fullmatch(text) is not None


def _mailbox(text: str) -> str:
    if not mailbox(text):
        raise mistake("not the address of a mailbox", "an address like night@example.com, without a name")
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and text.isprintable()
    except ValueError:
        sound = False
    if not sound or " " in text:
        raise mistake("not a URL", "a URL like https://hooks.example.com/night")
    if parts.username is not None or parts.password is not None:
        raise mistake("a URL with user or password in it", "a URL without them; this file holds no secrets")
    return text


def _absolute(text: str) -> str:
    if not re.fullmatch(r"/[^\x00-\x1f\x7f]+", text) or text.endswith("/"):
        raise mistake("not the path of a program", "an absolute path like /usr/local/bin/siren")
    return text


WebUrl = Annotated[str, Field(max_length=2000), AfterValidator(_url)]
"""Where a server listens for requests."""


def _per_minute(default: int, most: int = 600) -> int:
    value: int = Field(
        default=default, ge=1, le=most, description="Messages a minute; what is more is merged into one."
    )
    return value


class ChannelModel(Model):
    """What every channel has, whatever its kind."""

    title: Text = Field(default="", description="Its name for people; without it, the key.")
    self_test: bool = Field(
        default=True, description="It gets the daily test message (escalation.self_test); not so for a siren."
    )


class RobotModel(ChannelModel):
    """What the robots of group chats have in common."""

    webhook: Secret = Field(description="The robot's whole address, as its settings show it for copying.")
    keyword: Text = Field(
        default="", description="A word that the robot demands in each text, beside the one of the messages."
    )
    group: bool = Field(default=True, description="Everybody in a group sees the same message: no personal links.")
    private: bool = Field(default=False, description="It stands in the own network: private addresses are allowed.")


class DingTalkChannel(RobotModel):
    """The robot of a DingTalk group."""

    kind: Literal["dingtalk"] = Field(description="The robot of a DingTalk group.")
    secret: Secret | None = Field(default=None, description="What it signs with; begins with SEC.")
    per_minute: int = _per_minute(15, 20)


class WecomRobotChannel(RobotModel):
    """The robot of a WeCom group."""

    kind: Literal["wecom_robot"] = Field(description="The robot of a WeCom group.")
    per_minute: int = _per_minute(15, 20)


class FeishuChannel(RobotModel):
    """The robot of a Feishu group."""

    kind: Literal["feishu"] = Field(description="The robot of a Feishu group.")
    secret: Secret | None = Field(default=None, description="What it signs with.")
    per_minute: int = _per_minute(60, 100)


class WecomAppChannel(ChannelModel):
    """An application of a company in WeCom, which writes to one person; the contact's address is the user's id."""

    kind: Literal["wecom_app"] = Field(description="An application in WeCom that writes to one person.")
    corp: Annotated[str, Field(min_length=1, max_length=64)] = Field(description="The company's id (corpid).")
    agent_id: int = Field(ge=1, description="The application's id (agentid).")
    secret: Secret = Field(description="The application's secret.")
    server: WebUrl = Field(default="https://qyapi.weixin.qq.com", description="Where WeCom answers.")
    group: bool = Field(default=False, description="Everybody in a group sees the same message: no personal links.")
    private: bool = Field(default=False, description="It stands in the own network: private addresses are allowed.")
    per_minute: int = _per_minute(25, 30)


class SmtpChannel(ChannelModel):
    """Mail; the contact's address is the mailbox."""

    kind: Literal["smtp"] = Field(description="Mail.")
    host: Address = Field(description="The mail server.")
    port: PortNumber = Field(default=587, description="Its port: 587 for starttls, 465 for tls, 25 for none.")
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is encrypted; without it no password is sent."
    )
    user: Text = Field(default="", description="The user to sign in as.")
    password: Secret | None = Field(default=None, description="The user's password.")
    sender: Annotated[str, AfterValidator(_mailbox)] = Field(description="The mailbox that it comes from.")
    group: bool = Field(default=False, description="Everybody in a group sees the same message: no personal links.")
    per_minute: int = _per_minute(30)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if bool(self.user) is not (self.password is not None):
            raise mistake("a user without a password, or a password without a user", "both, or neither")
        if self.password is not None and self.tls == "none":
            raise mistake("a password over a connection that is not encrypted", "tls: starttls or tls: tls")
        return self


class WebhookChannel(ChannelModel):
    """A server that takes messages as JSON: a gateway for SMS or voice, say."""

    kind: Literal["webhook"] = Field(description="A server that takes messages as JSON.")
    url: WebUrl = Field(description="Where the message is posted; a token in it belongs into `token`.")
    token: Secret | None = Field(default=None, description="What is sent as the bearer token.")
    secret: Secret | None = Field(default=None, description="What the message is signed with (HMAC-SHA256).")
    group: bool = Field(default=False, description="Everybody in a group sees the same message: no personal links.")
    private: bool = Field(default=False, description="It stands in the own network: private addresses are allowed.")
    per_minute: int = _per_minute(60)


class CommandChannel(ChannelModel):
    """A program of this machine: a siren, a modem's tool. It is started without a shell, the message on its input."""

    kind: Literal["command"] = Field(description="A program of this machine: a siren, a modem's tool.")
    path: Annotated[str, Field(max_length=1000), AfterValidator(_absolute)] = Field(
        description="The program, by its absolute path."
    )
    arguments: tuple[Text, ...] = Field(
        default=(), max_length=50, description="What it is started with; the contact's address comes last."
    )
    group: bool = Field(default=False, description="Everybody in a group sees the same message: no personal links.")
    per_minute: int = _per_minute(10)


class AppriseChannel(ChannelModel):
    """A service that the library apprise knows, among those that were tested to tell when they refuse."""

    kind: Literal["apprise"] = Field(description="A service reached by apprise.")
    url: Secret = Field(description="Its apprise URL; `{address}` in it is the contact's address.")
    group: bool = Field(default=False, description="Everybody in a group sees the same message: no personal links.")
    per_minute: int = _per_minute(10)


AnyChannel = Annotated[
    DingTalkChannel
    | WecomRobotChannel
    | WecomAppChannel
    | FeishuChannel
    | SmtpChannel
    | WebhookChannel
    | CommandChannel
    | AppriseChannel,
    Field(discriminator="kind"),
]
"""A channel of any kind; ``kind`` says which."""


def read_by_one(channel: AnyChannel, address: str) -> bool:
    """Say whether what is sent to an address of a channel is read by one person alone, as far as the settings tell.

    Only then may a message carry a link that acts in that person's name. Without an address everybody on the channel
    reads it, and WeCom's application writes to several at once.
    """
    several = isinstance(channel, WecomAppChannel) and (address.startswith("@") or "|" in address)
    return bool(address) and not channel.group and not several
