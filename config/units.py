"""The small words that settings are written in: names, durations, days, times of day, bit rates, addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, PlainSerializer
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_UNITS: Final = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_DURATION: Final = re.compile("".join(rf"(?:([0-9]{{1,7}}){unit}{'(?!s)' if unit == 'm' else ''})?" for unit in _UNITS))
_DURATION_EXPECTED: Final = "a duration like 90s, 10m, 1h30m or 400d"
_NAME: Final = re.compile(r"[A-Za-z0-9\u3400-\u4dbf\u4e00-\u9fff][A-Za-z0-9._\u3400-\u4dbf\u4e00-\u9fff-]{0,63}")
NAME_LENGTH: Final = 64
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RATE: Final = re.compile(r"([1-9][0-9]{0,11})([kMGT]?)")
_RATE_UNITS: Final = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def mistake(what: str, expected: str = "") -> PydanticCustomError:
    """Make the error by which a validator says what is wrong and what was expected, in our words."""
    # The words travel as context, for the message of the error itself is a template.
    return PydanticCustomError("mistake", "mistake", {"what": what, "expected": expected})


def duration(text: str) -> timedelta:
    """Read a duration like ``90s``, ``10m``, ``1h30m`` or ``400d``. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        raise ValueError(_DURATION_EXPECTED)
    return sum(
        (int(count) * unit for count, unit in zip(found.groups(), _UNITS.values(), strict=True) if count), timedelta()
    )


def in_words(length: timedelta) -> str:
    """Write a duration as ``duration`` reads it, largest units first; finer than a millisecond is cut off.

    Up to three days it is counted in hours, as people on shifts do: 48h.
    """
    parts = []
    for name, unit in _UNITS.items():
        if name == "d" and length < timedelta(days=3):
            continue
        count, length = divmod(length, unit)
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts) or "0s"


@dataclass(frozen=True, slots=True)
class Between:
    """Marks a timedelta as written in text, no shorter than ``least`` and no longer than ``most``."""

    least: str = "0s"
    most: str = "3650d"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic how to read and write it."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(in_words)
        )

    def _read(self, value: object) -> timedelta:
        if isinstance(value, timedelta):
            length = value
        elif isinstance(value, str):
            try:
                length = duration(value)
            except ValueError as error:
                raise mistake("not a duration", str(error)) from None
        elif isinstance(value, int | float) and not isinstance(value, bool):
            raise mistake("a duration without its unit", _DURATION_EXPECTED)
        else:
            raise mistake("not a duration", _DURATION_EXPECTED)
        if length < duration(self.least):
            raise mistake("too short", f"{self.least} or longer")
        if length > duration(self.most):
            raise mistake("too long", f"{self.most} or shorter")
        return length


def is_name(text: str) -> bool:
    """Say whether something may be called so."""
    return _NAME.fullmatch(text) is not None


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise mistake("not text", "a name; write it in quotes")
    if not is_name(value):
        raise mistake(
            "not a name", "1 to 64 letters, digits, '.', '_' or '-', or Chinese characters, not beginning with a mark"
        )
    return value


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise mistake("not a time of day", "hours and minutes like 08:00 or 20:30")
    return time(int(found[1]), int(found[2]))


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) and _DAY.fullmatch(value) else "")
    except ValueError:
        raise mistake("not a day", "year, month and day like 2026-05-01") from None


def _rate(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise mistake("not a bit rate", "bits a second like 100M, 1G or 10G")
    return int(found[1]) * _RATE_UNITS[found[2]]


def _zone(value: object) -> str:
    try:
        return ZoneInfo(value if isinstance(value, str) else "").key
    except (OSError, ValueError, KeyError):  # a folder of the database, a name that is no path, a zone unheard of
        raise mistake("no such time zone", "an IANA name like Asia/Shanghai or Europe/Berlin") from None


def listening(text: str) -> tuple[str, int]:
    """Split an address to listen on, ``127.0.0.1:8600`` or ``[::1]:8600``, into host and port. Raises ValueError."""
    host, _, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    if host != "localhost" and (ip_address(host).version == 6) is not bracketed:
        raise ValueError(text)
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise ValueError(text)
    return host, int(port)


def is_loopback(listen: str) -> bool:
    """Say whether only this machine can reach an address to listen on."""
    host, _ = listening(listen)
    return host == "localhost" or ip_address(host).is_loopback


def _listen(value: object) -> str:
    try:
        listening(value if isinstance(value, str) else "")
    except ValueError:
        raise mistake("not an address to listen on", "address:port like 127.0.0.1:8600 or [::1]:8600") from None
    return str(value)


def _public(value: object) -> str:
    expected = "a URL like https://night.example.com, without a path"
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
        fine = parts.scheme == "https" and plain and parts.port != 0
    except ValueError:
        raise mistake("not an address of pages", expected) from None
    if not fine or not re.fullmatch(r"[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:.]{2,45}", parts.hostname or ""):
        raise mistake("not an address of pages", expected)
    # A browser leaves the usual port out, and its word is compared with this.
    return f"https://{parts.netloc.lower().removesuffix(':443')}"


def _network(value: object) -> str:
    try:
        return str(ip_network(value if isinstance(value, str) else ""))
    except ValueError:
        raise mistake("not an address or a network", "10.0.0.5 or 10.0.0.0/24, without a host's bits") from None


Name = Annotated[str, BeforeValidator(_name)]
"""What a site, a target or a credential is called."""

Text = Annotated[str, Field(max_length=200)]
"""One short line for people."""

Address = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9._:%\[\]-]+$")]
"""An IP address or a host name."""

PortNumber = Annotated[int, Field(ge=1, le=65535)]
"""A TCP or UDP port."""

TimeOfDay = Annotated[time, BeforeValidator(_time), PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str)]
"""Hours and minutes by the site's clock."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day of the calendar."""

BitRate = Annotated[int, BeforeValidator(_rate)]
"""Bits a second."""

Zone = Annotated[str, BeforeValidator(_zone)]
"""An IANA time zone."""

Listen = Annotated[str, BeforeValidator(_listen)]
"""An address and a port to listen on."""

PublicUrl = Annotated[str, BeforeValidator(_public)]
"""The address by which people reach the pages: https, a name and perhaps a port."""

Network = Annotated[str, BeforeValidator(_network)]
"""An IP address, or a network of them."""
