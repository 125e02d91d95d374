"""What passes between the agent and others, as the operator writes it: hooks, peers, heartbeat, syslog, traps."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from config.model import Model
from config.secret import Secret
from config.units import Between, Listen, Name, mistake

Facility = Literal[
    "user", "daemon", "auth", "authpriv", "audit", "local0", "local1", "local2", "local3", "local4", "local5",
    "local6", "local7",
]  # fmt: skip
"""The facilities of RFC 5424 that a program like this one may use."""

_SERVER: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5})")


def host_and_port(text: str) -> tuple[str, int]:
    """Split ``host:port`` or ``[address]:port``. Raises ValueError."""
    found = _SERVER.fullmatch(text)
    if found is None or not 1 <= int(found[3]) <= 65535:
        raise ValueError(text)
    return found[1] or found[2], int(found[3])


def _server(value: object) -> str:
    try:
        host_and_port(value if isinstance(value, str) else "")
    except ValueError:
        expected = "host:port like logs.example.com:6514 or [2001:db8::1]:6514"
        raise mistake("not a server with its port", expected) from None
    return str(value)


Server = Annotated[str, BeforeValidator(_server)]
"""A server with its port."""


class ReplyHook(Model):
    """Answers from telephones: an SMS gateway or a phone system posts them to `/hooks/reply`."""

    secret: Secret = Field(description="What each request is signed with (HMAC-SHA256 of time and body).")


class AlertmanagerHook(Model):
    """Alerts of Prometheus or Zabbix, posted to `/hooks/alertmanager` as Alertmanager does."""

    token: Secret = Field(description="What it must send as its bearer token.")


class Hooks(Model):
    """Where other programs post to us; a hook that is not written here is closed."""

    reply: ReplyHook | None = Field(default=None, description="Answers by SMS or by the keys of a telephone.")
    alertmanager: AlertmanagerHook | None = Field(default=None, description="Alerts from Prometheus or Zabbix.")


class Peer(Model):
    """Another agent, or any program that must live, which posts to `/hooks/heartbeat/NAME`."""

    token: Secret = Field(description="What it must send as its bearer token.")
    within: Annotated[timedelta, Between("30s", "1d")] = Field(
        default=timedelta(minutes=3), description="How long it may be silent; best three times the rhythm of its beats."
    )


class HeartbeatOut(Model):
    """A sign of life to somebody outside, who says so when it stays away."""

    url: Secret = Field(
        description="Where it is posted: a check of healthchecks.io, or a peer's `/hooks/heartbeat/NAME`."
    )
    token: Secret | None = Field(default=None, description="What is sent as the bearer token; a peer wants one.")
    every: Annotated[timedelta, Between("10s", "1h")] = Field(
        default=timedelta(minutes=1), description="How often, as long as the agent is well."
    )
    private: bool = Field(default=False, description="It stands in the own network: private addresses are allowed.")


class Syslog(Model):
    """The journal handed on by syslog (RFC 5424), entry by entry and in order."""

    server: Server = Field(description="The server and its port, like `logs.example.com:6514`.")
    tls: bool = Field(default=True, description="Over TLS (RFC 5425), its certificate verified; else by plain TCP.")
    ca: Path | None = Field(default=None, description="PEM file of its certificate's signer; without it, the system's.")
    facility: Facility = Field(default="local0", description="The facility of its messages.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.ca is not None and not self.tls:
            raise mistake("a ca without tls", "tls: true, or no ca")
        return self


class Traps(Model):
    """What devices say by themselves. A trap is a hint: it starts a look at its target, and sets no state."""

    listen: Listen | None = Field(
        default=None,
        description="Address and UDP port, mostly `0.0.0.0:162` or `[::]:162`; without it none are taken.",
    )
    credentials: tuple[Name, ...] = Field(
        default=(),
        max_length=20,
        description="From `credentials`: with these a trap of any target may come, besides the target's own.",
    )
    rate: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="Traps a second that are read of one address; five seconds' worth at once.",
    )
