"""What a survey came to, told to the one who waits for it, and to machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.cli.options import WIDE
from agent.services.survey import Survey
from duty.discovery import Proposal, Proposed, Unmet
from exporters.words import Say, shown

COLUMNS: Final = ("address", "name", "vendor", "family", "model", "profile", "credential", "neighbours")
MOST_NAMED: Final = 10
"""Addresses that are named in a line; the rest are counted."""
_MOST_BESIDE: Final = 5


def print_survey(err: Console, survey: Survey, proposal: Proposal, say: Say) -> None:
    """Print the devices as a table, then what else stands at the addresses."""
    err.width = max(err.width, WIDE)
    if proposal.devices:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for title in COLUMNS:
            table.add_column(say(f"discover.column.{title}"), overflow="fold")
        for device in proposal.devices:
            table.add_row(*(Text(shown(cell, 60)) for cell in _cells(device, say)))
        err.print(table)
    new = sum(not device.known for device in proposal.devices)
    err.print(say("discover.found", n=len(proposal.devices), new=new), markup=False)
    for root in proposal.roots:
        text = say(f"discover.yaml_root_{root.why}", devices=root.devices, beside=root.beside)
        err.print(say("cli.pair", name=shown(root.name), text=text), markup=False)
    for wanted in proposal.unknown_roots:
        err.print(say("discover.no_root", name=shown(wanted)), style="yellow", markup=False)
    for device in proposal.devices:
        for face in device.faces:
            if face.broken:
                why = say(f"gap.{face.broken}")
                err.print(say("discover.broken", address=face.address, why=why), style="yellow", markup=False)
    for unmet in Unmet:
        if addresses := [address for address, each in survey.unmet.items() if each is unmet]:
            named = "" if unmet is Unmet.SILENT else _named(addresses, say)
            err.print(say(f"discover.{unmet.value}", n=len(addresses), text=named), markup=False)


def as_json(survey: Survey, proposal: Proposal, text: str) -> str:
    """Return all of it for machines; ``text`` is the diff or the YAML."""
    by_kind = {
        unmet.value: [address for address, each in survey.unmet.items() if each is unmet]
        for unmet in (Unmet.CLOSED, Unmet.REFUSED, Unmet.UNSENT)
    }
    said = {
        "asked": len(survey.found) + len(survey.unmet),
        "silent": sum(each is Unmet.SILENT for each in survey.unmet.values()),
        **by_kind,
        "roots": [root._asdict() for root in proposal.roots],
        "devices": [_described(device) for device in proposal.devices],
        "proposal": text,
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def _described(device: Proposed) -> dict[str, Any]:
    face = device.faces[0]
    told = ("vendor", "family", "model", "version", "serial", "profile", "credential", "description", "object_id")
    return {
        "name": device.name,
        "address": face.address,
        "addresses": [each.address for each in device.faces],
        "in_settings": device.known,
        "system_name": face.name,
        **{name: getattr(face, name) for name in told},
        "depends_on": device.depends_on,
        "beside": device.beside,
        "neighbours": [neighbour._asdict() for each in device.faces for neighbour in each.neighbours],
        "broken": face.broken,
    }


def _cells(device: Proposed, say: Say) -> Sequence[str]:
    face = device.faces[0]
    more = f" +{len(device.faces) - 1}" if len(device.faces) > 1 else ""
    name = say("cli.aside", text=device.name, aside=say("discover.in_settings")) if device.known else device.name
    return (
        face.address + more, name, face.vendor, face.family, face.model, face.profile, face.credential, _beside(device)
    )  # fmt: skip


def _beside(device: Proposed) -> str:
    """Return those next to a device that were found too, and how many others it sees."""
    seen = {n.chassis or n.name or n.addresses[:1] for face in device.faces for n in face.neighbours}
    others = len(device.beside[_MOST_BESIDE:]) + max(0, len(seen) - len(device.beside))
    return ", ".join([*device.beside[:_MOST_BESIDE], *([f"+{others}"] if others else [])])


def _named(addresses: Sequence[str], say: Say) -> str:
    named = ", ".join(addresses[:MOST_NAMED])
    more = len(addresses) - MOST_NAMED
    return say("cli.and", first=named, second=f"+{more}") if more > 0 else named
