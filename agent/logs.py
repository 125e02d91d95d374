"""Logging: one line an event, ``key=value``, for the journal or a terminal."""

from __future__ import annotations

import logging
import re
import sys

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class LineFormatter(logging.Formatter):
    """One line for each event; what a device said cannot start a new one, nor colour the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        line = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", self.formatMessage(record))
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            line += "\n" + "\n".join(_CONTROL.sub("?", part) for part in trace.splitlines())
        return line


def set_up(level: str = "INFO") -> None:
    """Send the log to standard error; under systemd with its priorities and without the time that it adds itself."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "schedule", "alembic", "asyncio", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
