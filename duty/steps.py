"""The steps of an escalation: after how long without anybody taking it whom to tell, and by which way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from duty.people import Contact, Person, Post
from duty.roster import Shift, on_duty


@dataclass(frozen=True, slots=True)
class Step:
    """After ``after`` tell who holds ``post``, or ``person``, by their contact of this place; or a ``group``.

    A step by another contact than the first (``contact`` above 0) repeats nothing: who has only one way is told by it
    once. ``again`` is one that is there to repeat. ``held`` tells although somebody has taken the alert.
    """

    after: timedelta
    post: Post | None = None
    contact: int = 0
    person: str = ""
    group: Contact | None = None
    held: bool = False
    again: bool = False

    @property
    def whose(self) -> tuple[Post | None, int, str, Contact | None, bool]:
        """Whom it tells and how long: the same for all repetitions of one step."""
        return self.post, self.contact, self.person, self.group, self.held


def minutes(count: int) -> timedelta:
    """Return so many minutes."""
    return timedelta(minutes=count)


CRITICAL: Final[tuple[Step, ...]] = (
    Step(minutes(0), Post.TECHNICIAN),
    Step(minutes(2), Post.TECHNICIAN, contact=1),
    Step(minutes(3), Post.TECHNICIAN, contact=2),
    Step(minutes(4), Post.RESERVE),
    Step(minutes(5), Post.MANAGER),
    Step(minutes(15), Post.LEADER),
)
"""FORMS part B, "Not acknowledged"; before the manager whoever stands by, where anybody does."""

WARNING: Final[tuple[Step, ...]] = (Step(minutes(0), Post.TECHNICIAN), Step(minutes(15), Post.MANAGER))
"""By day; by night a warning waits in the list, for it wakes nobody."""

SUBSTITUTES: Final[Mapping[Post, tuple[Post, ...]]] = {
    Post.TECHNICIAN: (Post.RESERVE, Post.MANAGER),
    Post.RESERVE: (Post.MANAGER,),
    Post.MANAGER: (Post.LEADER,),
}
"""Who is told where nobody holds the post; after them the fallback contacts."""


def laid_out(steps: Iterable[tuple[Step, timedelta | None, int]]) -> tuple[Step, ...]:
    """Return steps in the order of their time, each that repeats (after how long, how often in all) as many steps."""
    every = [
        replace(step, after=step.after + n * (repeat or timedelta(0)), again=n > 0)
        for step, repeat, times in steps
        for n in range(times if repeat else 1)
    ]
    return tuple(sorted(every, key=lambda step: step.after))


def whom(
    step: Step,
    site: str,
    people: Mapping[str, Person],
    shifts: Sequence[Shift],
    fallback: Sequence[Contact],
    now: datetime,
    *,
    first: bool = True,
) -> list[tuple[str, Contact, str]]:
    """Name whom a step tells, and why: who holds the post, else its substitutes, else the fallback contacts.

    A reserve stands by or does not: a step for one that is not the ``first`` tells nobody in their place.
    """
    if step.group is not None:
        return [("", step.group, "step.group")]
    if step.person and (ways := people[step.person].contacts if step.person in people else ()):
        return [(step.person, ways[min(step.contact, len(ways) - 1)], "step.person")]
    spare = step.post is Post.RESERVE and not first
    for post in _posts(step.post, alone=spare):
        why = f"step.{post.value}" if post is step.post else f"step.instead_of_{step.post}"
        there = {n: people[n].contacts for n in on_duty(shifts, site, post, now) if n in people and people[n].contacts}
        if there:
            return [(name, of[min(step.contact, len(of) - 1)], why) for name, of in there.items()]
    return [] if spare else [("", contact, "step.fallback") for contact in fallback]


def _posts(post: Post | None, *, alone: bool) -> tuple[Post, ...]:
    if post is None:
        return ()
    return (post,) if alone else (post, *SUBSTITUTES.get(post, ()))
