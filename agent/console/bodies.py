"""What a reader sends: read up to a size and for a while, and understood as a form."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

LARGEST: Final = 64 * 1024
MOST_FIELDS: Final = 100
PATIENCE: Final = 10.0
"""Seconds for a whole body: who sends a byte now and then would keep a place for ever."""
FORM: Final = "application/x-www-form-urlencoded"
FORM_WITH_FILE: Final = "multipart/form-data"
LARGEST_WITH_FILE: Final = 5_000_000 + LARGEST
"""A form with the largest file that is taken (``tick_off.LARGEST``)."""
PATIENCE_WITH_FILE: Final = 120.0
"""Seconds: a picture from a machine room comes by a bad network."""

CLOSE: Final = {"connection": "close"}
"""What was not read would be taken for the next request."""


async def read_body(request: Request, largest: int = LARGEST, patience: float = PATIENCE) -> bytes:
    """Return what was sent. Raises HTTPException 413 where it is too much, 408 where it takes too long."""
    if int(request.headers.get("content-length") or 0) > largest:
        raise HTTPException(413, headers=CLOSE)
    body = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for part in request.stream():
                body += part
                if len(body) > largest:
                    raise HTTPException(413, headers=CLOSE)
    except TimeoutError:
        raise HTTPException(408, headers=CLOSE) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(body)


async def read_form(request: Request, largest: int = LARGEST) -> Mapping[str, str]:
    """Return the fields of a form, the last one of each name.

    Raises HTTPException 413 or 408 as ``read_body`` does, and 415 where it is no form.
    """
    body = await read_body(request, largest)
    if body and _kind(request) != FORM:
        raise HTTPException(415)
    return _fields(body)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a form, as a browser calls it; it is not believed."""

    name: str
    body: bytes = field(repr=False)


async def read_form_with_file(request: Request) -> tuple[Mapping[str, str], Sent | None]:
    """Return the fields of a form and the one file that came with it.

    Raises as ``read_form`` does, from a larger size on.
    """
    if _kind(request) != FORM_WITH_FILE:
        return await read_form(request), None
    body = await read_body(request, LARGEST_WITH_FILE, PATIENCE_WITH_FILE)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    # What was read up to a size is understood by Starlette, which sets none for a file.
    whole = Request(request.scope, again)
    try:
        async with whole.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LARGEST) as form:
            fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
            file = next((value for value in form.values() if isinstance(value, UploadFile) and value.filename), None)
            return fields, None if file is None else Sent(file.filename or "", await file.read())
    except HTTPException as why:
        raise HTTPException(413 if "Too many" in why.detail or "exceeded" in why.detail else 415) from None


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(413) from None
