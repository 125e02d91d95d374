"""Values with their units as a person says them: 3.2 GiB, 3 d 4 h, 93.1 %, 9.8 Gbit/s, up."""

from __future__ import annotations

import math

from duty.readings import Reading
from exporters.words.catalogue import Say
from exporters.words.shown import shown

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_DECIMAL = ("", "k", "M", "G", "T", "P", "E")
_STEPS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
_HEALTH = ("well", "warning", "critical")


def format_value(value: float | None, unit: str, say: Say, parameter: str = "", *, limit: bool = False) -> str:
    """Say a value with its unit (``duty.parameters``); what is unknown is a dash, never a zero.

    ``parameter`` tells what the value is of: a port that is "up" rather than "yes", its rate in bits rather than bytes.
    A ``limit`` is said as the operator wrote it: 85 %, not 85.0 %.
    """
    if value is None or not math.isfinite(value):
        return say("value.unknown")
    match unit:
        case "bool":
            answer = "yes" if value else "no"
            special = f"value.{parameter}.{answer}"
            return say(special if special in say else f"value.{answer}")
        case "health":
            return say(f"value.{_HEALTH[min(max(int(value), 0), 2)]}")
        case "s":
            return format_duration(value, say)
        case "s/s":
            return format_value(value * 100, "%", say)
        case "%" | "Cel" | "dBm" | "V" | "A":
            return say(f"unit.{unit}", n=f"{value:g}" if limit else _one_decimal(value))
        case "B" if parameter == "port_mtu" and abs(value) < 1e6:
            return f"{value:,.0f} B"
        case "B":
            return _scaled(value, 1024, _BINARY)
        case "B/s" if parameter.startswith("port_"):
            return _scaled(value * 8, 1000, tuple(f"{p}bit/s" for p in _DECIMAL))
        case "B/s":
            return _scaled(value, 1024, tuple(f"{p}/s" for p in _BINARY))
        case "bit/s" | "Hz" | "W" | "VA":
            return _scaled(value, 1000, tuple(p + unit for p in _DECIMAL))
        case _:
            return say(f"unit.{unit}", n=_plain(value)) if f"unit.{unit}" in say else f"{_plain(value)} {unit}"


def say_line(reading: Reading | None, word: str, say: Say) -> str:
    """Say a reading, the device's own word for a state, or both."""
    if reading is None:
        return shown(word)
    value = format_value(reading.value, reading.unit, say, reading.parameter)
    return say("value.in_words", value=value, word=shown(word)) if word else value


def format_duration(seconds: float, say: Say) -> str:
    """Say a length of time by its two largest parts; one under a minute by its first digits."""
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    if seconds < 0.9995:
        return sign + say("unit.ms", n=_digits(seconds * 1000))
    if seconds < 59.95:
        return sign + say("unit.s", n=_digits(seconds))
    # To the smaller of the two parts that are said: 2 h 59 min 59 s is 3 h, never 2 h 60 min.
    smallest = 1 if seconds < 3599.5 else 60 if seconds < 86400 - 30 else 3600
    left = round(seconds / smallest) * smallest
    parts: list[str] = []
    for unit, length in _STEPS:
        count, left = divmod(left, length)
        if count:
            parts.append(say(f"unit.{unit}", n=f"{count:,}"))
    return sign + " ".join(parts[:2])


def _scaled(value: float, base: int, names: tuple[str, ...]) -> str:
    sign, value = ("-" if value < 0 else ""), abs(value)
    power = 0
    # 1023.96 KiB would be printed as 1024: what rounds up to the next name is said by it.
    while value >= base - 0.5 and power < len(names) - 1:
        value /= base
        power += 1
    return f"{sign}{_digits(value)} {names[power]}"


def _digits(value: float) -> str:
    """Return three digits, as many as a reader compares at a glance; whole numbers as they are."""
    if value == int(value) or value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def _one_decimal(value: float) -> str:
    return "0.0" if abs(value) < 0.05 else f"{value:,.1f}"


def _plain(value: float) -> str:
    """Return a count exactly (a counter may be 2^64 - 1), another number by two decimals."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
