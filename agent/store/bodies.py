"""Looks and sheets as bytes: canonical JSON, compressed, and the digest of what they say."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from sys import intern
from typing import Any

from agent.store.columns import MICROSECOND, instant, microseconds
from duty.errors import StoreError
from duty.findings import Alike, Finding, Findings, Severity, by_likeness
from duty.readings import Column, Columns, Fact, Gap, Look, Reading, Stated, by_column
from duty.rounds import Sheet, SheetState

FORM = 2
"""The form of a body. A new one gets a new number, and the old ones stay readable.

In form 1 each reading and each finding stood by itself. In form 2 those that have all but place and value in common
stand together, with the names of the places once for all columns of readings: a switch takes 3 kB instead of 8.
"""
LARGEST = 64 * 1024 * 1024
"""Bytes that a body may unfold to: a damaged one must not eat the memory."""


def canonical(value: object) -> bytes:
    """Write a value as JSON in the one way that is ours, so that equal values have equal digests.

    Integers are exact at any size. ASCII only: lone surrogates pass as escapes. ValueError for NaN and infinity.
    """
    # No value of ours contains itself; to look for that would take a quarter of the time.
    words = json.dumps(
        value, allow_nan=False, check_circular=False, ensure_ascii=True, separators=(",", ":"), sort_keys=True
    )
    return words.encode()


def digest(content: bytes) -> str:
    """Return the SHA-256 of canonical content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def pack(content: bytes) -> bytes:
    """Compress canonical content for the store."""
    # Of bodies as ours are, this takes half the time of zlib's own choice (level 6) and hardly a byte more.
    packing = zlib.compressobj(level=5, strategy=zlib.Z_FILTERED)
    return packing.compress(content) + packing.flush()


def unpack(body: bytes) -> bytes:
    """Unfold a body to its canonical content; StoreError if it is damaged."""
    unfolding = zlib.decompressobj()
    try:
        content = unfolding.decompress(body, LARGEST)
    except zlib.error as error:
        raise StoreError(f"a stored body is damaged ({error}): run nightduty verify") from error
    if not unfolding.eof or unfolding.unused_data:
        raise StoreError("a stored body is damaged (it is cut short or too long): run nightduty verify")
    return content


def parse(content: bytes) -> Any:
    """Read canonical content back; StoreError if it is damaged."""
    try:
        return json.loads(content)
    except ValueError as error:
        raise StoreError(f"a stored body is damaged ({error}): run nightduty verify") from error


def write_look(look: Look) -> bytes:
    """Write a look as canonical content; its readings come back by parameter, in the order in which these came."""
    return canonical({"form": FORM, "look": _look(look)})


def read_look(content: bytes) -> Look:
    """Read a look from its content."""
    return _look_of(_form(content)["look"])


Place = tuple[str, str]
"""(parameter, instance)"""


def read_values(content: bytes, places: Iterable[Place]) -> dict[Place, int | float] | None:
    """Read single values from a look's or a sheet's content; None where the target was not reached.

    A plot wants few numbers of hundreds of bodies, so no reading is made of the others.
    """
    said = _form(content)
    look = said["look"] if said["look"] is not None else {}
    if not look.get("reached"):
        return None
    wanted = dict.fromkeys(places)
    named = {parameter for parameter, _ in wanted}
    found: dict[Place, int | float] = {}
    for parameter, _, _, instances, values in _columns_of(look, named):
        for instance, value in zip(instances, values, strict=True):
            if (parameter, instance) in wanted:
                found.setdefault((parameter, instance), value)
    return found


def write_sheet(sheet: Sheet) -> bytes:
    """Write a sheet as canonical content."""
    return canonical(
        {
            "form": FORM,
            "target": sheet.target,
            "state": sheet.state.value,
            "look": None if sheet.look is None else _look(sheet.look),
            "findings": _findings(sheet.findings),
        }
    )


def read_sheet(content: bytes) -> Sheet:
    """Read a sheet from its content."""
    said = _form(content)
    return Sheet(
        said["target"],
        SheetState(said["state"]),
        None if said["look"] is None else _look_of(said["look"]),
        _findings_of(said["findings"], said["form"]),
    )


def _form(content: bytes) -> Mapping[str, Any]:
    said: Mapping[str, Any] = parse(content)
    if said.get("form") not in (1, FORM):
        raise StoreError(f"a stored body has form {said.get('form')}, this program reads {FORM}: install a newer one")
    return said


def _look(look: Look) -> dict[str, object]:
    columns, instances = _columns(look.readings)
    return {
        "target": look.target,
        "began": microseconds(look.began),
        "took": look.took // MICROSECOND,
        "reached": look.reached,
        "full": look.full,
        "columns": columns,
        "instances": instances,
        "facts": [[f.parameter, f.instance, f.text] for f in look.facts],
        "gaps": [[g.parameter, g.instance, g.code, g.seen] for g in look.gaps],
        "stated": [[s.parameter, s.instance, s.warning, s.critical, s.below] for s in look.stated],
    }


def _columns(readings: Iterable[Reading]) -> tuple[list[object], list[tuple[str, ...]]]:
    """Return readings by parameter, and the lists of instances that the columns name by their place."""
    places: dict[tuple[str, ...], int] = {}
    written: list[object] = [
        [parameter, unit, width, places.setdefault(instances, len(places)), values]
        for parameter, unit, width, instances, values in by_column(readings)
    ]
    return written, list(places)


def _columns_of(said: Mapping[str, Any], only: Collection[str] | None = None) -> Iterator[Column]:
    """Yield the columns of a look, those of some parameters alone where they are named."""
    if "columns" not in said:
        yield from by_column(
            Reading(parameter, intern(instance), value, unit, width)
            for parameter, instance, value, unit, width in said["readings"]
            if only is None or parameter in only
        )
        return
    # Interned: the same few names stand in each of a thousand sheets.
    instances = [tuple(map(intern, names)) for names in said["instances"]]
    for parameter, unit, width, place, values in said["columns"]:
        if only is None or parameter in only:
            yield Column(intern(parameter), intern(unit), width, instances[place], tuple(values))


def _look_of(said: Mapping[str, Any]) -> Look:
    return Look(
        target=said["target"],
        began=instant(said["began"]),
        took=timedelta(microseconds=said["took"]),
        reached=said["reached"],
        readings=Columns(_columns_of(said)),
        facts=tuple(Fact(*row) for row in said["facts"]),
        gaps=tuple(Gap(*row) for row in said["gaps"]),
        stated=tuple(Stated(*row) for row in said["stated"]),
        full=said["full"],
    )


def _findings(findings: Iterable[Finding]) -> list[object]:
    """Return findings by what they have in common, with what they are about and their values."""
    return [
        [check, int(severity), reason, parameter, unit, limit, instances, values]
        for check, severity, reason, parameter, unit, limit, instances, values in by_likeness(findings)
    ]


def _findings_of(said: Iterable[Sequence[Any]], form: int) -> Findings:
    if form == 1:
        return Findings(by_likeness(Finding(check, at, Severity(bad), *rest) for check, at, bad, *rest in said))
    return Findings(
        Alike(check, Severity(bad), reason, parameter, unit, limit, tuple(instances), tuple(values))
        for check, bad, reason, parameter, unit, limit, instances, values in said
    )
