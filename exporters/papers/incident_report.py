"""The incident report 《突发事件报告表》 on paper: its 36 fields in chapters, its clocks, who signs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from duty.filing import Report
from duty.incident_report import NO, CyberLevel, ReportContent, ReportField
from exporters.papers.clerk import Clerk
from exporters.papers.incident_filing import filing, signatures
from exporters.papers.incident_tables import IncidentTables
from exporters.papers.paper import Block, Cell, Entry, Mark, Pairs, Paper, Section, Words
from exporters.papers.report_clocks import filed, legal, must_report
from exporters.words import Say, shown
from exporters.words.incident_fields import say_rule

_UNSAFE: Final = re.compile(r"[^\w.-]+")
ROOM: Final = {
    ReportField.FIRST_CAUSE: 2,
    ReportField.ROOT_CAUSE: 2,
    ReportField.RESULT: 2,
    ReportField.CORRECTIVE: 3,
    ReportField.LESSONS: 2,
}
"""Lines to write on in a field in which nothing stands, where one is not enough."""
ABROAD: Final = frozenset({ReportField.CYBER_LEVEL, ReportField.REPORTED_OUTSIDE})
"""Fields that a report has no need of where it is not about a cyber-security incident."""
CODED: Final = {
    ReportField.CAUSE_CLASS: "incident.cause",
    ReportField.CYBER: "incident_report.answer",
    ReportField.CYBER_LEVEL: "incident.cyber",
    ReportField.PERSONAL_DATA: "incident_report.answer",
}
"""Fields in which a code may stand, and where its words are; what is no code stands as it was written."""


def report_paper(report: Report, content: ReportContent, say: Say, now: datetime) -> Paper:
    """Lay out a report as it stands at ``now``."""
    return _Layout(report, content, Clerk(say, now, ZoneInfo(content.zone))).paper()


def report_file_name(content: ReportContent, say: Say, ending: str) -> str:
    """Return the name of a report's file; only what every system takes as a name."""
    name = say("incident_report.file", name=shown(content.name, 60))
    return _UNSAFE.sub("-", name).strip("-.") + f".{ending}"


def record_of(paper: Paper, say: Say) -> list[Section]:
    """Return a report's chapters without what people fill in, to stand beside where they do."""
    names = {say(f"incident_report.field.{field}") for field in ReportField}

    def kept(block: Block) -> Block | None:
        match block:
            case Entry():
                return None if block.name in names else block
            case Pairs():
                pairs = [pair for pair in block.pairs if pair[0] not in names]
                return Pairs(pairs) if pairs else None
            case _:
                return block

    return [
        Section(section.title, [found for block in section.blocks if (found := kept(block)) is not None])
        for section in paper.sections
    ]


