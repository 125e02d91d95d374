"""Good answers with something wrong in them, and the doors that they are thrown at."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from collectors.snmp.ber import DecodeError
from collectors.snmp.messages import number_of, read
from collectors.snmp.usm import User
from collectors.snmp.voices import Secured
from config.schema import SnmpCredential
from config.secret import Secret
from tests.collectors.snmp import faulty_agent as agents
from tests.collectors.snmp.faulty_agent import Asked, identifier, number, octets, reply, tlv
from tests.collectors.snmp.secured_agent import SecuredAgent

NUMBER = 0x41424344
COLUMN = (1, 3, 6, 1, 2, 1, 2, 2, 1, 10)
VALUES = (
    number(2**64 - 1, 0x46), number(2**32 - 1, 0x41), number(-123), number(5, 0x42), number(7, 0x43), number(9, 0x47),
    octets(b""), octets(b"GigabitEthernet0/0/1" * 9), identifier((1, 3, 6, 1, 4, 1, 9)), tlv(0x40, b"\x0a\1\2\3"),
    tlv(0x44, b"\x9f\x78\x04\x41\xac\0\0"), agents.NULL, agents.NO_SUCH_INSTANCE,
)  # fmt: skip
ANSWER = [((*COLUMN, row * 1000), VALUES[row % len(VALUES)]) for row in range(1, 27)]
Door = Callable[[bytes], object]


def doors() -> list[tuple[str, bytes, Door]]:
    """Return what reads datagrams, each with a good one; AUTH and PRIV must stand in the environment."""
    asked = Asked(1, b"public", agents.BULK, NUMBER, 26, (COLUMN,))
    plain = reply(asked, ANSWER)
    found: list[tuple[str, bytes, Door]] = [
        ("number", plain, number_of),
        ("2c", plain, lambda data: read(data, 1, b"public", NUMBER)),
    ]
    for auth, priv in (("none", "none"), ("sha256", "none"), ("sha256", "aes"), ("md5", "des")):
        given: dict[str, object] = {"version": "3", "user": "night", "auth": auth, "priv": priv}
        given |= {"auth_password": Secret("env:AUTH")} if auth != "none" else {}
        given |= {"priv_password": Secret("env:PRIV")} if priv != "none" else {}
        user = User(SnmpCredential.model_validate(given))
        agent = SecuredAgent(user, dict(ANSWER))
        agent.message_id = NUMBER
        voice = Secured(user, lambda: 0.0)
        voice.met(agent.engine_id)
        door = partial(voice.hear, number=NUMBER)
        found.append((f"3 {auth} {priv}", agent.good(asked), door))
        found.append((f"report {auth} {priv}", agent.report(NUMBER, 4), door))
    return found


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the datagram with one to four things wrong in it."""
    mutant = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        kind, at = chance.random(), chance.randrange(len(mutant) or 1)
        if kind < 0.5 and mutant:
            mutant[at] = chance.choice((0, 1, 0x30, 0x7F, 0x80, 0x81, 0x84, 0xFF, chance.randrange(256)))
        elif kind < 0.65:
            del mutant[at:]
        elif kind < 0.8:
            del mutant[at : at + chance.randint(1, 9)]
        else:
            mutant[at:at] = chance.randbytes(chance.randint(1, 9))
    return bytes(mutant)


def attack(count: int, seed: int) -> dict[str, tuple[int, int]]:
    """Throw as many mutants at each door; return how many were taken and refused. What else a door raises gets out."""
    chance = random.Random(seed)
    told: dict[str, tuple[int, int]] = {}
    for name, good, door in doors():
        door(good)
        taken = 0
        for _ in range(count):
            mutant = mutated(good, chance)
            with suppress(DecodeError):
                door(mutant)
                taken += mutant != good
        told[name] = (taken, count - taken)
    return told
