"""Logging: one line an event, ``key=value``, for the journal or a terminal."""

from __future__ import annotations

import logging
import os
import re
import sys

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_PRIORITIES = ((logging.ERROR, "<3>"), (logging.WARNING, "<4>"), (logging.INFO, "<6>"), (logging.DEBUG, "<7>"))
"""sd-daemon(3): what the journal takes off the beginning of a line and files it by."""


class LineFormatter(logging.Formatter):
    """One line for each event; what a device said cannot start a new one, nor colour the terminal.

    ``prioritised`` begins each line with its priority, for the journal.
    """

    def __init__(self, form: str, *, prioritised: bool = False) -> None:
        super().__init__(form)
        self._prioritised = prioritised

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        lines = [_CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", self.formatMessage(record))]
        if record.exc_info:
            lines += [_CONTROL.sub("?", line) for line in self.formatException(record.exc_info).splitlines()]
        mark = self._mark(record.levelno) if self._prioritised else ""
        return "\n".join(mark + line for line in lines)

    @staticmethod
    def _mark(level: int) -> str:
        return next((mark for least, mark in _PRIORITIES if level >= least), "<7>")


def set_up(level: str = "INFO") -> None:
    """Send the log to standard error; under systemd with its priorities, and without the time that it adds itself."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        LineFormatter("%(levelname)s %(name)s %(message)s", prioritised="JOURNAL_STREAM" in os.environ)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "schedule", "alembic", "asyncio", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
