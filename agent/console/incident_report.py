"""The incident report 《突发事件报告表》: what the record drafted beside what people fill in, and its signatures."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.desk import asker, me, number_in, office_of, reader_of, word_in
from agent.console.render import language_of, page
from agent.console.report_boxes import CHAPTERS, boxes, seen_in, texts_in
from agent.console.report_steps import moves, steps
from agent.console.sign_in import address_of
from agent.services.file_report import Move, Wanted, sign_report
from agent.services.incident_board import ReportView, read_report
from agent.services.write_report import assign, write_fields
from duty.errors import Damaged, HandoverRefused, NotFound, RecordRefused, Refusal, ReportRefused, StoreError
from duty.filing import ReportState
from duty.incident_report import LONGEST_FIELD, ReportField
from duty.people import Post
from duty.rights import Right
from exporters.papers.clerk import Clerk
from exporters.papers.course_text import course_text
from exporters.papers.incident_report import record_of, report_paper
from exporters.papers.report_clocks import filed, legal
from exporters.words import words

log = logging.getLogger(__name__)

Form = Mapping[str, str]

LARGEST: Final = 1024 * 1024
"""Bytes of a whole form: each field full of Chinese, as browsers encode it, and one more."""
AUTHORS: Final = frozenset({Post.TECHNICIAN, Post.RESERVE, Post.MANAGER, Post.LEADER})
WRITTEN: Final = "incidents.refused.written"
"""Why nothing was written where somebody else has written since."""
ORDER: Final = (*CHAPTERS, "attachments", "filing")
"""The chapters of the paper as they stand on the page; the signatures have their own place."""
READY: Final = ("cause", "owner", "course", "customers")
"""Ready phrases for a report that goes back, under ``report_page.ready``."""


async def show(request: Request) -> Response:
    """Show the report of an incident."""
    return await _page(request)


async def write(request: Request, form: Form) -> Response:
    """Write what was filled in."""
    return await _do(request, form, "written")


async def submit(request: Request, form: Form) -> Response:
    """Write what was filled in, and submit the report with the author's password."""
    return await _do(request, form, "submitted", Move.SUBMIT)


async def give(request: Request, form: Form) -> Response:
    """Write what was filled in, and let somebody else be the author."""
    return await _do(request, form, "assigned")


async def sign(request: Request, form: Form) -> Response:
    """Approve, return or countersign a report that was submitted."""
    name, _, role = form.get("move", "").partition(":")
    if name not in (Move.APPROVE, Move.RETURN, Move.COUNTERSIGN):
        return await _page(request, form, RecordRefused("incidents.refused.no_move"))
    return await _do(request, form, name, Move(name), role)


async def _do(request: Request, form: Form, done: str, move: Move | None = None, role: str = "") -> Response:
    number, station = number_in(request), office_of(request).station
    try:
        view = await view_in(request)
        seen = form.get("seen", "")[:64]
        if move in (None, Move.SUBMIT):
            changed = await _save(request, form, view)
            if changed and move is Move.SUBMIT and seen == view.digest:
                # Whoever signs saw the page and typed the rest: with that, this is what they had before them.
                seen = (await view_in(request)).digest
        if done == "assigned":
            await assign(station, number, form.get("author", ""), me(request), asker=asker(request))
        if move is not None:
            wanted = Wanted(move, seen, form.get("password", ""), word_in(form, "remark"), role)
            known = request.state.known.account
            say = words(language_of(request))
            await sign_report(office_of(request).door, number, known, wanted, say, address_of(request))
    except Refusal as why:
        return await _page(request, form, why)
    except NotFound:
        raise HTTPException(404) from None
    return RedirectResponse(f"/incidents/{number}/report?done={done}", 303)


async def _save(request: Request, form: Form, view: ReportView) -> bool:
    """Write the fields that a form has, and say whether it had any."""
    texts = texts_in(form)
    if texts:
        station = office_of(request).station
        number = view.report.incident
        await write_fields(station, number, me(request), texts, seen=seen_in(form), asker=asker(request))
    return bool(texts)


async def view_in(request: Request) -> ReportView:
    """Return the report that an address names. HTTPException 404 where there is none, 500 where its content is lost."""
    try:
        return await read_report(office_of(request).station, number_in(request), words(language_of(request)))
    except (Damaged, StoreError):
        log.exception("a report that was filed cannot be shown")
        raise HTTPException(500, "damaged") from None
    except NotFound:
        raise HTTPException(404) from None


async def _page(request: Request, typed: Form | None = None, refused: Refusal | None = None) -> Response:
    visitor, view, typed = reader_of(request), await view_in(request), typed or {}
    case, content, report, say = view.case, view.content, view.report, words(language_of(request))
    clerk = Clerk(say, case.now, ZoneInfo(content.zone))
    paper = report_paper(report, content, say, case.now)
    named = _named(refused)
    lost = named if refused is not None and refused.code == WRITTEN else ()
    hand = boxes(content, view.lacks, say, typed, lost)
    writes = report.writable and visitor.may(Right.RECORD)
    response = await page(
        request,
        "incident_report.html",
        case,
        view=view,
        case=case,
        content=content,
        report=report,
        paper=paper,
        writes=writes,
        chapters=[(section, hand.get(name, [])) for name, section in zip(ORDER, record_of(paper, say), strict=False)],
        steps=list(steps(view)),
        filed=filed(report, content, clerk),
        legal=legal(content, clerk),
        offers=list(moves(view, visitor)),
        submits=writes and not case.incident.open and report.author in ("", me(request)),
        others=[p for p in case.there.values() if AUTHORS.intersection(p.posts) and p.name != report.author],
        typed={name: typed.get(name, "") for name in ("remark", "move", "author")},
        refusal=_words(refused),
        refused=refused,
        named=named,
        longest=LONGEST_FIELD,
        done=_done(request, view),
        ready=READY,
        archive=content.archive,
        course=course_text(content, say, case.now),
    )
    if refused is not None:
        response.status_code = 409
    return response


def _words(refused: Refusal | None) -> str:
    """Return the code of what is said of a refusal."""
    match refused:
        case None:
            return ""
        case HandoverRefused():
            return f"handover.refused.{refused.code}"
        case ReportRefused():
            return f"incident_report.refused.{refused.code}"
        case _:
            return refused.code


def _named(refused: Refusal | None) -> tuple[ReportField, ...]:
    """Return the fields that a refusal is about."""
    found = refused.fields.get("fields", ()) if refused is not None else ()
    return tuple(one for one in found if isinstance(one, ReportField)) if isinstance(found, tuple) else ()


def _done(request: Request, view: ReportView) -> str:
    """Return what was done last, as far as it is so: an address alone makes nothing true."""
    code, report = request.query_params.get("done", ""), view.report
    true = {
        "written": any(line.by for line in view.content.fields.values()),
        "assigned": bool(report.author),
        "submitted": report.state is ReportState.SUBMITTED,
        "return": report.state is ReportState.RETURNED,
        "approve": bool(report.reviews) and not report.writable,
        "countersign": bool(report.countersigns),
    }
    if true.get(code) and report.state is ReportState.ARCHIVED:
        return "archived"
    return code if true.get(code) else ""
