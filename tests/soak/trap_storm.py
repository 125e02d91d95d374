"""Sends traps to a port of loopback as fast as a storm of a whole site does: ``python -m tests.soak.trap_storm``."""

from __future__ import annotations

import socket
import sys
import time

from tests.collectors.snmp.trap_samples import IF_NAME, LINK_DOWN, second, words

SECONDS = 1.7
"""How long a storm of 20,000 took that was measured."""


def storm(port: int, many: int, sources: int, strangers: int) -> None:
    """Send ``many`` traps of so many known addresses (127.0.1.1 and on), and of so many that nobody knows."""
    mouths = [_mouth(f"127.0.1.{n + 1}") for n in range(sources)] + [
        _mouth(f"127.0.2.{n + 1}") for n in range(strangers)
    ]
    traps = [second(LINK_DOWN, (f"{IF_NAME}.{n}", words(f"GE0/0/{n}"))) for n in range(48)]
    began = time.perf_counter()
    for n in range(many):
        mouths[n % len(mouths)].sendto(traps[n % len(traps)], ("127.0.0.1", port))
        if (ahead := began + n * SECONDS / many - time.perf_counter()) > 0.001:
            time.sleep(ahead)
    print(f"{time.perf_counter() - began:.2f}")


def _mouth(address: str) -> socket.socket:
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mouth.bind((address, 0))
    return mouth


if __name__ == "__main__":
    storm(*map(int, sys.argv[1:]))
