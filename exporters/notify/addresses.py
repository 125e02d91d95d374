"""Where a channel may connect to: a name is resolved once, and what it leads to is judged before anything is sent."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from duty.errors import NotifyError
from exporters.notify.aside import Aside

Address = IPv4Address | IPv6Address

METADATA: Final = frozenset(
    ip_address(each)
    for each in ("100.100.100.200", "168.63.129.16", "169.254.169.254", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
)
"""Where clouds keep the secrets of a machine: Alibaba, Azure, most others, Oracle, AWS and Google by IPv6."""

_MOST: Final = 2
"""Addresses of one name that are tried: one for each version of IP."""


def look_up(host: str) -> list[str]:
    """Ask the system's resolver for the addresses of a host. It has no deadline of its own worth the name."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    return list(dict.fromkeys(found))


def forbidden(address: str, *, private: bool) -> str:
    """Say why a channel must not connect to an address, or "".

    Link-local and metadata addresses are never a messenger's, whatever the settings say: a redirected name would make
    the agent hand out or fetch what belongs to the machine. Loopback and private ones are where ``private`` allows it.
    """
    seen = _plain(ip_address(address))
    if seen.is_link_local or seen in METADATA:
        return f"{seen} is a link-local or metadata address"
    if seen.is_multicast or seen.is_unspecified:
        return f"{seen} is no address of a machine"
    if not seen.is_global and not private:
        return f"{seen} is a private address; allow it with private: true"
    return ""


def _plain(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for: mapped, 6to4, or by the well-known NAT64 prefix."""
    if isinstance(address, IPv6Address):
        if inside := address.ipv4_mapped or address.sixtofour:
            return inside
        if int(address) >> 32 == 0x64FF9B << 64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


async def resolve(
    host: str, aside: Aside, *, private: bool, within: float, look: Callable[[str], list[str]] = look_up
) -> list[str]:
    """Return the addresses to connect to, in the system's order. Raises NotifyError.

    All that the name leads to must be allowed: one forbidden address among them is a name that somebody bent.
    """
    try:
        found = await aside.run(lambda: look(host), within=within)
    except TimeoutError:
        raise NotifyError("name_not_found", f"no answer about {host}") from None
    except (OSError, ValueError):  # ValueError: a label too long or empty
        raise NotifyError("name_not_found", host) from None
    for address in found:
        if why := forbidden(address, private=private):
            raise NotifyError("address_forbidden", why, permanent=True)
    if not found:
        raise NotifyError("name_not_found", host)
    return found[:_MOST]
