"""The chapters of the monthly report as tables: in words for people, and in numbers that a spreadsheet counts with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from duty.availability import Course
from duty.findings import Severity
from duty.fold import REACH
from duty.operations import ENDS_WITHIN, AlertCounts, Contract, FormLine, Handling, MonthReport, TargetMonth, Times
from duty.rounds import RoundState, SheetState
from duty.spans import length
from exporters.papers.clerk import ROUND_MARKS, STATE_MARKS, Clerk, star
from exporters.papers.paper import Block, Cell, Mark, Table, Words
from exporters.words import Say
from exporters.words.sentences import say_name

FIVE: Final = 5
MOST_TARGETS: Final = 60
MOST_LINES: Final = 20
NOT_WORTH: Final = 0.001
"""A share of time not seen that need not be said: the minute in which an agent was started anew."""
MINUTE: Final = timedelta(minutes=1)


class Evidence:
    """Where the evidence of each figure is to be had: an address for each, "" on paper, where nobody can follow it."""

    def target(self, name: str) -> str:
        """Return where a target is told of."""
        return ""

    def alert(self, number: int) -> str:
        """Return where an alert is told of."""
        return ""

    def alerts(self, target: str = "", check: str = "") -> str:
        """Return where the month's alerts are listed, those of a target or a check alone."""
        return ""

    def round(self, number: int) -> str:
        """Return where a round is told of."""
        return ""

    def form(self, number: int) -> str:
        """Return where a handover form is to be read."""
        return ""

    def night(self, day: date) -> str:
        """Return where the log of a night is to be read."""
        return ""


@dataclass(frozen=True, slots=True)
class Book:
    """What every chapter is made from; ``whole`` lists everything, as a spreadsheet does."""

    report: MonthReport
    clerk: Clerk
    evidence: Evidence = field(default_factory=Evidence)
    whole: bool = False

    @property
    def say(self) -> Say:
        return self.clerk.say

    def heads(self, *names: str) -> list[str]:
        """Return the heads of columns."""
        return [self.say(f"monthly.column.{name}") for name in names]


def summary(book: Book) -> Iterator[Block]:
    """Yield the five targets that lost most."""
    yield Table(
        book.heads("target", "business", "availability", "lost", "failures", "alerts"),
        [
            [
                _target(line, book),
                Cell(line.target.business),
                share_cell(line.course),
                _lost(line, book),
                book.clerk.count(len(line.course.failures)),
                _alerts(line, book),
            ]
            for line in book.report.worst[:FIVE]
        ],
        widths=(30, 30, 14, 14, 12, 12),
        empty=book.say("monthly.none_down"),
        title=book.say("monthly.worst"),
    )


def days(book: Book) -> Iterator[Block]:
    """Yield what each day had; on paper only those that had anything."""
    every = book.report.per_day
    shown = [day for day in every if book.whole or day.criticals or day.warnings or day.lost]
    yield Table(
        book.heads("day", "critical", "warning", "lost_all"),
        [
            [
                Cell(book.clerk.day(day.day), link=book.evidence.night(day.day)),
                _some(day.criticals, Mark.CRITICAL),
                _some(day.warnings, Mark.WARNING),
                _minutes(day.lost),
            ]
            for day in shown
        ],
        widths=(30, 20, 20, 30),
    )
    if len(shown) < len(every):
        yield Words(book.say("monthly.quiet_days"), Mark.QUIET)


def targets(book: Book) -> Iterator[Block]:
    """Yield the targets: on paper those that were not well all the time and key equipment, else every one."""
    every = book.report.targets
    shown = every if book.whole else _worth(every)
    yield Table(
        book.heads("target", "availability", "lost", "failures", "maintained", "unseen", "alerts"),
        [
            [
                _target(line, book),
                share_cell(line.course),
                _lost(line, book),
                book.clerk.count(len(line.course.failures)),
                _minutes(line.course.maintained),
                _minutes(line.course.unseen),
                _alerts(line, book),
            ]
            for line in shown
        ],
        widths=(38, 16, 14, 12, 14, 16, 12),
        empty=book.say("monthly.no_targets" if not every else "monthly.none_down"),
    )
    if len(shown) < len(every):
        down = sum(bool(line.course.lost) for line in every) - sum(bool(line.course.lost) for line in shown)
        yield Words(book.say("monthly.more" if down else "monthly.others", n=f"{len(every) - len(shown):,}"))


