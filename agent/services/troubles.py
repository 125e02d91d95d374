"""Since when the running agent has had each trouble that it alone can know; in memory, for the record may be it."""

from __future__ import annotations

from datetime import datetime, timedelta

NONE = timedelta(0)


class Troubles:
    """Keeps since when something has been wrong, and why."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}
        self._why: dict[str, str] = {}
        self._marks: dict[str, object] = {}

    def note(self, check: str, why: str, now: datetime) -> None:
        """Note what is wrong just now; "" means that all is well."""
        if why:
            self._since.setdefault(check, now)
            self._why[check] = why
        else:
            self._since.pop(check, None)
            self._why.pop(check, None)

    def moves(self, check: str, mark: object, now: datetime) -> None:
        """Note a mark of something that should move; it is wrong while the mark stays as it was."""
        self.note(check, "still" if self._marks.get(check) == mark else "", now)
        self._marks[check] = mark

    def lasts(self, check: str, now: datetime) -> timedelta:
        """Return how long it has been wrong; nothing while it is well."""
        since = self._since.get(check)
        return max(now - since, NONE) if since is not None else NONE

    def why(self, check: str) -> str:
        """Return what is wrong, "" while all is well."""
        return self._why.get(check, "")

    def since(self, check: str) -> datetime | None:
        """Return since when it has been wrong."""
        return self._since.get(check)

    def anew(self, now: datetime) -> None:
        """Begin to count anew: while the agent stood still it saw nothing, and nothing is known to have lasted."""
        self._since = dict.fromkeys(self._since, now)

    def shift(self, step: timedelta) -> None:
        """Go along when the clock was set."""
        self._since = {check: at + step for check, at in self._since.items()}
