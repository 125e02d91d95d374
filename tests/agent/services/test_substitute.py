"""The roster changed by hand in a real record: what stands there after it, and what the journal says."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.services import substitute as change
from agent.services.muster import muster
from agent.services.station import Station
from agent.store import journal, shifts
from duty.errors import RosterRefused
from duty.people import Post
from duty.roster import AHEAD, Shift, on_duty
from tests.agent.console import trouble
from tests.agent.console.desk import Desk, standing
from tests.agent.services.conftest import NOW

HOUR = timedelta(hours=1)
TECHNICIAN = Post.TECHNICIAN
SETTINGS = trouble.SETTINGS.replace("posts: [reserve]", "posts: [reserve, technician]").replace(
    "people: [wangfang]", "people: [wangfang, lina]"
)


@pytest.fixture
def station(desk: Desk) -> Station:
    return move_in(desk)


def move_in(desk: Desk) -> Station:
    trouble.move_in(desk, SETTINGS)
    return desk.station


async def there(station: Station) -> list[Shift]:
    now = station.clock.now()
    return await station.store.read(shifts.shifts_between, now - timedelta(days=3), now + AHEAD)


async def tonight(station: Station) -> Shift:
    return next(s for s in await there(station) if s.post is TECHNICIAN and s.begin > NOW)


async def said(station: Station, kind: str) -> dict[str, object]:
    entry = await station.store.read(journal.newest, kind)
    assert entry is not None
    return {"by": entry.actor} | (await station.store.read(journal.payload_of, entry.seq) or {})


async def test_somebody_is_put_beside_and_the_journal_says_who_for_whom_and_why(station: Station) -> None:
    first = await tonight(station)
    other = "lina" if first.person == "wangfang" else "wangfang"
    made = await change.put_on_duty(
        station, "zhaolei", site="hz1", post=TECHNICIAN, person=other, begin=first.begin, end=first.end, why="升级"
    )
    assert set(on_duty(await there(station), "hz1", TECHNICIAN, first.begin)) == {"wangfang", "lina"}
    entry = await said(station, "shift_put")
    assert (entry["by"], entry["person"], entry["why"], entry["ahead"]) == ("zhaolei", other, "升级", 0.2)
    assert "beside" not in entry
    assert made == Shift("hz1", TECHNICIAN, other, first.begin, first.end)


async def test_two_posts_at_one_time_are_allowed_and_said(station: Station) -> None:
    first = await tonight(station)
    lina = first if first.person == "lina" else Shift("hz1", TECHNICIAN, "lina", first.begin, first.end)
    if lina is not first:
        await change.substitute(station, "zhaolei", shift=first, person="lina", why="生病")
    await change.put_on_duty(
        station, "zhaolei", site="hz1", post=Post.RESERVE, person="lina", begin=lina.begin, end=lina.end
    )
    assert (await said(station, "shift_put"))["beside"] == ["hz1/technician"]


async def test_a_substitute_keeps_the_place_through_a_muster_and_what_has_passed_stays(station: Station) -> None:
    first = await tonight(station)
    other = "lina" if first.person == "wangfang" else "wangfang"
    since = first.begin + 6 * HOUR
    made = await change.substitute(station, "zhaolei", shift=first, person=other, why="生病", since=since, asker="lei")
    for at in (NOW, since + HOUR):
        await station.store.write(muster, station.orders, at)
        found = await there(station)
        assert on_duty(found, "hz1", TECHNICIAN, since - HOUR) == (first.person,)
        assert on_duty(found, "hz1", TECHNICIAN, since) == (other,)
    assert made.begin == since
    entry = await said(station, "shift_changed")
    assert (entry["for"], entry["person"], entry["why"], entry["asker"]) == (first.person, other, "生病", "lei")


async def test_who_is_taken_off_is_not_written_back(station: Station) -> None:
    first = await tonight(station)
    await change.take_off(station, "zhaolei", shift=first, why="生病")
    await station.store.write(muster, station.orders, NOW)
    assert on_duty(await there(station), "hz1", TECHNICIAN, first.begin) == ()
    assert (await said(station, "shift_withdrawn"))["person"] == first.person
    with pytest.raises(RosterRefused, match="gone"):
        await change.take_off(station, "zhaolei", shift=first, why="生病")


async def test_a_reason_is_needed_and_a_site(station: Station) -> None:
    first = await tonight(station)
    with pytest.raises(RosterRefused, match="no_why"):
        await change.take_off(station, "zhaolei", shift=first, why="  ")
    with pytest.raises(RosterRefused, match="no_why"):
        await change.substitute(station, "zhaolei", shift=first, person="lina", why="")
    with pytest.raises(RosterRefused, match="no_site"):
        await change.put_on_duty(
            station, "x", site="nowhere", post=TECHNICIAN, person="lina", begin=NOW, end=NOW + HOUR
        )


@st.composite
def doings(draw: st.DrawFn) -> tuple[str, str, int, int, int]:
    """A doing, a person, an hour from now on or a shift's place, a length, and how many hours pass before it."""
    kind = draw(st.sampled_from(("put", "stand_in", "take_off", "muster")))
    person = draw(st.sampled_from(("wangfang", "lina", "zhaolei")))
    passed = draw(st.sampled_from((0, 0, 1, 7)))
    return kind, person, draw(st.integers(-3, 60)), draw(st.integers(1, 25)), passed


async def do(station: Station, doing: tuple[str, str, int, int, int]) -> None:
    kind, person, place, length, _ = doing
    now = station.clock.now()
    shifts_there = [s for s in await there(station) if s.end > now and s.post is TECHNICIAN]
    shift = shifts_there[place % len(shifts_there)] if shifts_there else None
    with suppress(RosterRefused):
        if kind == "put":
            begin = now + place * HOUR
            await change.put_on_duty(
                station, "x", site="hz1", post=TECHNICIAN, person=person, begin=begin, end=begin + length * HOUR
            )
        elif kind == "stand_in" and shift is not None:
            since = shift.begin + (length % 8) * HOUR
            await change.substitute(station, "x", shift=shift, person=person, why="y", since=since)
        elif kind == "take_off" and shift is not None:
            await change.take_off(station, "x", shift=shift, why="y")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(doings(), max_size=12))
def test_nobody_holds_a_post_twice_and_what_was_made_by_hand_survives(
    tmp_path_factory: pytest.TempPathFactory, these: list[tuple[str, str, int, int, int]]
) -> None:
    with standing(tmp_path_factory.mktemp("roster"), NOW) as desk:
        asyncio.run(run(move_in(desk), these))


async def run(station: Station, these: list[tuple[str, str, int, int, int]]) -> None:
    for doing in these:
        station.clock.advance(doing[-1] * HOUR)  # type: ignore[attr-defined]
        now = station.clock.now()
        before = [s for s in await there(station) if s.begin < now]
        await do(station, doing)
        by_hand = await station.store.read(shifts.shifts_by_hand, now)
        await station.store.write(muster, station.orders, now)
        found = await there(station)
        assert await station.store.read(shifts.shifts_by_hand, now) == by_hand
        for one, other in ((a, b) for n, a in enumerate(found) for b in found[n + 1 :]):
            same = (one.site, one.post, one.person) == (other.site, other.post, other.person)
            assert not (same and one.begin < other.end and other.begin < one.end), (one, other)
        past = [now - n * HOUR - HOUR / 2 for n in range(30)]
        assert [on_duty(before, "hz1", TECHNICIAN, at) for at in past] == [
            on_duty(found, "hz1", TECHNICIAN, at) for at in past
        ]
