"""What is inspected, as the operator writes it: targets by kind, and the credentials that groups of them share."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.limits import Limit
from config.model import Model
from config.profile import STANDARD
from config.secret import Secret
from config.units import Address, Between, BitRate, Day, Name, PortNumber, Text, mistake

Role = Literal["server", "network", "power", "room"]
"""What a target is for; limits may differ by it."""

ROLES: dict[str, Role] = {"host": "server", "exposition": "server", "snmp": "network"}
"""The role of a target whose file names none, by kind."""


class SnmpCredential(Model):
    """How a group of SNMP devices is asked. Versions 1 and 2c send the community in clear text."""

    version: Literal["1", "2c", "3"] = Field(default="2c", description='Version of SNMP, in quotes: "1", "2c" or "3".')
    community: Secret | None = Field(default=None, description="The community; versions 1 and 2c need it.")
    user: Text = Field(default="", description="The user; version 3 needs it.")
    auth: Literal["none", "md5", "sha", "sha224", "sha256", "sha384", "sha512"] = Field(
        default="none", description="How version 3 signs its messages. md5 and sha are for devices that know no better."
    )
    auth_password: Secret | None = Field(default=None, description="The password to sign with.")
    priv: Literal["none", "des", "aes", "aes192", "aes256", "aes192c", "aes256c"] = Field(
        default="none",
        description="How version 3 encrypts its messages; needs auth. With c as Cisco and many others have it.",
    )
    priv_password: Secret | None = Field(default=None, description="The password to encrypt with.")
    context: Text = Field(default="", description="The SNMP context of version 3, where a device has several.")


class PortModel(Model):
    """What is known of a device's ports."""

    match: Text = Field(min_length=1, description="Names of ports, as a shell pattern: `GigabitEthernet0/0/*`.")
    uplink: bool = Field(default=False, description="The port leads upward: its failure is critical.")
    key: bool = Field(
        default=False, description="The port matters by itself: its failure is critical and may wake somebody."
    )
    rate: BitRate | None = Field(
        default=None, description="The bought rate of the circuit, like `200M`; utilisation is counted of it."
    )
    circuit: Text = Field(
        default="", description="The circuit's number with its carrier, for forms and reports; its failure is critical."
    )
    carrier: Text = Field(default="", description="The carrier of the circuit, by the name that people call it.")
    contract_ends: Day | None = Field(
        default=None, description="The last day of the circuit's contract; the monthly report warns before it."
    )


class TargetModel(Model):
    """What every target has, whatever its kind."""

    name: Name = Field(description="What the target is called, everywhere and for good; its history hangs on it.")
    site: Name | None = Field(default=None, description="The site it stands at; without it, the first of the file.")
    role: Role | None = Field(
        default=None,
        description="What it is for; limits may differ by it. Without it: `host`, `exposition` server; `snmp` network.",
    )
    room: Text = Field(default="", description="The room it stands in.")
    rack: Text = Field(default="", description="The rack.")
    unit: Text = Field(default="", description="The rack unit.")
    asset: Text = Field(default="", description="The asset number.")
    serial: Text = Field(default="", description="The serial number, where the device does not tell it.")
    maintainer: Name | None = Field(default=None, description="Who mends it, from `maintainers`.")
    business: Text = Field(default="", description="What business hangs on it, in words for a page at night.")
    key: bool = Field(default=False, description="Key equipment: named one by one at handover, and may wake somebody.")
    depends_on: tuple[Name, ...] = Field(
        default=(),
        max_length=16,
        description="Targets it is reached through; while none of them answers it raises no alert.",
    )
    redundant_with: Name | None = Field(
        default=None,
        description="The target that does the same work; both down is a major incident.",
        json_schema_extra={"clause": "4.4b"},
    )
    ports: tuple[PortModel, ...] = Field(
        default=(), max_length=1000, description="What is known of its ports; the first entry that fits a port counts."
    )
    checks: dict[str, Limit] = Field(default={}, description="Limits of this target alone, by check.")
    trap_addresses: tuple[Address, ...] = Field(
        default=(), max_length=16, description="Addresses that its traps come from, besides the one it is asked at."
    )


class HostTarget(TargetModel):
    """This machine, read by psutil."""

    kind: Literal["host"] = Field(description="This machine.")
    address: Address = Field(default="localhost", description="How people reach it; shown, not asked.")
    processes: tuple[Text, ...] = Field(default=(), max_length=100, description="Names of processes that must run.")
    services: tuple[Text, ...] = Field(
        default=(), max_length=100, description="systemd units that must run: `nginx.service`."
    )
    network_mounts: bool = Field(default=False, description="Look at network file systems too.")


