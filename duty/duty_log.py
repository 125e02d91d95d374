"""The duty log (值班日志): what the people on duty write down as it happens, each line with its time (policy 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONGEST_TEXT: Final = 500
MOST_LINES: Final = 1000
"""Lines of a site about one tour; a page shows all of them."""
REFUSALS: Final = ("no_text", "no_time", "to_come", "too_old", "no_site", "full")
"""Why a line is not written; each has its words under ``duty_log.refused``."""

LONGEST_BACK = timedelta(hours=24)
"""How long after it happened something may be written down."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log, which nobody changes: ``at`` is when it happened, ``written`` when it was written down."""

    number: int
    site: str
    at: datetime
    written: datetime
    by: str
    text: str
    alert: int | None = None


def moment_fault(at: datetime, now: datetime) -> str:
    """Return why a line of the log cannot be about a moment, as a code; "" where it can."""
    if at > now:
        return "to_come"
    return "too_old" if now - at > LONGEST_BACK else ""
