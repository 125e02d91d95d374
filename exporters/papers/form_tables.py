"""Chapter one of the handover form, the state of the equipment: rounds, key equipment, circuits, alerts, channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from duty.alerts import Alert, AlertState
from duty.form_content import AlertLine, CircuitLine, Equipment, FormContent, RoundLine
from duty.handover import Field
from duty.rounds import RoundState, SheetState
from exporters.papers.clerk import COUNTED, ROUND_MARKS, SEVERITY_MARKS, STATE_MARKS, Clerk
from exporters.papers.evidence import Evidence
from exporters.papers.paper import Block, Cell, Mark, Pairs, Table, Words
from exporters.words import say_maker


class FormTables:
    """What a form shows in tables; what came after ``since`` is new. ``titles`` say who people are."""

    def __init__(
        self, content: FormContent, clerk: Clerk, since: datetime, titles: Mapping[str, str], evidence: Evidence
    ) -> None:
        self._evidence = evidence
        self._content = content
        self._clerk = clerk
        self._say = clerk.say
        self._since = since
        self._titles = titles

    def is_new(self, *moments: datetime | None) -> bool:
        """Say whether any of these moments is later than what was known."""
        return any(at is not None and at > self._since for at in moments)

    def by_hand(self, field: Field) -> Iterator[Block]:
        """Yield what somebody wrote into a field, or that nobody did: an empty field is told from a forgotten one."""
        say, line = self._say, self._content.by_hand.get(field)
        name = say(f"paper.form.fields.{field}")
        if line is None or not line.text:
            yield Words(say("paper.pair", name=name, text=say("paper.form.nothing")), Mark.QUIET)
            return
        by = say("paper.signed", who=line.by, at=self._clerk.clock(line.at))
        text = say("paper.form.by_hand", text=line.text, by=by)
        yield Words(say("paper.pair", name=name, text=text), new=self.is_new(line.at))

    def equipment(self) -> Iterator[Block]:
        """Yield the chapter."""
        equipment, say = self._content.equipment, self._say
        yield Pairs(list(self._figures(equipment)))
        yield self._rounds(equipment.rounds)
        yield Table(
            [say("paper.line.target"), say("paper.item_state"), say("paper.trouble.what")],
            [
                (
                    Cell(f"★ {line.target}", link=self._evidence.target(line.target)),
                    self._clerk.state(line.state),
                    Cell(self._clerk.findings(line.findings[:3]), STATE_MARKS[line.state]),
                )
                for line in equipment.key
            ],
            widths=(34, 14, 70),
            title=say("paper.form.key"),
            empty=say("paper.form.no_key"),
        )
        yield from self.by_hand(Field.STANDBY)
        yield self._circuits(equipment.circuits)
        yield self._clerk.manual(equipment.environment, self._titles, self._since)
        yield self._alerts("open", equipment.open_alerts)
        yield self._alerts("closed", equipment.closed_alerts)
        yield self._silences(equipment)
        yield from self.by_hand(Field.CHANGES)
        yield from self.by_hand(Field.BACKUPS)
        yield self._channels(equipment)

    def _figures(self, equipment: Equipment) -> Iterator[tuple[str, Cell]]:
        say, rounds = self._say, equipment.rounds
        missed = [line for line in rounds if line.state is RoundState.MISSED]
        late = sum(line.late for line in rounds)
        made = say(
            "paper.form.rounds_line",
            due=equipment.rounds_due,
            made=len(rounds) - len(missed),
            missed=len(missed),
            late=late,
        )
        yield say("paper.form.rounds"), Cell(made, Mark.WARNING if missed or late else Mark.PLAIN)
        counts = [
            say("paper.count", name=say(f"sheet.{s}"), n=equipment.counts.get(s, 0))
            for s in COUNTED
            if equipment.counts.get(s, 0) or s is SheetState.OK
        ]
        whole = say("paper.count", name=say("paper.form.all"), n=sum(equipment.counts.values()))
        at = say("paper.form.counted_at", at=self._clerk.clock(equipment.counted_at)) if equipment.counted_at else ""
        yield say("paper.form.targets"), Cell(" ".join([say("paper.semicolon").join([whole, *counts]), at]).strip())
        yield say("paper.form.closed_count"), self._clerk.count(equipment.closed_count)
        health = say("paper.form.health_line", steps=equipment.clock_steps, absences=equipment.absences)
        ill = bool(equipment.clock_steps or equipment.absences)
        yield say("paper.form.health"), Cell(health, Mark.WARNING if ill else Mark.PLAIN)

    def _rounds(self, rounds: Sequence[RoundLine]) -> Table:
        say, clerk = self._say, self._clerk

        def state(line: RoundLine) -> Cell:
            text = say(f"round_state.{line.state}")
            if line.reason:
                text = say("paper.because", what=text, why=say(f"round_reason.{line.reason}"))
            if line.late:
                text = say("paper.and", one=text, other=say("round_page.late"))
            return Cell(text, ROUND_MARKS.get(line.state, Mark.PLAIN))

        def read(line: RoundLine) -> Cell:
            if not line.read_by:
                return Cell(say("paper.not_read"), Mark.QUIET)
            text = say("paper.signed", who=line.read_by, at=clerk.clock(line.read_at))
            return Cell(text, new=self.is_new(line.read_at))

        head = [say("paper.round.slot"), say("paper.round.state"), *(say(f"sheet.{s}") for s in COUNTED)]
        return Table(
            [*head, say("paper.read_by"), say("paper.note")],
            [
                [
                    Cell(clerk.clock(line.slot), link=self._evidence.round(line.number)),
                    state(line),
                    *(clerk.count(line.counts.get(s, 0)) if line.counts else Cell("") for s in COUNTED),
                    Cell(
                        say("paper.signed", who=line.read_by, at=clerk.clock(line.read_at)),
                        new=self.is_new(line.read_at),
                    )
                    if line.read_by
                    else Cell(say("paper.not_read"), Mark.QUIET),
                    Cell(line.note),
                ]
                for line in rounds
            ],
            widths=(12, 30, *(11 for _ in COUNTED), 24, 24),
            title=say("paper.form.by_round"),
            empty=say("paper.no_rounds"),
        )

    def _circuits(self, circuits: Sequence[CircuitLine]) -> Table:
        say = self._say

        def up(line: CircuitLine) -> Cell:
            if line.up is None:
                return Cell(say("value.unknown"), Mark.WARNING)
            return Cell(
                say("value.port_up.yes" if line.up else "value.port_up.no"), Mark.PLAIN if line.up else Mark.CRITICAL
            )

        def peak(value: float | None) -> Cell:
            return Cell(self._clerk.value(value, "%"), value=None if value is None else round(value, 1))

        names = ("circuit_target", "port", "carrier", "circuit", "up", "peak_in", "peak_out")
        return Table(
            [say(f"paper.form.{name}") for name in names],
            [
                (
                    Cell(line.target, link=self._evidence.target(line.target)),
                    Cell(line.port),
                    Cell(line.carrier),
                    Cell(line.circuit),
                    up(line),
                    peak(line.peak_in),
                    peak(line.peak_out),
                )
                for line in circuits
            ],
            widths=(28, 20, 14, 18, 9, 14, 14),
            title=say("paper.form.circuits"),
            empty=say("paper.form.no_circuits"),
        )

    def _alerts(self, kind: str, lines: Sequence[AlertLine]) -> Table:
        say, clerk = self._say, self._clerk
        last = "resolved" if kind == "closed" else "standing"
        return Table(
            [
                say(f"paper.alert.{name}")
                for name in ("number", "target", "grade", "what", "opened", "taken", "done", last)
            ],
            [
                (
                    Cell(
                        say("message.number", n=f"{line.number:02d}"),
                        link=self._evidence.alert(line.number),
                        new=self.is_new(line.opened, line.resolved),
                    ),
                    Cell(("★ " if line.key_equipment else "") + line.target),
                    Cell(say(f"severity.{line.severity.name.lower()}"), SEVERITY_MARKS.get(line.severity, Mark.PLAIN)),
                    Cell(self._wrong(line)),
                    self._stamp(line.opened),
                    Cell(line.taken_by)
                    if line.taken_by or kind == "closed"
                    else Cell(say("paper.form.free"), Mark.WARNING),
                    Cell(line.word),
                    self._stamp(line.resolved)
                    if kind == "closed"
                    else Cell(clerk.known(f"alert.{line.standing}", line.standing)),
                )
                for line in lines
            ],
            widths=(11, 24, 10, 33, 23, 13, 24, 20),
            title=say(f"paper.form.{kind}_alerts"),
            empty=say(f"paper.form.no_{kind}_alerts"),
        )

    def _wrong(self, line: AlertLine) -> str:
        if not line.source:
            return self._clerk.finding(line.finding)
        key = (line.target, line.finding.check, line.finding.instance)
        alert = Alert(
            line.number,
            key,
            "",
            line.severity,
            AlertState.FIRING,
            line.opened,
            line.opened,
            line.finding,
            source=line.source,
            said=line.said,
        )
        return self._clerk.wrong(alert)

    def _silences(self, equipment: Equipment) -> Table:
        say = self._say

        def covers(*patterns: str) -> str:
            return " / ".join(pattern for pattern in patterns if pattern not in ("", "*")) or "*"

        return Table(
            [say(f"paper.form.{name}") for name in ("kind", "covers", "until", "set_by", "why")],
            [
                (
                    Cell(say(f"paper.form.kinds.{line.kind}"), new=self.is_new(line.begin)),
                    Cell(
                        " / ".join(part for part in (line.site, line.target, line.check) if part not in ("", "*"))
                        or "*"
                    ),
                    self._stamp(line.until),
                    Cell(say_maker(line.by, say)),
                    Cell(line.why),
                )
                for line in equipment.silences
            ],
            widths=(12, 34, 19, 14, 40),
            title=say("paper.form.silences"),
            empty=say("paper.form.no_silences"),
        )

    def _channels(self, equipment: Equipment) -> Table:
        say, clerk = self._say, self._clerk
        return Table(
            [say(f"paper.form.{name}") for name in ("channel", "channel_state", "tested", "test_result")],
            [
                (
                    Cell(line.name, new=self.is_new(line.failing_since)),
                    Cell(
                        say("paper.form.failing", at=clerk.stamp(line.failing_since), why=self._result(line.error)),
                        Mark.CRITICAL,
                    )
                    if line.failing_since
                    else Cell(say("paper.well")),
                    self._stamp(line.tested_at),
                    Cell(self._result(line.test_result)),
                )
                for line in equipment.channels
            ],
            widths=(20, 50, 20, 26),
            title=say("paper.form.channels"),
            empty=say("paper.form.no_channels"),
        )

    def _result(self, code: str) -> str:
        return self._clerk.known(f"message.result.{code}", code) if code else ""

    def _stamp(self, at: datetime | None) -> Cell:
        return Cell(self._clerk.stamp(at))
