"""How our values stand in columns: instants, exact numbers, words of any kind, digests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""An integer of 64 bits with sign; SQLite's STRICT tables know it by the name INTEGER only."""


def microseconds(at: datetime) -> int:
    """Turn an aware datetime into whole microseconds since 1970 in UTC; ValueError for one without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return (at - EPOCH) // MICROSECOND


def instant(us: int) -> datetime:
    """Turn microseconds since 1970 into an aware datetime in UTC."""
    return EPOCH + timedelta(microseconds=us)


class Instant(sa.TypeDecorator[datetime]):
    """A moment: an aware datetime in the code, integer microseconds UTC in the store."""

    impl = Whole
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else instant(value)


class Exact(sa.TypeDecorator[int | float]):
    """A number kept as it is written: a Counter64 goes past 2^63, where integer columns end."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: int | float | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | float | None:
        return None if value is None else json.loads(value)


class Words(sa.TypeDecorator[str]):
    """Text that may come from a device. PostgreSQL refuses NUL and SQLite lone surrogates, so such text is quoted."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or not (value.startswith('"') or "\0" in value or _has_surrogate(value)):
            return value
        return json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or not value.startswith('"'):
            return value
        return str(json.loads(value))


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


class Digest(sa.TypeDecorator[str]):
    """A SHA-256: hexadecimal in the code, 32 bytes in the store."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else bytes(value).hex()


class Flag(sa.TypeDecorator[bool]):
    """Yes or no: 1 or 0, for a STRICT table has no booleans."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)
