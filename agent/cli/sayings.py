"""Answers as they are printed: tables and lines, in the reader's language, with the site's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.clock import SteadyClock
from agent.console.verdict import judge, last_round
from agent.services.overview import Abnormal, Overview, RoundColumn, RoundView
from duty.changes import Change
from duty.findings import Severity
from duty.readings import Look
from duty.rounds import BY_HAND, HARMLESS_GAPS, Counts, Sheet, SheetState
from duty.targets import Target
from exporters.words import (
    SIGNS,
    Say,
    format_ago,
    format_time,
    say_changed,
    say_finding,
    say_next,
    say_side,
    shown,
    words,
)

STYLES: Mapping[SheetState, str] = {
    SheetState.NOT_REACHED: "bold magenta",
    SheetState.ABNORMAL: "bold red",
    SheetState.PARTIAL: "yellow",
    SheetState.NOT_INSPECTED: "dim",
    SheetState.SUPPRESSED: "dim",
    SheetState.PENDING: "dim",
    SheetState.OK: "green",
}
"""Each state's colour, worst first as on the pages; sign and word stand beside it, for colour alone tells nothing."""

LOOKS: Mapping[str, str] = {"wrong": "bold red", "well": "green", "unknown": "yellow"}
"""The colour of the verdict."""


def aside() -> Console:
    """Return the console for what is not the answer: standard error."""
    return Console(stderr=True, highlight=False)


def print_overview(out: Console, board: Overview, language: str) -> None:
    """Print what is wrong, the last round, the next; before all that, whether anybody looks at all."""
    say, zone = words(language), ZoneInfo(board.site_zone)
    absent = any(part.code == "daemon" for part in board.health)
    for part in board.health:
        if part.code == "daemon":
            out.print(Text(say("cli.no_daemon"), style="bold yellow"))
        elif not part.ok:
            out.print(Text(say(f"health_ill.{part.code}", figure=part.text), style="bold red"))
            out.print(f"    → {say('doctor_next.' + part.code)}", markup=False)
    verdict = judge(board)
    if not (absent and verdict.code == "ill"):
        out.print(Text(say(f"tonight.{verdict.code}", n=verdict.count), style=LOOKS[verdict.look]))
    if board.abnormal:
        out.print(_wrong(board.abnormal, board, zone, say))
        out.print(say("cli.more"), style="dim")
    if board.running is not None:
        clock = format_time(board.running.slot, board.now, zone, say)
        progress = say("page.of", n=board.running.done, all=board.running.expected)
        out.print(say("cli.pair", name=say("tonight.running", clock=clock), text=progress))
    if (last := last_round(board)) is not None:
        line = _round_line(last, board.now, zone, say)
        out.print(say("cli.pair", name=say("tonight.last_round"), text=line))
    if board.next_slot is not None and not absent:
        clock = format_time(board.next_slot, board.now, zone, say)
        due = say("cli.aside", text=clock, aside=format_ago(board.next_slot, board.now, say))
        out.print(say("cli.pair", name=say("tonight.next_round"), text=due))
    elif not absent:
        out.print(say("tonight.no_next_round"), style="yellow")
    out.print(say("cli.targets", n=len(board.targets)))


def _wrong(abnormal: Iterable[Abnormal], board: Overview, zone: ZoneInfo, say: Say) -> Table:
    key = {target.name for target in board.targets if target.key}
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("severity", "target", "what", "since"):
        table.add_column(say(f"tonight.{title}"), overflow="fold")
    for a in sorted(abnormal, key=lambda a: a.suppressed):
        since = ""
        if a.since is not None:
            since = f"{format_time(a.since, board.now, zone, say)} {format_ago(a.since, board.now, say)}"
        severity = say("tonight.suppressed") if a.suppressed else say(f"severity.{a.severity.name.lower()}")
        name = ("★ " if a.target in key else "") + shown(a.target)
        table.add_row(*map(Text, (severity, name, say_finding(a.finding, say), since)))
    return table


def print_rounds(out: Console, columns: Sequence[RoundColumn], sites: Mapping[str, object], language: str) -> None:
    """Print a line a round, newest first."""
    say, zone, now = words(language), zone_of(sites), SteadyClock().now()
    for column in columns:
        out.print(f"{column.round.number:>6}  {_round_line(column, now, zone, say)}")
    if not columns:
        out.print(say("tonight.no_round_yet"))


