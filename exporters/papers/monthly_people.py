"""The chapters of the monthly report on what people did: alerts, rounds, forms, contracts; and how all is counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from duty.findings import Severity
from duty.operations import ENDS_WITHIN, AlertCounts, Contract, FormLine, Handling, Times
from duty.rounds import RoundState, SheetState
from duty.spans import length
from exporters.papers.clerk import ROUND_MARKS, STATE_MARKS
from exporters.papers.monthly_cells import (
    MINUTE,
    MOST_LINES,
    Book,
    left_off,
    minutes_cell,
    part_cell,
    some_cell,
)
from exporters.papers.paper import Block, Cell, Mark, Table, Words
from exporters.words.sentences import say_name


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
        yield from left_off(len(lines) - len(shown), book)


def rounds(book: Book) -> Iterator[Block]:
    """Yield how the rounds ended, why some were missed, and who has read them."""
    month, say, clerk = book.report.rounds, book.say, book.clerk
    yield Table(
        book.heads("state", "many", "share"),
        [
            [
                Cell(say(f"round_state.{state}"), ROUND_MARKS.get(state, Mark.PLAIN) if many else Mark.PLAIN),
                clerk.count(many),
                part_cell(many, month.due),
            ]
            for state in RoundState
            if (many := month.ended.get(state, 0)) or state in (RoundState.COMPLETE, RoundState.MISSED)
        ]
        + [[Cell(say("monthly.late")), clerk.count(month.late), part_cell(month.late, month.due)]],
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
            [Cell(say(f"sheet.{state}"), STATE_MARKS[state]), clerk.count(many), part_cell(many, seen)]
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
    yield from left_off(month.left, book)


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
                minutes_cell(line.after) if line.after is not None else Cell(""),
                _signed(line, book),
            ]
            for line in shown
        ],
        widths=(26, 34, 22, 18),
        empty=say("monthly.all_in_time" if lines else "monthly.no_forms"),
        title="" if book.whole or not shown else say("monthly.not_in_time"),
    )


def contracts(book: Book) -> Iterator[Block]:
    """Yield the contracts and the certificates that end soon."""
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


def notes(book: Book) -> Iterator[Block]:
    """Yield how the figures are counted."""
    say = book.say
    for name in ("down", "unseen", "maintenance", "availability", "circuits", "handling"):
        yield Words(say(f"monthly.note.{name}"))
    yield Words(say("monthly.note.forms", minutes=f"{book.report.signed_within / MINUTE:g}"))
    if book.report.absent:
        away = book.clerk.value(length(book.report.absent).total_seconds(), "s")
        yield Words(say("monthly.note.absent", length=away))


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
        some_cell(line.waiting, Mark.WARNING),
    ]


def _times(times: Times, book: Book) -> Iterator[Cell]:
    yield minutes_cell(times.median) if times.median is not None else Cell("—", Mark.QUIET)
    yield (
        minutes_cell(times.worst, book.evidence.alert(times.alert))
        if times.worst is not None
        else Cell("—", Mark.QUIET)
    )


def _counted(line: AlertCounts, kind: str, book: Book) -> list[Cell]:
    check = kind == "check"
    name = say_name("check", line.name, book.say) if check else line.name
    link = book.evidence.alerts(check=line.name) if check else book.evidence.alerts(line.name)
    return [
        Cell(name, link=link),
        some_cell(line.criticals, Mark.CRITICAL),
        some_cell(line.warnings, Mark.WARNING),
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
