"""What differs between two rounds: said first, for it is what a reader of the thousandth round wants to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from duty.findings import Finding, Severity
from duty.rates import restarted
from duty.readings import Fact, Look
from duty.rounds import Sheet

WATCHED_FACTS = frozenset({"version", "model", "serial", "name", "description", "object_id"})
"""Facts whose change says that somebody worked on the device."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. ``what`` is "state", "finding", "reading", "fact" or "restart"; the rest are codes."""

    target: str
    what: str
    name: str
    instance: str
    before: str
    after: str


def changes(before: Iterable[Sheet], after: Iterable[Sheet]) -> list[Change]:
    """Compare two rounds target by target. A target that only one of them expected is a change of its state."""
    old = {sheet.target: sheet for sheet in before}
    new = {sheet.target: sheet for sheet in after}
    found: list[Change] = []
    for target in sorted(old.keys() | new.keys()):
        found.extend(_of_target(target, old.get(target), new.get(target)))
    return found


def _of_target(target: str, old: Sheet | None, new: Sheet | None) -> Iterator[Change]:
    was, is_ = (sheet.state.value if sheet else "" for sheet in (old, new))
    if was != is_:
        yield Change(target, "state", "", "", was, is_)
    if old is None or new is None or old.look is None or new.look is None:
        return
    if not (old.look.reached and new.look.reached):
        return
    if restarted(new.look, old.look):
        yield Change(target, "restart", "uptime", "", str(old.look.number("uptime")), str(new.look.number("uptime")))
    yield from _findings(target, old.findings, new.findings)
    yield from _switches(target, old.look, new.look)
    yield from _facts(target, old.look.facts, new.look.facts)


def _findings(target: str, old: Iterable[Finding], new: Iterable[Finding]) -> Iterator[Change]:
    was = {(f.check, f.instance): f.severity for f in old}
    for finding in new:
        before = was.get((finding.check, finding.instance), Severity.OK)
        if finding.severity != before:
            yield Change(
                target, "finding", finding.check, finding.instance, before.name.lower(), finding.severity.name.lower()
            )


def _switches(target: str, old: Look, new: Look) -> Iterator[Change]:
    was: Mapping[tuple[str, str], float] = {(r.parameter, r.instance): r.value for r in old.readings}
    for reading in new.readings:
        before = was.get((reading.parameter, reading.instance))
        if before is None or before == reading.value:
            continue
        if reading.unit in ("bool", "health") or reading.parameter == "port_speed":
            yield Change(target, "reading", reading.parameter, reading.instance, str(before), str(reading.value))


def _facts(target: str, old: Iterable[Fact], new: Iterable[Fact]) -> Iterator[Change]:
    was = {(f.parameter, f.instance): f.text for f in old if f.parameter in WATCHED_FACTS}
    for fact in new:
        before = was.get((fact.parameter, fact.instance))
        if before is not None and before != fact.text:
            yield Change(target, "fact", fact.parameter, fact.instance, before, fact.text)
