"""What a reader sends: read up to a size and for a while, and understood as a form."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

LARGEST: Final = 64 * 1024
MOST_FIELDS: Final = 100
PATIENCE: Final = 10.0
"""Seconds for a whole body: who sends a byte now and then would keep a place for ever."""
FORM: Final = "application/x-www-form-urlencoded"

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
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(413) from None
