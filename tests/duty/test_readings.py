"""Several looks at one target become one, and what silence is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.readings import Columns, Fact, Gap, Look, Reading, Stated, by_column, merge

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_look_is_all_that_its_parts_saw() -> None:
    ping = Look("core", NOON, 2 * SECOND, False, gaps=(Gap("icmp", "", "timeout"),))
    snmp = Look(
        "core",
        NOON + SECOND,
        5 * SECOND,
        True,
        (Reading("uptime", "", 7, "s"),),
        (Fact("name", "", "core"),),
        (Gap("fan_health", "", "not_offered"),),
        (Stated("temperature", "cpu", 70.0),),
        full=False,
    )
    merged = merge([ping, snmp])
    assert merged == Look(
        "core", NOON, 6 * SECOND, True, snmp.readings, snmp.facts, (*ping.gaps, *snmp.gaps), snmp.stated, full=False
    )


def test_nobody_who_answers_is_not_reached() -> None:
    assert not merge([Look("core", NOON, SECOND, False), Look("core", NOON, SECOND, False)]).reached


def test_the_value_of_a_reading_is_known_by_parameter_and_instance() -> None:
    look = Look("core", NOON, SECOND, True, (Reading("port_up", "1", 0, "bool"), Reading("port_up", "2", 1, "bool")))
    assert (look.number("port_up", "1"), look.number("port_up", "2"), look.number("port_up")) == (0, 1, None)


@pytest.mark.parametrize(
    ("reached", "codes", "silent"),
    [
        pytest.param(True, ["timeout"], False, id="it answered in another way"),
        pytest.param(False, ["timeout"], True, id="no answer"),
        pytest.param(False, [], True, id="no answer and no reason"),
        pytest.param(False, ["not_permitted"], False, id="we may not ask"),
        pytest.param(False, ["crashed", "not_permitted"], False, id="we cannot ask"),
        pytest.param(False, ["not_permitted", "timeout"], True, id="one way was open and no answer came"),
    ],
)
def test_silence_is_the_targets_own(reached: bool, codes: list[str], silent: bool) -> None:
    look = Look("core", NOON, SECOND, reached, gaps=tuple(Gap("icmp", "", code) for code in codes))
    assert look.silent is silent


readings = st.builds(
    Reading,
    st.sampled_from(["port_up", "port_in_total"]),
    st.sampled_from(["1", "2", "3"]),
    st.integers(0, 9),
    st.just("B"),
    st.sampled_from([0, 32, 64]),
)


@given(st.lists(readings))
def test_readings_by_column_are_the_same_readings(seen: list[Reading]) -> None:
    kept = Columns(by_column(seen))
    assert sorted(map(repr, kept)) == sorted(map(repr, seen))
    assert len(kept) == len(seen)
    assert by_column(list(kept)) == by_column(kept)
    assert kept == tuple(kept) == Columns(kept.groups)
    assert [kept[place] for place in range(len(kept))] == list(kept[:]) == list(kept)
    # Of one parameter and width they come in the order in which they were seen.
    for width in (0, 32, 64):
        assert [r for r in kept if r.width == width and r.parameter == "port_up"] == [
            r for r in seen if r.width == width and r.parameter == "port_up"
        ]
