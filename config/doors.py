"""Where people and machines read what the agent knows: the pages and the metrics."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from config.model import Model
from config.secret import Secret
from config.units import Listen, Network, PublicUrl


class Metrics(Model):
    """What Prometheus reads."""

    listen: Listen = Field(
        default="127.0.0.1:8601", description="Address and port; anything but loopback needs `token` or TLS."
    )
    tls_certificate: Path | None = Field(default=None, description="PEM file of the certificate and its chain.")
    tls_key: Path | None = Field(default=None, description="PEM file of its key.")
    token: Secret | None = Field(default=None, description="What Prometheus must send as its bearer token.")


class Console(Model):
    """The pages for people."""

    listen: Listen = Field(
        default="127.0.0.1:8600",
        description="Address and port; anything but loopback needs TLS, or `trusted_proxies` and `public_url`.",
    )
    public_url: PublicUrl | None = Field(
        default=None, description="The address that people open; without it the pages answer on this machine alone."
    )
    tls_certificate: Path | None = Field(default=None, description="PEM file of the certificate and its chain.")
    tls_key: Path | None = Field(default=None, description="PEM file of its key.")
    trusted_proxies: tuple[Network, ...] = Field(
        default=(),
        max_length=20,
        description="Proxies whose word counts on who asks, and whether by https (`X-Forwarded-For`, `-Proto`).",
    )
