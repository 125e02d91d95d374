"""A target that does not answer, wholly or in the protocol that matters."""

from __future__ import annotations

from collections.abc import Iterator

from checks.seen import Seen
from duty.alerts import REACH
from duty.findings import Finding, Rule, Severity

SILENCES = frozenset({"timeout", "refused", "credential_rejected", "malformed", "budget_spent"})
"""Gap codes that tell that a protocol as a whole gave no answer."""


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge whether the target was reached; or, for a protocol's rule, whether that protocol was silent.

    A protocol's silence is judged only on a target that was reached: else "not reached" says it all. Where this agent
    itself may not ask (``not_permitted``) nothing is known of the target, and nothing is found.
    """
    look = seen.look
    if rule.parameter == REACH:
        if look.reached:
            yield Finding(rule.name, "", Severity.OK)
        elif any(gap.code not in ("not_permitted", "crashed") for gap in look.gaps) or not look.gaps:
            code = look.gaps[0].code if look.gaps else "timeout"
            yield Finding(rule.name, "", Severity.CRITICAL, "absence.not_reached", f"gap.{code}")
        return
    if not look.reached or rule.parameter not in seen.target.looks:
        return
    silent = next((g for g in look.gaps if g.parameter == rule.parameter and g.code in SILENCES), None)
    if silent is None:
        yield Finding(rule.name, "", Severity.OK)
    else:
        yield Finding(rule.name, "", Severity.WARNING, "absence.snmp_silent", f"gap.{silent.code}")
