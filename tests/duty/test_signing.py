"""Signing a handover form: three people in their order, and no way around them that is not on the form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.handover import Expected, Form, FormState, HandoverTerms, Signature, Signer, Verdict, overdue
from duty.own_alerts import CUT_OFF
from duty.signing import CHECKS, fault, hindrances, majors, next_signer, signed
from duty.tours import Tour, Turn

END = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
TOUR = Tour("hz1", Turn.NIGHT, date(2026, 11, 23), END - timedelta(hours=12), END)
FORM = Form(1, "JB-20261123-N", TOUR, END - timedelta(minutes=20))
ALL = Expected(("jia",), ("wu",), ("yi",))
WHO = {Signer.OUTGOING: "jia", Signer.INCOMING: "wu", Signer.MANAGER: "yi"}


def signature(signer: Signer, form: Form = FORM, **more: object) -> Signature:
    verdict = Verdict.AGREED if signer is Signer.MANAGER else None
    made = Signature(signer, WHO[signer], END, "ab" * 32, form.revision, checked=CHECKS, verdict=verdict)
    return replace(made, **more)  # type: ignore[arg-type]  # fields of a signature


def sign(form: Form, *these: Signature) -> Form:
    for each in these:
        form = signed(form, replace(each, revision=form.revision))
    return form


SIGNATURES = st.builds(
    Signature,
    signer=st.sampled_from(Signer),
    person=st.sampled_from(["jia", "wu", "yi", "zu"]),
    at=st.just(END),
    digest=st.sampled_from(["ab" * 32, "cd" * 32]),
    revision=st.just(1),
    on_behalf=st.sampled_from(["", "jia", "wu", "yi"]),
    override=st.sampled_from([(), ("order",), ("major",), ("order", "major")]),
    reason=st.sampled_from(["", "why"]),
    remark=st.sampled_from(["", "remark"]),
    checked=st.sampled_from([(), CHECKS]),
    verdict=st.sampled_from([None, *Verdict]),
    due=st.sampled_from([None, END - timedelta(hours=1), END + timedelta(hours=1)]),
)


@given(st.lists(SIGNATURES, max_size=12), st.booleans())
def test_whatever_people_try_a_closed_form_has_a_manager_and_a_reason_for_all_that_is_missing(
    tries: list[Signature], is_major: bool
) -> None:
    form, major = FORM, [alert()] if is_major else []
    for each in tries:
        each = replace(each, revision=form.revision)
        hindered = hindrances(form, each.signer, ALL, major)
        if fault(form, each, ALL, hindered) == "":
            assert form.state is not FormState.CLOSED, "what is closed stays so"
            form = signed(form, each)
    standing = {each.signer: each for each in form.standing}
    assert len(standing) == len(form.standing), "nobody signs twice"
    for given_ in form.standing:
        assert given_.person in ALL.of(given_.signer) or (given_.on_behalf and given_.reason)
        assert not given_.override or given_.reason
    if form.state is FormState.CLOSED:
        assert standing[Signer.MANAGER].verdict in (Verdict.AGREED, Verdict.WITH_FAULTS)
        assert form.digest == standing[Signer.MANAGER].digest
        missing = {Signer.OUTGOING, Signer.INCOMING} - standing.keys()
        passed_over = any("order" in each.override for each in form.standing)
        assert not missing or passed_over
    if is_major and Signer.INCOMING in standing:
        assert "major" in standing[Signer.INCOMING].override


def test_the_usual_way() -> None:
    form = FORM
    for signer in Signer:
        assert next_signer(form, ALL) is signer
        each = signature(signer)
        assert fault(form, each, ALL, hindrances(form, signer, ALL, [])) == ""
        form = signed(form, each)
    assert next_signer(form, ALL) is None
    assert form.closed == END


def test_where_nobody_takes_over_by_the_roster_the_manager_follows_at_once() -> None:
    alone = replace(ALL, incoming=())
    form = sign(FORM, signature(Signer.OUTGOING))
    assert next_signer(form, alone) is Signer.MANAGER
    assert hindrances(form, Signer.MANAGER, alone, []) == ()
    assert signed(form, signature(Signer.MANAGER)).state is FormState.CLOSED


def test_a_returned_form_begins_anew_and_remembers_why() -> None:
    whole = sign(FORM, signature(Signer.OUTGOING), signature(Signer.INCOMING))
    form = sign(whole, signature(Signer.MANAGER, verdict=Verdict.RETURNED, reason="UPS missing"))
    assert (form.state, form.revision, form.standing, form.digest) == (FormState.DRAFT, 2, (), "")
    assert form.returned is not None
    assert form.returned.reason == "UPS missing"
    again = sign(form, signature(Signer.OUTGOING), signature(Signer.INCOMING), signature(Signer.MANAGER))
    assert again.state is FormState.CLOSED


@pytest.mark.parametrize(
    ("change", "is_major"),
    [
        pytest.param({}, True, id="critical, of key equipment"),
        pytest.param({"state": AlertState.ACKNOWLEDGED, "taken_by": "jia"}, True, id="somebody is at it"),
        pytest.param({"key": ("hz1", CUT_OFF, ""), "key_equipment": False}, True, id="a site is cut off"),
        pytest.param({"key_equipment": False}, False, id="not key equipment"),
        pytest.param({"severity": Severity.WARNING}, False, id="a warning"),
        pytest.param({"site": "hz2"}, False, id="another site's"),
        pytest.param({"state": AlertState.RESOLVED}, False, id="over"),
        pytest.param({"snoozed_until": END + timedelta(hours=1)}, False, id="put off"),
        pytest.param({"snoozed_until": END - timedelta(hours=1)}, True, id="no longer put off"),
        pytest.param({"calm_since": END - timedelta(minutes=5)}, False, id="flapping, well just now"),
    ],
)
def test_which_faults_keep_a_shift_from_changing(change: dict[str, object], is_major: bool) -> None:
    assert bool(majors([replace(alert(), **change)], "hz1", END)) is is_major  # type: ignore[arg-type]


def test_a_major_fault_keeps_nobody_from_signing_what_they_know() -> None:
    assert hindrances(FORM, Signer.OUTGOING, ALL, [alert()]) == ()
    form = sign(FORM, signature(Signer.OUTGOING))
    assert hindrances(form, Signer.INCOMING, ALL, [alert()]) == ("major",)
    over = sign(form, signature(Signer.INCOMING))
    assert hindrances(over, Signer.MANAGER, ALL, [alert()]) == (), "they have taken over: it is the manager's to say"


@pytest.mark.parametrize(
    ("minutes", "returned", "late"),
    [
        pytest.param(29, None, False, id="it has half an hour"),
        pytest.param(30, None, True, id="then it is late"),
        pytest.param(40, 20, False, id="a returned one has half an hour from then"),
        pytest.param(50, 20, True, id="and is late after it"),
        pytest.param(30, -10, True, id="but none that was returned before the change has less"),
    ],
)
def test_when_a_form_is_overdue(minutes: int, returned: int | None, late: bool) -> None:
    form = FORM
    if returned is not None:
        at = END + timedelta(minutes=returned)
        form = sign(
            FORM,
            signature(Signer.OUTGOING),
            signature(Signer.INCOMING),
            signature(Signer.MANAGER, verdict=Verdict.RETURNED, reason="why", at=at),
        )
    assert overdue(form, HandoverTerms(), END + timedelta(minutes=minutes)) is late


def alert() -> Alert:
    """Return a major fault: the core switch does not answer."""
    return Alert(
        number=7,
        key=("core", "reach", ""),
        site="hz1",
        severity=Severity.CRITICAL,
        state=AlertState.FIRING,
        opened=END,
        fired=END,
        finding=Finding("reach", "", Severity.CRITICAL, "absence.not_reached"),
        key_equipment=True,
    )
