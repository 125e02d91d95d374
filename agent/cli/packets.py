"""How a look goes on, told while it does: a line of progress, or every packet; and what took how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from rich.console import Console
from rich.progress import Progress, TaskID

from collectors.snmp.measure import text
from collectors.snmp.port import Packet, Value
from exporters.words import Say, shown

LONGEST = 100
"""Characters of one value that are printed; a packet holds 60 KB of them."""


@dataclass(slots=True)
class Step:
    """One part of a look: the scalars or a table, how long it took, in how many questions, with how many values."""

    title: str
    took: timedelta = timedelta(0)
    asked: int = 0
    values: int = 0


@dataclass(slots=True)
class Teller:
    """Counts what an engine tells of its packets; prints them (``debug``), or moves a line of progress."""

    say: Say
    out: Console
    debug: bool = False
    bar: Progress | None = None
    line: TaskID | None = None
    steps: dict[str, Step] = field(default_factory=dict)
    _began: float | None = None
    _asked: int = 0
    _values: int = 0
    _all: int = 0

    def packet(self, packet: Packet) -> None:
        """Hear of one packet."""
        self._began = packet.at if self._began is None else self._began
        if packet.kind == "answer":
            self._values += len(packet.bindings)
            self._all += len(packet.bindings)
        elif packet.kind in ("get", "next", "bulk"):
            self._asked += 1
        if self.debug:
            for words in self._lines(packet, self._began):
                self.out.print(words, markup=False, soft_wrap=True)
        elif self.bar is not None and self.line is not None:
            self.bar.update(self.line, description=self.say("look.progress", n=self._all))

    def step(self, title: str, took: timedelta) -> None:
        """Hear that the scalars, or a table, are done."""
        step = self.steps.setdefault(title, Step(title))
        step.took += took
        step.asked += self._asked
        step.values += self._values
        self._asked = self._values = 0

    def _lines(self, packet: Packet, began: float) -> Iterator[str]:
        """Tell of a packet: when, what it is, how large; then what it is about, a line each."""
        asks = packet.kind in ("get", "next", "bulk")
        told = [f"{packet.at - began:8.3f}", "→" if asks else "←", self.say(f"look.packet.{packet.kind}")]
        if packet.bindings:
            told.append(self.say("look.packet.names", n=len(packet.bindings)))
        if packet.rows:
            told.append(self.say("look.packet.rows", n=packet.rows))
        if packet.size:
            told.append(f"{packet.size} B")
        if packet.error:
            known = f"gap.{packet.error}"
            told.append(self.say(known) if known in self.say else shown(packet.error))
        yield "  ".join(told)
        for name, value in packet.bindings:
            yield f"            {shown(name)}" if asks else f"            {shown(name)} = {_seen(value, self.say)}"


def _seen(value: Value | None, say: Say) -> str:
    """Return a raw value as it came: text in quotation marks, other bytes as they are."""
    if value is None:
        return say("look.packet.nothing")
    if not isinstance(value, bytes):
        return shown(value, LONGEST)
    if all(0x20 <= byte < 0x7F for byte in value[:LONGEST]):
        return f'"{shown(value[:LONGEST].decode("ascii"), LONGEST)}"' + ("…" if len(value) > LONGEST else "")
    dump = value[: LONGEST // 3].hex(" ")
    return f'{dump}{" …" if len(value) > LONGEST // 3 else ""}  "{shown(text(value[:LONGEST]), LONGEST // 2)}"'
