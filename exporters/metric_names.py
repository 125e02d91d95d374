"""How parameters and device strings are written in Prometheus: names in base units, label values without tricks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from duty.parameters import PARAMETERS

LONGEST: Final = 255
"""Characters of a device's string that a label keeps."""

# C0, C1 and DEL; line and paragraph separators; what changes the direction of text; lone surrogates, of which a single
# one makes the whole text impossible to encode.
_TRICKS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

# Unit of a parameter: suffix of the metric, the number to divide by, the words of its HELP line.
_UNITS: Final = {
    "%": ("_ratio", 100, "as a ratio (1 is 100 %)"),
    "s/s": ("_ratio", 1, "as a ratio (1 is all the time)"),
    "B": ("_bytes", 1, "in bytes"),
    "B/s": ("_bytes_per_second", 1, "in bytes per second"),
    "bit/s": ("_bytes_per_second", 8, "in bytes per second"),  # promtool takes bits for a unit that is not a base unit
    "1/s": ("_per_second", 1, "per second"),
    "s": ("_seconds", 1, "in seconds"),
    "Cel": ("_celsius", 1, "in degrees Celsius"),
    "V": ("_volts", 1, "in volts"),
    "A": ("_amperes", 1, "in amperes"),
    "W": ("_watts", 1, "in watts"),
    "VA": ("_voltamperes", 1, "in volt-amperes"),
    "kWh": ("_kilowatthours", 1, "in kilowatt-hours"),
    "Hz": ("_hertz", 1, "in hertz"),
    "dBm": ("_dbm", 1, "in dBm"),
    "rpm": ("_rpm", 1, "in revolutions per minute"),
    "1": ("", 1, "as a plain number"),
    "bool": ("", 1, "(1 good or yes, 0 not)"),
    "health": ("", 1, "(0 well, 1 warning, 2 critical)"),
}

# Prometheus keeps the ending _count for histograms.
_BASES: Final = {"cpu_count": "cpus", "process_count": "processes", "user_count": "users", "count": "counted"}


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric family of readings; a reading's value is divided by ``divisor`` to be in base units."""

    name: str
    kind: str
    divisor: int
    help: str


def metric(parameter: str, unit: str) -> Metric:
    """Make the metric of a parameter: ``port_in_total`` in ``B`` is the counter ``nightduty_port_in_bytes_total``."""
    suffix, divisor, words = _UNITS[unit]
    base = _BASES.get(parameter, parameter)
    counter = base.endswith("_total")
    base = base.removesuffix("_total")
    if "/" in unit:
        base = base.removesuffix("_rate")
    name = "nightduty_" + base.removesuffix(suffix) + suffix + ("_total" if counter else "")
    return Metric(name, "counter" if counter else "gauge", divisor, f"Reading {parameter} {words}, from the last look.")


METRICS: Final = MappingProxyType({parameter: metric(parameter, unit) for parameter, unit in PARAMETERS.items()})
"""The metric of every parameter."""


def label(text: str) -> str:
    """Clean, shorten and escape a string for use between the quotes of a label."""
    return clean(text).replace("\\", "\\\\").replace('"', '\\"')


def clean(text: str) -> str:
    """Take out what a label must not hold and keep the first ``LONGEST`` characters."""
    return _TRICKS.sub("", text[: 4 * LONGEST])[:LONGEST]


def labels(pairs: Iterable[tuple[str, str]]) -> str:
    """Write labels with their braces; an empty value is the same as no label, so it is left out."""
    written = ",".join(f'{name}="{label(value)}"' for name, value in pairs if value)
    return f"{{{written}}}" if written else ""
