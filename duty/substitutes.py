"""What may be changed in the roster by hand: somebody is put on duty, stands in for another, or is taken off (pure).

What has passed stays as it was: a change begins now at the earliest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from duty.errors import RosterRefused
from duty.people import ROSTERED, Person, Post
from duty.roster import Shift

LONGEST: Final = timedelta(hours=24)
"""Nobody is on duty for longer at a stretch; whoever types a wrong day finds out at once."""

REFUSALS: Final = (
    "nobody", "not_post", "no_post", "no_site", "no_time", "backwards", "past", "too_long", "twice", "same", "gone",
    "no_why", "not_within", "no_end", "no_person", "no_shift",
)  # fmt: skip
"""Why the roster is not changed; each has its words under ``roster_refused``."""


def put(shift: Shift, people: Mapping[str, Person], standing: Iterable[Shift], now: datetime) -> Shift:
    """Return the shift that somebody may be given. Raises RosterRefused.

    ``people`` is everybody who is there by name, ``standing`` the shifts about that time.
    """
    if shift.end <= shift.begin:
        raise RosterRefused("backwards")
    if shift.end <= now:
        raise RosterRefused("past")
    if shift.end - shift.begin > LONGEST:
        raise RosterRefused("too_long", {"hours": LONGEST // timedelta(hours=1)})
    may_hold(shift.person, shift.post, people)
    fresh = replace(shift, begin=max(shift.begin, now))
    _not_twice(fresh, standing)
    return fresh


def stand_in(
    shift: Shift, person: str, since: datetime | None, people: Mapping[str, Person], standing: Iterable[Shift],
    now: datetime,
) -> tuple[Shift | None, Shift]:  # fmt: skip
    """Return what is left of a shift to whom it was, and the shift of who stands in from ``since``. RosterRefused."""
    begin = _from(shift, since, now)
    if person == shift.person:
        raise RosterRefused("same")
    may_hold(person, shift.post, people)
    other = replace(shift, person=person, begin=begin)
    _not_twice(other, standing)
    return _passed(shift, begin), other


def take_off(shift: Shift, since: datetime | None, now: datetime) -> tuple[Shift | None, datetime]:
    """Return what is left of a shift from which somebody is taken, and from when on. Raises RosterRefused."""
    begin = _from(shift, since, now)
    return _passed(shift, begin), begin


def may_hold(name: str, post: Post, people: Mapping[str, Person]) -> None:
    """Raise RosterRefused, which says who may, where somebody must not hold a post."""
    if post not in ROSTERED:
        raise RosterRefused("no_post", {"post": post})
    if name not in people or post not in people[name].posts:
        who = tuple(person.title or person.name for person in holders(post, people))
        title = people[name].title or name if name in people else name
        raise RosterRefused("not_post" if name in people else "nobody", {"person": title, "post": post, "who": who})


def holders(post: Post, people: Mapping[str, Person]) -> tuple[Person, ...]:
    """Return who may hold a post, in the order of what they are called."""
    return tuple(sorted((p for p in people.values() if post in p.posts), key=lambda p: (p.title or p.name, p.name)))


def beside(shift: Shift, standing: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return what else the person is on duty for in the time of a shift: it is allowed, and it is said."""
    at = (shift.site, shift.post)
    return tuple(s for s in standing if s.person == shift.person and (s.site, s.post) != at and _meet(s, shift))


def without(shift: Shift, others: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return the parts of a shift in which its person does not hold the same post by one of the others already."""
    parts = [shift]
    for other in others:
        if _same(shift, other):
            parts = [
                replace(part, begin=begin, end=end)
                for part in parts
                for begin, end in (
                    (part.begin, min(part.end, other.begin)),
                    (max(part.begin, other.end), part.end),
                )
                if begin < end
            ]
    return tuple(parts)


def _from(shift: Shift, since: datetime | None, now: datetime) -> datetime:
    if shift.end <= now:
        raise RosterRefused("past")
    begin = max(shift.begin, now, since or shift.begin)
    if begin >= shift.end:
        raise RosterRefused("not_within")
    return begin


def _passed(shift: Shift, until: datetime) -> Shift | None:
    return replace(shift, end=until) if shift.begin < until else None


def _not_twice(shift: Shift, standing: Iterable[Shift]) -> None:
    for other in standing:
        if _same(shift, other) and _meet(shift, other):
            raise RosterRefused("twice", {"begin": other.begin, "end": other.end})


def _same(one: Shift, other: Shift) -> bool:
    return (one.site, one.post, one.person) == (other.site, other.post, other.person)


def _meet(one: Shift, other: Shift) -> bool:
    return one.begin < other.end and other.begin < one.end
