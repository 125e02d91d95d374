"""Commands that ask: status, inspect, rounds, show, export."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from agent import bootstrap
from agent.cli import alert_sayings, sayings
from agent.cli.options import AsJson, Language, SettingsFile, paper
from agent.cli.reach import alert_reading, daemon_listens, reading
from agent.cli.sheet import print_sheet
from agent.clock import SteadyClock
from agent.control.client import ask
from agent.control.wire import plain
from agent.services import inspect as inspection
from agent.services import take_up
from agent.services.alert_list import AlertEntry, Roster
from agent.services.overview import Overview, Reader, RoundColumn, RoundView, SheetView
from agent.services.read import RecordReader
from agent.services.station import OpenRound
from config.load import load
from duty.errors import NotFound
from duty.findings import Severity
from duty.readings import Look
from duty.rounds import Sheet, SheetState

WELL, ABNORMAL, NOT_REACHED = 0, 1, 2

LAST = 2**63 - 1
"""The largest number that a round can have."""

COLUMNS = (
    "round", "due", "target", "address", "state",
    "kind", "parameter", "instance", "value", "unit", "check", "severity", "limit", "reason",
)  # fmt: skip
"""Columns of the exported table. A kind is "reading", "fact", "gap" (its code stands as the value) or "finding"."""

MOST_NAMED = 20
"""Targets named to who mistyped one; a thousand would hide the mistake."""


def status(config: SettingsFile, lang: Language, as_json: AsJson = False) -> int:
    """Say what is wrong now, how the last round went and when the next is due."""

    async def said() -> tuple[Overview, tuple[AlertEntry, ...], Roster]:
        async with reading(config) as reader, alert_reading(config) as desk:
            return await reader.overview(), await desk.alerts(), await desk.roster()

    board, opened, roster = asyncio.run(said())
    if as_json:
        _print_json(plain(Overview, board))
    else:
        sayings.print_overview(paper(), board, lang)
        alert_sayings.print_desk(paper(), opened, roster, lang)
    silent = any(a.check == "reach" for a in board.abnormal)
    return NOT_REACHED if silent else ABNORMAL if board.abnormal else WELL


def rounds(
    config: SettingsFile,
    lang: Language,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 24,
    as_json: AsJson = False,
) -> None:
    """List the newest rounds, missed ones with their reason."""

    async def listed() -> tuple[RoundColumn, ...]:
        async with reading(config) as reader:
            return await reader.rounds(limit)

    columns = asyncio.run(listed())
    if as_json:
        _print_json([plain(RoundColumn, column) for column in columns])
    else:
        sayings.print_rounds(paper(), columns, load(config).sites, lang)


def show(
    target: Annotated[str, typer.Argument(help="The target's name.")],
    config: SettingsFile,
    lang: Language,
    number: Annotated[
        int | None, typer.Option("--round", min=1, max=LAST, help="The round's number; else the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the sheet of one target."""

    async def found() -> SheetView:
        async with reading(config) as reader:
            return await _sheet(reader, target, number)

    view = asyncio.run(found())
    if as_json:
        _print_json(plain(SheetView, view))
    else:
        print_sheet(paper(), view, load(config).sites, lang)


def export(
    number: Annotated[
        int,
        typer.Argument(metavar="ROUND", min=1, max=LAST, help="The round's number, as `nightduty rounds` lists it."),
    ],
    config: SettingsFile,
    form: Annotated[str, typer.Option("--format", help="csv or json.")] = "csv",
) -> None:
    """Write one round to standard output: all its readings, what could not be read, what was found."""
    if form not in ("csv", "json"):
        raise typer.BadParameter(f"{form} is not known; choose csv or json", param_hint="--format")
    view = asyncio.run(_round(config, number))
    if form == "json":
        _print_json(plain(RoundView, view))
    else:
        _write_csv(view, sayings.zone_of(load(config).sites))


