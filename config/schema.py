"""The settings as the operator writes them; every default is documentation, and cites the policy where it has one."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.secret import Secret


class Model(BaseModel):
    """Strict: no unknown key, no silent conversion, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SnmpCredential(Model):
    """How a group of SNMP devices is asked. Versions 1 and 2c send the community in clear text."""

    version: Literal["1", "2c", "3"] = "2c"
    community: Secret | None = None
    user: str = ""
    auth: Literal["none", "md5", "sha", "sha224", "sha256", "sha384", "sha512"] = "none"
    auth_password: Secret | None = None
    priv: Literal["none", "des", "aes", "aes192", "aes256"] = "none"
    priv_password: Secret | None = None
    context: str = ""


class TargetModel(Model):
    """What every target has, whatever its kind."""

    name: str


class HostTarget(TargetModel):
    """This machine, read by psutil."""

    kind: Literal["host"]
    address: str = "localhost"
    processes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    network_mounts: bool = False


class SnmpTarget(TargetModel):
    """A device that answers SNMP."""

    kind: Literal["snmp"]
    address: str
    port: int = 161
    credential: str
    engine: Literal["pysnmp"] = "pysnmp"
    profiles: tuple[str, ...] = ("system", "interfaces", "host-resources", "ucd")
    timeout: timedelta = timedelta(seconds=2)
    retries: int = 2
    ping: bool = True


class IcmpTarget(TargetModel):
    """A target that is only pinged."""

    kind: Literal["icmp"]
    address: str


class TcpTarget(TargetModel):
    """A port that must accept a connection."""

    kind: Literal["tcp"]
    address: str
    port: int


class HttpTarget(TargetModel):
    """A page that must answer."""

    kind: Literal["http"]
    url: str
    status: tuple[int, ...] = (200,)
    contains: str = ""
    verify: bool = True


AnyTarget = Annotated[HostTarget | SnmpTarget | IcmpTarget | TcpTarget | HttpTarget, Field(discriminator="kind")]


class Settings(Model):
    """The whole file."""

    credentials: dict[str, SnmpCredential] = {}
    targets: tuple[AnyTarget, ...] = ()
