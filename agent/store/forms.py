"""Handover forms and their signatures: a form moves on only by a signature, and a signature is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from agent.store.columns import microseconds
from agent.store.schema import handover_forms as forms
from agent.store.schema import handover_signatures as signatures
from duty.errors import NotFound, StoreError
from duty.handover import Form, FormState, Signature, Signer, Verdict
from duty.tours import Tour, Turn

SIGNED = "handover_signed"
"""The kind of the journal's entry for a signature."""


def open_form(conn: Connection, agent: str, tour: Tour, now: datetime) -> Form:
    """Open the form of a tour; StoreError if there is one. Of several sites each but the first has its name in it."""
    there = sa.select(forms.c.number).where(forms.c.agent == agent, forms.c.name == tour.number)
    name = tour.number if conn.execute(there).one_or_none() is None else f"{tour.number}-{tour.site}"
    try:
        made = conn.execute(
            forms.insert()
            .values(
                agent=agent,
                name=name,
                site=tour.site,
                turn=tour.turn.value,
                day=tour.day.isoformat(),
                begin=tour.begin,
                end=tour.end,
                opened=now,
                state=FormState.DRAFT.value,
                revision=1,
            )
            .returning(forms.c.number)
        )
    except IntegrityError as error:
        raise StoreError(f"the form of {tour.site} for {tour.day} is there already: each tour has one") from error
    return get_form(conn, agent, int(made.scalar_one()))


def get_form(conn: Connection, agent: str, number: int) -> Form:
    """Return a form; NotFound if there is none of this number."""
    found = _forms(conn, agent, sa.select(forms).where(forms.c.agent == agent, forms.c.number == number))
    if not found:
        raise NotFound(f"there is no handover form {number}")
    return found[0]


def form_of(conn: Connection, agent: str, site: str, begin: datetime) -> Form | None:
    """Return the form of the tour of a site that began at a moment, or None."""
    one = sa.select(forms).where(forms.c.agent == agent, forms.c.site == site, forms.c.begin == begin)
    return next(iter(_forms(conn, agent, one)), None)


def waiting_forms(conn: Connection, agent: str) -> list[Form]:
    """Return the forms that wait for a signature, oldest first."""
    waits = [state.value for state in FormState if state is not FormState.CLOSED]
    return _forms(conn, agent, sa.select(forms).where(forms.c.agent == agent, forms.c.state.in_(waits)))


def list_forms(conn: Connection, agent: str, limit: int, before: int | None = None) -> list[Form]:
    """Return up to ``limit`` forms, newest first, older than the number ``before``."""
    query = sa.select(forms).where(forms.c.agent == agent)
    if before is not None:
        query = query.where(forms.c.number < before)
    newest = query.order_by(forms.c.number.desc()).limit(limit).subquery()
    return list(reversed(_forms(conn, agent, sa.select(newest))))


def put_signature(conn: Connection, agent: str, form: Form) -> None:
    """Write the newest signature of a form and where the form stands by it; StoreError if it was signed meanwhile."""
    signature = form.signatures[-1]
    try:
        conn.execute(
            signatures.insert().values(
                agent=agent,
                form=form.number,
                revision=signature.revision,
                signer=signature.signer.value,
                person=signature.person,
                at=signature.at,
                digest=signature.digest,
                on_behalf=signature.on_behalf,
                override=" ".join(signature.override),
                reason=signature.reason,
                remark=signature.remark,
                checked=" ".join(signature.checked),
                verdict=signature.verdict.value if signature.verdict else "",
                due=signature.due,
            )
        )
    except IntegrityError as error:
        raise StoreError(f"{form.name} has just been signed by somebody else: look at it again") from error
    stands = {"state": form.state.value, "revision": form.revision, "digest": form.digest or None}
    one = forms.update().where(forms.c.agent == agent, forms.c.number == form.number)
    conn.execute(one.values(closed=form.closed, **stands))


def told(form: Form, signature: Signature) -> dict[str, Any]:
    """Say what the journal says of a signature of a form."""
    return {
        "form": form.number,
        "name": form.name,
        "signer": signature.signer.value,
        "revision": signature.revision,
        "digest": signature.digest,
        "on_behalf": signature.on_behalf,
        "override": list(signature.override),
        "reason": signature.reason,
        "remark": signature.remark,
        "checked": list(signature.checked),
        "verdict": signature.verdict.value if signature.verdict else "",
        "due": microseconds(signature.due) if signature.due else None,
    }


def _forms(conn: Connection, agent: str, query: sa.Select[Any]) -> list[Form]:
    rows = sorted(conn.execute(query), key=lambda row: int(row.number))
    signed = _signatures(conn, agent, [row.number for row in rows])
    return [
        Form(
            row.number,
            row.name,
            Tour(row.site, Turn(row.turn), date.fromisoformat(row.day), row.begin, row.end),
            row.opened,
            FormState(row.state),
            row.revision,
            row.digest or "",
            row.closed,
            tuple(signed.get(row.number, ())),
        )
        for row in rows
    ]


def _signatures(conn: Connection, agent: str, numbers: Sequence[int]) -> dict[int, list[Signature]]:
    query = sa.select(signatures).where(signatures.c.agent == agent, signatures.c.form.in_(numbers))
    found: dict[int, list[Signature]] = {}
    for row in conn.execute(query.order_by(signatures.c.number)) if numbers else ():
        found.setdefault(row.form, []).append(
            Signature(
                signer=Signer(row.signer),
                person=row.person,
                at=row.at,
                digest=row.digest,
                revision=row.revision,
                on_behalf=row.on_behalf,
                override=tuple(row.override.split()),
                reason=row.reason,
                remark=row.remark,
                checked=tuple(row.checked.split()),
                verdict=Verdict(row.verdict) if row.verdict else None,
                due=row.due,
            )
        )
    return found
