"""The chapters of the monthly report on how targets were: in words for people, in numbers for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from duty.fold import REACH
from duty.operations import TargetMonth
from exporters.papers.clerk import star
from exporters.papers.monthly_cells import (
    MOST_LINES,
    NOT_WORTH,
    Book,
    alert_cell,
    left_off,
    minutes_cell,
    share_cell,
    some_cell,
)
from exporters.papers.paper import Block, Cell, Mark, Table, Words

FIVE: Final = 5
MOST_TARGETS: Final = 60


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
                some_cell(day.criticals, Mark.CRITICAL),
                some_cell(day.warnings, Mark.WARNING),
                minutes_cell(day.lost),
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
                minutes_cell(line.course.maintained),
                minutes_cell(line.course.unseen),
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
                minutes_cell(outage.lost),
                alert_cell(outage.alert, book),
            ]
            for outage in shown
        ],
        widths=(38, 22, 22, 14, 14),
        empty=book.say("monthly.no_outages"),
    )
    yield from left_off(len(report.outages) - len(shown) + report.outages_left, book)


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
                minutes_cell(course.lost, link if course.lost else ""),
                book.clerk.count(len(course.failures)),
                minutes_cell(course.unseen),
            ]
        )
    yield Table(
        book.heads("target", "port", "carrier", "circuit", "availability", "lost", "failures", "unseen"),
        rows,
        widths=(28, 20, 14, 18, 16, 14, 12, 16),
        empty=book.say("monthly.no_circuits"),
    )
    yield from left_off(book.report.circuits_left, book)


def _lost(line: TargetMonth, book: Book) -> Cell:
    return minutes_cell(line.course.lost, book.evidence.alerts(line.target.name, REACH) if line.course.lost else "")


def _target(line: TargetMonth, book: Book) -> Cell:
    name = star(line.target) + line.target.name
    if not line.known:
        return Cell(book.say("monthly.gone", name=name), Mark.QUIET)
    return Cell(name, link=book.evidence.target(line.target.name))


def _alerts(line: TargetMonth, book: Book) -> Cell:
    link = book.evidence.alerts(line.target.name) if line.alerts else ""
    return Cell(f"{line.alerts:,}", value=line.alerts, link=link)
