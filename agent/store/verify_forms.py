"""Signed handover forms compared with what the journal says of each signature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from agent.store import bodies, form_contents, forms
from agent.store.journal import Entry
from duty.errors import NotFound, StoreError
from duty.handover import Form, FormState, Signature, Signer

Said = dict[str, Any]


def signature_fault(conn: Connection, agent: str, entry: Entry, said: Said) -> str:
    """Say what is wrong with a signature or with the content that was signed, "" where they are as they were."""
    name = f"handover form {said['name']}"
    try:
        form = forms.get_form(conn, agent, int(said["form"]))
    except NotFound:
        return f"{name} is missing"
    signature = _signature(form, said)
    who = f"{name}: the signature of {entry.actor}"
    if signature is None:
        return f"{who} is missing"
    found = forms.told(form, signature)
    changed = [key for key, value in found.items() if value != said.get(key)]
    if (signature.person, signature.at) != (entry.actor, entry.at):
        changed.append("person or time")
    if changed:
        return f"{who} was changed: {', '.join(changed)}"
    return _content_fault(conn, agent, name, signature.digest)


def form_faults(conn: Connection, agent: str, newest: dict[int, Said]) -> Iterator[str]:
    """Yield the forms that do not stand as their newest signature left them; ``newest`` says that of each by number."""
    before = None
    while page := forms.list_forms(conn, agent, 500, before):
        for form in page:
            said = newest.get(form.number)
            state, revision = (said["state"], said["revision"]) if said else (FormState.DRAFT.value, 1)
            if said and said["verdict"] == "returned":
                revision += 1
            digest = said["digest"] if said and not form.live else ""
            stands = (form.state.value, form.revision, form.digest) == (state, revision, digest)
            if not stands or (said is None and form.signatures):
                yield f"handover form {form.name} was changed: no signature in the journal made it {form.state.value}"
        before = page[-1].number


def _signature(form: Form, said: Said) -> Signature | None:
    wanted = (Signer(said["signer"]), int(said["revision"]))
    return next((s for s in form.signatures if (s.signer, s.revision) == wanted), None)


def _content_fault(conn: Connection, agent: str, name: str, digest: str) -> str:
    try:
        body = form_contents.read_body(conn, agent, digest)
    except StoreError:
        return f"{name}: what was signed is damaged"
    if body is None:
        return f"{name}: what was signed is missing"
    return "" if bodies.digest(body) == digest else f"{name}: what was signed was changed"