def _worth(every: Sequence[TargetMonth]) -> list[TargetMonth]:
    """Return the targets worth a line on paper, those that lost most first, then key equipment."""
    down = sorted((t for t in every if t.course.lost), key=lambda t: (-t.course.lost, t.target.name))
    key = [t for t in every if t.target.key and not t.course.lost]
    unseen = [
        t for t in every if not t.course.lost and not t.target.key and t.course.unseen > NOT_WORTH * t.course.length
    ]
    return [*down, *key, *sorted(unseen, key=lambda t: (-t.course.unseen, t.target.name))][:MOST_TARGETS]


def outages(book: Book) -> Iterator[Block]:
    """Yield the failures that cost most."""
    report, clerk = book.report, book.clerk
    shown = report.outages if book.whole else report.outages[:MOST_LINES]
    yield Table(
        book.heads("target", "begin", "end", "lost", "alert"),
        [
            [
                Cell(("★ " if outage.key else "") + outage.target, link=book.evidence.target(outage.target)),
                Cell(clerk.stamp(outage.begin)),
                Cell(clerk.stamp(outage.end)) if outage.end else Cell(book.say("monthly.still"), Mark.CRITICAL),
                _minutes(outage.lost),
                _number(outage.alert, book),
            ]
            for outage in shown
        ],
        widths=(38, 22, 22, 14, 14),
        empty=book.say("monthly.no_outages"),
    )
    yield from _left(len(report.outages) - len(shown) + report.outages_left, book)


def circuits(book: Book) -> Iterator[Block]:
    """Yield the circuits and uplinks."""
    rows = []
    for line in book.report.circuits:
        course = line.course
        known = [
            Cell(line.target, link=book.evidence.target(line.target)),
            Cell(line.port),
            Cell(line.carrier),
            Cell(line.circuit or book.say("monthly.uplink"), Mark.PLAIN if line.circuit else Mark.QUIET),
        ]
        if course is None:
            rows.append([*known, Cell(book.say("monthly.circuit_unseen"), Mark.QUIET), *(Cell("") for _ in range(3))])
            continue
        link = book.evidence.alerts(line.target, "port")
        rows.append(
            [
                *known,
                share_cell(course),
                _minutes(course.lost, link if course.lost else ""),
                book.clerk.count(len(course.failures)),
                _minutes(course.unseen),
            ]
        )
    yield Table(
        book.heads("target", "port", "carrier", "circuit", "availability", "lost", "failures", "unseen"),
        rows,
        widths=(28, 20, 14, 18, 16, 14, 12, 16),
        empty=book.say("monthly.no_circuits"),
    )


def alerts(book: Book) -> Iterator[Block]:
    """Yield how alerts were handled, and how many there were by check and by target."""
    report, say = book.report, book.say
    yield Table(
        book.heads("severity", "alerts", "taken", "take_median", "take_worst", "restored", "restore_median")
        + book.heads("restore_worst", "by_hand", "never_taken", "waiting"),
        [_handled(line, book) for line in report.handling],
        widths=(14, 10, 10, 14, 12, 10, 14, 12, 12, 14, 14),
        empty=say("monthly.no_alerts"),
        title=say("monthly.handled"),
    )
    if not report.handling:
        return
    for kind, lines in (("check", report.by_check), ("target", report.by_target)):
        shown = lines if book.whole else lines[:MOST_LINES]
        yield Table(
            book.heads(kind, "critical", "warning", "all"),
            [_counted(line, kind, book) for line in shown],
            widths=(46, 18, 18, 18),
            title=say(f"monthly.by_{kind}"),
        )
        yield from _left(len(lines) - len(shown), book)


