"""How many messages a channel may carry, and what becomes of those that are too many."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from exporters.notify.port import Message
from exporters.notify.text import cut, line

MINUTE: Final = timedelta(minutes=1)
LINES_MOST: Final = 12
_SMS_UNITS: Final = 70
_SMS_PLAIN: Final = 160


class Budget:
    """At most ``per_minute`` messages in any sixty seconds.

    ``spent`` are moments of messages sent before this object was made, so that a restart does not forget them.
    """

    def __init__(self, per_minute: int, spent: Iterable[datetime] = ()) -> None:
        self._most = per_minute
        self._spent = deque(sorted(spent), maxlen=per_minute)

    def used(self, now: datetime) -> int:
        """Count the messages of the last minute. One that lies ahead was stamped by a clock since set back, and counts
        for nothing.
        """
        return sum(now - MINUTE < at <= now for at in self._spent)

    def room(self, now: datetime) -> bool:
        """Say whether one more may be sent."""
        return self.used(now) < self._most

    def spend(self, now: datetime) -> None:
        """Note that one was sent, accepted or not: a channel counts what it refuses as well."""
        self._spent.append(now)


def merge(messages: Sequence[Message], title: str = "") -> Message:
    """Make one message of several, worst first; one alone stays as it is. Raises ValueError for none.

    ``title`` is the first line in the caller's words. The key is made of theirs: the same messages merged again give
    the same. A mention or a link of any of them is in it once.
    """
    if not messages:
        raise ValueError("nothing to merge")
    if len(messages) == 1:
        return messages[0]
    worst_first = sorted(messages, key=lambda each: -each.severity)
    keyword = worst_first[0].keyword
    # The keyword is in the language of the messages.
    title = title or f"{keyword}{len(messages)}{' alerts' if keyword.isascii() else ' 条告警'}"
    lines = [cut(line(each.title.replace(each.keyword, "", 1)), 300) for each in worst_first[:LINES_MOST]]
    if len(messages) > LINES_MOST:
        lines.append(f"+ {len(messages) - LINES_MOST}")
    together = "\n".join(sorted(each.key for each in messages))
    return Message(
        title=title,
        lines=tuple(lines),
        sms=segment(title),
        severity=worst_first[0].severity,
        keyword=keyword,
        mention=tuple(dict.fromkeys(phone for each in worst_first for phone in each.mention))[:20],
        links=tuple(dict.fromkeys(link for each in worst_first for link in each.links))[:4],
        key=f"merged-{sha256(together.encode()).hexdigest()[:32]}",
    )


def segment(text: str) -> str:
    """Return as much of ``text`` as one SMS carries: 160 characters of ASCII, else 70 units of UTF-16."""
    if text.isascii():
        return text if len(text) <= _SMS_PLAIN else text[: _SMS_PLAIN - 3] + "..."
    return cut(text, _SMS_UNITS, lambda part: len(part.encode("utf-16-le")) // 2)
