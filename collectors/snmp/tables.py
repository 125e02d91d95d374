"""Getting objects and walking columns, whatever the engine: all guards against agents that lie, loop or never end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from collectors.snmp.port import Fetched, Oid, Value

BINDINGS: Final = 50
"""Values in one answer to a walk: about what 1400 bytes carry, so that no answer is fragmented."""
_BATCH: Final = 20
_COLUMNS: Final = 25

Name = tuple[int, ...]


class Missing(Enum):
    """Stands in an answer where a value should be; its value is a gap code."""

    NOT_OFFERED = "not_offered"
    MALFORMED = "malformed"


class Request(Enum):
    """The kinds of requests that are ever made: nothing is set."""

    GET = "get"
    NEXT = "next"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: names with what stands at them, or an error status with the place (from 1) that it speaks of.

    ``size`` is in bytes, 0 where it is not known.
    """

    bindings: Sequence[tuple[Name, Value | Missing]]
    error: int = 0
    at: int = 0
    size: int = 0


class NoAnswer(Exception):
    """A request came to nothing; ``code`` is a gap code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Ask = Callable[[Request, Sequence[Name], int], Awaitable[Answer]]
"""Sends one request (kind, names, rows wanted of a walk) and brings its answer. Raises NoAnswer."""

NO_SUCH_NAME: Final = 2
ERRORS: Final = {NO_SUCH_NAME: "not_offered", 6: "not_offered"}
"""Error statuses (noSuchName, noAccess) to gap codes; every other one is "agent_fault"."""


def name_of(oid: Oid) -> Name:
    """Return an identifier as numbers."""
    return tuple(map(int, oid.split(".")))


async def get(ask: Ask, oids: Sequence[Oid], into: Fetched) -> None:
    """Ask for single objects, in batches. Raises NoAnswer, with the gaps of the unanswered written."""
    left = list(oids)
    try:
        while left:
            await _get(ask, left[:_BATCH], into)
            del left[:_BATCH]
    except NoAnswer as failure:
        for oid in left:
            if oid not in into.scalars:
                into.gaps.setdefault(oid, failure.code)
        raise


async def _get(ask: Ask, oids: Sequence[Oid], into: Fetched) -> None:
    answer = await ask(Request.GET, [name_of(oid) for oid in oids], 0)
    if answer.error:
        # Version 1 refuses the whole request for one name; any other trouble is narrowed down by halves.
        if answer.error == NO_SUCH_NAME and 1 <= answer.at <= len(oids):
            parts = [oids[: answer.at - 1], oids[answer.at :]]
            into.gaps[oids[answer.at - 1]] = "not_offered"
        elif len(oids) == 1:
            parts = []
            into.gaps[oids[0]] = ERRORS.get(answer.error, "agent_fault")
        else:
            parts = [oids[: len(oids) // 2], oids[len(oids) // 2 :]]
        for part in parts:
            if part:
                await _get(ask, part, into)
        return
    for oid, (name, value) in zip(oids, answer.bindings, strict=False):
        if name != name_of(oid):
            into.gaps[oid] = "agent_fault"
        elif isinstance(value, Missing):
            into.gaps[oid] = value.value
        else:
            into.scalars[oid] = value
    for oid in oids[len(answer.bindings) :]:
        into.gaps[oid] = "agent_fault"


async def walk(ask: Ask, columns: Sequence[Oid], into: Fetched, *, bulk: bool, cap: int) -> None:
    """Walk columns side by side, at most ``cap`` rows of each. Raises NoAnswer, with the gaps of the rest written."""
    left = list(columns)
    while left:
        walked = _Walk(left[:_COLUMNS], into, cap, bulk)
        del left[:_COLUMNS]
        try:
            while walked.cursors:
                answer = await ask(Request.BULK if bulk else Request.NEXT, walked.names(), walked.rows)
                walked.take(answer)
        except NoAnswer as failure:
            for column in (*walked.cursors, *left):
                into.gaps[column] = failure.code
            raise


class _Walk:
    """The state of one walk: where each unfinished column stands, how many columns and rows are asked for at once."""

    def __init__(self, columns: Sequence[Oid], into: Fetched, cap: int, bulk: bool) -> None:
        self.cursors: dict[Oid, Name] = {column: name_of(column) for column in columns}
        self._roots = dict(self.cursors)
        self._taken = dict.fromkeys(columns, 0)
        self._into = into
        self._cap = cap
        self._bulk = bulk
        self._abreast = len(columns)
        self.rows = self._most_rows()

    def _most_rows(self) -> int:
        return max(1, BINDINGS // self._abreast) if self._bulk else 1

    def _asked(self) -> list[Oid]:
        return list(self.cursors)[: self._abreast]

    def names(self) -> list[Name]:
        """Return what to ask for what follows."""
        return [self.cursors[column] for column in self._asked()]

    def take(self, answer: Answer) -> None:
        """Take one answer: every unfinished column moves on or ends, or less is asked for the next time."""
        asked = self._asked()
        if answer.error:
            self._refused(asked, answer)
            return
        if not answer.bindings:
            for column in asked:
                self._end(column, "agent_fault")
        for column, name, value in _cells(asked, answer, self.rows):
            if column in self.cursors:
                self._step(column, name, value)

    def _step(self, column: Oid, name: Name, value: Value | Missing) -> None:
        root, before = self._roots[column], self.cursors[column]
        if value is Missing.NOT_OFFERED:
            self._end(column)
        elif name <= before:
            self._end(column, "agent_fault")
        elif name[: len(root)] != root:
            self._end(column)
        else:
            self.cursors[column] = name
            self._taken[column] += 1
            index = ".".join(map(str, name[len(root) :]))
            if self._taken[column] > self._cap:
                self._end(column, "row_cap")
            elif isinstance(value, Missing):
                self._into.gaps[f"{column}.{index}"] = value.value
            else:
                self._into.columns.setdefault(column, {})[index] = value

    def _end(self, column: Oid, code: str = "") -> None:
        del self.cursors[column]
        if code:
            self._into.gaps[column] = code
        elif not self._taken[column]:
            self._into.gaps[column] = "not_offered"

    def _refused(self, asked: Sequence[Oid], answer: Answer) -> None:
        if answer.error == NO_SUCH_NAME and 1 <= answer.at <= len(asked):
            self._end(asked[answer.at - 1])  # how version 1 says that nothing follows
        elif self.rows > 1:
            self.rows //= 2
        elif len(asked) > 1:
            self._abreast = 1
            self.rows = self._most_rows()
        else:
            self._end(asked[0], ERRORS.get(answer.error, "agent_fault"))
            self.rows = self._most_rows()


def _cells(asked: Sequence[Oid], answer: Answer, rows: int) -> Iterator[tuple[Oid, Name, Value | Missing]]:
    """Tell which column each binding belongs to; what stands beyond the rows asked for is left out."""
    for place, (name, value) in enumerate(answer.bindings[: len(asked) * rows]):
        yield asked[place % len(asked)], name, value
