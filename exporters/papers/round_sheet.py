"""The record of one round 《巡检记录表》 on paper: its head, a line for each target, what changed, who has read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from duty.changes import Change
from duty.conclusion import conclude
from duty.figures import Figure, Figures, figures
from duty.findings import Finding, Severity
from duty.night_log import Handled
from duty.round_record import RoundRecord
from duty.rounds import WORST_FIRST, Sheet, SheetState
from duty.targets import Target
from exporters.papers.clerk import STATE_MARKS, Clerk, star
from exporters.papers.paper import Block, Cell, Mark, Pairs, Paper, Section, SignatureLine, Table, Words
from exporters.words import Say, say_changed, say_side

MOST_TARGETS: Final = 2000
MOST_CHANGES: Final = 200
MOST_FINDINGS: Final = 3
FIGURE_MARKS: Final = {"warning": Mark.WARNING, "critical": Mark.CRITICAL}
COLUMNS: Final = ("no", "target", "place", "state", "cpu", "memory", "hottest", "ports", "fullest", "uptime", "what")
WIDTHS: Final = (10, 31, 24, 11, 13, 13, 15, 17, 15, 16, 42, 32)


def round_paper(record: RoundRecord, say: Say) -> Paper:
    """Lay out a round. A page says what is wrong first; so does the paper, key equipment before the rest."""
    clerk = Clerk(say, record.now, ZoneInfo(record.zone))
    round_ = record.round
    concluded = conclude(round_.state, record.counts)
    summary = say("round_page.missed_next")
    mark = Mark.CRITICAL
    if concluded is not None:
        summary = say(
            f"round_page.{concluded.code}",
            all=record.counts.expected,
            bad=concluded.bad,
            left=concluded.left,
            n=concluded.suppressed,
        )
        mark = Mark.PLAIN if concluded.look == "well" else Mark.WARNING
    elif round_.ended is None:
        summary, mark = say("paper.still_open"), Mark.WARNING
    return Paper(
        title=say("paper.round_title"),
        number=say("paper.number", n=round_.number),
        head=_head(record, clerk),
        sections=list(_sections(record, clerk)),
        signatures=_signatures(record, clerk),
        foot=say("paper.round_foot", n=round_.number, printed=clerk.printed()),
        landscape=True,
        summary=Words(say("paper.pair", name=say("round_page.conclusion"), text=summary), mark),
        phrases=clerk.phrases(),
        made=record.now,
    )


def round_file_name(record: RoundRecord, say: Say, ending: str) -> str:
    """Return the name of a round's file of a kind."""
    at = f"{record.round.slot.astimezone(ZoneInfo(record.zone)):%Y-%m-%d_%H%M}"
    return say("paper.round_file", n=record.round.number, at=at) + f".{ending}"


def _head(record: RoundRecord, clerk: Clerk) -> Pairs:
    say, round_ = clerk.say, record.round
    crew = [
        say("paper.at_site", site=site.title, who=say("paper.comma").join(map(record.title, names)))
        for name, names in record.technicians.items()
        if (site := record.sites.get(name)) is not None and names
    ]
    return Pairs(
        [
            (say("paper.slot"), Cell(clerk.stamp(round_.slot))),
            (say("round_page.begun"), Cell(clerk.stamp(round_.begun) or say("value.unknown"))),
            (say("round_page.ended"), Cell(clerk.stamp(round_.ended) or say("value.unknown"))),
            (say("round_page.state"), clerk.round_state(round_)),
            (say("round_page.kind"), Cell(clerk.way(round_))),
            (say("paper.technicians"), Cell(say("paper.semicolon").join(crew) or say("value.unknown"))),
            (say("paper.counts"), Cell(_counts(record, say))),
        ]
    )


def _counts(record: RoundRecord, say: Say) -> str:
    parts = [
        say("paper.count", name=say(f"sheet.{state}"), n=record.counts[state])
        for state in (SheetState.OK, *(s for s in WORST_FIRST if s is not SheetState.OK))
        if record.counts[state]
    ]
    whole = say("paper.count", name=say("round_page.expected"), n=record.counts.expected)
    return say("paper.semicolon").join([whole, *parts])


def _sections(record: RoundRecord, clerk: Clerk) -> Iterator[Section]:
    say = clerk.say
    if record.sheets:
        yield Section(say("paper.lines"), list(_lines(record, clerk)))
    if record.changes or record.compared:
        yield Section(say("round_page.changed"), list(_changes(record, clerk)))
    if record.manual:
        yield Section(say("paper.environment"), [clerk.manual(record.manual, record.titles)])


def _lines(record: RoundRecord, clerk: Clerk) -> Iterator[Block]:
    say, order = clerk.say, {state: place for place, state in enumerate(WORST_FIRST)}
    ordered = sorted(record.sheets, key=lambda s: (order[s.state], not _key(record, s.target), s.target))
    by_target: dict[str, list[Change]] = {}
    for change in record.changes:
        by_target.setdefault(change.target, []).append(change)
    yield Table(
        [*(say(f"paper.line.{name}") for name in COLUMNS), say("paper.line.measure")],
        [
            _line(number, sheet, by_target.get(sheet.target, ()), record, clerk)
            for number, sheet in enumerate(ordered[:MOST_TARGETS], 1)
        ],
        widths=WIDTHS,
    )
    if len(ordered) > MOST_TARGETS:
        yield Words(say("paper.left", n=len(ordered) - MOST_TARGETS), Mark.WARNING)