def rounds(book: Book) -> Iterator[Block]:
    """Yield how the rounds ended, why some were missed, and who has read them."""
    month, say, clerk = book.report.rounds, book.say, book.clerk
    yield Table(
        book.heads("state", "many", "share"),
        [
            [
                Cell(say(f"round_state.{state}"), ROUND_MARKS.get(state, Mark.PLAIN) if many else Mark.PLAIN),
                clerk.count(many),
                _share(many, month.due),
            ]
            for state in RoundState
            if (many := month.ended.get(state, 0)) or state in (RoundState.COMPLETE, RoundState.MISSED)
        ]
        + [[Cell(say("monthly.late")), clerk.count(month.late), _share(month.late, month.due)]],
        widths=(50, 25, 25),
        title=say("monthly.ended"),
    )
    if month.missed:
        yield Table(
            book.heads("reason", "many"),
            [[Cell(say(f"round_reason.{why}")), clerk.count(many)] for why, many in sorted(month.missed.items())],
            widths=(75, 25),
            title=say("monthly.missed_why"),
        )
    seen = sum(month.sheets.values())
    yield Table(
        book.heads("state", "many", "share"),
        [
            [Cell(say(f"sheet.{state}"), STATE_MARKS[state]), clerk.count(many), _share(many, seen)]
            for state in SheetState
            if (many := month.sheets.get(state, 0))
        ],
        widths=(50, 25, 25),
        title=say("monthly.sheets"),
        empty=say("paper.no_rounds"),
    )
    yield Table(
        book.heads("who", "many"),
        [[Cell(book.report.title(name)), clerk.count(many)] for name, many in month.readers.items()],
        widths=(75, 25),
        title=say("monthly.read_by"),
        empty=say("monthly.none_read"),
    )
    yield Words(say("monthly.read", n=f"{month.read:,}", all=f"{month.over:,}"))
    yield Table(
        book.heads("round", "slot", "state"),
        [
            [
                Cell(str(r.number), value=r.number, link=book.evidence.round(r.number)),
                Cell(clerk.stamp(r.slot)),
                clerk.round_state(r),
            ]
            for r in month.not_whole
        ],
        widths=(20, 30, 50),
        title=say("monthly.not_whole"),
        empty=say("monthly.all_whole"),
    )
    yield from _left(month.left, book)


def forms(book: Book) -> Iterator[Block]:
    """Yield how many handover forms were signed in time, and on paper those that were not."""
    lines, say = book.report.forms, book.say
    shown = lines if book.whole else [line for line in lines if not line.in_time]
    if lines:
        said = {
            "all": len(lines),
            "in_time": sum(line.in_time for line in lines),
            "late": sum(line.after is not None and not line.in_time and not line.returned for line in lines),
            "returned": sum(line.returned for line in lines),
            "open": sum(line.after is None for line in lines),
        }
        yield Words(say("monthly.forms_said", **said))
    yield Table(
        book.heads("form", "night", "closed", "verdict"),
        [
            [
                Cell(line.form.name, link=book.evidence.form(line.form.number)),
                Cell(
                    f"{book.clerk.day(line.form.tour.day)} {say(f'handover.turn.{line.form.tour.turn}')}",
                    link=book.evidence.night(line.form.tour.day),
                ),
                _minutes(line.after) if line.after is not None else Cell(""),
                _signed(line, book),
            ]
            for line in shown
        ],
        widths=(26, 34, 22, 18),
        empty=say("monthly.all_in_time" if lines else "monthly.no_forms"),
        title="" if book.whole or not shown else say("monthly.not_in_time"),
    )


def contracts(book: Book) -> Iterator[Block]:
    """Yield the contracts that end soon; of certificates, that nobody collects them yet."""
    report, say = book.report, book.say
    last = report.month.last_day + ENDS_WITHIN
    today = min(report.now.astimezone(book.clerk.zone).date(), report.month.last_day)
    yield Table(
        book.heads("contract", "name", "carrier", "ends", "left", "of"),
        [_contract(line, today, book) for line in report.contracts],
        widths=(14, 26, 18, 16, 16, 26),
        title=say("monthly.ends_by", day=f"{last:%Y-%m-%d}"),
        empty=say("monthly.no_contracts", day=f"{last:%Y-%m-%d}"),
    )
    yield Words(say("monthly.no_certificates"), Mark.QUIET)


def notes(book: Book) -> Iterator[Block]:
    """Yield how the figures are counted."""
    say = book.say
    for name in ("down", "unseen", "maintenance", "availability", "circuits", "handling"):
        yield Words(say(f"monthly.note.{name}"))
    yield Words(say("monthly.note.forms", minutes=f"{book.report.signed_within / MINUTE:g}"))
    if book.report.absent:
        away = book.clerk.value(length(book.report.absent).total_seconds(), "s")
        yield Words(say("monthly.note.absent", length=away))


def percent(share: float) -> float:
    """Return a share in per cent, rounded down: what was down for a second was not available 100 %."""
    return math.floor(share * 100_000 + 1e-9) / 1000


