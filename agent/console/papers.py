"""Papers to download: a round, a night. Made in a thread, one at a time, for a large one takes seconds of a core."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.handover import form_in
from agent.console.office import Office
from agent.console.render import language_of
from agent.console.round import number_of
from agent.services.read_night import read_night
from agent.services.read_round import read_round
from duty.night_log import NightLog
from duty.tours import Turn
from exporters.papers.handover_form import form_paper
from exporters.papers.night_sheet import file_name, night_paper, night_papers
from exporters.papers.pdf import pdf
from exporters.papers.round_sheet import round_file_name, round_paper
from exporters.papers.xlsx import workbook
from exporters.words import Say, words

PDF: Final = "application/pdf"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
    office, say = _office(request), _say(request)
    number = number_of(request)
    async with press_of(request).turn():
        record = await read_round(office.station, office.reader, number)
        if record is None:
            raise HTTPException(404)
        content = await run_in_threadpool(lambda: pdf(round_paper(record, say)))
    return download(content, round_file_name(record, say, "pdf"), PDF)


async def round_xlsx(request: Request) -> Response:
    """Return a round as a workbook."""
    office, say = _office(request), _say(request)
    number = number_of(request)
    async with press_of(request).turn():
        record = await read_round(office.station, office.reader, number)
        if record is None:
            raise HTTPException(404)
        name = round_file_name(record, say, "xlsx")
        content = await run_in_threadpool(lambda: workbook([(name.partition(".")[0], round_paper(record, say))]))
    return download(content, name, XLSX)


async def night_pdf(request: Request) -> Response:
    """Return a night's sheet on paper."""
    say = _say(request)
    async with press_of(request).turn():
        log = await _night(request)
        content = await run_in_threadpool(lambda: pdf(night_paper(log, say)))
    return download(content, file_name(log, say, "pdf"), PDF)


async def night_xlsx(request: Request) -> Response:
    """Return a night's workbook."""
    say = _say(request)
    async with press_of(request).turn():
        log = await _night(request)
        content = await run_in_threadpool(lambda: workbook(night_papers(log, say)))
    return download(content, file_name(log, say, "xlsx"), XLSX)


async def form_pdf(request: Request) -> Response:
    """Return a handover form on paper."""
    say = _say(request)
    async with press_of(request).turn():
        view = await form_in(request)
        paper = form_paper(view.form, view.content, say, view.now, view.titles)
        content = await run_in_threadpool(lambda: pdf(paper))
    return download(content, f"{view.form.name}.pdf", PDF)


async def form_xlsx(request: Request) -> Response:
    """Return a handover form as a workbook."""
    say = _say(request)
    async with press_of(request).turn():
        view = await form_in(request)
        paper = form_paper(view.form, view.content, say, view.now, view.titles)
        content = await run_in_threadpool(lambda: workbook([(view.form.name, paper)]))
    return download(content, f"{view.form.name}.xlsx", XLSX)


def download(content: bytes, name: str, kind: str) -> Response:
    """Return a file to keep under its name; browsers that know no other take the plain one (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def press_of(request: Request) -> Press:
    """Return the press of this console."""
    press: Press = request.app.state.press
    return press


async def _night(request: Request) -> NightLog:
    """Return the night, or with ``?turn=day`` the day, that an address names. HTTPException 404 where there is none."""
    try:
        day = date.fromisoformat(str(request.path_params["day"]))
        turn = Turn(request.query_params.get("turn", Turn.NIGHT))
    except ValueError:
        raise HTTPException(404) from None
    log = await read_night(_office(request).station, str(request.path_params["site"]), day, turn)
    if log is None:
        raise HTTPException(404)
    return log


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def _say(request: Request) -> Say:
    return words(language_of(request))
