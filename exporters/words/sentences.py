"""A finding as one sentence, with its limit; and what to do about it."""

from __future__ import annotations

from duty.findings import Finding, Severity
from duty.fold import REACH
from duty.maintenance import SETTINGS
from duty.readings import Look
from duty.traps import Meaning
from exporters.words.catalogue import Say
from exporters.words.numbers import format_value
from exporters.words.shown import shown

_HIGH_IS_BAD = frozenset({"levels.high", "disk.full"})
_LOW_IS_BAD = frozenset({"certificate.ends", "levels.low", "memory.low", "memory.swapping", "trend.full"})


def say_name(kind: str, name: str, say: Say) -> str:
    """Say the name of a check or a parameter; one that the operator made up is its own name."""
    code = f"{kind}.{name}"
    return say(code) if code in say else shown(name)


def say_what(kind: str, name: str, instance: str, say: Say) -> str:
    """Say a check or a parameter and where: "disk /var"; where the place tells its kind itself, the place: "Fan 2"."""
    words, place = say_name(kind, name, say), shown(instance)
    return place if place.lower().startswith(words.lower()) else f"{words} {place}".rstrip()


def say_finding(finding: Finding, say: Say, look: Look | None = None) -> str:
    """Say what a check found: "disk /var is 93.1 % full (limit 85 %)".

    The most special words there are for the reason are taken: those for its check, for its parameter, then the general.
    ``look`` is what was judged: the status of a page is said from it, for the finding tells only that it is not good.
    """
    reason = finding.reason or "well"
    seen = look.number(finding.check, finding.instance) if look is not None else None
    if seen is not None and (code := f"finding.{reason}/{finding.check}/seen") in say:
        return say(code, seen=seen)
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
    # An absence has no reading; its parameter is the code of the gap that stands in the reading's place, as that of a
    # channel which fails is the code of what came of the last try.
    if finding.parameter.startswith(("gap.", "message.result.")) and finding.parameter in say:
        sentence = say("finding.because", finding=sentence, why=say(finding.parameter))
    if finding.limit is None:
        return sentence
    limit = format_value(finding.limit, finding.unit, say, finding.parameter, limit=True)
    kind = "lingering" if _lingers(finding) else "least" if finding.reason in _LOW_IS_BAD else "limited"
    return say(f"finding.{kind}", finding=sentence, limit=limit)


def _lingers(finding: Finding) -> bool:
    """Say whether a value is back on the good side of its limit, and not far enough to be well again."""
    if finding.value is None or finding.limit is None or finding.severity is Severity.OK:
        return False
    if finding.reason in _LOW_IS_BAD:
        return finding.value > finding.limit
    return finding.reason in _HIGH_IS_BAD and finding.value < finding.limit


def say_next(finding: Finding, say: Say) -> str:
    """Say what to do about a finding, or nothing where there is no advice: an operator's own check has none."""
    codes = [f"check_next.{finding.check}", finding.parameter.replace("gap.", "gap_next.", 1)]
    if finding.check == REACH:
        # Why it was not reached tells more than that it was not.
        codes.reverse()
    return next((say(code) for code in codes if code in say), "")


def say_trap(meaning: Meaning, say: Say) -> str:
    """Say what a trap is about: "port down GE0/0/7"; one that has no name by its object identifier."""
    words = say(f"trap.{meaning.code}") if meaning.code else shown(meaning.oid)
    return f"{words} {shown(meaning.about)}".rstrip()


def say_maker(name: str, say: Say) -> str:
    """Say by whom a silence is: by somebody of this name, or by the settings."""
    return say("silencing.settings") if name == SETTINGS else name
