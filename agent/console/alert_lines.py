"""How each alert stands, in the order in which somebody should read them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from agent.services.alert_board import LONGEST_SEARCH, PAGE, Board
from agent.store.timeline import EventKind
from duty.alerts import Alert, AlertState
from duty.silences import Silence, covering, silenced
from duty.targets import Target

SHOWS: Final = ("open", "mine", "taken", "all")
LONGEST_NUMBER = 15
"""Digits of an alert's number; a longer one fits no database."""

Stand = Literal["free", "taken", "snoozed", "silence", "maintenance", "inhibited", "restored", "closed"]
"""Each has its word and its sentence under ``desk``."""
QUIET: Final = frozenset({"snoozed", "silence", "maintenance", "inhibited"})
"""Nobody is told of it now, though it is open."""


@dataclass(frozen=True, slots=True)
class Line:
    """One alert: how it stands, until (or since) when, by whom, and why; ``beside`` is a silence over a taken one."""

    alert: Alert
    stand: Stand
    at: datetime
    who: str = ""
    why: str = ""
    target: Target | None = None
    zone: str = ""
    beside: Silence | None = None

    @property
    def quiet(self) -> bool:
        return self.stand in QUIET

    @property
    def calls(self) -> bool:
        """Say whether it calls for somebody now."""
        return self.stand == "free"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to see; ``page`` counts the open ones, ``before`` is a number among all."""

    show: str = "open"
    site: str = ""
    text: str = ""
    page: int = 1
    before: int | None = None
    check: str = ""

    @property
    def number(self) -> int | None:
        """Return the alert's number, where the text is one as the messages write it: A07."""
        return _number(self.text[1:]) if self.text[:1] in ("A", "a", "#") else None

    def query(self, **changed: object) -> dict[str, str]:
        """Return it as the address has it, with changes; what is as by default is left out."""
        whole = {"show": self.show, "site": self.site, "q": self.text, "check": self.check} | changed
        plain = {"show": "open", "page": 1}
        return {name: str(value) for name, value in whole.items() if value and value != plain.get(name)}


def asked(query: Mapping[str, str]) -> Asked:
    """Read what the address asks for; what makes no sense counts as not asked."""
    show = query.get("show", "")
    return Asked(
        show=show if show in SHOWS else "open",
        site=query.get("site", "")[:LONGEST_SEARCH],
        text=query.get("q", "").strip()[:LONGEST_SEARCH],
        page=max(1, min(_number(query.get("page", "")) or 1, 1000)),
        before=_number(query.get("before", "")),
        check=query.get("check", "")[:LONGEST_SEARCH],
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def stand(alert: Alert, board: Board, silences: Iterable[Silence] | None = None) -> Line:
    """Say how an alert stands; ``silences`` are those that cover it, where that is known already."""
    note = board.notes.get(alert.number)
    beside = board.silences if silences is None else silences
    silence = silenced(alert, beside, board.now) if alert.open else None
    line = Line(alert, "free", at=alert.fired, target=board.targets.get(alert.key[0]), zone=board.zone(alert.site))
    if not alert.open:
        over = alert.resolved or board.now
        if note is not None and note.kind is EventKind.CLOSED:
            return replace(line, stand="closed", who=board.title(note.actor), at=over, why=note.text)
        return replace(line, stand="restored", who=board.title(alert.taken_by), at=over, why=alert.word)
    if alert.state is AlertState.ACKNOWLEDGED:
        until = max((t for t in (alert.expires, alert.snoozed_until) if t is not None), default=alert.fired)
        who = board.title(alert.taken_by)
        return replace(line, stand="taken", who=who, at=until, why=alert.word, beside=silence)
    if silence is not None:
        return replace(line, stand=silence.kind.value, who=board.title(silence.by), at=silence.over, why=silence.why)
    if alert.inhibited_by is not None:
        return replace(line, stand="inhibited", who=f"A{alert.inhibited_by:02}")
    if alert.snoozed_until is not None and board.now < alert.snoozed_until:
        by, why = (board.title(note.actor), note.text) if note is not None else ("", "")
        return replace(line, stand="snoozed", who=by, at=alert.snoozed_until, why=why)
    return line


def lines(board: Board) -> list[Line]:
    """Return the open alerts, what calls for somebody and what is being handled before what is put off.

    Then the worst first, key equipment before the rest, the oldest before the newer.
    """
    # Those to come are many where maintenance repeats, and say nothing of how an alert stands.
    covered = covering(board.alerts, [silence for silence in board.silences if silence.in_force(board.now)])
    return sorted((stand(alert, board, covered.get(alert.number, ())) for alert in board.alerts), key=_urgency)


def chosen(all_open: Iterable[Line], wanted: Asked, me: str) -> list[Line]:
    """Return the open alerts that the reader wants to see; ``me`` is in whose name they take."""
    text = wanted.text.casefold()
    return [
        line
        for line in all_open
        if (not wanted.site or line.alert.site == wanted.site)
        and (not wanted.check or line.alert.key[1] == wanted.check)
        and (not text or text in line.alert.key[0].casefold() or line.alert.number == wanted.number)
        and (wanted.show != "mine" or line.alert.taken_by == me)
        and (wanted.show != "taken" or line.stand == "taken")
    ]


def pages(count: int) -> int:
    """Return how many pages so many alerts take."""
    return max(1, -(-count // PAGE))


def newest_call(all_open: Iterable[Line]) -> int:
    """Return when the newest of those that call began to, in whole seconds: a page that rings looks at it."""
    return max((int(line.alert.fired.timestamp()) for line in all_open if line.calls), default=0)


def _urgency(line: Line) -> tuple[bool, int, bool, datetime, int]:
    alert = line.alert
    return line.quiet, -alert.severity, not alert.key_equipment, alert.opened, alert.number