def inspect(
    config: SettingsFile,
    lang: Language,
    targets: Annotated[list[str] | None, typer.Argument(help="Targets to inspect; else all.")] = None,
    as_json: AsJson = False,
) -> int:
    """Make a round now and say what it found, what changed since the last round first.

    Exit status: 0 all well, 1 something abnormal, 2 something not reached.
    """
    view = asyncio.run(_inspect(config, targets or [], quiet=as_json))
    if as_json:
        _print_json(plain(RoundView, view))
    else:
        sayings.print_round(paper(), view, load(config).sites, lang)
    counts = view.column.counts
    if counts[SheetState.NOT_REACHED] or counts[SheetState.NOT_INSPECTED]:
        return NOT_REACHED
    return ABNORMAL if counts[SheetState.ABNORMAL] or counts[SheetState.PARTIAL] else WELL


async def _inspect(config: Path, targets: list[str], *, quiet: bool) -> RoundView:
    settings = load(config)
    path = bootstrap.socket_path(settings)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Progress is for people: it goes to standard error, and only to a terminal.
    with Progress(*columns, console=sayings.aside(), disable=quiet or not sys.stderr.isatty(), transient=True) as bar:
        line = bar.add_task("", total=len(targets) or len(settings.targets))
        if await daemon_listens(path):
            number = 0
            async for message in ask(path, "inspect", targets=targets):
                if "progress" in message:
                    step = message["progress"]
                    bar.update(line, completed=step["done"], total=step["expected"], description=step["target"])
                else:
                    number = message["answer"]
            return await _round(config, number)

        def progress(opened: OpenRound, sheet: Sheet) -> None:
            done = opened.expected - len(opened.waiting)
            bar.update(line, completed=done, total=opened.expected, description=sheet.target)

        store = bootstrap.open_store(settings)
        try:
            station = await bootstrap.make_station(settings, SteadyClock(), store)
            await take_up.recall(station)
            number = await inspection.by_hand(station, targets, "command line", progress)
            await station.looker.close()
            return await _made(RecordReader(station.orders, station.clock, store), number)
        finally:
            store.close()


async def _round(config: Path, number: int) -> RoundView:
    async with reading(config) as reader:
        return await _made(reader, number)


async def _made(reader: Reader, number: int) -> RoundView:
    view = await reader.round(number)
    if view is None:
        raise NotFound(f"no round {number}; `nightduty rounds` lists them")
    return view


async def _sheet(reader: Reader, target: str, number: int | None) -> SheetView:
    numbers = [number] if number is not None else [c.round.number for c in await reader.rounds(24)]
    for each in numbers:
        view = await reader.sheet(each, target)
        if view is not None and (number is not None or view.sheet.state is not SheetState.PENDING):
            return view
    where = f"round {number} has" if number is not None else "the last rounds have"
    names = sorted(known.name for known in (await reader.overview()).targets)
    some = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
    raise NotFound(f"{where} no sheet of {target}; the targets are {some or 'none'}")


def _print_json(value: object) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    print()


def _write_csv(view: RoundView, zone: ZoneInfo) -> None:
    out = csv.writer(sys.stdout)
    out.writerow(COLUMNS)
    round_ = view.column.round
    due = round_.slot.astimezone(zone).isoformat(timespec="seconds")
    for sheet in view.sheets:
        target = view.targets.get(sheet.target)
        address = target.address if target is not None else ""
        head = [round_.number, due, _cell(sheet.target), _cell(address), sheet.state.value]
        lines = [*_seen(sheet.look), *_found(sheet)] or [[]]
        for line in lines:
            out.writerow([*head, *line, *[""] * (len(COLUMNS) - len(head) - len(line))])


def _seen(look: Look | None) -> Iterator[list[object]]:
    if look is None:
        return
    for r in look.readings:
        yield ["reading", r.parameter, _cell(r.instance), r.value, r.unit]
    for f in look.facts:
        yield ["fact", f.parameter, _cell(f.instance), _cell(f.text)]
    for g in look.gaps:
        yield ["gap", g.parameter, _cell(g.instance), g.code]


def _found(sheet: Sheet) -> Iterator[list[object]]:
    for f in sheet.findings:
        if f.severity > Severity.OK:
            what: list[object] = ["finding", f.parameter, _cell(f.instance), _number(f.value), f.unit]
            yield [*what, f.check, f.severity.name.lower(), _number(f.limit), f.reason]


def _number(value: float | None) -> float | str:
    # Unknown is nothing, and never a zero.
    return "" if value is None else value


def _cell(text: str) -> str:
    # A spreadsheet takes these for formulas, and a device chooses its own name.
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


COMMANDS = (status, inspect, rounds, show, export)
