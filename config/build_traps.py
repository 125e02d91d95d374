"""From settings to who may send traps: by target the addresses they come from, and what they must know."""

from __future__ import annotations

from typing import NamedTuple

from config.schema import IcmpTarget, Settings, SnmpCredential, SnmpTarget, TcpTarget


class TrapSender(NamedTuple):
    """A target that may send traps: its addresses or names, the communities and users of version 3 that it may use."""

    target: str
    addresses: tuple[str, ...]
    communities: frozenset[bytes]
    users: tuple[SnmpCredential, ...]


def build_trap_senders(settings: Settings) -> tuple[TrapSender, ...]:
    """Return the targets that may send traps. Raises SettingsError where a community cannot be read."""
    shared = [settings.credentials[name] for name in settings.traps.credentials]
    found = []
    for target in settings.targets:
        own = [settings.credentials[target.credential]] if isinstance(target, SnmpTarget) else []
        addresses = (target.address,) if isinstance(target, SnmpTarget | IcmpTarget | TcpTarget) else ()
        allowed = dict.fromkeys((*own, *shared))
        if allowed and (addresses or target.trap_addresses):
            found.append(
                TrapSender(
                    target.name,
                    (*addresses, *target.trap_addresses),
                    frozenset(each.community.reveal().encode() for each in allowed if each.community is not None),
                    tuple(each for each in allowed if each.version == "3"),
                )
            )
    return tuple(found)
