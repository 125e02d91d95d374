"""What stands on the first page beside the rounds: who is on duty, what is open, what is put off, what is due. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.console.alert_lines import Line, lines, newest_call
from agent.services.alert_board import Board
from agent.services.alert_list import PostHeld, Roster
from duty.channels import ChannelState
from duty.fold import Key
from duty.people import Post
from duty.silences import Silence

MOST_LINES = 10
MOST_SILENCES = 5


@dataclass(frozen=True, slots=True)
class NightDesk:
    """The alerts that are not put off, worst first; how many call; who is on duty; the silences that end soonest.

    ``failing`` are the channels that accept nothing; ``tested`` is when the newest self-test was.
    """

    lines: tuple[Line, ...]
    open: int
    calling: int
    newest: int
    posts: tuple[PostHeld, ...]
    change: datetime | None
    silences: tuple[tuple[Silence, str], ...]
    silenced: int
    quiet: int
    failing: tuple[ChannelState, ...]
    tested: datetime | None
    keys: frozenset[Key]


def lay_desk(board: Board, roster: Roster, channels: Mapping[str, ChannelState]) -> NightDesk:
    """Lay the desk."""
    every = lines(board)
    loud = [line for line in every if not line.quiet]
    force = sorted((s for s in board.silences if s.in_force(board.now)), key=lambda s: s.over)
    return NightDesk(
        lines=tuple(loud[:MOST_LINES]),
        open=len(loud),
        calling=sum(line.calls for line in every),
        newest=newest_call(every),
        posts=tuple(held for held in roster.posts if held.now or held.post is Post.TECHNICIAN),
        change=next_change(roster),
        silences=tuple((silence, board.title(silence.by)) for silence in force[:MOST_SILENCES]),
        silenced=len(force),
        quiet=len(every) - len(loud),
        failing=tuple(state for _, state in sorted(channels.items()) if state.failing_since is not None),
        tested=max((state.tested_at for state in channels.values() if state.tested_at is not None), default=None),
        keys=frozenset(line.alert.key for line in every),
    )


def next_change(roster: Roster) -> datetime | None:
    """Return when the next technician comes on or goes off duty, at any site; None where none is planned."""
    held = [post for post in roster.posts if post.post is Post.TECHNICIAN]
    ends = [shift.end for post in held for shift in post.now]
    begins = [post.next.begin for post in held if post.next is not None]
    return min([*ends, *begins], default=None)
