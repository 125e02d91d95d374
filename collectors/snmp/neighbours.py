"""Whom a device sees at its ports: the tables of LLDP (LLDP-MIB) and CDP (CISCO-CDP-MIB), read into neighbours. Pure.

What stands in them was told by the devices at the other ends, so it is as hostile as they are: everything is cleaned,
cut and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from itertools import islice
from typing import Final

from collectors.snmp.measure import mac, text
from collectors.snmp.port import Fetched, Oid, Value
from collectors.text import clean
from duty.topology import Neighbour

_LOCAL: Final = "1.0.8802.1.1.2.1.3"
LOCAL_SUBTYPE: Final = f"{_LOCAL}.1.0"
LOCAL_CHASSIS: Final = f"{_LOCAL}.2.0"
BRIDGE: Final = "1.3.6.1.2.1.17.1.1.0"
"""dot1dBaseBridgeAddress: what many devices have for their chassis, and more of them tell than its LLDP name."""

_REMOTE: Final = "1.0.8802.1.1.2.1.4.1.1"
_CHASSIS_SUBTYPE, _CHASSIS, _PORT_SUBTYPE, _PORT, _PORT_WORDS, _NAME, _PLATFORM = (
    f"{_REMOTE}.{column}" for column in (4, 5, 6, 7, 8, 9, 10)
)
_MANAGED: Final = "1.0.8802.1.1.2.1.4.2.1.3"
"""lldpRemManAddrIfSubtype; the address itself stands in the index."""
_CDP: Final = "1.3.6.1.4.1.9.9.23.1.2.1.1"
_CDP_ADDRESS, _CDP_NAME, _CDP_PORT, _CDP_PLATFORM = (f"{_CDP}.{column}" for column in (4, 6, 7, 8))

LLDP: Final = (_CHASSIS_SUBTYPE, _CHASSIS, _PORT_SUBTYPE, _PORT, _PORT_WORDS, _NAME, _PLATFORM)
"""Columns that share an index."""
MANAGED: Final = (_MANAGED,)
CDP: Final = (_CDP_ADDRESS, _CDP_NAME, _CDP_PORT, _CDP_PLATFORM)

MOST: Final = 1000
"""Neighbours of one device that are read; a switch has as many ports at the most."""
_MOST_ADDRESSES: Final = 8

_MAC, _NETWORK = 4, 5
_PORT_MAC: Final = 3
_FAMILIES: Final = {1: 4, 2: 16}
"""Families of addresses (IANA), and how many bytes those have: IPv4, IPv6."""
_WRITTEN_MAC: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}[.-]){2}[0-9A-Fa-f]{4}")


def own_chassis(scalars: Mapping[Oid, Value]) -> tuple[str, ...]:
    """Return by what a device's neighbours know its chassis."""
    told = (_chassis(scalars.get(LOCAL_SUBTYPE), scalars.get(LOCAL_CHASSIS)), _chassis(_MAC, scalars.get(BRIDGE)))
    return tuple(dict.fromkeys(filter(None, told)))


def neighbours_in(fetched: Fetched) -> tuple[Neighbour, ...]:
    """Return whom a device sees, by LLDP and then by CDP."""
    return tuple(dict.fromkeys(islice((*_by_lldp(fetched.columns), *_by_cdp(fetched.columns)), MOST)))


Columns = Mapping[Oid, Mapping[str, Value]]


def _by_lldp(columns: Columns) -> Iterator[Neighbour]:
    addresses: dict[str, list[str]] = {}
    for index in columns.get(_MANAGED, {}):
        row, address = _managed(index)
        if address and len(addresses.setdefault(row, [])) < _MOST_ADDRESSES:
            addresses[row].append(address)
    rows = dict.fromkeys(row for column in LLDP for row in columns.get(column, {}))
    for row in islice(rows, MOST):
        cells = {column: columns.get(column, {}).get(row) for column in LLDP}
        at = addresses.get(row, [])
        if cells[_CHASSIS_SUBTYPE] == _NETWORK and (network := _network(cells[_CHASSIS])):
            at = [network, *at]
        told = Neighbour(
            chassis=_chassis(cells[_CHASSIS_SUBTYPE], cells[_CHASSIS]),
            name=_words(cells[_NAME]),
            addresses=tuple(dict.fromkeys(at)),
            port=_port(cells),
            platform=_words(cells[_PLATFORM]),
        )
        if any((told.chassis, told.name, told.addresses)):
            yield told


def _by_cdp(columns: Columns) -> Iterator[Neighbour]:
    rows = dict.fromkeys(row for column in CDP for row in columns.get(column, {}))
    for row in islice(rows, MOST):
        address, name, port, platform = (columns.get(column, {}).get(row) for column in CDP)
        at = _address(address) if isinstance(address, bytes) else ""
        # Some write their serial number behind the name: "sw-7(FOC1234X0AB)".
        told = Neighbour("", _words(name).partition("(")[0], (at,) if at else (), _words(port), _words(platform))
        if told.name or told.addresses:
            yield told


def _chassis(subtype: Value | None, raw: Value | None) -> str:
    """Return what a chassis is called: a hardware address where it is one, however it is written; else words."""
    if not isinstance(raw, bytes) or subtype == _NETWORK:
        return ""
    if _WRITTEN_MAC.fullmatch(raw):
        raw, subtype = bytes.fromhex(re.sub(rb"[:.-]", b"", raw).decode("ascii")), _MAC
    if subtype == _MAC and len(raw) == 6:
        # What was never set is the same for all who did not set it.
        return "" if raw in (bytes(6), b"\xff" * 6) else mac(raw)
    return _words(raw)


def _port(cells: Mapping[Oid, Value | None]) -> str:
    """Return what a far port is called. Words go before a hardware address, which no people know a port by."""
    if cells[_PORT_SUBTYPE] == _PORT_MAC and isinstance(raw := cells[_PORT], bytes):
        return _words(cells[_PORT_WORDS]) or mac(raw)
    return _words(cells[_PORT]) or _words(cells[_PORT_WORDS])


def _managed(index: str) -> tuple[str, str]:
    """Split an index of lldpRemManAddrTable into its row and the address: family, length, bytes."""
    arcs = index.split(".")
    if len(arcs) < 5:
        return "", ""
    row, family, content = ".".join(arcs[:3]), arcs[3], arcs[5:]
    if int(family) not in _FAMILIES or len(content) != _FAMILIES[int(family)] or any(int(arc) > 255 for arc in content):
        return row, ""
    return row, _address(bytes(map(int, content)))


def _network(raw: Value | None) -> str:
    """Return the address in a chassis that is one: its family in the first byte, then its bytes."""
    if not isinstance(raw, bytes) or not raw or len(raw) - 1 != _FAMILIES.get(raw[0]):
        return ""
    return _address(raw[1:])


def _address(raw: bytes) -> str:
    if len(raw) not in _FAMILIES.values():
        return ""
    address = ip_address(raw)
    return "" if address.is_unspecified else str(address)


def _words(raw: Value | None) -> str:
    return clean(text(raw), 100) if raw is not None else ""
