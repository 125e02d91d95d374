"""An entry of the journal as a message of syslog (RFC 5424), and its frame on a stream (RFC 6587, RFC 5425). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from exporters.words.shown import shown

FACILITIES: Final[Mapping[str, int]] = MappingProxyType(
    {"user": 1, "daemon": 3, "auth": 4, "authpriv": 10, "audit": 13} | {f"local{n}": 16 + n for n in range(8)}
)
NOTICE, WARNING = 5, 4
"""Severities: what was done, and what was refused or failed."""

SD_ID: Final = "nightduty@32473"
"""32473 is the number that is set aside for whoever has registered none."""

LONGEST_VALUE: Final = 255
LONGEST_TEXT: Final = 4096
"""Bytes of what an entry says; with all else a message stays within 8 kB, which every receiver takes."""

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """What a message carries: one entry of the journal of ``agent`` on ``host``, and in ``text`` what it says."""

    agent: str
    host: str
    seq: int
    kind: str
    at: datetime
    actor: str
    result: str
    payload: str
    hash: str
    text: str = ""


def message(line: Line, facility: str) -> bytes:
    """Return the message of an entry. Nothing that stands in an entry can begin another message, field or element."""
    priority = FACILITIES[facility] * 8 + (NOTICE if line.result == "ok" else WARNING)
    head = f"<{priority}>1 {_time(line.at)} {_word(line.host, 255)} nightduty - {_word(line.kind, 32)} {_data(line)}"
    text = _cut(shown(line.text, LONGEST_TEXT).encode("utf-8", "replace"), LONGEST_TEXT)
    return head.encode() + (b" " + (b"" if text.isascii() else _BOM) + text if text else b"")


def framed(content: bytes) -> bytes:
    """Return a message with its length before it, as a stream carries it."""
    return b"%d %s" % (len(content), content)


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _word(text: str, longest: int) -> str:
    """Return a field of the header: printable ASCII without blanks, "-" for nothing."""
    return re.sub(r"[^\x21-\x7e]+", "_", text)[:longest] or "-"


def _data(line: Line) -> str:
    values = {
        "agent": line.agent,
        "seq": line.seq,
        "kind": line.kind,
        "actor": line.actor,
        "result": line.result,
        "payload": line.payload,
        "hash": line.hash,
    }
    return f"[{SD_ID} " + " ".join(f'{name}="{_value(value)}"' for name, value in values.items()) + "]"


def _value(value: object) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", shown(value, LONGEST_VALUE))


def _cut(text: bytes, longest: int) -> bytes:
    return text[:longest].decode("utf-8", "ignore").encode()
