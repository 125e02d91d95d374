"""Network interfaces: whether they are up, how fast, and what went through."""

from __future__ import annotations

import socket
from typing import Final

import psutil

from collectors.host.note import fact, gap, number
from duty.readings import Notes

MOST: Final = 256


def read(notes: Notes) -> None:
    """Read each interface but the loopback. One that goes between the two questions is left out."""
    states = psutil.net_if_stats()
    counters = psutil.net_io_counters(pernic=True, nowrap=True)
    names = sorted(name for name in states if name in counters and not _loopback(states[name].flags))
    for name in names[:MOST]:
        state, counter = states[name], counters[name]
        # ``isup`` asks for IFF_RUNNING, which a pulled cable takes away; the flag "up" is what the operator wants.
        number(notes, "port_up", int(state.isup), name)
        number(notes, "port_enabled", int("up" in state.flags.split(",")), name)
        number(notes, "port_mtu", state.mtu, name)
        if state.speed > 0:  # Mbit/s; 0 is "not known" (a virtual interface, or one without a link)
            number(notes, "port_speed", state.speed * 1_000_000, name)
        number(notes, "port_in_total", counter.bytes_recv, name)
        number(notes, "port_out_total", counter.bytes_sent, name)
        number(notes, "port_in_packets_total", counter.packets_recv, name)
        number(notes, "port_out_packets_total", counter.packets_sent, name)
        number(notes, "port_in_errors_total", counter.errin, name)
        number(notes, "port_out_errors_total", counter.errout, name)
        number(notes, "port_in_discards_total", counter.dropin, name)
        number(notes, "port_out_discards_total", counter.dropout, name)
    if len(names) > MOST:
        gap(notes, "port_up", "row_cap", seen=f"{len(names)} interfaces")


def describe(notes: Notes) -> None:
    """Write down the addresses of each interface that has one."""
    states = psutil.net_if_stats()
    addresses = {name: all_ for name, all_ in psutil.net_if_addrs().items() if name in states}
    for name in sorted(addresses)[:MOST]:
        if not _loopback(states[name].flags):
            inet = [a.address for a in addresses[name] if a.family in (socket.AF_INET, socket.AF_INET6)]
            fact(notes, "port_address", ", ".join(inet), name)


def _loopback(flags: str) -> bool:
    return "loopback" in flags.split(",")
