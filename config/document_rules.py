"""The incident rules that are shipped, as docs/operating.md shows them: ``python -m config.document_rules``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Final

import yaml

from config.units import in_words
from duty.findings import Severity
from duty.incident_rules import LEAST_SILENT, SHIPPED, IncidentRule

HEAD: Final = "| Rule | Class | Grade | An alert of | when |\n|---|---|---|---|---|\n"


def table(rules: Iterable[IncidentRule] = SHIPPED) -> str:
    """Return a row for each rule: what alerts it is about, and what else must hold."""
    return HEAD + "".join(_row(rule) for rule in rules)


def as_settings(rules: Iterable[IncidentRule] = SHIPPED) -> str:
    """Return the rules as ``incidents.rules`` of the settings writes them, to be copied and changed."""
    lines = (yaml.safe_dump(dict(_keys(rule)), default_flow_style=True, sort_keys=False, width=10_000,
                            allow_unicode=True) for rule in rules)  # fmt: skip
    return "incidents:\n  rules:\n" + "".join(f"    - {line.strip()}\n" for line in lines)


def _row(rule: IncidentRule) -> str:
    checks = ", ".join(f"`{check}`" for check in rule.checks)
    when = ", ".join(_conditions(rule))
    return f"| `{rule.name}` | {rule.kind.value} | {rule.grade.value} | {checks} | {when} |\n"


def _conditions(rule: IncidentRule) -> Iterator[str]:
    yield "critical" if rule.severity is Severity.CRITICAL else "warning or critical"
    if rule.key:
        yield "key equipment"
    if rule.uplink:
        yield "an uplink, a circuit or a key port"
    if rule.pair:
        yield "at both of two targets that are `redundant_with` each other"
    if rule.share is not None:
        yield f"{rule.share:g} % of the site's targets do not answer, {LEAST_SILENT} at least"
    for name in ("instances", "targets", "sites"):
        patterns: tuple[str, ...] = getattr(rule, name)
        if patterns != ("*",):
            yield f"{name} " + " ".join(f"`{pattern}`" for pattern in patterns)
    if rule.also:
        yield "beside an open alert of " + " and ".join(f"`{check}`" for check in rule.also)
    if rule.below is not None:
        yield f"value under {rule.below:g}"
    if rule.lasting:
        yield f"open for {in_words(rule.lasting)}"


def _keys(rule: IncidentRule) -> Iterator[tuple[str, object]]:
    default = IncidentRule(rule.name, rule.kind, rule.grade)
    yield from (("name", rule.name), ("kind", rule.kind.value), ("grade", rule.grade.value))
    for name in ("checks", "instances", "targets", "sites", "also"):
        if getattr(rule, name) != getattr(default, name):
            yield name, list(getattr(rule, name))
    if rule.severity is not default.severity:
        yield "severity", rule.severity.name.lower()
    for name in ("key", "uplink", "pair", "below", "share"):
        if getattr(rule, name) != getattr(default, name):
            yield name, getattr(rule, name)
    if rule.lasting:
        yield "lasting", in_words(rule.lasting)


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n{as_settings()}")
