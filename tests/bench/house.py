"""A house of many 50-port switches that show what they are told to: their settings, and what each shows."""

from __future__ import annotations

from duty.readings import Notes, Reading
from duty.targets import Target

PORTS = 50
COUNTERS = ("in", "out", "in_packets", "out_packets", "in_errors", "out_errors", "in_discards", "out_discards")
PEOPLE = """
channels:
  chat: {kind: command, path: /bin/true}
  sms: {kind: command, path: /bin/true}
people:
  - name: jia
    title: Tech A
    posts: [technician]
    contacts: [{channel: chat, address: jia}, {channel: sms, address: "1"}]
  - {name: ding, title: Tech D, posts: [technician, reserve], contacts: [{channel: sms, address: "4"}]}
  - {name: yi, title: Manager B, posts: [manager], contacts: [{channel: sms, address: "2"}]}
  - {name: zu, title: Leader, posts: [leader], contacts: [{channel: sms, address: "3"}]}
rotations:
  tech: {post: technician, people: [jia, ding], start: 2026-01-01, begin: "08:00", end: "08:00"}
  manager: {post: manager, people: [yi], start: 2026-01-01, begin: "08:00", end: "08:00"}
  leader: {post: leader, people: [zu], start: 2026-01-01, begin: "08:00", end: "08:00"}
fallback: [{channel: sms, address: "9"}]
"""


def switch(target: Target, tick: int) -> Notes:
    """Show a 48-port switch with two uplinks: 13 readings a port, as IF-MIB has them."""
    notes = Notes(reached=True)
    add = notes.add
    add(Reading("uptime", "", 8_640_000 + tick * 3600, "s"))
    add(Reading("cpu_used", "", 17 + hash(target.name) % 20, "%"))
    add(Reading("memory_used", "", 41.0, "%"))
    for port in range(1, PORTS + 1):
        name = f"GigabitEthernet0/0/{port}"
        add(Reading("port_up", name, int(port % 3 != 0), "bool"))
        add(Reading("port_enabled", name, 1, "bool"))
        add(Reading("port_speed", name, 10**9, "bit/s"))
        add(Reading("port_mtu", name, 1500, "B"))
        for number, counter in enumerate(COUNTERS):
            unit = "B" if counter in ("in", "out") else "1"
            grown = 0 if number > 3 else port * 10_000_000 * tick
            add(Reading(f"port_{counter}_total", name, 10**12 + grown, unit, 64))
    return notes


def settings(targets: int) -> str:
    """Return settings of as many switches."""
    lines = ["agent: {name: bench}", "sites: {lab: {zone: Asia/Shanghai}}", "targets:"]
    lines += [f"  - {{name: sw-{n}, kind: icmp, address: 127.0.0.1, role: network}}" for n in range(targets)]
    return "\n".join(lines) + "\n"
