"""Signing the handover form: whose turn it is, what stands in the way, and what a signature makes of a form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from duty.alerts import Alert
from duty.findings import Severity
from duty.handover import Expected, Form, FormState, Signature, Signer, Verdict
from duty.own_alerts import CUT_OFF
from duty.people import Post

MAY_SIGN: Final = {
    Signer.OUTGOING: frozenset({Post.TECHNICIAN, Post.RESERVE, Post.MANAGER}),
    Signer.INCOMING: frozenset({Post.TECHNICIAN, Post.RESERVE, Post.MANAGER}),
    Signer.MANAGER: frozenset({Post.MANAGER, Post.LEADER}),
}
"""Who may sign as whom; by whose name it is done is on the form."""


def next_signer(form: Form, of: Expected) -> Signer | None:
    """Say whose signature a form waits for; where nobody takes over by the roster, the manager's follows at once."""
    match form.state:
        case FormState.DRAFT:
            return Signer.OUTGOING
        case FormState.SIGNED:
            return Signer.INCOMING if of.incoming else Signer.MANAGER
        case FormState.TAKEN_OVER:
            return Signer.MANAGER
        case FormState.CLOSED:
            return None


def majors(alerts: Iterable[Alert], site: str, now: datetime) -> list[Alert]:
    """Return the major faults of a site that are being handled: critical, of key equipment or of the whole site.

    One that was put off is not being handled: whoever did that knows that it lasts.
    """
    return [
        alert
        for alert in alerts
        if alert.open
        and alert.site == site
        and alert.severity is Severity.CRITICAL
        and (alert.key_equipment or alert.key[1] == CUT_OFF)
        and alert.calm_since is None
        and not (alert.snoozed_until is not None and alert.snoozed_until > now)
    ]


CHECKS: Final = ("devices", "faults", "keys")
"""What whoever takes over looks at first (policy 4.2): that the devices run, what is open, keys and duty phone."""

HINDRANCES: Final = ("order", "major")


def hindrances(form: Form, signer: Signer, of: Expected, major: Sequence[object]) -> tuple[str, ...]:
    """Return what stands in the way of a signature, as codes; each can be passed over with a reason.

    ``order``: a signature before it is missing. ``major``: a major fault or incident is being handled: the outgoing
    stays and leads, the incoming helps.
    """
    found = []
    order = list(Signer)
    turn = next_signer(form, of)
    if turn is not None and order.index(signer) > order.index(turn):
        found.append("order")
    # The outgoing may sign what they know; it is taking over that must wait.
    if major and signer is not Signer.OUTGOING and form.live:
        found.append("major")
    return tuple(found)


def fault(form: Form, signature: Signature, of: Expected, hindered: tuple[str, ...]) -> str:
    """Return why a signature cannot be given, as a code; "" where it can."""
    signer = signature.signer
    if form.state is FormState.CLOSED:
        return "closed"
    if form.by(signer) is not None:
        return "signed"
    if signer is not Signer.MANAGER and not form.live:
        return "taken_over"
    if signer is Signer.OUTGOING and form.state is not FormState.DRAFT:
        return "signed"
    there = of.of(signer)
    if signature.on_behalf and signature.on_behalf not in there:
        return "not_expected"
    if there and signature.person not in there and not signature.on_behalf:
        return "for_whom"
    if set(hindered) - set(signature.override):
        return f"hindered_{next(h for h in hindered if h not in signature.override)}"
    if (signature.on_behalf or signature.override) and not signature.reason:
        return "no_reason"
    if signer is Signer.INCOMING and set(CHECKS) - set(signature.checked) and not signature.remark:
        return "unchecked"
    return _verdict_fault(signature) if signer is Signer.MANAGER else ""


def _verdict_fault(signature: Signature) -> str:
    match signature.verdict:
        case None:
            return "no_verdict"
        case Verdict.AGREED:
            return ""
        case Verdict.RETURNED:
            return "no_reason" if not signature.reason else ""
        case Verdict.WITH_FAULTS:
            if not signature.reason:
                return "no_reason"
            return "no_due" if signature.due is None or signature.due <= signature.at else ""


def signed(form: Form, signature: Signature) -> Form:
    """Carry a form through a signature that has no fault."""
    form = replace(form, signatures=(*form.signatures, signature))
    match signature.signer, signature.verdict:
        case Signer.OUTGOING, _:
            return replace(form, state=FormState.SIGNED)
        case Signer.INCOMING, _:
            return replace(form, state=FormState.TAKEN_OVER, digest=signature.digest)
        case _, Verdict.RETURNED:
            return replace(form, state=FormState.DRAFT, revision=form.revision + 1, digest="")
        case _:
            return replace(form, state=FormState.CLOSED, digest=signature.digest, closed=signature.at)
