"""What one look at a device gave, as it is printed: who it is, what took how long, what could not be seen, the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.cli.packets import Step
from agent.cli.sheet import lines_of, print_family, print_gaps, print_heading, print_list, value_of
from agent.console.families import families, natural, other_facts
from duty.readings import Look, Reading
from exporters.words import Say, format_value, say_name, say_what, shown

IDENTITY: Final = (
    "name",
    "description",
    "vendor",
    "family",
    "model",
    "version",
    "serial",
    "location",
    "contact",
    "object_id",
)

PORT_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "speed": ("port_speed",),
        "duplex": ("port_full_duplex",),
        "traffic": ("port_in_total", "port_out_total"),
        "packets": ("port_in_packets_total", "port_out_packets_total"),
        "errors": ("port_in_errors_total", "port_out_errors_total"),
        "discards": ("port_in_discards_total", "port_out_discards_total"),
        "light": ("optical_rx", "optical_tx"),
    }
)
"""The columns of the table of ports with what stands in each, of what comes in before of what goes out."""


def print_look(out: Console, look: Look, address: str, steps: Collection[Step], say: Say) -> None:
    """Print a look at a device that answered, or why there is none."""
    took = format_value(look.took.total_seconds(), "s", say)
    if not look.reached:
        out.print(Text(f"{shown(address)}  {say('look.silent', took=took)}", style="bold magenta"))
        for gap in look.gaps:
            seen = f" ({shown(gap.seen)})" if gap.seen and gap.seen != address else ""
            out.print(f"  {say('gap.' + gap.code)}{seen} → {say('gap_next.' + gap.code)}", markup=False)
        return
    out.print(Text(f"{shown(address)}  {say('look.answers', took=took)}", style="bold"))
    facts = {fact.parameter: fact.text for fact in look.facts if not fact.instance}
    identity = ((say_name("fact", name, say), shown(facts[name])) for name in IDENTITY if name in facts)
    print_list(out, say("sheet_page.identity"), identity)
    print_list(out, say("look.steps"), ((_title(step, say), _step(step, say)) for step in steps))
    print_gaps(out, look, say)
    for family in families(look):
        if family.name == "port":
            print_list(out, say("family.port"), lines_of(family, say))
            _ports(out, look, say)
        else:
            print_family(out, family, say)
    others = (fact for fact in other_facts(look) if fact.parameter not in IDENTITY)
    print_list(
        out, say("sheet_page.facts"), ((say_what("fact", f.parameter, f.instance, say), shown(f.text)) for f in others)
    )


def _title(step: Step, say: Say) -> str:
    return say("look.scalars") if step.title == "scalars" else shown(step.title)


def _step(step: Step, say: Say) -> str:
    took = format_value(step.took.total_seconds(), "s", say)
    return say("look.step", took=took, asked=step.asked, values=step.values)


def _ports(out: Console, look: Look, say: Say) -> None:
    """Print the ports as a table, with the counters as they stand: one look gives no rates."""
    readings = {(r.parameter, r.instance): r for r in look.readings}
    names = sorted({instance for parameter, instance in readings if parameter == "port_up"}, key=natural)
    alias = {fact.instance: fact.text for fact in look.facts if fact.parameter == "port_alias"}
    columns = {
        column: parameters
        for column, parameters in PORT_COLUMNS.items()
        if any((parameter, name) in readings for parameter in parameters for name in names)
    }
    if not names:
        return
    print_heading(out, say("look.ports", n=len(names)))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("port", "state", *columns, *(["description"] if alias else [])):
        table.add_column(say(f"look.port.{title}"), no_wrap=title != "description", overflow="fold")
    for name in names:
        cells = [_both([readings.get((parameter, name)) for parameter in columns[column]], say) for column in columns]
        state = Text(_state(readings, name, say), style=_style(readings, name))
        table.add_row(
            Text(shown(name)), state, *map(Text, cells), *([Text(shown(alias.get(name, "")))] if alias else [])
        )
    out.print(table)


def _state(readings: Mapping[tuple[str, str], Reading], name: str, say: Say) -> str:
    enabled, up = readings.get(("port_enabled", name)), readings[("port_up", name)]
    return value_of(enabled, say) if enabled is not None and not enabled.value else value_of(up, say)


def _style(readings: Mapping[tuple[str, str], Reading], name: str) -> str:
    enabled = readings.get(("port_enabled", name))
    if enabled is not None and not enabled.value:
        return "dim"
    return "green" if readings[("port_up", name)].value else "red"


def _both(found: Iterable[Reading | None], say: Say) -> str:
    """Return what stands in a cell; where a port has nothing of it, nothing."""
    readings = list(found)
    if not any(readings):
        return ""
    return " / ".join("—" if reading is None else value_of(reading, say) for reading in readings)
