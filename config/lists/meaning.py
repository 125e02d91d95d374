"""What the words of a list mean here: groups and types as roles, rooms and businesses; addresses that are none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_interface
from typing import Final, NamedTuple

from config.propose import Kind, printable
from config.targets import Role

LONGEST: Final = 200
"""Characters of one text of a target."""

_ROLES: Final[tuple[tuple[Role, str], ...]] = (
    ("power", r"\b(?:ups|pdu|power)\b|电源|配电|供电|电力|蓄电池"),
    ("room", r"\b(?:cooling|hvac|environment|sensors?|temperature)\b|空调|动环|温湿度|漏水|环境监控"),
    ("network", r"\b(?:switch(?:es)?|routers?|firewalls?|network|wireless|wlan|ap|core|access)\b"
                r"|交换|路由|防火墙|网络|无线|核心|汇聚|接入"),
    ("server", r"\b(?:servers?|linux|windows|hypervisors?|virtual machines?|database|storage)\b"
               r"|服务器|主机|虚拟机|数据库|存储"),
)  # fmt: skip
_ROOM: Final = re.compile(
    r"机房|机楼|机柜间|配线间|弱电间|(?:\b|\d)[层楼]$|\broom\b|\bidc\b|\bdata ?cent(?:er|re)\b", re.IGNORECASE
)
_KINDS: Final[Mapping[str, Kind]] = {
    "snmp": "snmp", "icmp": "icmp", "ping": "icmp", "tcp": "tcp", "端口": "tcp", "http": "http", "https": "http",
    "web": "http", "网页": "http", "网站": "http",
}  # fmt: skip
_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.?")


class Sorted(NamedTuple):
    """What the groups of a device are here."""

    site: str = ""
    role: str = ""
    room: str = ""
    business: str = ""


def sort_groups(groups: Iterable[str], sites: Mapping[str, str]) -> Sorted:
    """Say what each group is: a site, a role or a room by its words, else the business that hangs on the device.

    ``sites`` are the names of the sites by name and by title, casefolded.
    """
    site = role = room = ""
    others = []
    for group in groups:
        meant = _role(group)
        if group.casefold() in sites:
            site = site or sites[group.casefold()]
        elif _ROOM.search(group):
            room = room or fitted(group)
        elif meant:
            role = role or meant
        else:
            others.append(group)
    return Sorted(site, role, room, fitted(", ".join(others)))


def _role(text: str) -> Role | None:
    return next((role for role, words in _ROLES if re.search(words, text, re.IGNORECASE)), None)


def role_of(text: str) -> str:
    """Return the role that a type of device has, "" for none that is known."""
    return _role(text) or ""


def kind_of(text: str) -> Kind | None:
    """Return how a thing is looked at whose type is written so, None where that says nothing of it."""
    return _KINDS.get(text.casefold())


def fitted(text: str) -> str:
    """Return a text as the settings take it: on one line, and not longer than they bear."""
    text = printable(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def split_address(text: str) -> tuple[str, str]:
    """Return an address and the port behind it, "" where none stands. Raises ValueError for what is no address."""
    text = unicodedata.normalize("NFKC", text).strip()
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::([0-9]+))?", text)
    single = re.fullmatch(r"([^:]+):([0-9]+)", text)
    found = bracketed or single
    host, port = (found[1], found[2] or "") if found else (text, "")
    return _address(host), port


def _address(text: str) -> str:
    if re.fullmatch(r"[0-9.]+(?:/[0-9]+)?", text) or ":" in text:
        if "/" not in text:
            return str(ip_address(text))
        inside = ip_interface(text)
        if inside.ip == inside.network.network_address and inside.network.num_addresses > 1:
            raise ValueError(text)
        return str(inside.ip)
    if not _HOST.fullmatch(text):
        raise ValueError(text)
    return text.removesuffix(".")
