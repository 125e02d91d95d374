"""The program that sends one message by apprise: a process of its own, for apprise has no deadline for a whole sending.

Reads a JSON document from its standard input and answers by its exit status. It imports nothing of the project.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any, Final

ACCEPTED: Final = 0
REFUSED: Final = 65
NOT_INSTALLED: Final = 69
TRY_AGAIN: Final = 75
BAD_URL: Final = 78
"""Exit statuses, of sysexits.h as far as they fit."""

_PASSING: Final = frozenset({408, 425, 429})


class Said(logging.Handler):
    """Notes the last HTTP status, which apprise does not tell, but which the library below it logs for each answer.

    Only the number is taken, for the words beside it hold the URL.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.status = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Note the status, if the record has one: the last but one of what it tells."""
        if isinstance(record.args, tuple) and len(record.args) > 2 and isinstance(record.args[-2], int):
            self.status = record.args[-2]


def call(document: dict[str, Any]) -> tuple[int, int]:
    """Send ``title`` and ``text`` to ``url``; return our exit status and the HTTP status, 0 where apprise told none."""
    try:
        from apprise import Apprise, AppriseAsset
    except ImportError:
        return NOT_INSTALLED, 0
    said, log, below = Said(), logging.getLogger("apprise"), logging.getLogger("urllib3.connectionpool")
    # Below WARNING it writes the URL with everything that is secret in it; and who reads a warning here?
    log.setLevel(logging.WARNING)
    log.propagate = below.propagate = False
    log.addHandler(logging.NullHandler())
    below.setLevel(logging.DEBUG)
    below.addHandler(said)
    try:
        service = Apprise.instantiate(document["url"], asset=AppriseAsset(http_redirects=False))
        if not service or isinstance(service, list):
            return BAD_URL, 0
        sent = service.notify(body=document["text"], title=document["title"])
    except (TypeError, ValueError):
        return BAD_URL, 0
    finally:
        below.removeHandler(said)
    if sent:
        return ACCEPTED, said.status
    # 2xx: the server took the request and refused in its answer what was in it.
    final = 200 <= said.status < 500 and said.status not in _PASSING
    return (REFUSED if final else TRY_AGAIN), said.status


def main() -> int:
    """Send what stands on the standard input."""
    done, status = call(json.load(sys.stdin))
    if status:
        sys.stderr.write(f"HTTP {status}")
    return done


if __name__ == "__main__":
    sys.exit(main())
