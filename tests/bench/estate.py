"""Thousands of simulated 48-port switches on loopback, as a process of its own: what they cost is not counted as ours.

``python -m tests.bench.estate [LOSS [SEED]]`` prints the UDP port that it listens on, and ends when its standard input
does. Every address 127.x.y.z is a switch of its own; those of 127.66 are dead. Of all datagrams, LOSS per cent are lost
on each way. Versions 1 and 2c with any community; version 3 as ``NIGHT``.
"""

from __future__ import annotations

import os
import random
import select
import socket
import struct
import sys
from bisect import bisect_right
from collections.abc import Mapping

from collectors.snmp.tables import Name
from collectors.snmp.usm import Keys, User
from config.schema import SnmpCredential
from config.secret import Secret
from tests.bench.switch import COUNTER32, COUNTER64, GAUGE32, IF_TABLE, IF_X_TABLE, PORTS, SYSTEM, TICKS
from tests.collectors.snmp.faulty_agent import (
    END_OF_MIB,
    GET,
    NO_SUCH_OBJECT,
    RESPONSE,
    Asked,
    identifier,
    number,
    octets,
    parse_pdu,
    signed,
    split,
    tlv,
)
from tests.collectors.snmp.secured_agent import SecuredAgent

DEAD = 66
IP_PKTINFO = 8  # Linux; Python has no name for it before 3.14
LARGEST = 1472
CISCO = (1, 3, 6, 1, 4, 1, 9, 9)
PASSWORDS = {"BENCH_COMMUNITY": "public", "BENCH_AUTH": "authenticates", "BENCH_PRIV": "encrypts well"}
NIGHT = SnmpCredential(
    version="3", user="night", auth="sha256", auth_password=Secret("env:BENCH_AUTH"),
    priv="aes", priv_password=Secret("env:BENCH_PRIV"),
)  # fmt: skip
COLUMNS: Mapping[str, tuple[Name, int]] = {
    name: ((*(IF_X_TABLE if x else IF_TABLE), column), tag)
    for name, x, column, tag in (
        ("ifDescr", 0, 2, 4), ("ifAdminStatus", 0, 7, 2), ("ifOperStatus", 0, 8, 2), ("ifInDiscards", 0, 13, COUNTER32),
        ("ifInErrors", 0, 14, COUNTER32), ("ifOutDiscards", 0, 19, COUNTER32), ("ifOutErrors", 0, 20, COUNTER32),
        ("ifName", 1, 1, 4), ("ifHCInOctets", 1, 6, COUNTER64), ("ifHCInUcastPkts", 1, 7, COUNTER64),
        ("ifHCOutOctets", 1, 10, COUNTER64), ("ifHighSpeed", 1, 15, GAUGE32), ("ifAlias", 1, 18, 4),
    )
}  # fmt: skip
"""The 13 columns that are polled of each of the 50 ports, with the type of each."""
SCALARS: Mapping[Name, bytes] = {
    (*SYSTEM, 1, 0): octets(b"A simulated switch, Version 15.2(7)E3, RELEASE SOFTWARE (fc3)"),
    (*SYSTEM, 2, 0): identifier((1, 3, 6, 1, 4, 1, 9, 1, 1208)),
    (*SYSTEM, 3, 0): number(123_456_789, TICKS),
    (*SYSTEM, 5, 0): octets(b"sw-access-0417.site12.example.net"),
    (*SYSTEM, 6, 0): octets(b"Building 12, floor 3, rack A7"),
    (1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0): number(1_234_567),
    (*CISCO, 13, 1, 3, 1, 3, 1006): number(41, GAUGE32),
    (*CISCO, 48, 1, 1, 1, 5, 1): number(123_456_789, GAUGE32),
    (*CISCO, 48, 1, 1, 1, 6, 1): number(323_456_789, GAUGE32),
    (*CISCO, 109, 1, 1, 1, 1, 8, 1): number(17, GAUGE32),
}


