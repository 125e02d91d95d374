"""A simulated switch that answers SNMP v1 and v2c, as a process of its own: what it costs is not counted as ours.

``python -m tests.bench.switch`` prints the port that it listens on, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys
from bisect import bisect_right

from collectors.snmp.tables import Name
from tests.collectors.snmp.faulty_agent import (
    END_OF_MIB,
    GET,
    NO_SUCH_OBJECT,
    Asked,
    Behaviour,
    agent,
    number,
    octets,
    reply,
)

PORTS = 50
IF_TABLE, IF_X_TABLE = (1, 3, 6, 1, 2, 1, 2, 2, 1), (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
SYSTEM = (1, 3, 6, 1, 2, 1, 1)
COUNTER32, GAUGE32, TICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46


def tree() -> dict[Name, bytes]:
    """Return what a 48-port switch with two uplinks shows: system, ifTable, ifXTable."""
    shown: dict[Name, bytes] = {
        (*SYSTEM, 1, 0): octets(b"A simulated switch"),
        (*SYSTEM, 3, 0): number(864_000_000, TICKS),
        (*SYSTEM, 5, 0): octets(b"switch"),
    }
    for port in range(1, PORTS + 1):
        name = f"GigabitEthernet0/0/{port}".encode()
        basic = {1: number(port), 2: octets(name), 4: number(1500), 5: number(10**9, GAUGE32), 6: octets(b"\2" * 6)}
        basic |= {7: number(1), 8: number(1 if port % 3 else 2)}
        basic |= {column: number(port * 1000, COUNTER32) for column in (13, 14, 19, 20)}
        extended = {1: octets(name), 15: number(1000, GAUGE32), 18: octets(b"to the desks"), 19: number(0, TICKS)}
        extended |= {column: number(port * 10**12, COUNTER64) for column in (6, 7, 10, 11)}
        shown |= {(*IF_TABLE, column, port): value for column, value in basic.items()}
        shown |= {(*IF_X_TABLE, column, port): value for column, value in extended.items()}
    return shown


def switch() -> Behaviour:
    """Answer quickly from a tree that does not change."""
    shown = tree()
    order = sorted(shown)

    def behave(asked: Asked) -> list[bytes]:
        if asked.kind == GET:
            return [reply(asked, [(name, shown.get(name, NO_SUCH_OBJECT)) for name in asked.names])]
        bindings, cursors = [], list(asked.names)
        for _ in range(asked.rows):
            for place, name in enumerate(cursors):
                at = bisect_right(order, name)
                cursors[place] = order[at] if at < len(order) else name
                bindings.append((cursors[place], shown[order[at]] if at < len(order) else END_OF_MIB))
        return [reply(asked, bindings)]

    return behave


async def main() -> None:
    """Listen until nobody needs it any more."""
    async with agent(switch()) as heard:
        print(heard.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