class _Layout:
    """One report while it is laid out."""

    def __init__(self, report: Report, content: ReportContent, clerk: Clerk) -> None:
        self._report = report
        self._content = content
        self._clerk = clerk
        self._say = clerk.say
        self._tables = IncidentTables(content, clerk)

    def paper(self) -> Paper:
        """Return the whole report."""
        say, report, content = self._say, self._report, self._content
        chapters = {
            "basics": self._basics(),
            "impact": self._impact(),
            "course": self._course(),
            "response": self._response(),
            "result": self._result(),
            "law": self._law(),
            "attachments": iter([replace(self._tables.attachments(), title="")]),
            "filing": filing(content, self._tables, self._clerk),
            "signatures": iter(()),
        }
        state = self._state()
        return Paper(
            title=self._title(),
            number=say("paper.number", n=content.name),
            head=self._head(),
            sections=[Section(say(f"incident_report.groups.{name}"), list(of)) for name, of in chapters.items()],
            signatures=list(signatures(report, content, self._clerk)),
            foot=say(
                "incident_report.foot",
                name=content.name,
                state=say("incident_report.rehearsal") if content.rehearsal else state,
                version=report.revision,
                printed=self._clerk.printed(),
                code=report.code or say("paper.form.no_code"),
            ),
            summary=self._summary(state),
            phrases=self._clerk.phrases(),
            made=self._clerk.now,
        )

    def _state(self) -> str:
        return self._say(f"incident_report.states.{self._report.state}")

    def _title(self) -> str:
        say = self._say
        marks = ["rehearsal"] if self._content.rehearsal else []
        marks += ["draft"] if self._report.writable else []
        said = say("paper.comma").join(say(f"incident_report.{mark}") for mark in marks)
        title = say("incident_report.title")
        return say("incident_report.titled", title=title, mark=said) if said else title

    def _head(self) -> Pairs:
        say, content = self._say, self._content
        return Pairs(
            [
                (say("incident_report.site"), Cell(content.site_title)),
                (say("incident_report.state"), Cell(self._state())),
                (say("incident_report.due"), self._at(content.due, "not_yet")),
                (say("incident_report.submitted_at"), self._at(self._report.submitted_at, "not_yet")),
            ]
        )

    def _summary(self, state: str) -> Words:
        """Say the state and whether it is late, and that a rehearsal is none of the real ones."""
        say = self._say
        lateness = filed(self._report, self._content, self._clerk)
        parts = [say("incident_report.not_real")] if self._content.rehearsal else []
        parts += [part for part in (state, lateness.text) if part]
        mark = lateness.mark
        if mark is Mark.PLAIN and (self._report.writable or self._content.rehearsal):
            mark = Mark.WARNING
        return Words(say("paper.semicolon").join(parts), mark)

    def _basics(self) -> Iterator[Block]:
        say, content = self._say, self._content
        yield self._entry(ReportField.TITLE)
        grade = Cell(say(f"incident.grade.{content.grade}"), Mark.CRITICAL if content.major else Mark.PLAIN)
        yield Pairs(
            [
                (say("incident_report.class"), Cell(say(f"incident.class.{content.kind}"))),
                (say("incident_report.grade"), grade),
                (say("incident_report.rule"), Cell(self._rule())),
                self._pair(ReportField.COMPANY_LEVEL),
            ]
        )
        template = say.template("incident_report.overruled_by")
        overruled = template.format(who=content.overruled_by, why=content.why) if content.overruled_by else ""
        yield Entry(say("incident_report.overruled"), [Cell(overruled or say("incident_report.not_overruled"))])
        yield Pairs(
            [
                (say("incident_report.began"), self._at(content.began)),
                (say("incident_report.found"), self._at(content.found)),
                (say("incident_report.restored"), self._at(content.restored, "not_yet")),
                (say("incident_report.handled"), self._at(content.handled, "not_yet")),
                (say("incident_report.found_by"), Cell(say(f"incident.found.{content.found_by}"))),
                (say("incident_report.finder"), Cell(content.finder)),
            ]
        )
        yield self._entry(ReportField.PLACE)

    def _rule(self) -> str:
        rule = self._content.rule
        if not rule:
            return self._say("incident_report.by_person")
        return say_rule(rule, self._say)

    def _impact(self) -> Iterator[Block]:
        yield self._tables.equipment()
        yield from self._entries("services", "affected", "minutes", "injury")

    def _course(self) -> Iterator[Block]:
        yield self._tables.course()
        if self._content.text(ReportField.COURSE):
            yield self._entry(ReportField.COURSE)
        yield from self._entries("first_cause", "root_cause", "cause_class")

    def _response(self) -> Iterator[Block]:
        say, content, tables = self._say, self._content, self._tables
        plan = [Cell(say("incident_report.no_plan"))]
        if content.plan is not None:
            begun = say(
                "incident_report.plan_started",
                at=self._clerk.stamp(content.plan.started),
                who=content.plan.by or say("paper.agent"),
            )
            plan = [Cell(say("incident_report.also", one=content.plan.title, other=begun))]
        yield Entry(say("incident_report.plan"), plan)
        yield Entry(say("incident_report.people"), tables.people() or [Cell(say("incident_report.no_people"))])
        yield self._entry(ReportField.RESOURCES)
        yield tables.measures()
        if content.text(ReportField.MEASURES):
            yield self._entry(ReportField.MEASURES)
        yield tables.told("manager", content.told_manager)
        yield tables.told("leaders", content.told_leaders)
        yield tables.bulletins()
        yield from self._entries("instructions", "outside")

    def _result(self) -> Iterator[Block]:
        yield from self._entries("result", "verification", "remains", "corrective", "lessons", "customers")

    def _law(self) -> Iterator[Block]:
        say = self._say
        must = must_report(self._content)
        yield Pairs(
            [
                self._pair(ReportField.CYBER),
                self._pair(ReportField.CYBER_LEVEL),
                (say("incident_report.must_report"), Cell(say(f"incident_report.must.{must or 'unsaid'}"))),
                (say("incident_report.legal_due"), legal(self._content, self._clerk)),
            ]
        )
        yield from self._entries("reported_outside", "personal_data")

    def _entries(self, *names: str) -> Iterator[Entry]:
        return (self._entry(ReportField(name)) for name in names)

    def _entry(self, field: ReportField) -> Entry:
        return Entry(self._say(f"incident_report.field.{field}"), list(self._written(field)), ROOM.get(field, 1))

    def _pair(self, field: ReportField) -> tuple[str, Cell]:
        return self._say(f"incident_report.field.{field}"), Cell(self._text(field))

    def _written(self, field: ReportField) -> Iterator[Cell]:
        """Yield what stands in a field, and by whom where that is not the author."""
        say, line = self._say, self._content.fields.get(field)
        if line is None or not line.text.strip():
            if text := self._text(field):
                yield Cell(text)
            return
        yield Cell(self._text(field))
        author = self._content.author
        if not line.by and self._report.writable:
            yield Cell(say("incident_report.drafted"), Mark.QUIET)
        elif line.by and (author is None or line.by != author.name):
            yield Cell(say("incident_report.written", who=line.by, at=self._clerk.stamp(line.at)), Mark.QUIET)

    def _text(self, field: ReportField) -> str:
        text = self._content.text(field)
        if not text and field in ABROAD and self._content.text(ReportField.CYBER) == NO:
            return self._say(f"incident.cyber.{CyberLevel.NONE}")
        if field is ReportField.MINUTES and text.isdecimal():
            return self._say("incident_report.minutes", n=text)
        code = f"{CODED.get(field, '')}.{text}"
        return self._say(code) if code in self._say else text

    def _at(self, at: datetime | None, otherwise: str = "") -> Cell:
        if at is None and otherwise:
            return Cell(self._say(f"incident_report.{otherwise}"), Mark.QUIET)
        return Cell(self._clerk.stamp(at))
