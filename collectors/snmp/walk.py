"""Walking columns by our own engine: planned by the last walk, guarded against agents that lie, loop or never end."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple, cast

from collectors.snmp.ber import DecodeError, arcs, encode_oid
from collectors.snmp.messages import Question, Reply, names_of, question
from collectors.snmp.port import Fetched, Oid, Value
from collectors.snmp.scalars import Ask
from collectors.snmp.tables import BINDINGS, ERRORS, NO_SUCH_NAME, Missing, NoAnswer, Request

_COLUMNS: Final = 25
_MOST_PLANS: Final = 64
"""Of a device: one for each group of columns that its profiles ask for together."""
_MOST_STEPS: Final = 256
"""Of a plan: about 1,000 rows of 13 columns. A longer table is walked without one, which costs time but no memory."""


class Step(NamedTuple):
    """One request of a walk, and what came: a hash of the names, and which rows were each column's.

    ``even`` is whether all columns had the same rows and nothing else came.
    """

    asked: Question
    names: int
    columns: tuple[Oid, ...]
    indexes: tuple[tuple[str, ...], ...]
    even: bool

    def cursors(self) -> dict[Oid, bytes]:
        """Return where each column stood before it: what was asked."""
        return dict(zip(self.columns, names_of(self.asked), strict=True))


@dataclass(frozen=True, slots=True)
class Plan:
    """How a group of columns was walked the last time: as far as it went well, and where each column stood then.

    ``rest`` is empty where all of it went well. ``rows`` is how many the device bears at once; 0 where its
    columns had to be walked one by one, for that may have been a bad moment.
    """

    steps: tuple[Step, ...]
    rest: dict[Oid, bytes]
    rows: int


Plans = MutableMapping[tuple[Oid, ...], Plan]


async def walk(ask: Ask, columns: Sequence[Oid], into: Fetched, *, bulk: bool, cap: int, plans: Plans) -> None:
    """Walk columns side by side, at most ``cap`` rows of each. Raises NoAnswer, with the gaps of the rest written.

    What went well is remembered in ``plans`` for the next time.
    """
    for at in range(0, len(columns), _COLUMNS):
        group = tuple(columns[at : at + _COLUMNS])
        plan = plans.pop(group, None)
        walked = _Walk(group, into, cap, bulk, plan)
        try:
            if plan:
                await walked.follow(ask, plan)
            while walked.cursors:
                asked = walked.question()
                walked.take(asked, await ask(asked))
        except NoAnswer as failure:
            for column in (*walked.cursors, *columns[at + _COLUMNS :]):
                into.gaps[column] = failure.code
            # Half a walk is no plan, but the one before it is still the best that is known.
            if plan:
                plans[group] = plan
            raise
        plans[group] = walked.plan()
        if len(plans) > _MOST_PLANS:
            del plans[next(iter(plans))]  # the one that was not used for longest


@lru_cache(maxsize=1 << 14)
def _index(raw: bytes) -> tuple[tuple[int, ...], str]:
    """Return the index of a row as numbers and in words. Raises DecodeError."""
    numbers = arcs(raw)
    return numbers, ".".join(map(str, numbers))


class _Walk:
    """The state of one walk: where each unfinished column stands, how many columns and rows are asked for at once."""

    def __init__(self, columns: tuple[Oid, ...], into: Fetched, cap: int, bulk: bool, before: Plan | None) -> None:
        self._roots = {column: encode_oid(column) for column in columns}
        self._into = into
        self._cap = cap
        self._bulk = bulk
        self._abreast = len(columns)
        self._room = BINDINGS
        self._rows = (before.rows if before else 0) or self._most_rows(len(columns))
        self._steps: list[Step] = []
        self._rest: dict[Oid, bytes] | None = None
        self.cursors: dict[Oid, bytes] = {}
        self._taken: dict[Oid, int] = {}
        self._stand(self._roots)

    def plan(self) -> Plan:
        """Return how the walk went, for the next one."""
        return Plan(tuple(self._steps), self._rest or {}, self._rows if self._abreast == len(self._roots) else 0)

    async def follow(self, ask: Ask, plan: Plan) -> None:
        """Ask as the last time, for as long as what comes is what came then. Raises NoAnswer."""
        even: list[Step] = []
        came: list[Value | Missing] = []
        try:
            for step in plan.steps:
                reply = await ask(step.asked)
                if reply.error or not reply.plain or hash(tuple(reply.names)) != step.names:
                    break
                self._steps.append(step)
                if step.even and step.columns == plan.steps[0].columns:
                    even.append(step)
                    came += reply.values
                else:
                    self._put(even, came)
                    self._put_uneven(step, reply.values)
        finally:
            self._put(even, came)
            done = len(self._steps)
            self._stand(plan.steps[done].cursors() if done < len(plan.steps) else plan.rest)
        if done < len(plan.steps):
            self.take(plan.steps[done].asked, reply)

    def _put(self, even: list[Step], came: list[Value | Missing]) -> None:
        """Put what came in even steps into its columns, for all rows at once: one by one costs more than reading."""
        if even:
            columns, indexes = even[0].columns, [index for step in even for index in step.indexes[0]]
            for place, column in enumerate(columns):
                values = cast(list[Value], came[place :: len(columns)])
                self._into.columns.setdefault(column, {}).update(zip(indexes, values, strict=True))
            even.clear()
            came.clear()

    def _put_uneven(self, step: Step, values: list[Value | Missing]) -> None:
        width = len(step.columns)
        for place, indexes in enumerate(step.indexes):
            if indexes:
                cells = zip(indexes, cast(list[Value], values[place::width]), strict=False)
                self._into.columns.setdefault(step.columns[place], {}).update(cells)

    def _stand(self, cursors: Mapping[Oid, bytes]) -> None:
        """Go on from there; a column that is not among them has come to its end."""
        self.cursors = dict(cursors)
        for column in self._roots:
            rows = len(self._into.columns.get(column, ()))
            self._taken[column] = rows
            if column not in cursors and not rows:
                self._into.gaps[column] = "not_offered"

    def _most_rows(self, abreast: int) -> int:
        return max(1, (self._room + abreast // 2) // abreast) if self._bulk else 1

    def question(self) -> Question:
        """Return what to ask for what follows."""
        names = list(self.cursors.values())[: self._abreast]
        return question(
            Request.BULK if self._bulk else Request.NEXT, names, min(self._rows, self._most_rows(len(names)))
        )

    def take(self, asked: Question, reply: Reply) -> None:
        """Take one answer: every unfinished column moves on or ends, or less is asked for the next time."""
        columns = tuple(self.cursors)[: self._abreast]
        good = not reply.error and reply.plain and len(columns) == len(self.cursors) and self._rest is None
        before = dict(self.cursors)
        rows: tuple[tuple[str, ...], ...] = ()
        if reply.error:
            self._refused(columns, reply)
        else:
            clean, rows = self._cells(columns, reply, asked.rows)
            good = good and clean
        if good and len(self._steps) < _MOST_STEPS:
            even = len(reply.names) == len(columns) * len(rows[0]) and all(each is rows[0] for each in rows)
            self._steps.append(Step(asked, hash(tuple(reply.names)), columns, rows, even))
        elif self._rest is None:
            self._rest = before

    def _cells(self, columns: tuple[Oid, ...], reply: Reply, most: int) -> tuple[bool, tuple[tuple[str, ...], ...]]:
        """Take the cells of an answer; return whether there was nothing unusual, and each column's rows."""
        width = len(columns)
        count = min(len(reply.names), width * most)
        if count >= width:
            # A row that is cut off in the middle is asked for again, so that the columns stay abreast.
            count -= count % width
        rows: dict[Oid, list[str]] = {column: [] for column in columns}
        clean = bool(count)
        for column in columns if not count else ():
            self._end(column, "agent_fault")
        for place in range(count):
            column = columns[place % width]
            if column in self.cursors:
                clean = self._step(column, reply.names[place], reply.values[place], rows[column]) and clean
        if self.cursors and self._bulk:
            self._rows = max(1, min(self._rows, count // width))
            if len(self.cursors) < width and self._abreast > 1:
                # Where a column has ended, as those at once do that a device does not offer, the others have its room.
                self._rows = max(self._rows, self._most_rows(len(self.cursors)))
        shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        return clean, tuple(shared.setdefault(each, each) for each in map(tuple, rows.values()))

    def _step(self, column: Oid, name: bytes, value: Value | Missing, rows: list[str]) -> bool:
        """Take one cell. Return whether it is one that the next walk may count on."""
        root = self._roots[column]
        if value is Missing.NOT_OFFERED:
            self._end(column)
            return False
        try:
            inside = name.startswith(root)
            index, words = _index(name[len(root) :]) if inside else (arcs(name), "")
        except DecodeError:
            self._end(column, "malformed")
            return False
        reached = _index(self.cursors[column][len(root) :])[0] if inside else arcs(self.cursors[column])
        if index <= reached:
            self._end(column, "agent_fault")
            return False
        if not inside:
            self._end(column)
            return True
        self.cursors[column] = name
        self._taken[column] += 1
        if self._taken[column] > self._cap:
            self._end(column, "row_cap")
            return False
        if isinstance(value, Missing):
            self._into.gaps[f"{column}.{words}"] = value.value
            return False
        self._into.columns.setdefault(column, {})[words] = value
        rows.append(words)
        return True

    def _end(self, column: Oid, code: str = "") -> None:
        del self.cursors[column]
        if code:
            self._into.gaps[column] = code
        elif not self._taken[column]:
            self._into.gaps[column] = "not_offered"

    def _refused(self, columns: Sequence[Oid], reply: Reply) -> None:
        if reply.error == NO_SUCH_NAME and 1 <= reply.at <= len(columns):
            self._end(columns[reply.at - 1])  # how version 1 says that nothing follows
        elif self._rows > 1:
            self._rows //= 2
            self._room = self._rows * len(columns)
        elif len(columns) > 1:
            self._abreast, self._room = 1, BINDINGS
            self._rows = self._most_rows(1)
        else:
            self._end(columns[0], ERRORS.get(reply.error, "agent_fault"))
            self._room = BINDINGS
            self._rows = self._most_rows(1)
