"""Handover forms: one for each tour, moved on by signatures alone, their contents kept by what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection

from agent.store import form_contents, forms
from agent.store.engine import Store
from agent.store.values import plain, restored
from duty.errors import NotFound, StoreError
from duty.findings import Finding, Severity
from duty.form_content import AlertLine, CircuitLine, Equipment, FormContent, HandLine, RoundLine, Who
from duty.handover import Field, FormState, Signature, Signer, Verdict
from duty.rounds import RoundState, SheetState
from duty.signing import CHECKS, signed
from duty.tours import Tour, Turn

END = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
TOUR = Tour("hz1", Turn.NIGHT, date(2026, 11, 23), END - timedelta(hours=12), END)
NOW = END - timedelta(minutes=20)
CONTENT = FormContent(
    name="JB-20261123-N",
    site="hz1",
    site_title="杭州一机房",
    zone="Asia/Shanghai",
    turn=Turn.NIGHT,
    day=TOUR.day,
    begin=TOUR.begin,
    end=END,
    outgoing=(Who("jia", "甲工", "0017", "138", None, None),),
    incoming=(Who("wu", "戊工", "", "", NOW, NOW + timedelta(minutes=1)),),
    equipment=Equipment(
        conclusion="remains",
        rounds=(RoundLine(7, NOW, RoundState.COMPLETE, counts={SheetState.OK: 3, SheetState.ABNORMAL: 1}),),
        counts={SheetState.OK: 3},
        counted_at=NOW,
        circuits=(CircuitLine("edge", "GE0/0/1", up=None, peak_in=71.5, peak_out=3),),
        open_alerts=(
            AlertLine(
                7,
                "core",
                Finding("fan", "Fan 2", Severity.CRITICAL, "states.bad", "fan_health", 2**63, "health"),
                Severity.CRITICAL,
                NOW,
                "firing",
            ),
        ),
    ),
    by_hand={Field.HEADS_UP_1: HandLine("three lifts\u202e\ud800", "jia", NOW)},
)


def test_a_content_comes_back_as_it_was() -> None:
    assert restored(FormContent, plain(CONTENT)) == CONTENT


def test_what_an_older_version_wrote_is_read_and_nonsense_is_refused() -> None:
    said = plain(CONTENT)
    del said["log"], said["equipment"]["absences"]
    assert restored(FormContent, said) == CONTENT
    for wrong in (said | {"turn": "noon"}, said | {"begin": "x"}, said | {"later": 1}, said | {"name": None}, [1]):
        with pytest.raises(StoreError, match="FormContent cannot be read"):
            restored(FormContent, wrong)


async def test_each_tour_has_one_form_and_each_form_a_name_of_its_own(store: Store) -> None:
    first = await store.write(forms.open_form, TOUR, NOW)
    other = await store.write(forms.open_form, replace(TOUR, site="hz2"), NOW)
    assert (first.name, other.name) == ("JB-20261123-N", "JB-20261123-N-hz2")
    with pytest.raises(StoreError, match="is there already"):
        await store.write(forms.open_form, TOUR, NOW)
    assert await store.read(forms.form_of, "hz1", TOUR.begin) == first
    assert await store.read(forms.form_of, "hz1", TOUR.end) is None
    assert [form.name for form in await store.read(forms.list_forms, 10)] == [other.name, first.name]
    assert await store.read(forms.list_forms, 10, other.number) == [first]
    with pytest.raises(NotFound, match="no handover form 99"):
        await store.read(forms.get_form, 99)


async def test_signatures_are_kept_in_their_order_and_nobody_signs_twice(store: Store) -> None:
    form = await store.write(forms.open_form, TOUR, NOW)
    said = await store.write(form_contents.put_content, CONTENT)
    assert await store.write(form_contents.put_content, CONTENT) == said, "what is there is not written twice"
    for signer, person in ((Signer.OUTGOING, "jia"), (Signer.INCOMING, "wu"), (Signer.MANAGER, "yi")):
        form = signed(
            form,
            Signature(
                signer,
                person,
                NOW,
                said,
                form.revision,
                on_behalf="zu",
                override=("order", "major"),
                reason="why \ud800",
                remark="remark",
                checked=CHECKS,
                verdict=Verdict.WITH_FAULTS if signer is Signer.MANAGER else None,
                due=END if signer is Signer.MANAGER else None,
            ),
        )
        await store.write(forms.put_signature, form)
        assert await store.read(forms.get_form, form.number) == form
    assert form.state is FormState.CLOSED
    assert await store.read(forms.waiting_forms) == []
    assert await store.read(form_contents.get_content, form.digest) == CONTENT
    with pytest.raises(StoreError, match="just been signed by somebody else"):
        await store.write(forms.put_signature, form)


async def test_what_was_written_last_into_a_field_stands(store: Store) -> None:
    form = await store.write(forms.open_form, TOUR, NOW)

    def write(conn: Connection, agent: str) -> None:
        for field, text in (
            (Field.THINGS, "all there"),
            (Field.THINGS, "torch missing"),
            (Field.ORDERS, "none"),
            (Field.ORDERS, ""),
        ):
            form_contents.write_field(conn, agent, form.number, field, text, "jia", NOW)

    await store.write(write)
    assert await store.read(form_contents.hand_lines, form.number) == {
        Field.THINGS: HandLine("torch missing", "jia", NOW)
    }


async def test_the_first_arrival_stands(store: Store) -> None:
    assert await store.write(form_contents.note_arrival, "hz1", "wu", END, NOW)
    assert not await store.write(form_contents.note_arrival, "hz1", "wu", END, END)
    assert await store.read(form_contents.arrivals_for, "hz1", END) == {"wu": NOW}
    assert await store.read(form_contents.arrivals_for, "hz2", END) == {}
