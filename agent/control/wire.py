"""Values on the wire: a line of JSON each, typed again at the other end."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter

from duty.errors import AlreadyRunning, NightdutyError, NotFound, StoreError

T = TypeVar("T")

LONGEST = 64 * 1024 * 1024
"""Bytes of one message; the sheet of the largest table that is taken is about half of it."""

ERRORS: dict[str, type[NightdutyError]] = {kind.__name__: kind for kind in (NotFound, StoreError, AlreadyRunning)}


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def plain(kind: Any, value: object) -> Any:
    """Return a value as JSON has it: numbers, text, lists, objects."""
    # Readings and findings are kept by column; here they are a list like any other.
    return _adapter(kind).dump_python(value, mode="json", fallback=tuple)


def typed(kind: type[T], value: object) -> T:
    """Return the value of ``kind`` that ``plain`` was made of."""
    result: T = _adapter(kind).validate_python(value)
    return result


def line(message: dict[str, Any]) -> bytes:
    """Return a message as a line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def failure(error: NightdutyError) -> dict[str, Any]:
    """Return an error as a message, so that it can be raised again at the other end."""
    return {"error": {"kind": type(error).__name__, "text": str(error)}}


def raised(message: dict[str, Any]) -> NightdutyError:
    """Return the error that a message carries."""
    kind = ERRORS.get(message["error"]["kind"], NightdutyError)
    return kind(message["error"]["text"])
