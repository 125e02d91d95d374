"""Log lines: one an event, whatever a device has put into it."""

from __future__ import annotations

import logging
import sys

from agent.logs import LineFormatter


def record(message: str, level: int = logging.WARNING, *, failed: bool = False) -> logging.LogRecord:
    info = None
    if failed:
        try:
            raise ValueError("line one\nline two")
        except ValueError:
            info = sys.exc_info()
    return logging.LogRecord("agent.x", level, "x.py", 1, message, None, info)


def test_what_a_device_said_starts_no_line_and_colours_nothing() -> None:
    line = LineFormatter("%(levelname)s %(message)s").format(record("sysName=a\nERROR all is lost \x1b[31m\u202eb"))
    assert line == "WARNING sysName=a\\x0aERROR all is lost \\x1b[31m\\x202eb"


def test_each_line_of_a_traceback_has_the_priority_of_its_event() -> None:
    text = LineFormatter("%(message)s", prioritised=True).format(record("failed", logging.ERROR, failed=True))
    assert text.splitlines()[0] == "<3>failed"
    assert all(line.startswith("<3>") for line in text.splitlines())
    assert "line two" in text
