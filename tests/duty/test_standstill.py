"""What stands still: little room, rounds that are not made, letters that do not leave, a clock that was set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duty.findings import Severity
from duty.rounds import Cadence, Round, RoundState
from duty.standstill import MIB, Room, step_matters, stuck_since, unmade

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOURLY = Cadence("hourly", HOUR, "UTC", NOW - 5 * HOUR)
SLOT = NOW - 30 * MINUTE


@pytest.mark.parametrize(
    ("free", "share", "expected"),
    [
        pytest.param(1024, 5, Severity.OK, id="at both limits there is enough"),
        pytest.param(1023, 50, Severity.WARNING, id="little, of a small disk"),
        pytest.param(90_000, 4.9, Severity.WARNING, id="little of a large disk"),
        pytest.param(200, 50, Severity.WARNING, id="at the lower limit it is little"),
        pytest.param(199, 50, Severity.CRITICAL, id="hardly any"),
    ],
)
def test_room(free: float, share: float, expected: Severity) -> None:
    assert Room(free * MIB, share).severity is expected


def newest(state: RoundState, slot: datetime = SLOT) -> Round:
    return Round("hourly", slot, state)


def test_a_round_that_was_made_or_is_being_made_is_no_trouble() -> None:
    assert unmade(HOURLY, newest(RoundState.COMPLETE), NOW) is None
    assert unmade(HOURLY, newest(RoundState.OPEN), NOW) is None
    assert unmade(HOURLY, newest(RoundState.COMPLETE), SLOT + HOUR + 14 * MINUTE) is None, "it may begin late"


def test_a_round_that_was_missed_is_a_warning_and_one_of_which_nothing_is_known_is_critical() -> None:
    assert unmade(HOURLY, newest(RoundState.MISSED), NOW) == (SLOT, Severity.WARNING)
    late = SLOT + HOUR + 15 * MINUTE
    assert unmade(HOURLY, newest(RoundState.COMPLETE), late) == (SLOT + HOUR, Severity.CRITICAL)
    assert unmade(HOURLY, None, NOW) is not None


def test_a_cadence_that_is_new_has_missed_nothing() -> None:
    assert unmade(Cadence("hourly", HOUR, "UTC", NOW - MINUTE), None, NOW) is None


OLD, RECENT = NOW - 20 * MINUTE, NOW - 2 * MINUTE


@pytest.mark.parametrize(
    ("waiting", "sent", "failing", "stuck"),
    [
        pytest.param({}, {}, set(), False, id="nothing waits"),
        pytest.param({"chat": RECENT}, {}, set(), False, id="it waits for a moment"),
        pytest.param({"chat": OLD}, {"chat": RECENT}, set(), False, id="others leave by the same channel"),
        pytest.param({"chat": OLD}, {}, {"chat"}, False, id="one channel fails, which is told by itself"),
        pytest.param({"chat": OLD}, {"sms": RECENT}, set(), True, id="nobody knows why"),
        pytest.param({"chat": OLD}, {}, {"chat", "sms"}, True, id="every channel fails"),
    ],
)
def test_the_outbox_stands_still(
    waiting: dict[str, datetime], sent: dict[str, datetime], failing: set[str], stuck: bool
) -> None:
    found = stuck_since(waiting, sent, failing, {"chat", "sms"}, NOW)
    assert found == (OLD if stuck else None)


def test_a_step_matters_for_an_hour_or_until_somebody_takes_note() -> None:
    assert step_matters(NOW - 59 * MINUTE, None, NOW)
    assert not step_matters(NOW - HOUR, None, NOW)
    assert not step_matters(NOW - 30 * MINUTE, NOW - 10 * MINUTE, NOW)
    assert step_matters(NOW - 30 * MINUTE, NOW - 40 * MINUTE, NOW), "that was the step before"
    assert step_matters(NOW - 30 * MINUTE, NOW + HOUR, NOW), "by the clock before it was set back"