def _round_line(column: RoundColumn, now: datetime, zone: ZoneInfo, say: Say) -> str:
    round_ = column.round
    said = say(f"round_state.{round_.state.value}")
    if round_.reason:
        said = say(f"round.{round_.state.value}", reason=say(f"round_reason.{round_.reason}"))
    if round_.cadence == BY_HAND:
        said = say("cli.and", first=said, second=say("tonight.by_hand"))
    if round_.late:
        said = say("cli.and", first=said, second=say("tonight.late"))
    return f"{format_time(round_.slot, now, zone, say)}  {said}  {_counts(column.counts, say)}".rstrip()


def _counts(counts: Counts, say: Say) -> str:
    return "  ".join(
        f"{SIGNS[state]} {say('sheet.' + state.value)} {counts[state]}" for state in STYLES if counts[state]
    )


def print_round(out: Console, view: RoundView, sites: Mapping[str, object], language: str) -> None:
    """Print a round: what changed first, then target by target, what is not well first."""
    say, zone, now = words(language), zone_of(sites), SteadyClock().now()
    number = say("cli.round", n=view.column.round.number)
    out.print(Text(f"{number}  {_round_line(view.column, now, zone, say)}", style="bold"))
    if view.before is not None:
        out.print(Text(say("round_page.changed"), style="underline"))
        for change in view.changes:
            out.print("  " + say_change(change, say), markup=False)
        if not view.changes:
            out.print("  " + say("round_page.nothing_changed"))
        out.print()
    worst_first, said = list(STYLES), set[str]()
    key = {name for name, target in view.targets.items() if target.key}
    for sheet in sorted(view.sheets, key=lambda s: (worst_first.index(s.state), s.target not in key, s.target)):
        print_line(out, sheet, view.targets.get(sheet.target), say, said)


def print_line(out: Console, sheet: Sheet, target: Target | None, say: Say, said: set[str]) -> None:
    """Print a sheet's line, what is wrong, and what to do; advice that was ``said`` already is left out."""
    star = " ★" if target is not None and target.key else ""
    line = Text(f"{SIGNS[sheet.state]} {shown(sheet.target)}{star}  ", style=STYLES[sheet.state])
    line.append(say(f"sheet.{sheet.state.value}"))
    if sheet.look is not None:
        line.append(f"  {_seen(sheet.look, say)}", style="dim")
    out.print(line)
    if sheet.state is SheetState.SUPPRESSED:
        parents = ", ".join(target.depends_on) if target is not None else ""
        out.print("    " + (say("page.depends", text=parents) if parents else say("sheet_means.suppressed")))
        return
    for finding in sorted(sheet.findings, key=lambda f: -f.severity):
        if finding.severity > Severity.OK:
            severity = say(f"severity.{finding.severity.name.lower()}")
            text = say_finding(finding, say, sheet.look)
            out.print("    " + say("cli.pair", name=severity, text=text), markup=False)
            step = say_next(finding, say)
            if step and step not in said:
                out.print(f"      → {step}", style="dim", markup=False)
                said.add(step)
    if sheet.state is SheetState.PARTIAL and sheet.look is not None:
        for code in sorted({gap.code for gap in sheet.look.gaps} - HARMLESS_GAPS):
            out.print(f"    {say('gap.' + code)} → {say('gap_next.' + code)}", markup=False)


def _seen(look: Look, say: Say) -> str:
    """Say how much was read, and how much could not be; what the device does not have is no loss."""
    read, lost = len(look.readings), sum(gap.code not in HARMLESS_GAPS for gap in look.gaps)
    text = say("cli.seen", n=read)
    return say("cli.and", first=text, second=say("cli.unseen", n=lost)) if lost else text


def say_change(change: Change, say: Say) -> str:
    """Say one thing that changed in a line: "core-1: port GE0/0/3 up → down"."""
    before, after = (say_side(change, side, say) for side in (change.before, change.after))
    return say("cli.change", target=change.target, what=say_changed(change, say), before=before, after=after)


def zone_of(sites: Mapping[str, object]) -> ZoneInfo:
    """Return the clock by which times are said: that of the first site."""
    first = next(iter(sites.values()))
    return ZoneInfo(str(getattr(first, "zone", "UTC")))
