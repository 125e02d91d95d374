"""Answers as they are printed: tables and lines, in the reader's language, with the site's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.clock import SteadyClock
from agent.services.overview import Abnormal, Overview, RoundColumn, RoundView, SheetView
from duty.changes import Change
from duty.findings import Severity
from duty.rounds import Counts, Sheet, SheetState
from duty.targets import Target
from exporters.words import (
    SIGNS,
    Say,
    format_ago,
    format_time,
    format_value,
    say_changed,
    say_finding,
    say_name,
    say_side,
    shown,
    words,
)

STYLES: Mapping[SheetState, str] = {
    SheetState.ABNORMAL: "bold red",
    SheetState.NOT_REACHED: "bold magenta",
    SheetState.PARTIAL: "yellow",
    SheetState.SUPPRESSED: "dim",
    SheetState.NOT_INSPECTED: "dim",
    SheetState.PENDING: "dim",
    SheetState.OK: "green",
}
"""Each state's colour, worst first; sign and word stand beside it, for colour alone tells nothing."""


def aside() -> Console:
    """Return the console for what is not the answer: standard error."""
    return Console(stderr=True, highlight=False)


def print_overview(out: Console, board: Overview, language: str) -> None:
    """Print what is wrong, the last round, the next."""
    say, zone = words(language), ZoneInfo(board.site_zone)
    if board.abnormal:
        out.print(Text(say("tonight.wrong", n=len(board.abnormal)), style="bold red"))
        out.print(_wrong(board.abnormal, board, zone, say))
    elif board.rounds:
        out.print(Text(say("tonight.nothing_wrong"), style="green"))
    if board.running is not None:
        clock = format_time(board.running.slot, board.now, zone, say)
        progress = say("page.of", n=board.running.done, all=board.running.expected)
        out.print(f"{say('tonight.running', clock=clock)}: {progress}")
    if board.rounds:
        column = board.rounds[0]
        out.print(f"{say('tonight.last_round')}: {_round_line(column, board.now, zone, say)}")
    if board.next_slot is not None:
        next_clock = format_time(board.next_slot, board.now, zone, say)
        out.print(f"{say('tonight.next_round')}: {next_clock} ({format_ago(board.next_slot, board.now, say)})")
    out.print(say("cli.targets", n=len(board.targets)))
    for line in board.health:
        if line.code == "daemon":
            out.print(Text(say("cli.no_daemon"), style="yellow"))
        elif not line.ok:
            out.print(Text(f"{say('health.' + line.code)}: {say('cli.not_well')} {line.text}".rstrip(), style="red"))


def _wrong(abnormal: Iterable[Abnormal], board: Overview, zone: ZoneInfo, say: Say) -> Table:
    key = {target.name for target in board.targets if target.key}
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("severity", "target", "what", "since"):
        table.add_column(say(f"tonight.{title}"), overflow="fold")
    for a in abnormal:
        since = ""
        if a.since is not None:
            since = f"{format_time(a.since, board.now, zone, say)} {format_ago(a.since, board.now, say)}"
        severity = say("tonight.suppressed") if a.suppressed else say(f"severity.{a.severity.name.lower()}")
        table.add_row(severity, ("★ " if a.target in key else "") + a.target, say_finding(a.finding, say), since)
    return table


def print_rounds(out: Console, columns: Sequence[RoundColumn], sites: Mapping[str, object], language: str) -> None:
    """Print a line a round, newest first."""
    say, zone, now = words(language), _zone(sites), SteadyClock().now()
    for column in columns:
        out.print(f"{column.round.number:>6}  {_round_line(column, now, zone, say)}")
    if not columns:
        out.print(say("tonight.no_round_yet"))


