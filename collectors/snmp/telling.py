"""Which objects tell on people, places and secrets, by their MIBs: what is left out, and what gets a stand-in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from collectors.snmp.port import Oid
from config.profile import Profile

_MIB2, _MAKERS, _LLDP = "1.3.6.1.2.1", "1.3.6.1.4.1", "1.0.8802.1.1.2.1"
_CDP = f"{_MAKERS}.9.9.23.1"

LEFT_OUT: Final = frozenset(
    {
        *(f"{_MIB2}.{part}" for part in ("3", "4.21", "4.22", "4.24", "4.35", "55.1.11", "55.1.12")),  # routes, ARP
        *(f"{_MIB2}.{part}" for part in ("6.13", "6.16", "6.19", "6.20", "7.5", "7.6", "7.7")),  # connections
        *(f"{_MIB2}.{part}" for part in ("17.4.3", "17.7.1.2.2", "17.7.1.2.3")),  # who is behind which port
        *(f"{_MIB2}.{part}" for part in ("14.4", "14.12", "15.6", "83", "84", "85", "91", "92", "185")),  # of routing
        *(f"{_MIB2}.16.{part}" for part in (4, 5, 6, 7, 8, 13, 14, 15, 16, 17, 18, 19)),  # RMON: who talked to whom
        f"{_MIB2}.16.9.1.1.4",  # eventCommunity
        f"{_MIB2}.25.4.2.1.4", f"{_MIB2}.25.4.2.1.5",  # hrSWRunPath, hrSWRunParameters
        f"{_MIB2}.68.1.3.1.8",  # vrrpOperAuthKey
        "1.3.6.1.6.3.12", "1.3.6.1.6.3.13", "1.3.6.1.6.3.14", "1.3.6.1.6.3.15", "1.3.6.1.6.3.16", "1.3.6.1.6.3.18",
        f"{_MAKERS}.2021.8", f"{_MAKERS}.2021.16",  # UCD: commands, logs
        f"{_MAKERS}.8072.1.2", f"{_MAKERS}.8072.1.3", f"{_MAKERS}.8072.1.9",  # net-snmp: commands, who may what
        f"{_MAKERS}.9.2.6", f"{_MAKERS}.9.2.9",  # Cisco: connections, terminal lines
        *(f"{_MAKERS}.9.9.{part}" for part in (41, 43, 96, 171, 387, 392, 473, 599)),  # logs, who changed what, VPN
        f"{_MAKERS}.2011.5.2", f"{_MAKERS}.2011.5.25.40", f"{_MAKERS}.2011.5.25.123",  # Huawei: users, ARP
        f"{_MAKERS}.2011.10.2.12", f"{_MAKERS}.25506.2.12",  # H3C: users
        f"{_MAKERS}.14179.2.1.4", f"{_MAKERS}.14179.2.1.6", f"{_MAKERS}.14823.2.2.1.4.1", f"{_MAKERS}.25506.2.75.3",
    }
)  # fmt: skip
"""Tables of no use to a profile that tell on people or on the network; the last line is who is on the wireless."""

KINDS: Final[Mapping[Oid, str]] = {
    f"{_MIB2}.1.4.0": "contact",
    f"{_MIB2}.1.5.0": "name",
    f"{_MIB2}.1.6.0": "location",
    f"{_MIB2}.31.1.1.1.18": "alias",  # ifAlias
    f"{_MIB2}.2.2.1.6": "mac",
    f"{_MIB2}.17.1.1": "mac",
    f"{_MIB2}.17.2.5": "mac",
    f"{_MIB2}.17.2.15.1.6": "mac",
    f"{_MIB2}.17.2.15.1.8": "mac",
    f"{_MIB2}.17.7.1.4.3.1.1": "alias",  # dot1qVlanStaticName
    f"{_MIB2}.25.3.8.1.3": "name",  # hrFSRemoteMountPoint
    f"{_MIB2}.25.6.3.1.2": "version",  # hrSWInstalledName
    f"{_MIB2}.33.1.1.5": "name",  # upsIdentName
    f"{_MIB2}.33.1.1.6": "alias",  # upsIdentAttachedDevices
    f"{_MIB2}.43.5.1.1.17": "serial",
    f"{_MIB2}.47.1.1.1.1.8": "version",
    f"{_MIB2}.47.1.1.1.1.9": "version",
    f"{_MIB2}.47.1.1.1.1.10": "version",
    f"{_MIB2}.47.1.1.1.1.11": "serial",
    f"{_MIB2}.47.1.1.1.1.14": "alias",  # entPhysicalAlias
    f"{_MIB2}.47.1.1.1.1.15": "alias",  # entPhysicalAssetID
    f"{_MIB2}.47.1.1.1.1.18": "alias",  # entPhysicalUris
    "1.3.6.1.6.3.10.2.1.1": "engine",  # snmpEngineID
    f"{_LLDP}.3.2": "name",
    f"{_LLDP}.3.3": "name",
    f"{_LLDP}.3.7.1.4": "alias",
    f"{_LLDP}.4.1.1.5": "name",
    f"{_LLDP}.4.1.1.8": "alias",
    f"{_LLDP}.4.1.1.9": "name",
    f"{_LLDP}.5.4795.1.2.4": "serial",
    f"{_LLDP}.5.4795.1.3.3.1.5": "serial",
    f"{_CDP}.2.1.1.4": "address",
    f"{_CDP}.2.1.1.6": "name",
    f"{_CDP}.2.1.1.9": "name",  # cdpCacheVTPMgmtDomain
    f"{_CDP}.2.1.1.17": "name",
    f"{_CDP}.2.1.1.20": "address",
    f"{_CDP}.2.1.1.22": "address",
    f"{_CDP}.3.4": "name",
    f"{_MAKERS}.9.2.1.3": "name",  # hostName
    f"{_MAKERS}.9.2.1.4": "name",  # domainName
    f"{_MAKERS}.9.3.6.3": "serial",
    f"{_MAKERS}.9.3.6.11.1.4": "serial",
    f"{_MAKERS}.9.5.1.2.17": "serial",
    f"{_MAKERS}.9.5.1.2.19": "serial",
    f"{_MAKERS}.9.5.1.3.1.1.26": "serial",
    f"{_MAKERS}.9.9.46.1.2.1.1.2": "name",  # the domain of VTP
    f"{_MAKERS}.9.9.46.1.3.1.1.4": "alias",  # names of VLANs
    f"{_MAKERS}.9.9.168.1.2.1.1.3": "address",
    f"{_MAKERS}.9.9.512.1.1.1.1.3": "ssid",
    f"{_MAKERS}.9.9.512.1.1.1.1.4": "ssid",
    f"{_MAKERS}.14179.2.1.1.1.2": "ssid",
    f"{_MAKERS}.41112.1.4.5.1.2": "ssid",
    "1.2.840.10036.1.1.1.9": "ssid",
    f"{_MAKERS}.232.2.2.2.1": "serial",
    f"{_MAKERS}.318.1.1.1.1.1.2": "name",
    f"{_MAKERS}.318.1.1.1.1.2.3": "serial",
    f"{_MAKERS}.318.1.1.12.1.6": "serial",
    f"{_MAKERS}.318.1.1.26.2.1.9": "serial",
    f"{_MAKERS}.674.10892.5.1.3.2": "serial",
    f"{_MAKERS}.674.10892.5.1.3.3": "serial",
    f"{_MAKERS}.2636.3.1.3": "serial",
    f"{_MAKERS}.2636.3.1.8.1.7": "serial",
}
"""What stands in a column or an object, by the longest identifier that fits; a "version" is never an address."""

_FACTS: Final = {
    "serial": "serial",
    "name": "name",
    "contact": "contact",
    "location": "location",
    "port_alias": "alias",
    "version": "version",
}


def asked_for(profiles: Iterable[Profile]) -> dict[Oid, str]:
    """Return all objects that profiles ask for, each with its kind, "" for one that tells nothing."""
    asked: dict[Oid, str] = {}
    for profile in profiles:
        for objects in (profile.scalars, *(table.columns for table in profile.tables.values())):
            for each in objects.values():
                asked[each.oid] = _FACTS.get(each.fact, "") or asked.get(each.oid, "")
    return asked


INDEXES: Final[Mapping[Oid, tuple[int, bool]]] = {
    f"{_MIB2}.4.20.1": (0, False),
    f"{_MIB2}.4.32.1": (1, True),
    f"{_MIB2}.4.34.1": (0, True),
    f"{_MIB2}.4.37.1": (0, True),
    f"{_MIB2}.14.7.1": (0, False),
    f"{_MIB2}.14.8.1": (0, False),
    f"{_MIB2}.14.10.1": (0, False),
    f"{_MIB2}.15.3.1": (0, False),
    f"{_MIB2}.68.1.4.1": (2, False),
    f"{_LLDP}.3.8.1": (0, True),
    f"{_LLDP}.4.2.1": (3, True),
}
"""Tables with an address in their index: how many arcs stand before it, and whether its type and length do as well."""

COMMON: Final = frozenset(
    {
        *(
            "apc",
            "cisco",
            "dell",
            "eaton",
            "emerson",
            "h3c",
            "hp",
            "hpe",
            "huawei",
            "juniper",
            "ruijie",
            "vertiv",
            "zte",
        ),
        *(
            "default",
            "device",
            "gateway",
            "host",
            "linux",
            "localhost",
            "none",
            "router",
            "server",
            "switch",
            "sysname",
        ),
        *("ubuntu", "unknown", "unnamed", "ups"),
    }
)
"""Names that tell nothing, and that would be missed where they recur."""