class SnmpTarget(TargetModel):
    """A device that answers SNMP."""

    kind: Literal["snmp"] = Field(description="A device that answers SNMP.")
    address: Address = Field(description="IP address or host name.")
    port: PortNumber = Field(default=161, description="UDP port of its SNMP agent.")
    credential: Name = Field(description="How it is asked, from `credentials`.")
    engine: Literal["own", "pysnmp"] = Field(
        default="own", description="What speaks SNMP to it: the agent itself, or the slower pysnmp if that fails."
    )
    profiles: tuple[Name, ...] = Field(
        default=(),
        max_length=32,
        description="What it is asked for: files of `config/profiles/`; none: chosen by what the device says it is. "
        "Limits may differ by those that stand here.",
    )
    timeout: Annotated[timedelta, Between("100ms", "30s")] = Field(
        default=timedelta(seconds=2), description="How long one request waits for its answer."
    )
    retries: int = Field(default=2, ge=0, le=10, description="How many times an unanswered request is sent again.")
    ping: bool = Field(
        default=True, description="Ping it as well: a device that pings but whose SNMP is silent is not down."
    )


_VERIFY: Final = "Refuse a certificate that cannot be verified. Its end is watched either way."
_CA: Final = "PEM file of the certificate's signer; without it, those that the system trusts."


class IcmpTarget(TargetModel):
    """A target that is only pinged."""

    kind: Literal["icmp"] = Field(description="A target that is only pinged.")
    address: Address = Field(description="IP address or host name.")


class TcpTarget(TargetModel):
    """A port that must accept a connection."""

    kind: Literal["tcp"] = Field(description="A port that must accept a connection.")
    address: Address = Field(description="IP address or host name.")
    port: PortNumber = Field(description="TCP port.")
    tls: bool = Field(
        default=False, description="It speaks TLS from the first byte (LDAPS 636, SMTPS 465): look at its certificate."
    )
    verify: bool = Field(default=True, description=_VERIFY)
    ca: Path | None = Field(default=None, description=_CA)


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(c <= " " for c in text):
        raise mistake("not an address of a page", "a URL like https://www.example.com/health")
    if parts.username is not None or parts.password is not None:
        raise mistake("a URL with a user or password in it", "a URL without them; this file holds no secrets")
    return text


Url = Annotated[str, Field(max_length=2000), AfterValidator(_url)]
"""The address of a page, without user or password."""


class HttpTarget(TargetModel):
    """A page that must answer."""

    kind: Literal["http"] = Field(description="A page that must answer.")
    url: Url = Field(description="The page's URL.")
    status: tuple[Annotated[int, Field(ge=100, le=599)], ...] = Field(
        default=(200,), min_length=1, max_length=100, description="Answers that are good."
    )
    contains: Text = Field(default="", description="Words that the page must contain.")
    verify: bool = Field(default=True, description=_VERIFY)
    ca: Path | None = Field(default=None, description=_CA)


class ExpositionTarget(TargetModel):
    """A page of metrics in Prometheus' text format, as node_exporter and many programs have one."""

    kind: Literal["exposition"] = Field(description="A page of metrics in Prometheus' text format.")
    url: Url = Field(description="The page's URL: `http://192.0.2.20:9100/metrics`.")
    map: Name = Field(
        default="node_exporter",
        description="What its metrics mean, a file of `config/exposition/`; limits may differ by it.",
    )
    services: tuple[Text, ...] = Field(
        default=(), max_length=100, description="systemd units that must run, where the page tells of them."
    )
    token: Secret | None = Field(default=None, description="What is sent as the bearer token.")
    user: Text = Field(default="", description="The user to sign in with.")
    password: Secret | None = Field(default=None, description="The user's password.")
    verify: bool = Field(default=True, description=_VERIFY)
    ca: Path | None = Field(default=None, description=_CA)


AnyTarget = Annotated[
    HostTarget | SnmpTarget | IcmpTarget | TcpTarget | HttpTarget | ExpositionTarget, Field(discriminator="kind")
]
"""A target of any kind; ``kind`` says which."""


def limit_names(target: AnyTarget) -> tuple[str, ...]:
    """Name what limits may differ by for a target, from wide to narrow: its role, then its SNMP profiles or its map."""
    role = target.role or ROLES.get(target.kind)
    if isinstance(target, SnmpTarget):
        names = target.profiles or STANDARD
    else:
        names = (target.map,) if isinstance(target, ExpositionTarget) else ()
    return (*((role,) if role else ()), *names)
