"""A target that does not answer, wholly or in the protocol that matters."""

from __future__ import annotations

from collections.abc import Iterator

from checks.seen import Seen
from duty.findings import Finding, Rule, Severity
from duty.fold import REACH
from duty.readings import OUR_OWN

SILENCES = frozenset({"timeout", "refused", "unreachable", "credential_rejected", "malformed", "budget_spent"})
"""Gap codes of a protocol as a whole that tell that it gave no answer; any other leaves it unknown."""


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge whether the target was reached; or, for a protocol's rule, whether that protocol was silent.

    A protocol's silence is judged only on a target that was reached: else "not reached" says it all. Where this agent
    itself may not ask (``not_permitted``) nothing is known of the target, and nothing is found.
    """
    look = seen.look
    if rule.parameter == REACH:
        if look.reached:
            yield Finding(rule.name, "", Severity.OK)
        elif look.silent:
            code = next((gap.code for gap in look.gaps if gap.code not in OUR_OWN), "timeout")
            yield Finding(rule.name, "", Severity.CRITICAL, "absence.not_reached", f"gap.{code}")
        return
    if not look.reached or rule.parameter not in seen.target.looks:
        return
    code = next((gap.code for gap in look.gaps if gap.parameter == rule.parameter), "")
    # A protocol whose time was taken has answered; its gap then tells that it broke off on the way.
    if not code or seen.number(f"{rule.parameter}_time") is not None:
        yield Finding(rule.name, "", Severity.OK)
    elif code in SILENCES:
        yield Finding(rule.name, "", Severity.WARNING, "absence.snmp_silent", f"gap.{code}")
