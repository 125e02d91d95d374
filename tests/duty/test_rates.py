"""Counters become rates: wrap, reset and nonsense told apart."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.parameters import PARAMETERS
from duty.rates import CLOCK_WRAPS, derive, restarted
from duty.readings import Fact, Gap, Look, Reading
from duty.targets import Port, Target

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PORT = "GE1/0/1"
FULL_32 = 2**32
GIGABIT = 1_000_000_000


def look(
    total: int | None = 0,
    *,
    counter: str = "port_in_total",
    at: float = 0,
    up: float | None = None,
    width: int = 64,
    speed: int | None = None,
    mark: float | None = None,
) -> Look:
    """Make a look ``at`` seconds after noon at a device that is ``up`` for so long."""
    readings = [
        *([] if up is None else [Reading("uptime", "", up, "s")]),
        *([] if total is None else [Reading(counter, PORT, total, PARAMETERS[counter], width)]),
        *([] if speed is None else [Reading("port_speed", PORT, speed, "bit/s")]),
        *([] if mark is None else [Reading("port_discontinuity", PORT, mark, "s")]),
    ]
    return Look("core", NOON + timedelta(seconds=at), timedelta(seconds=1), True, tuple(readings))


def rate(now: Look, before: Look | None) -> float | str:
    """Return the rate that follows from two looks, or the code of its gap; it is always the one or the other."""
    derived = derive(now, before)
    gaps = [gap.code for gap in derived.gaps if gap.parameter == "port_in_rate"]
    number = derived.number("port_in_rate", PORT)
    assert (number is None) == (len(gaps) == 1)
    return gaps[0] if number is None else number


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param(look(1000, up=500), look(7000, at=60, up=560), 100.0, id="what has grown, by the second"),
        pytest.param(look(1000, up=500), look(1000, at=60, up=560), 0.0, id="no traffic is zero and not unknown"),
        pytest.param(
            look(FULL_32 - 600, up=500, width=32),
            look(5400, at=60, up=560, width=32),
            100.0,
            id="32 bits pass their end",
        ),
        pytest.param(
            look(FULL_32 - 600, width=32, mark=7),
            look(5400, at=60, width=32, mark=7),
            100.0,
            id="the port's own mark vouches for a wrap where the device tells no uptime",
        ),
        pytest.param(
            look(FULL_32 - 600, width=32),
            look(5400, at=60, width=32),
            "counter_reset",
            id="where nothing vouches a fall may as well be a reset",
        ),
        pytest.param(
            look(2**31 - 10, up=500, width=32),
            look(5400, at=60, up=560, width=32),
            "counter_reset",
            id="a fall from the lower half is no wrap",
        ),
        pytest.param(
            look(2**64 - 600, up=500), look(5400, at=60, up=560), "counter_reset", id="64 bits never wrap in our time"
        ),
        pytest.param(
            look(FULL_32 - 600, up=500, width=32),
            look(5400, at=60, up=30, width=32),
            "counter_reset",
            id="a device that started again did not wrap",
        ),
        pytest.param(
            look(1000, up=500),
            look(7000, at=60, up=30),
            "counter_reset",
            id="a device that started again may have grown beyond",
        ),
        pytest.param(
            look(1000, up=10),
            look(7000, at=60, up=30),
            "counter_reset",
            id="up for longer than before and yet started again",
        ),
        pytest.param(
            look(1000, up=500, mark=0),
            look(7000, at=60, up=560, mark=550),
            "counter_reset",
            id="a port's counters began anew while its device went on",
        ),
        pytest.param(
            look(1000, up=500),
            look(7000, at=60, up=560, width=32),
            "counter_reset",
            id="another width is another counter",
        ),
        pytest.param(
            look(1000, up=CLOCK_WRAPS - 20),
            look(7000, at=60, up=40),
            100.0,
            id="an uptime that begins again after 497 days is no restart",
        ),
        pytest.param(
            look(FULL_32 - 600, up=CLOCK_WRAPS - 20, width=32),
            look(5400, at=60, up=40.3, width=32),
            100.0,
            id="uptime and counter pass their ends together",
        ),
        pytest.param(
            look(1000, up=CLOCK_WRAPS - 20),
            look(7000, at=60, up=10),
            "counter_reset",
            id="a restart near the 497th day is a restart",
        ),
        pytest.param(None, look(1000), "first_look", id="one look has no rate"),
        pytest.param(look(None), look(1000, at=60), "first_look", id="a port that was not seen before has no rate"),
        pytest.param(look(1000), look(7000, at=0.9), "first_look", id="too close"),
        pytest.param(look(1000), look(7000, at=7201), "first_look", id="too far apart"),
        pytest.param(look(1000, at=60), look(7000), "first_look", id="the older look comes second"),
    ],
)
def test_rate(before: Look | None, now: Look, expected: float | str) -> None:
    assert rate(now, before) == (expected if isinstance(expected, str) else pytest.approx(expected))


def test_the_devices_own_clock_counts_for_a_slow_answer_is_no_traffic() -> None:
    assert rate(look(6600, at=60, up=566), look(up=500)) == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("at", "up"),
    [
        pytest.param(60, 500, id="a clock that stands"),
        pytest.param(60, 520, id="a clock far too slow"),
        pytest.param(60, 900, id="a clock far too fast"),
        pytest.param(2, 500.01, id="a coarse clock between two looks close together"),
    ],
)
def test_a_clock_that_cannot_be_right_does_not_count(at: float, up: float) -> None:
    assert rate(look(int(at) * 100, at=at, up=up), look(up=500)) == pytest.approx(100.0)


def test_counters_stay_exact_to_the_last_of_64_bits() -> None:
    derived = derive(look(2**64 - 1, at=60), look(2**64 - 6001))
    assert derived.number("port_in_total", PORT) == 2**64 - 1
    assert derived.number("port_in_rate", PORT) == 100.0


@pytest.mark.parametrize(
    ("grown", "expected"),
    [
        pytest.param(60 * GIGABIT // 8, 100.0, id="a full port is full"),
        pytest.param(60 * GIGABIT // 8 * 110 // 100, 110.0, id="a tenth over is the slack of two clocks"),
    ],
)
def test_how_much_of_a_port_is_used(grown: int, expected: float) -> None:
    derived = derive(look(grown, at=60, speed=GIGABIT), look(0, speed=GIGABIT))
    assert derived.number("port_in_used", PORT) == pytest.approx(expected)


def test_more_than_a_port_can_carry_is_doubtful_and_not_true() -> None:
    derived = derive(look(60 * GIGABIT, at=60, speed=GIGABIT), look(0, speed=GIGABIT))
    assert Gap("port_in_rate", PORT, "doubtful", "800 % of the port's speed") in derived.gaps
    assert derived.number("port_in_rate", PORT) is None
    assert derived.number("port_in_used", PORT) is None


@pytest.mark.parametrize(
    ("before", "now", "code"),
    [
        pytest.param(look(2**64 - 6001, up=500), look(2**64 - 1, at=60, up=560), "", id="64 bits to the last of them"),
        pytest.param(
            look(0, up=500), look(2**64 - 1, at=60, up=560), "doubtful", id="one less than nothing, at no known speed"
        ),
        pytest.param(
            look(0, up=500, speed=GIGABIT), look(2**63, at=60, up=560, speed=GIGABIT), "doubtful", id="half of 64 bits"
        ),
        pytest.param(
            look(0, speed=10 * GIGABIT),
            look(60 * GIGABIT // 2, at=60, speed=GIGABIT),
            "",
            id="a port that was faster a minute ago may have carried it",
        ),
        pytest.param(
            look(0, speed=GIGABIT),
            look(60 * GIGABIT // 2, at=60, speed=10 * GIGABIT),
            "",
            id="and so may one that is faster now",
        ),
        pytest.param(
            look(1000, up=500, speed=GIGABIT, width=32),
            look(7000, at=60, up=560, speed=GIGABIT, width=32),
            "wraps_unseen",
            id="at 1 Gbit/s 32 bits go all the way round in 34 seconds",
        ),
        pytest.param(
            look(1000, up=500, speed=GIGABIT, width=32),
            look(7000, at=30, up=530, speed=GIGABIT, width=32),
            "",
            id="and not within 30",
        ),
        pytest.param(
            look(1000, up=500, speed=GIGABIT // 10, width=32),
            look(7000, at=60, up=560, speed=GIGABIT // 10, width=32),
            "",
            id="at 100 Mbit/s a minute is short enough",
        ),
        pytest.param(
            look(1000, up=500, speed=GIGABIT // 10, width=32),
            look(7000, at=3600, up=4100, speed=GIGABIT // 10, width=32),
            "wraps_unseen",
            id="and an hour is not",
        ),
        pytest.param(
            look(1000, up=500, speed=GIGABIT), look(7000, at=3600, up=4100, speed=GIGABIT), "", id="64 bits have time"
        ),
        pytest.param(
            look(FULL_32 - 600, up=500, speed=GIGABIT // 10, width=32, mark=0),
            look(5400, at=60, up=560, speed=GIGABIT // 10, width=32, mark=0),
            "",
            id="a true wrap of a slow port",
        ),
    ],
)
def test_a_rate_is_right_or_a_gap(before: Look, now: Look, code: str) -> None:
    found = rate(now, before)
    assert (found if isinstance(found, str) else "") == code


@pytest.mark.parametrize(
    ("counter", "grown", "expected"),
    [
        pytest.param("port_in_packets_total", 60 * 1_488_095, 1_488_095.0, id="a full port of the smallest frames"),
        pytest.param("port_in_packets_total", 60 * 3_000_000, "doubtful", id="more packets than it has room for"),
        pytest.param("port_in_errors_total", 2**32 - 1, "doubtful", id="an error counter that fell below zero"),
        pytest.param("port_in_discards_total", 60 * 3_000_000, 3e6, id="more may be refused than a port carries"),
    ],
)
def test_packets_are_held_to_the_speed_of_the_port(counter: str, grown: int, expected: float | str) -> None:
    before, now = (look(n, at=at, speed=GIGABIT, counter=counter) for n, at in ((0, 0), (grown, 60)))
    derived, name = derive(now, before), counter.removesuffix("_total") + "_rate"
    codes = [gap.code for gap in derived.gaps if gap.parameter == name]
    assert (codes[0] if codes else derived.number(name, PORT)) == expected


@pytest.mark.parametrize("what", ["errors", "discards"])
@pytest.mark.parametrize(
    ("packets", "lost", "expected"),
    [
        pytest.param(5994, 6, 0.1, id="six of 6,000"),
        pytest.param(0, 60, 100.0, id="all there were"),
        pytest.param(6000, 0, None, id="none is no share"),
        pytest.param(None, 6, None, id="of nobody knows how many"),
    ],
)
def test_what_share_of_packets_is_lost(what: str, packets: int | None, lost: int, expected: float | None) -> None:
    counted = {"port_out_packets_total": packets, f"port_out_{what}_total": lost}

    def at(seconds: int, part: int) -> Look:
        readings = (Reading(name, PORT, n * part, "1", 64) for name, n in counted.items() if n is not None)
        return replace(look(None, at=seconds), readings=tuple(readings))

    share = derive(at(60, 1), at(0, 0)).number(f"port_out_{what}_share", PORT)
    assert share == (expected if expected is None else pytest.approx(expected))


def test_a_port_whose_index_moved_is_the_same_port() -> None:
    def named(index: str, seen: Look) -> Look:
        return replace(seen, facts=(Fact("port_index", PORT, index),))

    before = named("7", look(1000, up=500, mark=0))
    assert rate(named("12", look(7000, at=60, up=560, mark=0)), before) == pytest.approx(100.0)
    assert rate(named("12", look(7000, at=60, up=30, mark=0)), before) == "counter_reset", "it moves when it restarts"


@pytest.mark.parametrize("speed", [None, 0])
def test_a_port_without_a_speed_has_a_rate_and_no_share(speed: int | None) -> None:
    derived = derive(look(6000, at=60, speed=speed), look(0, speed=speed))
    assert derived.number("port_in_rate", PORT) == 100.0
    assert derived.number("port_in_used", PORT) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_a_gap(value: float) -> None:
    seen = replace(look(None), readings=(Reading("temperature", "cpu", value, "Cel"),))
    derived = derive(seen, None)
    assert derived.readings == ()
    assert derived.gaps == (Gap("temperature", "cpu", "not_a_number", repr(value)),)


def test_an_uptime_that_is_no_number_vouches_for_nothing() -> None:
    before = look(FULL_32 - 600, up=500, width=32)
    assert rate(look(5400, at=60, up=math.nan, width=32), before) == "counter_reset"


def test_what_was_not_seen_stays_in_the_look() -> None:
    seen = replace(look(), gaps=(Gap("fan_health", "", "timeout"),))
    assert derive(seen, None).gaps[0] == Gap("fan_health", "", "timeout")


def test_a_share_of_time_has_its_unit() -> None:
    before = replace(look(None), readings=(Reading("disk_busy_total", "sda", 10.0, "s", 64),))
    now = replace(look(None, at=10), readings=(Reading("disk_busy_total", "sda", 15.0, "s", 64),))
    assert derive(now, before).readings[-1] == Reading("disk_busy_rate", "sda", 0.5, "s/s")


@pytest.mark.parametrize(
    ("was_up", "passed", "up", "expected"),
    [
        pytest.param(5000.0, 3600, 8600.0, False, id="it went on"),
        pytest.param(5000.0, 3600, 100.0, True, id="its uptime fell"),
        pytest.param(600.0, 3600, 3000.0, True, id="up for longer than then but not for the whole hour"),
        pytest.param(5000.0, 7 * 86400, 5 * 86400.0, True, id="seen again after a week and up for five days"),
        pytest.param(CLOCK_WRAPS - 600, 3600, 3000.0, False, id="its uptime began again by itself"),
        pytest.param(None, 3600, 100.0, False, id="it was not asked"),
    ],
)
def test_a_restart(was_up: float | None, passed: float, up: float, expected: bool) -> None:
    assert restarted(look(at=passed, up=up), look(up=was_up)) is expected


totals = st.integers(0, 2**64 - 1)
ups = st.none() | st.floats(0, CLOCK_WRAPS) | st.floats(allow_nan=True, allow_infinity=True)
looks = st.builds(
    look,
    totals,
    at=st.floats(-10_000, 10_000),
    up=ups,
    width=st.sampled_from([32, 64]),
    speed=st.none() | st.integers(-1, 10**12),
    mark=st.none() | st.floats(0, CLOCK_WRAPS),
)


def test_a_port_that_has_become_slower_is_not_used_by_more_than_all() -> None:
    now, before = look(2_000_000, at=8.0, width=64, speed=1_000_000), look(0, width=64, speed=10_000_000)
    assert derive(now, before).number("port_in_used", PORT) == 20.0


@given(looks, looks)
def test_no_rate_is_negative_or_beyond_what_a_port_carries(now: Look, before: Look) -> None:
    derived = derive(now, derive(before, None))
    for reading in derived.readings[len(now.readings) :]:
        assert reading.value >= 0
        assert math.isfinite(reading.value)
    used = derived.number("port_in_used", PORT)
    assert used is None or used <= 110


@given(looks, looks)
def test_every_counter_ends_as_a_rate_or_as_a_gap(now: Look, before: Look) -> None:
    rate(now, derive(before, None))


@given(st.integers(0, 2**33), st.integers(1, 600), st.integers(0, 2**31))
def test_32_bits_give_the_same_rate_as_64_while_they_wrap_at_most_once(start: int, seconds: int, grown: int) -> None:
    def two(width: int) -> tuple[Look, Look]:
        cut = 1 << width
        return (
            look((start + grown) % cut, at=seconds, up=1000 + seconds, width=width),
            look(start % cut, up=1000, width=width),
        )

    assert rate(*two(32)) == rate(*two(64))


def test_a_circuit_is_full_by_its_bought_rate_however_fast_the_line_is() -> None:
    bought = Target("gate", "", ("snmp",), "hz1", ports=(Port("*", uplink=True, rate=GIGABIT // 10),))
    derived = derive(look(60 * GIGABIT // 80, at=60, speed=GIGABIT), look(0, speed=GIGABIT), bought)
    assert derived.number("port_in_used", PORT) == pytest.approx(100)


COUNTED = ("port_in_total", "port_out_errors_total", "port_in_discards_total", "port_in_packets_total")


@st.composite
def switches(draw: st.DrawFn) -> tuple[Look, Look]:
    """Two looks at a switch of two or three ports, a minute apart; mostly all goes well."""
    ports = [f"GE{number}" for number in range(draw(st.integers(2, 3)))]
    grown = st.integers(0, 10**9) | st.integers(-(10**6), 10**13)
    marks, speeds = st.sampled_from([0.0, 0.0, 0.0, 7.0]), st.sampled_from([None, 10**6, 10**9])
    now, before = [Reading("uptime", "", 1060.0, "s")], [Reading("uptime", "", 1000.0, "s")]
    for port in ports:
        if (speed := draw(speeds)) is not None:
            now.append(Reading("port_speed", port, speed, "bit/s"))
        now.append(Reading("port_discontinuity", port, draw(marks), "s"))
        before.append(Reading("port_discontinuity", port, 0.0, "s"))
    for counter in draw(st.lists(st.sampled_from(COUNTED), unique=True, min_size=1)):
        width = draw(st.sampled_from([32, 64]))
        for port in ports:
            was = draw(st.integers(0, 2**width - 1))
            before.append(Reading(counter, port, was, PARAMETERS[counter], width))
            now.append(Reading(counter, port, (was + draw(grown)) % 2**width, PARAMETERS[counter], width))
    return replace(look(None, at=60), readings=tuple(now)), replace(look(None), readings=tuple(before))


@given(switches())
def test_a_column_at_once_gives_what_its_counters_give_one_by_one(seen: tuple[Look, Look]) -> None:
    now, before = seen
    # In another order than now, no column is like the one before.
    mixed = replace(before, readings=tuple(reversed(before.readings)))
    at_once, one_by_one = derive(now, before), derive(now, mixed)
    assert sorted(map(repr, at_once.readings)) == sorted(map(repr, one_by_one.readings))
    assert sorted(map(repr, at_once.gaps)) == sorted(map(repr, one_by_one.gaps))