def tree() -> dict[Name, bytes]:
    """Return what each of the switches shows."""
    shown, chance = dict(SCALARS), random.Random(7)
    texts = {"ifDescr": "GigabitEthernet1/0/{}", "ifName": "Gi1/0/{}", "ifAlias": "user port {} room {}"}
    small = {"ifAdminStatus": 1, "ifOperStatus": 1, "ifHighSpeed": 1000}
    for port in range(1, PORTS + 1):
        for name, (root, tag) in COLUMNS.items():
            if name in texts:
                value = octets(texts[name].format(port, 300 + port).encode())
            elif name in small:
                value = number(small[name], tag)
            else:
                value = number(chance.randrange(10**12 if tag == COUNTER64 else 5000), tag)
            shown[(*root, 10_100 + port)] = value
    # What follows the tables on a real switch.
    return shown | {(*IF_TABLE, 22, 10_101): identifier((0, 0)), (*IF_X_TABLE, 19, 10_101): number(0, TICKS)}


class _Switch(SecuredAgent):
    """A switch by version 3: its keys are made once."""

    def __init__(self, user: User, address: bytes, shown: dict[Name, bytes]) -> None:
        super().__init__(user, shown)
        self.engine_id = b"\x80\0\x1f\x88\1" + address


class _Kept(User):
    """A user who keeps the keys of every device."""

    def __init__(self, credential: SnmpCredential) -> None:
        super().__init__(credential)
        self._kept: dict[bytes, Keys] = {}

    def keys(self, engine_id: bytes) -> Keys:
        if engine_id not in self._kept:
            self._kept[engine_id] = super().keys(engine_id)
        return self._kept[engine_id]


class Estate:
    """All switches."""

    def __init__(self) -> None:
        self._shown = tree()
        self._order = sorted(self._shown)
        self._made: dict[tuple[int, tuple[Name, ...], int], bytes] = {}
        self._user = _Kept(NIGHT)
        self._switches: dict[bytes, _Switch] = {}

    def answers(self, data: bytes, address: bytes) -> list[bytes]:
        """Answer as the switch of an address."""
        _, message, _ = split(data)
        _, version, rest = split(message)
        if signed(version) == 3:
            if address not in self._switches:
                self._switches[address] = _Switch(self._user, address, self._shown)
                self._switches[address].forge = self._secured
            return self._switches[address].answers(data)
        _, community, rest = split(rest)
        asked = parse_pdu(signed(version), community, rest)
        return [tlv(0x30, tlv(2, version) + octets(community) + self._pdu(asked))]

    def _secured(self, switch: SecuredAgent, asked: Asked) -> list[bytes]:
        return [switch.message(switch.message_id, self._pdu(asked))]

    def _pdu(self, asked: Asked) -> bytes:
        key = (asked.kind, asked.names, asked.rows)
        if key not in self._made:
            self._made[key] = number(0) * 2 + tlv(0x30, self._bindings(asked))
        return tlv(RESPONSE, number(asked.number) + self._made[key])

    def _bindings(self, asked: Asked) -> bytes:
        made, cursors = b"", list(asked.names)
        for _ in range(asked.rows):
            for place, name in enumerate(cursors):
                value = self._shown.get(name, NO_SUCH_OBJECT)
                if asked.kind != GET:
                    at = bisect_right(self._order, name)
                    cursors[place] = self._order[at] if at < len(self._order) else name
                    value = self._shown[self._order[at]] if at < len(self._order) else END_OF_MIB
                binding = tlv(0x30, identifier(cursors[place]) + value)
                if len(made) + len(binding) > LARGEST - 150:
                    return made
                made += binding
        return made


def main(loss: float = 0, seed: int = 1) -> None:
    """Listen until nobody needs it any more."""
    os.environ.update(PASSWORDS)
    estate, chance = Estate(), random.Random(seed)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        sock.bind(("", 0))
        sock.setblocking(False)
        print(sock.getsockname()[1], flush=True)
        while sys.stdin not in select.select([sock, sys.stdin], [], [])[0]:
            for _ in range(200):
                try:
                    data, [(_, _, info)], _, sender = sock.recvmsg(4096, 64)
                except BlockingIOError:
                    break
                address = info[8:12]
                if address[1] == DEAD or chance.random() < loss:
                    continue
                for answer in estate.answers(data, address):
                    if chance.random() >= loss:
                        own = [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("=I4s4x", 0, address))]
                        sock.sendmsg([answer], own, 0, sender)


if __name__ == "__main__":
    main(*(float(sys.argv[1]) / 100, int(sys.argv[2])) if len(sys.argv) > 2 else ())
