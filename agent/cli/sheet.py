"""One sheet as it is printed: who it is, what is wrong, what could not be read, every reading by its family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.cli.sayings import print_line, say_change, zone_of
from agent.clock import SteadyClock
from agent.console.families import Cell, Family, counters, families, gap_groups, other_facts
from agent.services.overview import SheetView
from duty.readings import Fact, Look, Reading
from duty.targets import Target
from exporters.words import Say, format_time, format_value, say_line, say_name, say_what, shown, words


def print_sheet(out: Console, view: SheetView, sites: Mapping[str, object], language: str) -> None:
    """Print one sheet: what is wrong and what to do first; the counters are left to the export."""
    say, target = words(language), view.target
    clock = format_time(view.round.slot, SteadyClock().now(), zone_of(sites), say)
    out.print(Text(f"{target.name}  {say('cli.round', n=view.round.number)}  {clock}", style="bold"))
    print_line(out, view.sheet, target, say, set())
    print_list(out, say("sheet_page.identity"), _identity(target, sites, say))
    if view.changes:
        print_heading(out, say("sheet_page.changes"))
        for change in view.changes:
            out.print("  " + say_change(change, say), markup=False)
    look = view.sheet.look
    if look is None:
        out.print(say("sheet_page.no_look"))
        return
    print_gaps(out, look, say)
    for family in families(look):
        print_family(out, family, say)
    facts = ((say_what("fact", f.parameter, f.instance, say), shown(f.text)) for f in other_facts(look))
    print_list(out, say("sheet_page.facts"), facts)
    if left := len(counters(look)):
        text = say("sheet_page.counters", n=left)
        out.print(say("cli.aside", text=text, aside=f"nightduty export {view.round.number}"), style="dim")


def _identity(target: Target, sites: Mapping[str, object], say: Say) -> Iterator[tuple[str, str]]:
    site = sites.get(target.site)
    maintainer = target.maintainer
    lines = {
        "site": str(getattr(site, "title", "") or target.site),
        "room": target.room,
        "rack": target.rack,
        "unit": target.unit,
        "address": target.address,
        "asset": target.asset,
        "serial": target.serial,
        "maintainer": f"{maintainer.name} {maintainer.hotline}" if maintainer else "",
        "business": target.business,
        "depends_on": ", ".join(target.depends_on),
    }
    return ((say(f"sheet_page.{code}"), shown(text)) for code, text in lines.items() if text)


def print_gaps(out: Console, look: Look, say: Say) -> None:
    """Print what could not be seen, by the reasons, each with what to do."""
    if look.gaps:
        print_heading(out, say("sheet_page.gaps"))
    for group in gap_groups(look):
        text = f"  {say('gap.' + group.code)} {say('sheet_page.gap_count', n=group.count)}"
        style = "dim" if group.harmless else ""
        out.print(f"{text} → {say('gap_next.' + group.code)}", markup=False, style=style)
        of = ", ".join(say_what("parameter", parameter, instance, say) for parameter, instance in group.of)
        out.print(f"    {of}{' …' if group.count > len(group.of) else ''}", markup=False, style="dim")


def print_family(out: Console, family: Family, say: Say) -> None:
    """Print one family of readings, a line each."""
    print_list(out, say(f"family.{family.name}"), lines_of(family, say))
    if family.table is None:
        return
    if not family.single:
        print_heading(out, say(f"family.{family.name}"))
    names = [*(say_name("fact", name, say) for name in family.table.facts)]
    names += [say_name("column", name, say) for name in family.table.parameters]
    for instance, cells in family.table.rows:
        # A line each, for a port has more figures than a terminal has columns.
        seen = (f"{name} {_cell(cell, say)}" for name, cell in zip(names, cells, strict=True) if cell is not None)
        out.print(Text(f"  {shown(instance)}  ", style="bold").append(" · ".join(seen), style="not bold"))
    if family.table.all_rows > len(family.table.rows):
        out.print("  " + say("sheet_page.cut", n=len(family.table.rows), all=family.table.all_rows))


def lines_of(family: Family, say: Say) -> Iterator[tuple[str, str]]:
    """Yield what stands by itself in a family: its name, and its value in words."""
    for line in family.single:
        yield say_what(line.kind, line.parameter, line.instance, say), say_line(line.reading, line.word, say)


def _cell(cell: Cell, say: Say) -> str:
    if isinstance(cell, Reading):
        return value_of(cell, say)
    return shown(cell.text) if isinstance(cell, Fact) else say("value.unknown")


def value_of(reading: Reading, say: Say) -> str:
    """Return a reading's value in words."""
    return format_value(reading.value, reading.unit, say, reading.parameter)


def print_list(out: Console, title: str, lines: Iterable[tuple[str, str]]) -> None:
    """Print names with what stands at them under a heading; nothing where there are none."""
    table = Table(box=None, show_header=False, padding=(0, 2))
    for name, text in lines:
        table.add_row(Text(name, style="dim"), Text(text, overflow="fold"))
    if table.row_count:
        print_heading(out, title)
        out.print(table)


def print_heading(out: Console, title: str) -> None:
    """Print a heading."""
    out.print(Text(title, style="underline"))
