"""All that a device has below some identifiers, whatever it is: for recording it.

A walk for the watch asks for columns that it knows and is given up where an agent lies. Here nothing is known: where an
agent falls back, says nonsense or refuses, that part is passed over and told, and the walk goes on behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from collectors.snmp.ber import DecodeError, decode_oid, encode_oid, types
from collectors.snmp.messages import Reply, question
from collectors.snmp.port import Oid
from collectors.snmp.recorded import Object
from collectors.snmp.scalars import Ask
from collectors.snmp.tables import BINDINGS, ERRORS, NO_SUCH_NAME, Missing, Request

MOST_OBJECTS: Final = 500_000
MOST_BYTES: Final = 64_000_000
_LAST_ARC: Final = 2**32 - 1
_MOST_FAULTS: Final = 200
"""A walk that is passed over in more places than these is no walk."""


@dataclass(slots=True)
class Swept:
    """What a sweep brought. ``faults`` are the identifiers below which something is missing, each with its gap code.

    ``cut`` says why it ended early, "" where it did not: a gap code, "row_cap" for more objects or bytes than we take.
    ``heard`` is called with the number of objects as they come.
    """

    heard: Callable[[int], None] = lambda _: None
    objects: list[Object] = field(default_factory=list)
    faults: dict[Oid, str] = field(default_factory=dict)
    cut: str = ""
    size: int = 0
    most_objects: int = MOST_OBJECTS
    most_bytes: int = MOST_BYTES


async def sweep(ask: Ask, root: Oid, into: Swept, *, bulk: bool) -> None:
    """Take all that stands below an identifier, in its order. Raises NoAnswer; what came before stands in ``into``."""
    sweeping = _Sweep(root, into, bulk)
    while sweeping.cursor is not None and not into.cut:
        sweeping.take(await ask(question(sweeping.kind, [encode_oid(sweeping.cursor)], sweeping.rows)))
        into.heard(len(into.objects))


class _Sweep:
    """Where a sweep stands. Each question is about a higher identifier than the one before, so that it ends."""

    def __init__(self, root: Oid, into: Swept, bulk: bool) -> None:
        self._root = tuple(map(int, root.split(".")))
        self._into = into
        self.kind = Request.BULK if bulk else Request.NEXT
        self.rows = self._most = BINDINGS if bulk else 1
        self.cursor: Oid | None = root
        self._at = self._root

    def take(self, reply: Reply) -> None:
        """Take one answer, and move on."""
        self._into.size += len(reply.body)
        if reply.error:
            self._refused(reply)
            return
        if not reply.names:
            self._skip("agent_fault")
        for name, tag, value in zip(reply.names, types(reply.body), reply.values, strict=False):
            if value is Missing.NOT_OFFERED:
                self.cursor = None
                return
            try:
                oid = decode_oid(name)
            except DecodeError:
                self._skip("malformed")
                return
            at = tuple(map(int, oid.split(".")))
            if at <= self._at:
                self._skip("agent_fault")
                return
            if at[: len(self._root)] != self._root:
                self.cursor = None
                return
            self.cursor, self._at = oid, at
            if isinstance(value, Missing):
                self._into.faults[oid] = value.value
            else:
                self._into.objects.append(Object(oid, tag, value))
            if len(self._into.objects) >= self._into.most_objects or self._into.size > self._into.most_bytes:
                self._into.cut = "row_cap"
                return

    def _refused(self, reply: Reply) -> None:
        if reply.error == NO_SUCH_NAME:
            self.cursor = None  # how version 1 says that nothing follows
        elif self.rows > 1:
            self.rows //= 2
        else:
            self._skip(ERRORS.get(reply.error, "agent_fault"))

    def _skip(self, code: str) -> None:
        """Pass over what stands below the identifier above; where that helps nothing, over ever more."""
        if len(self._at) <= len(self._root) or len(self._into.faults) >= _MOST_FAULTS:
            self._into.faults[".".join(map(str, self._root))] = code
            self.cursor = None
            return
        above = self._at[:-1]
        while above[-1] == _LAST_ARC and len(above) > len(self._root):
            above = above[:-1]
        self._into.faults[".".join(map(str, above))] = code
        self._at = (*above[:-1], above[-1] + 1)
        self.cursor = ".".join(map(str, self._at)) if len(above) > len(self._root) else None
        self.rows = self._most
