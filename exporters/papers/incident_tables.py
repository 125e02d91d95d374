"""The tables of the incident report: equipment, the course, measures, who was told, bulletins, attachments, reviews."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from duty.bulletins import BulletinKind
from duty.incident_report import BulletinLine, CourseLine, ReportContent, StepLine, ToldLine
from exporters.papers.clerk import Clerk
from exporters.papers.paper import Cell, Mark, Table
from exporters.words import format_value
from exporters.words.incident_course import say_event


class IncidentTables:
    """What a report shows in tables. Texts of people go into cells as they are: ``say`` would cut them."""

    def __init__(self, content: ReportContent, clerk: Clerk) -> None:
        self._content = content
        self._clerk = clerk
        self._say = clerk.say

    def equipment(self) -> Table:
        """Lay out what is concerned, as the vendor asks for it (9)."""
        rows = (
            (line.name, line.asset, line.model, line.serial, line.maintainer, line.place)
            for line in self._content.equipment
        )
        names = ("name", "asset", "model", "serial", "maintainer", "place")
        return self._table("equipment", names, (28, 26, 28, 39, 26, 25), [[Cell(text) for text in row] for row in rows])

    def course(self) -> Table:
        """Lay out the timeline (13)."""
        system = self._say("paper.agent")
        rows = [
            [self._at(line.at), Cell(line.who or system), Cell(self.happened(line))] for line in self._content.course
        ]
        return self._table("course", ("at", "who", "what"), (31, 24, 115), rows)

    def happened(self, line: CourseLine) -> str:
        """Say what a line of the course tells: its code in words, and what a person wrote."""
        return say_event(line.code, line.text, line.data, self._say)

    def measures(self) -> Table:
        """Lay out what was done, step by step (17)."""
        say, noted = self._say, self._say.template("incident_report.noted")

        def result(line: StepLine) -> str:
            return " ".join(part for part in (line.result, line.note and noted.format(text=line.note)) if part)

        def state(code: str) -> Cell:
            words = f"plan.state.{code}"
            return Cell(say(words) if words in say else code, Mark.WARNING if code == "skipped" else Mark.PLAIN)

        rows = [
            [self._at(line.at), Cell(line.by), Cell(line.text), state(line.state), Cell(result(line))]
            for line in self._content.measures
        ]
        return self._table("step", ("at", "by", "text", "state", "result"), (31, 22, 61, 17, 39), rows)

    def told(self, whom: str, lines: Sequence[ToldLine]) -> Table:
        """Lay out who of the managers or the leading group was told (19, 20)."""
        say = self._say
        rows = [
            [
                self._at(line.at),
                Cell(self._who(line.title or line.person, line.post)),
                Cell(line.channel),
                Cell(self._clerk.known(f"incident.news.{line.what}", line.what)),
                Cell(line.answer),
            ]
            for line in lines
        ]
        needed = whom != "leaders" or self._content.major
        names = ("at", "who", "channel", "what", "answer")
        return Table(
            [say(f"incident_report.told.{name}") for name in names],
            rows,
            widths=(31, 33, 19, 49, 38),
            title=say(f"incident_report.told.{whom}"),
            empty=say(f"incident_report.told.no_{whom}" if needed else "incident_report.told.not_needed"),
        )

    def bulletins(self) -> Table:
        """Lay out the first, the progress and the final reports (22)."""
        say = self._say

        def kind(line: BulletinLine) -> str:
            nth = {"n": line.nth} if line.kind is BulletinKind.PROGRESS else {}
            return say(f"incident_report.bulletin.kinds.{line.kind}", **nth)

        rows = [
            [self._at(line.at), Cell(kind(line)), Cell(line.by), Cell(line.text), self._at(line.next_at)]
            for line in self._content.bulletins
        ]
        return self._table("bulletin", ("at", "kind", "by", "text", "next"), (31, 20, 22, 66, 31), rows)

    def attachments(self) -> Table:
        """Lay out what belongs to the report (31); the digest is long enough to tell one file from another."""
        rows = [
            [
                Cell(line.name),
                Cell(line.media),
                Cell(format_value(line.size, "B", self._say)),
                Cell(line.digest[:12]),
                Cell(line.by),
                self._at(line.at),
            ]
            for line in self._content.attachments
        ]
        names = ("name", "media", "size", "digest", "by", "at")
        return self._table("attachment", names, (48, 27, 18, 27, 19, 31), rows)

    def reviews(self) -> Table:
        """Lay out each word of a duty manager (33): a report that came back more than once shows it."""
        say = self._say
        rows = [
            [
                self._at(line.at),
                Cell(line.by),
                Cell(say(f"incident_report.verdict.{line.verdict}")),
                Cell(line.remark),
            ]
            for line in self._content.reviews
        ]
        names = ("at", "by", "verdict", "remark")
        head = [say(f"incident_report.reviewed.{name}") for name in names]
        return Table(head, rows, widths=(31, 24, 17, 98), title=say("incident_report.reviews"))

    def people(self) -> list[Cell]:
        """Say who took part, and in what (18)."""
        template = self._say.template("incident_report.part")
        return [
            Cell(
                who
                if not line.part
                else template.format(who=who, what=self._clerk.known(f"incident_report.parts.{line.part}", line.part))
            )
            for line in self._content.people
            for who in [self._who(line.name, line.post)]
        ]

    def _who(self, name: str, post: str) -> str:
        say, words = self._say, f"post.{post}"
        return say("incident_report.person", name=name, post=say(words) if words in say else post) if post else name

    def _at(self, at: datetime | None) -> Cell:
        return Cell(self._clerk.stamp(at))

    def _table(
        self, name: str, columns: Iterable[str], widths: Sequence[float], rows: Sequence[Sequence[Cell]]
    ) -> Table:
        say = self._say
        return Table(
            [say(f"incident_report.{name}.{column}") for column in columns],
            rows,
            widths=widths,
            title=say(f"incident_report.{name}.title"),
            empty=say(f"incident_report.{name}.none"),
        )


def pair(template: str, name: str, text: str) -> str:
    """Put a text of any length behind what it belongs to."""
    return template.format(name=name, text=text) if name and text else name or text
