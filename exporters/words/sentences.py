"""A finding as one sentence, with its limit."""

from __future__ import annotations

from duty.findings import Finding
from exporters.words.catalogue import Say
from exporters.words.numbers import format_value
from exporters.words.shown import shown


def say_name(kind: str, name: str, say: Say) -> str:
    """Say the name of a check or a parameter; one that the operator made up is its own name."""
    code = f"{kind}.{name}"
    return say(code) if code in say else shown(name)


def say_what(kind: str, name: str, instance: str, say: Say) -> str:
    """Say a check or a parameter and where: "disk /var"; where the place tells its kind itself, the place: "Fan 2"."""
    words, place = say_name(kind, name, say), shown(instance)
    return place if place.lower().startswith(words.lower()) else f"{words} {place}".rstrip()


def say_finding(finding: Finding, say: Say) -> str:
    """Say what a check found: "disk /var is 93.1 % full (limit 85 %)".

    The most special words there are for the reason are taken: those for its check, for its parameter, then the general.
    """
    reason = finding.reason or "well"
    special = (f"finding.{reason}/{finding.check}", f"finding.{reason}/{finding.parameter}", f"finding.{reason}")
    code = next((code for code in special if code in say), "finding.unknown")
    known = f"check.{finding.check}" in say or not finding.parameter
    kind, name = ("check", finding.check) if known else ("parameter", finding.parameter)
    sentence = say(
        code,
        what=say_what(kind, name, finding.instance, say),
        instance=finding.instance,
        value=format_value(finding.value, finding.unit, say, finding.parameter),
        reason=reason,
    )
    # An absence has no reading; its parameter is the code of the gap that stands in the reading's place.
    if finding.parameter.startswith("gap.") and finding.parameter in say:
        sentence = say("finding.because", finding=sentence, why=say(finding.parameter))
    if finding.limit is None:
        return sentence
    limit = format_value(finding.limit, finding.unit, say, finding.parameter, limit=True)
    return say("finding.limited", finding=sentence, limit=limit)
