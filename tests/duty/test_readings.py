"""Several looks at one target become one, and what silence is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duty.readings import Fact, Gap, Look, Reading, Stated, merge

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
