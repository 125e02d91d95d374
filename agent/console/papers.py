"""Papers to download: rounds, nights, forms, reports. Made in a thread, one at a time: a large one takes seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Final, NamedTuple, TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.desk import office_of
from agent.console.handover import form_in
from agent.console.incident_report import view_in
from agent.console.render import language_of
from agent.console.round import number_of
from agent.services.form_board import FormView
from agent.services.incident_board import ReportView
from agent.services.read_night import read_night
from agent.services.read_round import read_round
from duty.night_log import NightLog
from duty.round_record import RoundRecord
from duty.tours import Turn
from exporters.papers.course_text import course_text
from exporters.papers.docx import docx
from exporters.papers.handover_form import form_paper
from exporters.papers.incident_report import report_file_name, report_paper
from exporters.papers.night_sheet import file_name, night_paper, night_papers
from exporters.papers.paper import Paper
from exporters.papers.pdf import pdf
from exporters.papers.round_sheet import round_file_name, round_paper
from exporters.papers.xlsx import workbook
from exporters.words import Say, words

T = TypeVar("T")


class Kind(NamedTuple):
    """A kind of file: how its name ends, and what browsers call it."""

    ending: str
    media: str


PDF: Final = Kind("pdf", "application/pdf")
XLSX: Final = Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
DOCX: Final = Kind("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
TXT: Final = Kind("txt", "text/plain; charset=utf-8")
MOST_THERE: Final = 8
"""Who comes when so many wait or print is told to come again: each of them may take seconds."""
AGAIN_S: Final = 10


class Press:
    """Where papers are printed: one at a time, and only so many wait for it."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(1)
        self._there = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn, to read as well as to print. HTTPException 429: too many wait."""
        if self._there >= MOST_THERE:
            raise HTTPException(429, headers={"Retry-After": str(AGAIN_S)})
        self._there += 1
        try:
            async with self._free:
                yield
        finally:
            self._there -= 1


async def round_pdf(request: Request) -> Response:
    """Return a round on paper."""
    return await give(request, _round, round_file_name, lambda record, say: pdf(round_paper(record, say)), PDF)


async def round_xlsx(request: Request) -> Response:
    """Return a round as a workbook."""

    def printed(record: RoundRecord, say: Say) -> bytes:
        name, _, _ = round_file_name(record, say, XLSX.ending).partition(".")
        return workbook([(name, round_paper(record, say))])

    return await give(request, _round, round_file_name, printed, XLSX)


async def night_pdf(request: Request) -> Response:
    """Return a night's sheet on paper."""
    return await give(request, _night, file_name, lambda log, say: pdf(night_paper(log, say)), PDF)


async def night_xlsx(request: Request) -> Response:
    """Return a night's workbook."""
    return await give(request, _night, file_name, lambda log, say: workbook(night_papers(log, say)), XLSX)


async def form_pdf(request: Request) -> Response:
    """Return a handover form on paper."""
    return await give(request, form_in, _form_name, lambda view, say: pdf(_form_paper(view, say)), PDF)


async def form_xlsx(request: Request) -> Response:
    """Return a handover form as a workbook."""

    def printed(view: FormView, say: Say) -> bytes:
        return workbook([(view.form.name, _form_paper(view, say))])

    return await give(request, form_in, _form_name, printed, XLSX)


async def report_pdf(request: Request) -> Response:
    """Return an incident report on paper."""
    return await give(request, view_in, _report_name, lambda view, say: pdf(_report_paper(view, say)), PDF)


async def report_docx(request: Request) -> Response:
    """Return an incident report as a Word document, for whoever must go on writing in it."""
    return await give(request, view_in, _report_name, lambda view, say: docx(_report_paper(view, say)), DOCX)


async def course(request: Request) -> Response:
    """Return what happened as plain text for a vendor's ticket, in which nobody of the house is named."""
    return await give(request, view_in, _report_name, course_in, TXT)


def course_in(view: ReportView, say: Say) -> bytes:
    """Return the text of a vendor's ticket."""
    return course_text(view.content, say, view.case.now).encode()


async def give(
    request: Request,
    find: Callable[[Request], Awaitable[T]],
    name: Callable[[T, Say, str], str],
    printed: Callable[[T, Say], bytes],
    kind: Kind,
) -> Response:
    """Return what a request asks for, found and printed when its turn has come. HTTPException 429, or as ``find``."""
    say = words(language_of(request))
    async with press_of(request).turn():
        found = await find(request)
        content = await run_in_threadpool(printed, found, say)
    return download(content, name(found, say, kind.ending), kind.media)


def download(content: bytes, name: str, media: str) -> Response:
    """Return a file to keep under its name; browsers that know no other take the plain one (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(content, media_type=media, headers=headers)


def press_of(request: Request) -> Press:
    """Return the press of this console."""
    press: Press = request.app.state.press
    return press


async def _round(request: Request) -> RoundRecord:
    """Return the round that an address names. HTTPException 404 where there is none."""
    office = office_of(request)
    record = await read_round(office.station, office.reader, number_of(request))
    if record is None:
        raise HTTPException(404)
    return record


async def _night(request: Request) -> NightLog:
    """Return the night, or with ``?turn=day`` the day, that an address names. HTTPException 404 where there is none."""
    try:
        day = date.fromisoformat(str(request.path_params["day"]))
        turn = Turn(request.query_params.get("turn", Turn.NIGHT))
    except ValueError:
        raise HTTPException(404) from None
    log = await read_night(office_of(request).station, str(request.path_params["site"]), day, turn)
    if log is None:
        raise HTTPException(404)
    return log


def _report_name(view: ReportView, say: Say, ending: str) -> str:
    return report_file_name(view.content, say, ending)


def _report_paper(view: ReportView, say: Say) -> Paper:
    return report_paper(view.report, view.content, say, view.case.now)


def _form_name(view: FormView, _: Say, ending: str) -> str:
    return f"{view.form.name}.{ending}"


def _form_paper(view: FormView, say: Say) -> Paper:
    return form_paper(view.form, view.content, say, view.now, view.titles)
