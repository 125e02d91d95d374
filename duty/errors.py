"""The failures that may cross a floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


class NightdutyError(Exception):
    """Something that the person who asked can understand and remedy: one line, never a traceback."""


class CollectError(NightdutyError):
    """Nothing at all could be seen of a target; ``code`` is a gap code (``duty.readings.GAPS``)."""

    def __init__(self, code: str, seen: str = "") -> None:
        super().__init__(f"{code}: {seen}" if seen else code)
        self.code = code
        self.seen = seen


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in what the operator wrote: where it stands, what it is, what was expected."""

    file: str
    line: int
    path: str
    what: str
    expected: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        if self.path:
            place += f"{self.path}: "
        return place + self.what + (f", expected {self.expected}" if self.expected else "")


class SettingsError(NightdutyError):
    """The settings cannot be used; every mistake found is in ``problems``."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class StoreError(NightdutyError):
    """The database cannot be used as it is: corrupt, newer than the program, unreachable, full."""


class Damaged(StoreError):
    """Something that was written down for good is missing or was changed."""


class AlreadyRunning(NightdutyError):
    """Another agent holds the lock of this state directory or database."""


class NotFound(NightdutyError):
    """A target, round or sheet that was asked for is not there."""


class Refusal(NightdutyError):
    """What somebody asked for is not done; ``code`` has words where it is shown, ``fields`` are what they need."""

    def __init__(self, code: str, fields: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{code} {dict(fields)}" if fields else code)
        self.code = code
        self.fields = dict(fields or {})


class LimitRefused(Refusal):
    """A limit cannot be raised so; ``code`` is one of ``duty.overrides.REFUSALS``."""


class RosterRefused(Refusal):
    """The roster is not changed so; ``code`` is one of ``duty.substitutes.REFUSALS``."""


class RecordRefused(Refusal):
    """It is not written into the record of the night so; ``code`` is one of a task's, the duty log's or a round's."""


class HandoverRefused(Refusal):
    """A handover form is not filled in or signed so; ``code`` has its words under ``handover.refused``."""


class ReportRefused(Refusal):
    """An incident report does not move so; ``code`` is one of ``duty.filing.REFUSALS``."""


class NotifyError(NightdutyError):
    """A message was not accepted; ``code`` is a code of ``exporters.notify.port.REFUSALS``, ``seen`` what came back.

    ``permanent`` means that sending it again cannot help, so that somebody else must be told at once. ``retry_after``
    is how long the channel wants to be left alone.
    """

    def __init__(
        self, code: str, seen: str = "", *, permanent: bool = False, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(f"{code}: {seen}" if seen else code)
        self.code = code
        self.seen = seen
        self.permanent = permanent
        self.retry_after = retry_after
