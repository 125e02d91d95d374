"""The change of shift: the list of forms, and one form to be read, filled in and signed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.addresses import Addresses
from agent.console.alert_lines import LONGEST_NUMBER
from agent.console.desk import Refused, asker, me, number_in, office_of, reader_of, word_in
from agent.console.guard import Visitor
from agent.console.render import language_of, page
from agent.console.sign_in import address_of
from agent.console.when import as_field, moment
from agent.services.fill_form import LONGEST, arrive, fill_form
from agent.services.form_board import FormView, read_form, read_forms
from agent.services.sign_form import Wanted, sign_form
from duty.errors import Damaged, HandoverRefused, NotFound
from duty.handover import Field, FormState, Signer, Verdict
from duty.signing import CHECKS, HINDRANCES, MAY_SIGN
from exporters.papers.handover_form import form_paper
from exporters.words import words
from exporters.words.codes import READY, READY_REASONS

log = logging.getLogger(__name__)

Form = Mapping[str, str]

TYPED: Final = ("signer", "on_behalf", "reason", "remark", "verdict", "due", *CHECKS, *HINDRANCES)
"""Fields of the signature that are kept when it is refused; a password never is."""


@dataclass(frozen=True, slots=True)
class Pen:
    """As whom the reader may sign now. ``own``: they are the one by the roster; ``hindered`` is to be passed over."""

    signer: Signer
    own: bool
    names: tuple[str, ...]
    hindered: tuple[str, ...]


async def show_list(request: Request) -> Response:
    """Show the newest forms; ``?before=`` goes on to older ones."""
    text = request.query_params.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None
    found = await read_forms(office_of(request).station, before)
    live = [each for each in found.forms if each.next]
    return await page(
        request, "handovers.html", found, found=found, live=live, closed=[each for each in found.forms if not each.next]
    )


async def show(request: Request) -> Response:
    """Show one form."""
    return await _page(request)


async def fill(request: Request, form: Form) -> Response:
    """Write fields of a form."""
    number = number_in(request)
    fields = {field: word_in(form, field.value)[:LONGEST] for field in Field if field.value in form}
    try:
        await fill_form(office_of(request).station, number, me(request), fields, asker=asker(request))
    except HandoverRefused as why:
        return await _page(request, form, Refused(why.code))
    except NotFound:
        raise HTTPException(404) from None
    return RedirectResponse(f"/handover/{number}?done=filled#fill", 303)


async def come(request: Request, form: Form) -> Response:
    """Write that the reader has come to take over."""
    number = number_in(request)
    try:
        await arrive(office_of(request).station, number, me(request), asker=asker(request))
    except HandoverRefused as why:
        return await _page(request, form, Refused(why.code))
    except NotFound:
        raise HTTPException(404) from None
    return RedirectResponse(f"/handover/{number}?done=arrived", 303)


async def sign(request: Request, form: Form) -> Response:
    """Sign a form with the reader's password."""
    office, number = office_of(request), number_in(request)
    try:
        view = await form_in(request)
        wanted = _read(form, view)
        await sign_form(office.door, number, request.state.known.account, wanted, address_of(request))
    except Refused as why:
        return await _page(request, form, why)
    except HandoverRefused as why:
        return await _page(request, form, Refused(why.code, **why.fields))
    except NotFound:
        raise HTTPException(404) from None
    return RedirectResponse(f"/handover/{number}?done=signed", 303)


async def form_in(request: Request) -> FormView:
    """Return the form that an address names. HTTPException 404 where there is none, 500 where its content is lost."""
    try:
        return await read_form(office_of(request).station, number_in(request))
    except NotFound:
        raise HTTPException(404) from None
    except Damaged:
        log.exception("a signed form cannot be shown")
        raise HTTPException(500, "damaged") from None


def _read(form: Form, view: FormView) -> Wanted:
    """Return what the form says. Refused where it says nothing that could be signed."""
    signer, verdict = form.get("signer", ""), form.get("verdict", "")
    if signer not in list(Signer) or verdict not in ("", *Verdict):
        raise Refused("no_verdict")
    due = moment(form["due"], view.site_zone) if form.get("due") else None
    return Wanted(
        signer=Signer(signer),
        seen=form.get("seen", "")[:64],
        password=form.get("password", ""),
        on_behalf=form.get("on_behalf", "")[:LONGEST],
        override=tuple(code for code in HINDRANCES if code in form),
        reason=word_in(form, "reason"),
        remark=word_in(form, "remark"),
        checked=tuple(code for code in CHECKS if code in form),
        verdict=Verdict(verdict) if verdict and signer == Signer.MANAGER else None,
        due=due if verdict == Verdict.WITH_FAULTS else None,
    )


async def _page(request: Request, typed: Form | None = None, refused: Refused | None = None) -> Response:
    visitor = reader_of(request)
    view = await form_in(request)
    form, say, pens = view.form, words(language_of(request)), _pens(view, visitor)
    typed = typed or {}
    pen = _pen(pens, typed.get("signer") or request.query_params.get("as", ""))
    response = await page(
        request,
        "handover.html",
        view,
        view=view,
        form=form,
        paper=form_paper(form, view.content, say, view.now, view.titles, Addresses()),
        pen=pen,
        pens=[other for other in pens if other is not pen],
        may_arrive=form.live and me(request) in view.waiting.expected.incoming and not _arrived(view, me(request)),
        fields=list(Field),
        hand=typed or {field: line.text for field, line in view.content.by_hand.items()},
        typed={name: typed.get(name, "") for name in TYPED},
        refused=refused,
        checks=CHECKS,
        ready=READY,
        ready_reasons=READY_REASONS,
        verdicts=list(Verdict),
        now_field=as_field(view.now, view.site_zone),
        longest=LONGEST,
        done=_done(request, view),
    )
    if refused is not None:
        response.status_code = 409
    return response


def _pens(view: FormView, visitor: Visitor) -> list[Pen]:
    """Return as whom the reader may sign: first what is theirs to sign, beginning with what waits for it."""
    name, form, turn = visitor.person or visitor.account, view.form, view.waiting.next
    pens = []
    for signer in Signer:
        if form.by(signer) is not None or not MAY_SIGN[signer].intersection(visitor.posts):
            continue
        if form.state is FormState.CLOSED or (signer is not Signer.MANAGER and not form.live):
            continue
        names = view.waiting.expected.of(signer)
        pens.append(Pen(signer, not names or name in names, names, view.hindered[signer]))
    return sorted(pens, key=lambda pen: (not pen.own, pen.signer is not turn))


def _pen(pens: list[Pen], chosen: str) -> Pen | None:
    return next((pen for pen in pens if pen.signer == chosen), pens[0] if pens else None)


def _arrived(view: FormView, name: str) -> bool:
    return any(who.name == name and who.arrived for who in view.content.incoming)


def _done(request: Request, view: FormView) -> str:
    """Return what was done last, as far as it is so: an address alone makes nothing true."""
    code = request.query_params.get("done", "")
    true = {
        "filled": bool(view.content.by_hand),
        "arrived": _arrived(view, me(request)),
        "signed": bool(view.form.signatures) and view.form.signatures[-1].person == me(request),
    }
    if code == "signed" and view.form.state is FormState.DRAFT and true[code]:
        return "returned"
    return code if true.get(code) else ""