def _round_line(column: RoundColumn, now: datetime, zone: ZoneInfo, say: Say) -> str:
    round_ = column.round
    state = say(f"round_state.{round_.state.value}")
    if round_.reason:
        state = say(f"round.{round_.state.value}", reason=say(f"round_reason.{round_.reason}"))
    extra = f", {say('tonight.by_hand')}" if round_.cadence == "by_hand" else ""
    late = f", {say('tonight.late')}" if round_.late else ""
    return f"{format_time(round_.slot, now, zone, say)}  {state}{extra}{late}  {_counts(column.counts, say)}".rstrip()


def _counts(counts: Counts, say: Say) -> str:
    return "  ".join(
        f"{SIGNS[state]} {say('sheet.' + state.value)} {counts[state]}" for state in STYLES if counts[state]
    )


def print_round(out: Console, view: RoundView, sites: Mapping[str, object], language: str) -> None:
    """Print a round: what changed first, then target by target, what is not well first."""
    say, zone, now = words(language), _zone(sites), SteadyClock().now()
    out.print(Text(_round_line(view.column, now, zone, say), style="bold"))
    if view.before is not None:
        out.print(Text(say("round_page.changed"), style="underline"))
        for change in view.changes:
            out.print("  " + say_change(change, say), markup=False)
        if not view.changes:
            out.print("  " + say("round_page.nothing_changed"))
        out.print()
    worst_first = list(STYLES)
    for sheet in sorted(view.sheets, key=lambda s: (worst_first.index(s.state), s.target)):
        _print_line(out, sheet, view.targets.get(sheet.target), say)


def _print_line(out: Console, sheet: Sheet, target: Target | None, say: Say) -> None:
    star = " ★" if target is not None and target.key else ""
    seen = "" if sheet.look is None else say("cli.seen", n=len(sheet.look.readings), gaps=len(sheet.look.gaps))
    line = Text(f"{SIGNS[sheet.state]} {shown(sheet.target)}{star}  ", style=STYLES[sheet.state])
    line.append(say(f"sheet.{sheet.state.value}"))
    line.append(f"  {seen}", style="dim")
    out.print(line)
    for finding in sorted(sheet.findings, key=lambda f: -f.severity):
        if finding.severity > Severity.OK:
            severity = say(f"severity.{finding.severity.name.lower()}")
            out.print(f"    {severity}: {say_finding(finding, say)}", markup=False)


def say_change(change: Change, say: Say) -> str:
    """Say one thing that changed in a line: "core-1: port GE0/0/3 up → down"."""
    before, after = (say_side(change, side, say) for side in (change.before, change.after))
    return f"{shown(change.target)}: {say_changed(change, say)} {before} → {after}"


def print_sheet(out: Console, view: SheetView, sites: Mapping[str, object], language: str) -> None:
    """Print one sheet: what is wrong, what changed, every reading, what could not be seen."""
    say, zone, now = words(language), _zone(sites), SteadyClock().now()
    target, sheet = view.target, view.sheet
    out.print(Text(f"{target.name} {target.address}  {format_time(view.round.slot, now, zone, say)}", style="bold"))
    _print_line(out, sheet, target, say)
    for change in view.changes:
        out.print("  " + say_change(change, say), markup=False)
    if sheet.look is None:
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column()
    table.add_column(justify="right")
    for reading in sheet.look.readings:
        value = format_value(reading.value, reading.unit, say, reading.parameter)
        table.add_row(Text(say_name("parameter", reading.parameter, say)), Text(shown(reading.instance)), Text(value))
    for fact in sheet.look.facts:
        table.add_row(Text(say_name("fact", fact.parameter, say)), Text(shown(fact.instance)), Text(shown(fact.text)))
    out.print(table)
    for gap in sheet.look.gaps:
        name = f"{say_name('parameter', gap.parameter, say)} {shown(gap.instance)}".strip()
        out.print(f"{name}: {say('gap.' + gap.code)}. {say('gap_next.' + gap.code)}", style="dim", markup=False)


def _zone(sites: Mapping[str, object]) -> ZoneInfo:
    first = next(iter(sites.values()))
    return ZoneInfo(str(getattr(first, "zone", "UTC")))
