"""Single values: what a raw value stands for, what is computed of several, how bytes become words. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final, cast

from collectors.snmp.port import Value
from collectors.text import clean, decode_text
from config.profile import Computed, Object, lower

Number = int | float

HARMLESS: Final = ("", "not_offered")
"""Codes that let another object stand in: nothing here, nothing of the kind."""

DARK: Final = -40.0
"""dBm of no light: a module tells no less than a ten-thousandth of a milliwatt."""

_WATTS: Final = 6
_DBM: Final = 14

_DECIMAL: Final = re.compile(rb"\s*[+-]?[0-9]{1,20}(\.[0-9]{1,20})?(E[+-]?[0-9]{1,2})?\s*", re.IGNORECASE)
_WHOLE: Final = re.compile(rb"\s*[+-]?[0-9]+\s*")


def measured(given: Object, raw: Value) -> Number | str:
    """Return the number that a raw value stands for, or a gap code, or "" where the device says there is nothing."""
    number: Number
    if given.find and isinstance(raw, bytes | str):
        found = re.search(given.find, text(raw))
        raw = found[1].encode() if found else b""
        if not raw:
            return ""
    if given.states and isinstance(raw, bytes) and not _DECIMAL.fullmatch(raw):
        return _meaning(given.states.numbers, lower(text(raw)))
    if isinstance(raw, bytes) and _DECIMAL.fullmatch(raw):
        number = int(raw) if _WHOLE.fullmatch(raw) else float(raw)
    elif isinstance(raw, bytes | str):
        return "malformed"
    else:
        number = raw
    if not math.isfinite(number):
        return "not_a_number"
    if number in given.absent or (given.between and not given.between[0] <= number <= given.between[1]):
        return ""
    if given.unsigned and -(2**31) <= number < 0:
        number += 2**32
    if given.width and not (isinstance(number, int) and 0 <= number < 2**given.width):
        return "malformed"
    if given.states:
        return _meaning(given.states.numbers, number)
    return _mapped(given.map, number) if given.map else _scaled(number, given.scale, given.offset)


def measured_all(given: Object, raws: Sequence[Value | None]) -> Sequence[Number | str]:
    """Return what ``measured`` gives for each raw value of a column in which none is missing.

    Whole numbers that need no second look are measured together, at a tenth of the time.
    """
    if not _plain(given, raws):
        return [measured(given, cast(Value, raw)) for raw in raws]
    numbers = cast(Sequence[int], raws)
    if given.states:
        return [_meaning(given.states.numbers, number) for number in numbers]
    if given.map:
        return [_mapped(given.map, number) for number in numbers]
    if given.scale == 1 and not given.offset:
        return numbers
    return [_scaled(number, given.scale, given.offset) for number in numbers]


def _plain(given: Object, raws: Sequence[Value | None]) -> bool:
    """Say whether a column has whole numbers only, each of which is just what it says."""
    if given.between or set(map(type, raws)) != {int} or any(number in raws for number in given.absent):
        return False
    numbers = cast(Sequence[int], raws)
    if given.width:
        return min(numbers) >= 0 and max(numbers) < 2**given.width
    return not given.unsigned or min(numbers) >= 0


def _meaning(numbers: Mapping[int | str, int | None], code: int | float | str) -> Number | str:
    """Return the health that a state stands for, "" for one that is not judged."""
    if code not in numbers:
        return "malformed"
    health = numbers[cast(int | str, code)]
    return "" if health is None else health


def word(given: Object, raw: Value) -> str:
    """Return the device's own word for a state; "" where it has none, or there is nothing."""
    if given.states is None:
        return ""
    if isinstance(raw, bytes) and _DECIMAL.fullmatch(raw):
        raw = int(float(raw))
    return given.states.words.get(raw if isinstance(raw, int) else lower(text(raw)), "")


def _mapped(codes: Mapping[int, int | None], number: Number) -> Number | str:
    """Return what a code of the device stands for."""
    if number not in codes:
        return "malformed"
    mapped = codes[int(number)]
    return "not_offered" if mapped is None else mapped


