"""The rules of signing in: how long it holds, how long one waits after failures, what a name and a password must be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

from duty.roster import Shift

AFTER_SHIFT: Final = timedelta(hours=2)
"""Who signs in for a night signs the handover at its end as well, and that may take its time."""
WITHOUT_SHIFT: Final = timedelta(hours=14)
"""For who is on no roster: a night of twelve hours and the time after it."""
LONGEST: Final = timedelta(hours=26)

SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200
BESIDE_NAME: Final = 6
"""Characters of a password that are not the account's name: wangfang2026 is the first that anybody tries."""

FREE_OF_NAME: Final = 3
"""Failures of one name that cost nothing: people mistype at night."""
FREE_OF_ADDRESS: Final = 10
"""Failures from one address that cost nothing: a whole office may stand behind it."""
WAIT_OF_NAME: Final = timedelta(minutes=1)
"""The longest wait of a name. Short, for whoever hammers on it keeps out the one who is on duty as well."""
WAIT_OF_ADDRESS: Final = timedelta(minutes=2)
"""And of an address, behind which a whole desk may sit: a proxy's, or this machine's own."""

_NAME: Final = re.compile(r"[A-Za-z0-9\u3400-\u4dbf\u4e00-\u9fff][A-Za-z0-9._\u3400-\u4dbf\u4e00-\u9fff-]{0,63}")


def ends(shifts: Iterable[Shift], person: str, now: datetime) -> datetime:
    """Return when a sign-in of this moment ends, whatever is done on it.

    It lasts over the person's present shift, else their next one, so that who signs in at 19:45 still signs at 08:00.
    """
    own = sorted((s for s in shifts if s.person == person and s.end > now), key=lambda s: s.begin)
    present = max((s.end for s in own if s.begin <= now), default=None)
    following = next((s.end for s in own if now < s.begin < now + LONGEST), None)
    end = present or following
    return now + WITHOUT_SHIFT if end is None else min(end + AFTER_SHIFT, now + LONGEST)


def wait(failures: int, free: int, longest: timedelta) -> timedelta:
    """Return how long one waits after so many failures in a row: nothing, a second, two, four, up to the longest."""
    over = failures - free
    # Beyond 2^12 seconds every wait is the longest; a power of a million failures would take the machine's time.
    return timedelta(0) if over <= 0 else min(timedelta(seconds=2 ** min(over - 1, 12)), longest)


def is_name(name: str) -> bool:
    """Say whether an account may be called so; it stands in file names and in the journal."""
    return _NAME.fullmatch(name) is not None


def password_fault(password: str, name: str) -> Literal["", "short", "long", "name", "same"]:
    """Return what is wrong with a new password as a code, "" for one that will do. Length counts, not its signs."""
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    if len(password) > LONGEST_PASSWORD:
        return "long"
    if len(password.casefold().replace(name.casefold(), "")) < BESIDE_NAME:
        return "name"
    if len(set(password)) < 4:
        return "same"
    return ""