def _line(number: int, sheet: Sheet, changes: Iterable[Change], record: RoundRecord, clerk: Clerk) -> Sequence[Cell]:
    say, target = clerk.say, record.targets.get(sheet.target)
    line = figures(sheet, changes)
    return (
        clerk.count(number),
        Cell(_identity(sheet, target)),
        Cell(clerk.place(target, record.sites) if target else ""),
        clerk.state(sheet.state),
        *_figures(line, clerk),
        Cell(_what(sheet, clerk), STATE_MARKS[sheet.state]),
        Cell(_measures(record.alerts.get(sheet.target, ()), record, say, clerk)),
    )


def _identity(sheet: Sheet, target: Target | None) -> str:
    model = next((f.text for f in sheet.look.facts if f.parameter == "model"), "") if sheet.look else ""
    parts = [target.address, model, target.asset or target.serial] if target else [model]
    return " ".join([star(target) + sheet.target, *(part for part in parts if part and part != sheet.target)])


def _figures(line: Figures | None, clerk: Clerk) -> Iterator[Cell]:
    for name in ("cpu", "memory", "hottest"):
        yield _figure(getattr(line, name) if line else None, clerk)
    ports = line.ports if line else None
    if ports is None:
        yield Cell("")
    else:
        down = clerk.say("round_page.newly_down", n=", ".join(ports.newly_down[:3])) if ports.newly_down else ""
        yield Cell(f"{ports.up} / {ports.expected} {down}".strip(), Mark.WARNING if down else Mark.PLAIN)
    yield _figure(line.fullest if line else None, clerk)
    uptime = line.uptime if line else None
    if uptime is None:
        yield Cell("")
    else:
        again = line is not None and line.restarted
        text = clerk.value(uptime.value, "s") + (" " + clerk.say("round_page.restarted") if again else "")
        yield Cell(text, Mark.WARNING if again else Mark.PLAIN)


def _figure(figure: Figure | None, clerk: Clerk) -> Cell:
    if figure is None:
        return Cell("")
    reading = figure.reading
    mark = FIGURE_MARKS.get(figure.severity, Mark.PLAIN)
    return Cell(clerk.value(reading.value, reading.unit, reading.parameter), mark, round(reading.value, 1))


def _what(sheet: Sheet, clerk: Clerk) -> str:
    wrong = worst(sheet.findings)
    if wrong:
        more = len(wrong) - MOST_FINDINGS
        said = clerk.findings(wrong[:MOST_FINDINGS], sheet.look)
        return said if more <= 0 else clerk.say("paper.and", one=said, other=clerk.say("page.more", n=more))
    if sheet.state in (SheetState.OK, SheetState.PENDING):
        return ""
    codes = dict.fromkeys(gap.code for gap in sheet.look.gaps) if sheet.look else {}
    if sheet.state is not SheetState.SUPPRESSED and codes:
        return clerk.say("paper.semicolon").join(clerk.say(f"gap.{code}") for code in islice(codes, MOST_FINDINGS))
    return clerk.say(f"sheet_means.{sheet.state}")


def worst(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings worth a line, worst first."""
    return sorted((f for f in findings if f.severity > Severity.OK), key=lambda f: -f.severity)


def _measures(alerts: Sequence[Handled], record: RoundRecord, say: Say, clerk: Clerk) -> str:
    """Say by whom a target's alerts were taken and when, whom they were told to, and what was done."""
    said = []
    for handled in alerts[:MOST_FINDINGS]:
        alert = handled.alert
        parts = [clerk.alert_number(alert)]
        if handled.told_at is not None:
            parts.append(say("paper.told", who=record.title(handled.told), at=clerk.clock(handled.told_at)))
        if alert.taken_by:
            parts.append(say("paper.taken", who=record.title(alert.taken_by), at=clerk.clock(alert.taken_at)))
        if alert.word:
            parts.append(alert.word)
        said.append(" ".join(parts))
    return say("paper.semicolon").join(said)


def _changes(record: RoundRecord, clerk: Clerk) -> Iterator[Block]:
    say = clerk.say
    yield Table(
        [say("round_page.target"), say("round_page.changed_what"), say("sheet_page.before"), say("sheet_page.after")],
        [
            (
                Cell(star(record.targets.get(change.target)) + change.target),
                Cell(say_changed(change, say)),
                Cell(say_side(change, change.before, say)),
                Cell(say_side(change, change.after, say)),
            )
            for change in record.changes[:MOST_CHANGES]
        ],
        widths=(30, 40, 25, 25),
        empty=say("round_page.nothing_changed"),
    )
    if len(record.changes) > MOST_CHANGES:
        yield Words(say("paper.left", n=len(record.changes) - MOST_CHANGES), Mark.WARNING)


def _signatures(record: RoundRecord, clerk: Clerk) -> Sequence[SignatureLine]:
    say = clerk.say
    if not record.reads:
        return [SignatureLine(say("paper.read_by"))]
    return [
        SignatureLine(
            say("paper.read_by"),
            say("paper.signed", who=record.title(read.person), at=clerk.stamp(read.at)),
            [read.note] if read.note else (),
        )
        for read in record.reads[:20]
    ]


def _key(record: RoundRecord, name: str) -> bool:
    return name in record.targets and record.targets[name].key
