"""What people do on a round's page: mark it as read (已阅), and add by hand what no machine sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.desk import me, office_of, reader_of, word_in
from agent.console.render import language_of, round_url
from agent.console.round import ROOM_SPLIT, number_of, show_round
from agent.services import review_round as review
from duty.errors import NotFound, RecordRefused
from duty.round_review import Item, Seen
from exporters.words import words
from exporters.words.codes import MISSED_NOTES, READ_NOTES

WELL, BAD = "well", "bad"
PHRASES: Final = {**dict.fromkeys(READ_NOTES, "phrase"), **dict.fromkeys(MISSED_NOTES, "reason")}

Form = Mapping[str, str]


async def read(request: Request, form: Form) -> Response:
    """Mark the round as read, with a note or without."""
    number = number_of(request)
    try:
        await review.mark_read(
            office_of(request).station, number, me(request), _note(request, form), asker=_asker(request)
        )
    except RecordRefused as why:
        return await _refuse(request, number, form, why, "read")
    except NotFound:
        raise HTTPException(404) from None
    return RedirectResponse(f"{round_url(number)}?done=read#review", 303)


async def add(request: Request, form: Form) -> Response:
    """Add what somebody saw in a room."""
    number = number_of(request)
    site, _, room = form.get("room", "").partition(ROOM_SPLIT)
    try:
        await review.add_lines(
            office_of(request).station,
            number,
            me(request),
            site=site,
            room=room,
            seen=_seen(request, form),
            asker=_asker(request),
        )
    except RecordRefused as why:
        return await _refuse(request, number, form, why, "lines")
    except NotFound:
        raise HTTPException(404) from None
    return RedirectResponse(f"{round_url(number)}?done=lines#environment", 303)


def _note(request: Request, form: Form) -> str:
    """Return the note: a ready phrase in the words of who chose it, words of their own, or both."""
    say, own, phrase = words(language_of(request)), word_in(form, "note"), form.get("phrase", "")
    ready = say(f"reviewing.{PHRASES[phrase]}.{phrase}") if phrase in PHRASES else ""
    return say("cli.pair", name=ready, text=own) if ready and own else ready or own


def _seen(request: Request, form: Form) -> list[Seen]:
    found = []
    for item in Item:
        verdict, value = form.get(f"item.{item}", ""), word_in(form, f"value.{item}")
        if verdict in (WELL, BAD):
            found.append(Seen(item, verdict == WELL, value))
        elif value:
            # Left out in silence it would be lost, and taken for well it would be a guess.
            raise RecordRefused("no_verdict", {"item": words(language_of(request))(f"paper.items.{item}")})
    return found


async def _refuse(request: Request, number: int, form: Form, why: RecordRefused, trying: str) -> Response:
    response = await show_round(request, number, typed=form, refused=why, trying=trying)
    response.status_code = 409
    return response


def _asker(request: Request) -> str:
    visitor = reader_of(request)
    return visitor.account if visitor.person else ""
