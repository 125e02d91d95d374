"""Sign a handover form: the outgoing shift, the incoming one, the duty manager, each with their password again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from agent.services.door import Door
from agent.services.draft_form import draft, handling, who_signs
from agent.services.fill_form import note_arrival
from agent.services.orders import Orders
from agent.services.sign_in import ask_again
from agent.store import accounts, alerts, form_contents, forms, journal, outbox, people
from agent.store.accounts import Account
from duty.errors import HandoverRefused, StoreError
from duty.form_content import FormContent
from duty.handover import Expected, Form, Signature, Signer, Verdict
from duty.people import Person
from duty.signing import MAY_SIGN, fault, hindrances, signed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to sign. ``seen`` is the digest of the content that they had before them."""

    signer: Signer
    seen: str
    password: str = field(repr=False)
    on_behalf: str = ""
    override: tuple[str, ...] = ()
    reason: str = ""
    remark: str = ""
    checked: tuple[str, ...] = ()
    verdict: Verdict | None = None
    due: datetime | None = None


async def sign_form(door: Door, number: int, account: Account, wanted: Wanted, address: str) -> Form:
    """Sign a form in the name of who is signed in, and return it as it stands then. Raises NotFound or HandoverRefused.

    A content that has changed since it was looked at is not signed: what is new must be seen first.
    """
    if not MAY_SIGN[wanted.signer].intersection(account.posts):
        raise HandoverRefused("post")
    refused = await ask_again(door, account, wanted.password, address)
    if refused is not None:
        raise HandoverRefused(f"password_{refused.code}", {"n": int(refused.wait.total_seconds())})
    station = door.station
    return await station.store.write(_sign, station.orders, number, account, wanted, station.clock.now())


def _sign(
    conn: Connection, agent: str, orders: Orders, number: int, account: Account, wanted: Wanted, now: datetime
) -> Form:
    fresh = accounts.get_account(conn, agent, account.name)
    if fresh is None or fresh.disabled or fresh.password_hash != account.password_hash:
        raise HandoverRefused("password_wrong")
    form = forms.get_form(conn, agent, number)
    by = account.person or account.name
    of = who_signs(conn, agent, form.tour)
    content = content_of(conn, agent, orders, form, now)
    digest = form_contents.digest_of(content)
    if wanted.seen != digest:
        raise HandoverRefused("changed")
    if wanted.signer is Signer.INCOMING and note_arrival(conn, agent, form, wanted.on_behalf or by, "", now):
        # Whoever takes over is there: where nothing was said before, they came now.
        content = _arrived(content, wanted.on_behalf or by, now)
        digest = form_contents.digest_of(content)
    major = handling(conn, agent, alerts.open_alerts(conn, agent), form.tour.site, now)
    hindered = hindrances(form, wanted.signer, of, major)
    signature = Signature(
        signer=wanted.signer,
        person=by,
        at=now,
        digest=digest,
        revision=form.revision,
        on_behalf=wanted.on_behalf,
        # Only what does stand in the way is passed over.
        override=tuple(code for code in hindered if code in wanted.override),
        reason=wanted.reason,
        remark=wanted.remark,
        checked=wanted.checked,
        verdict=wanted.verdict,
        due=wanted.due,
    )
    if code := fault(form, signature, of, hindered):
        raise HandoverRefused(code)
    after = signed(form, signature)
    try:
        forms.put_signature(conn, agent, after)
    except StoreError:
        raise HandoverRefused("signed") from None
    form_contents.put_content(conn, agent, content)
    said = forms.told(after, signature) | {"state": after.state.value, "account": account.name}
    journal.append(conn, agent, forms.SIGNED, now, by, after.state.value, said)
    if wanted.verdict is Verdict.RETURNED:
        outbox.enqueue(conn, agent, _of_the_return(form, signature, of, people.load_people(conn, agent)), now)
    return after


def _of_the_return(
    form: Form, signature: Signature, of: Expected, there: Mapping[str, Person]
) -> Iterator[outbox.Outgoing]:
    """Tell both shifts that their form came back, for the outgoing one may be on the way home."""
    signed_by = [s.person for s in form.standing if s.signer is not Signer.MANAGER]
    for name in dict.fromkeys([*signed_by, *of.outgoing, *of.incoming]):
        person = there.get(name)
        if person is None or not person.contacts or name == signature.person:
            continue
        whom = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        yield outbox.Outgoing(
            key=f"returned-{form.number}-{form.revision}-{whom}",
            event="handover_returned",
            contact=person.contacts[0],
            person=name,
            data={"form": form.name, "by": signature.person, "reason": signature.reason},
        )


def _arrived(content: FormContent, name: str, now: datetime) -> FormContent:
    return replace(
        content, incoming=tuple(replace(who, arrived=now) if who.name == name else who for who in content.incoming)
    )


def content_of(conn: Connection, agent: str, orders: Orders, form: Form, now: datetime) -> FormContent:
    """Return what stands in a form: the draft while it lives, then what was signed."""
    return draft(conn, agent, orders, form, now) if form.live else form_contents.get_content(conn, agent, form.digest)
