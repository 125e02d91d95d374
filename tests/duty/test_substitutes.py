"""Who may be put on duty by hand, in whose place, from when on; what has passed stays."""

from datetime import UTC, datetime, timedelta

import pytest

from duty.errors import RosterRefused
from duty.people import Person, Post
from duty.roster import Shift
from duty.substitutes import beside, put, stand_in, take_off, without

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TECHNICIAN, MANAGER = Post.TECHNICIAN, Post.MANAGER
PEOPLE = {
    "zhang": Person("zhang", "张三", (TECHNICIAN,)),
    "li": Person("li", "李四", (TECHNICIAN, MANAGER)),
    "wang": Person("wang", "", (MANAGER, Post.VIEWER)),
}


def shift(person: str, begin: float, end: float, post: Post = TECHNICIAN, site: str = "hz1") -> Shift:
    return Shift(site, post, person, NOW + begin * HOUR, NOW + end * HOUR)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        pytest.param(shift("nobody", 1, 9), "nobody", id="who is not there"),
        pytest.param(shift("wang", 1, 9), "not_post", id="who does not hold the post"),
        pytest.param(shift("wang", 1, 9, Post.VIEWER), "no_post", id="what is no post of the roster"),
        pytest.param(shift("li", 9, 1), "backwards", id="what ends before it begins"),
        pytest.param(shift("li", 1, 1), "backwards", id="what has no length"),
        pytest.param(shift("li", -9, 0), "past", id="what is over"),
        pytest.param(shift("li", 1, 25.1), "too_long", id="more than a day"),
        pytest.param(shift("zhang", 11, 13), "twice", id="who is there already"),
    ],
)
def test_nobody_is_put_on_duty(wanted: Shift, code: str) -> None:
    with pytest.raises(RosterRefused) as refused:
        put(wanted, PEOPLE, [shift("zhang", 0, 12)], NOW)
    assert refused.value.code == code


def test_a_refusal_names_who_holds_the_post() -> None:
    with pytest.raises(RosterRefused) as refused:
        put(shift("wang", 1, 9), PEOPLE, [], NOW)
    assert refused.value.fields == {"person": "wang", "post": TECHNICIAN, "who": ("张三", "李四")}


@pytest.mark.parametrize(
    ("wanted", "made"),
    [
        pytest.param(shift("li", 1, 25), shift("li", 1, 25), id="a whole day, beside somebody else"),
        pytest.param(shift("li", -2, 9), shift("li", 0, 9), id="what has passed is not made up"),
        pytest.param(shift("zhang", 12, 20), shift("zhang", 12, 20), id="right after a shift of their own"),
        pytest.param(shift("zhang", 2, 9, site="hz2"), shift("zhang", 2, 9, site="hz2"), id="at another site as well"),
    ],
)
def test_somebody_is_put_on_duty(wanted: Shift, made: Shift) -> None:
    assert put(wanted, PEOPLE, [shift("zhang", 0, 12)], NOW) == made


def test_somebody_stands_in_for_a_whole_shift_or_from_a_moment_on() -> None:
    whole = shift("zhang", 8, 20)
    assert stand_in(whole, "li", None, PEOPLE, [whole], NOW) == (None, shift("li", 8, 20))
    assert stand_in(whole, "li", NOW + 10 * HOUR, PEOPLE, [whole], NOW) == (shift("zhang", 8, 10), shift("li", 10, 20))


def test_what_has_passed_of_a_shift_stays_the_first_persons() -> None:
    begun = shift("zhang", -4, 8)
    assert stand_in(begun, "li", None, PEOPLE, [begun], NOW) == (shift("zhang", -4, 0), shift("li", 0, 8))
    assert stand_in(begun, "li", NOW - 9 * HOUR, PEOPLE, [begun], NOW) == (shift("zhang", -4, 0), shift("li", 0, 8))
    assert take_off(begun, None, NOW) == (shift("zhang", -4, 0), NOW)
    assert take_off(shift("zhang", 1, 8), None, NOW) == (None, NOW + HOUR)


@pytest.mark.parametrize(
    ("of", "person", "since", "code"),
    [
        pytest.param(shift("zhang", 1, 9), "zhang", None, "same", id="for oneself"),
        pytest.param(shift("zhang", 1, 9), "wang", None, "not_post", id="without the post"),
        pytest.param(shift("zhang", -9, 0), "li", None, "past", id="for what is over"),
        pytest.param(shift("zhang", 1, 9), "li", NOW + 9 * HOUR, "not_within", id="from its end on"),
        pytest.param(shift("zhang", 1, 9), "li", NOW + 2 * HOUR, "twice", id="who is there too"),
    ],
)
def test_nobody_stands_in(of: Shift, person: str, since: datetime | None, code: str) -> None:
    with pytest.raises(RosterRefused) as refused:
        stand_in(of, person, since, PEOPLE, [of, shift("li", 8, 10)], NOW)
    assert refused.value.code == code


def test_two_posts_at_one_time_are_found() -> None:
    mine = shift("li", 0, 12)
    other, later = shift("li", 11, 20, MANAGER), shift("li", 12, 20, MANAGER)
    assert beside(mine, [mine, other, later, shift("wang", 0, 12, MANAGER)]) == (other,)


@pytest.mark.parametrize(
    ("others", "left"),
    [
        pytest.param([(3, 5)], [(0, 3), (5, 12)], id="the middle"),
        pytest.param([(-2, 5)], [(5, 12)], id="the beginning"),
        pytest.param([(0, 12)], [], id="all of it"),
        pytest.param([(1, 2), (2, 20)], [(0, 1)], id="two of them"),
        pytest.param([(12, 20), (-5, 0)], [(0, 12)], id="what only touches it"),
    ],
)
def test_a_shift_without_what_its_person_holds_already(
    others: list[tuple[float, float]], left: list[tuple[float, float]]
) -> None:
    held = [shift("li", *other) for other in others] + [shift("zhang", 0, 12), shift("li", 0, 12, MANAGER)]
    assert without(shift("li", 0, 12), held) == tuple(shift("li", *part) for part in left)
