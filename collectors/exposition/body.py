"""The text of an exposition page: taken in and unpacked within bounds, then its samples, the wanted ones alone."""

from __future__ import annotations

import asyncio
import io
import re
import time
import zlib
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

from collectors.text import clean
from duty.errors import CollectError

MOST: Final = 4 << 20
"""Bytes of a page, packed as unpacked."""
SAMPLES_MOST: Final = 100_000
LINE_MOST: Final = 4096
"""Bytes of one line; the parser's time grows with its square."""

_BREATH_S: Final = 0.005
_NAME: Final = re.compile(rb"[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)")
_EXACT: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: ``value`` is None where its line makes no sense; ``at`` is its own time, where it has one (Unix)."""

    metric: str
    labels: dict[str, str]
    value: int | float | None
    at: float | None = None


class Body:
    """Takes a page in piece by piece. ``cut`` tells that there was more of it than we take."""

    def __init__(self, encoding: str) -> None:
        """Take the word of the server on how it is packed. Raises CollectError for any but gzip."""
        if encoding not in ("", "identity", "gzip"):
            raise CollectError("malformed", clean(f"packed as {encoding}"))
        self._unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
        self._taken = 0
        self.text = bytearray()
        self.cut = False

    def take(self, piece: bytes) -> bool:
        """Take a piece; say whether more is wanted. Raises CollectError for what does not unpack."""
        self._taken += len(piece)
        left = MOST + 1 - len(self.text)
        if self._unpack is None:
            self.text += piece[:left]
        else:
            try:
                # Never more than is left: 4 kB may unpack to 4 MB.
                self.text += self._unpack.decompress(piece, left)
            except zlib.error as error:
                raise CollectError("malformed", clean(str(error))) from None
        self.cut = len(self.text) > MOST or self._taken > MOST
        return not (self.cut or (self._unpack is not None and self._unpack.eof))


class Samples:
    """The samples of a text whose metric is wanted. ``short`` tells why they are not all: a gap code, or nothing."""

    def __init__(self, text: bytes | bytearray, wanted: Collection[str], *, until: float) -> None:
        """Take the text, the metrics to look for, and the moment (monotonic) at which to stop."""
        self._text = text
        self._wanted = {name.encode() for name in wanted}
        self._until = until
        self.seen = 0
        self.short = ""

    async def read(self) -> AsyncGenerator[Sample, None]:
        """Read line by line, and let others have their turn."""
        breath = time.monotonic() + _BREATH_S
        for number, line in enumerate(io.BytesIO(self._text)):
            if number % 64 == 0 and (now := time.monotonic()) >= breath:
                if now >= self._until:
                    self.short = "budget_spent"
                    return
                await asyncio.sleep(0)
                breath = time.monotonic() + _BREATH_S
            # Comments tell the types; the map knows them, and a wrong one would do harm.
            named = _NAME.match(line)
            if named is None:
                continue
            self.seen += 1
            if self.seen > SAMPLES_MOST:
                self.short = "row_cap"
                return
            if named[1] in self._wanted:
                yield parse(line, named[1].decode())


def parse(line: bytes, metric: str) -> Sample:
    """Read one line, whose metric is known. It is a page of its own to the parser, so that it spoils no other."""
    nonsense = Sample(metric, {}, None)
    if len(line) > LINE_MOST:
        return nonsense
    try:
        (family,) = text_string_to_metric_families(line.decode())
        (found,) = family.samples
        value = found.value if isinstance(found.value, int) and abs(found.value) < _EXACT else float(found.value)
    except (ValueError, IndexError, OverflowError):
        return nonsense
    # A number that is whole stays so: counters are exact.
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    return Sample(
        metric,
        found.labels,
        int(value) if whole else value,
        None if found.timestamp is None else float(found.timestamp),
    )
