"""Values of duty as plain JSON and back, by the fields that their classes declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from agent.store.columns import MICROSECOND, instant, microseconds
from duty.errors import StoreError

T = TypeVar("T")


def plain(value: object) -> Any:
    """Return a value as JSON can hold it: moments and lengths in microseconds, dates as ISO text, enums as values."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return microseconds(value)
    if isinstance(value, timedelta):
        return value // MICROSECOND
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def restored(kind: type[T], said: Any) -> T:
    """Make a value of a class of what ``plain`` made of it; a field that is missing has its default.

    StoreError where it is not what the class declares: an older version's value is read, a newer one's is not.
    """
    try:
        value: T = _restored(kind, said)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise StoreError(f"a stored {kind.__name__} cannot be read ({error}): run nightduty verify") from error
    return value


def _restored(kind: Any, said: Any) -> Any:
    origin, of = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if said is None:
            return None
        # Of our unions only numbers have more than one member beside None, and those stand as they are.
        (first, *others) = [each for each in of if each is not type(None)]
        return said if others else _restored(first, said)
    if origin is tuple:
        return tuple(_restored(of[0], each) for each in said)
    if origin is not None and issubclass(origin, Mapping):
        return {_restored(of[0], key): _restored(of[1], each) for key, each in said.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _restored(hints[name], each) for name, each in said.items()})
    if kind is datetime:
        return instant(said)
    if kind is timedelta:
        return timedelta(microseconds=said)
    if kind is date or kind is time:
        return kind.fromisoformat(said)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(said)
    if not isinstance(said, kind) and not (kind is float and isinstance(said, int)):
        raise TypeError(f"{said!r} is no {kind.__name__}")
    return said


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