def share_cell(course: Course) -> Cell:
    """Return a cell with an availability; a dash where nobody knows."""
    if course.share is None:
        return Cell("—", Mark.QUIET)
    return Cell(f"{percent(course.share):.3f}", Mark.WARNING if course.lost else Mark.PLAIN, percent(course.share))


def minutes(length_: timedelta) -> str:
    """Say a length in minutes, with a decimal where there are few."""
    many = length_ / MINUTE
    return f"{many:,.0f}" if many >= 10 or many == int(many) else f"{many:.1f}"


def _minutes(length_: timedelta, link: str = "") -> Cell:
    return Cell(minutes(length_), value=round(length_ / MINUTE, 1), link=link)


def _lost(line: TargetMonth, book: Book) -> Cell:
    return _minutes(line.course.lost, book.evidence.alerts(line.target.name, REACH) if line.course.lost else "")


def _share(many: int, of: int) -> Cell:
    return Cell(f"{100 * many / of:.2f}", value=round(100 * many / of, 2)) if of else Cell("—", Mark.QUIET)


def _some(many: int, mark: Mark) -> Cell:
    return Cell(f"{many:,}", mark if many else Mark.PLAIN, many)


def _target(line: TargetMonth, book: Book) -> Cell:
    name = star(line.target) + line.target.name
    if not line.known:
        return Cell(book.say("monthly.gone", name=name), Mark.QUIET)
    return Cell(name, link=book.evidence.target(line.target.name))


def _alerts(line: TargetMonth, book: Book) -> Cell:
    link = book.evidence.alerts(line.target.name) if line.alerts else ""
    return Cell(f"{line.alerts:,}", value=line.alerts, link=link)


def _number(number: int, book: Book) -> Cell:
    return Cell(f"A{number:02}", link=book.evidence.alert(number)) if number else Cell("")


def _handled(line: Handling, book: Book) -> list[Cell]:
    name = "critical" if line.severity is Severity.CRITICAL else "warning"
    return [
        Cell(book.say(f"monthly.column.{name}")),
        Cell(f"{line.alerts:,}", value=line.alerts, link=book.evidence.alerts()),
        book.clerk.count(line.taking.count),
        *_times(line.taking, book),
        book.clerk.count(line.restoring.count),
        *_times(line.restoring, book),
        book.clerk.count(line.by_hand),
        book.clerk.count(line.never_taken),
        _some(line.waiting, Mark.WARNING),
    ]


def _times(times: Times, book: Book) -> Iterator[Cell]:
    yield _minutes(times.median) if times.median is not None else Cell("—", Mark.QUIET)
    yield _minutes(times.worst, book.evidence.alert(times.alert)) if times.worst is not None else Cell("—", Mark.QUIET)


def _counted(line: AlertCounts, kind: str, book: Book) -> list[Cell]:
    check = kind == "check"
    name = say_name("check", line.name, book.say) if check else line.name
    link = book.evidence.alerts(check=line.name) if check else book.evidence.alerts(line.name)
    return [
        Cell(name, link=link),
        _some(line.criticals, Mark.CRITICAL),
        _some(line.warnings, Mark.WARNING),
        book.clerk.count(line.all),
    ]


def _signed(line: FormLine, book: Book) -> Cell:
    say = book.say
    if line.after is None:
        return Cell(say("monthly.form_overdue"), Mark.CRITICAL) if line.overdue else Cell(say("monthly.form_open"))
    if line.returned:
        return Cell(say("monthly.form_returned"), Mark.WARNING)
    return Cell(say("monthly.form_in_time")) if line.in_time else Cell(say("monthly.form_late"), Mark.WARNING)


def _contract(line: Contract, today: date, book: Book) -> list[Cell]:
    left, say = (line.ends - today).days, book.say
    over = Cell(say("monthly.ended_already", n=-left), Mark.CRITICAL, left)
    concerns = line.target if line.of == 1 else say("monthly.concerns_targets", n=line.of)
    return [
        Cell(say(f"monthly.contract_{line.kind}")),
        Cell(line.name),
        Cell(line.carrier),
        Cell(f"{line.ends:%Y-%m-%d}"),
        over if left < 0 else Cell(str(left), Mark.WARNING, left),
        Cell(concerns, link=book.evidence.target(line.target)),
    ]


def _left(many: int, book: Book) -> Iterator[Block]:
    if many > 0:
        yield Words(book.say("monthly.more", n=f"{many:,}"), Mark.WARNING)