def computed(made: Computed, inputs: Sequence[Number | str]) -> Number | str:
    """Return the number that is made of others, or a gap code, or "" where there is nothing to see."""
    codes = [number for number in inputs if isinstance(number, str)]
    numbers = [number for number in inputs if not isinstance(number, str)]
    if codes:
        return next((code for code in codes if code not in HARMLESS), max(codes))
    result = WHOLE[made.compute](numbers) if made.compute in WHOLE else EACH[made.compute](*numbers)
    return "" if result is None else result if isinstance(result, str) else _scaled(result, made.scale, 0)


def _scaled(number: Number, scale: float, offset: float) -> Number | str:
    # Whole factors keep whole numbers whole, and exact up to any size.
    factor: Number = int(scale) if scale == int(scale) else scale
    plus: Number = int(offset) if offset == int(offset) else offset
    result = number * factor + plus
    return result if math.isfinite(result) else "not_a_number"


def _percent(part: Number, whole: Number) -> Number | str | None:
    """Return what share a part is; None of nothing, and a gap code for what cannot be a share."""
    if whole == 0:
        return None
    return 100 * part / whole if 0 <= part <= whole else "malformed"


def _percent_left(part: Number, whole: Number) -> Number | str | None:
    share = _percent(part, whole)
    return share if share is None or isinstance(share, str) else 100 - share


def _sensor(value: Number, scale: Number, precision: Number) -> Number | str:
    """Return what a sensor of ENTITY-SENSOR-MIB measures: scale 9 is units, 8 thousandths, 10 thousands."""
    if not (1 <= scale <= 17 and -8 <= precision <= 9):
        return "malformed"
    return value * 10.0 ** (3 * (scale - 9) - precision)


def _digits(value: Number, digits: Number) -> Number | str:
    """Return a value that is told without its decimal point, by the digits behind it."""
    return value / 10**digits if 0 <= digits <= 9 else "malformed"


def _decibels(milliwatts: Number) -> Number | str:
    """Return the dBm of light that is told in milliwatts."""
    return max(DARK, 10 * math.log10(milliwatts)) if milliwatts > 0 else DARK


def _light(value: Number, scale: Number, precision: Number, kind: Number) -> Number | str | None:
    """Return the dBm of a sensor that measures dBm itself, or watts."""
    measured = _sensor(value, scale, precision)
    if isinstance(measured, str) or kind == _DBM:
        return measured
    if kind != _WATTS:
        return None
    return _decibels(measured * 1000)


EACH: Final[Mapping[str, Callable[..., Number | str | None]]] = {
    "sum": lambda *parts: sum(parts),
    "product": lambda number, unit: number * unit,
    "percent": _percent,
    "percent_left": _percent_left,
    "sensor": _sensor,
    "light": _light,
    "decibels": _decibels,
    "digits": _digits,
    "itself": lambda number: number,
    "remainder": lambda whole, part, unit: (whole - part) * unit if part <= whole else "malformed",
}
"""What is computed of the objects of one row; what is asked for is in ``config.profile.COMPUTATIONS``."""

WHOLE: Final[Mapping[str, Callable[[Sequence[Number]], Number | None]]] = {
    "mean": lambda column: sum(column) / len(column) if column else None,
    "count": lambda column: len(column) or None,
}
"""What is computed of the rows of one column."""


_REMEMBERED: Final = 64
"""Bytes of the longest words that are remembered: names of ports are short, and the same at each look."""


def text(raw: Value) -> str:
    """Return a raw value in clean words."""
    if isinstance(raw, bytes):
        return _short(raw) if len(raw) <= _REMEMBERED else clean(decode_text(raw))
    return clean(str(raw))


@lru_cache(maxsize=1 << 14)
def _short(raw: bytes) -> str:
    return clean(decode_text(raw))


def mac(raw: bytes) -> str:
    """Return a hardware address as it is written."""
    return raw[:32].hex(":")
