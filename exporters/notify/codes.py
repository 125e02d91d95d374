"""What the code in the body of a 200 means: whether the message was taken, and whether to send it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from duty.errors import NotifyError
from exporters.notify.port import Receipt
from exporters.notify.post import Reply, judge_status, scrubbed


@dataclass(frozen=True, slots=True)
class Codes:
    """How one messenger says in a body what it did. 0 is accepted, ``busy`` and ``limits`` put the message off.

    Any other code refuses for good, and so does one that nobody knows: then somebody else is told at once, which costs
    a message, while waiting for an answer that never changes would cost the night. ``limits`` tell how long it wants to
    be left alone, and ``hasty`` the words that mean the same under a code with several meanings.
    """

    code: str
    said: str
    busy: frozenset[int] = frozenset({-1})
    limits: Mapping[int, timedelta] = field(default_factory=dict)
    hasty: tuple[str, ...] = ()

    def judge(self, reply: Reply, *secrets: str) -> Receipt:
        """Return the receipt of an accepted message. Raises NotifyError for what was refused or not understood."""
        document = reply.document()
        code, said = document.get(self.code), scrubbed(document.get(self.said, ""), *secrets)
        if not isinstance(code, int) or isinstance(code, bool):
            judge_status(reply)
            raise NotifyError("not_understood", f"{reply.status}, and a body without {self.code}")
        seen = f"{self.code} {code} {said}".strip()
        if code in self.limits or any(words in said.lower() for words in self.hasty):
            raise NotifyError("rate_limited", seen, retry_after=self.limits.get(code, timedelta(minutes=1)))
        if code in self.busy:
            raise NotifyError("busy", seen)
        if code != 0:
            raise NotifyError("refused", seen, permanent=True)
        judge_status(reply)
        return Receipt(seen)
