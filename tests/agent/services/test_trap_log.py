"""Traps on their way to the record: what becomes one line, and that none of it grows without end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.services.trap_log import AT_ONCE, MOST, MOST_OF_TARGET, SPAN, TrapLog
from duty.traps import Meaning

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DOWN = Meaning("link_down", "1.3.6.1.6.3.1.1.5.3", "GE0/0/7")


def write(log: TrapLog, now: datetime = NOW) -> list[tuple[int | None, int]]:
    """Write as the record does, with the next numbers; return what each line was called and its count."""
    lines = log.changed()
    log.written([number or 100 + at for at, (number, _) in enumerate(lines)], lines, now)
    return [(number, line.count) for number, line in lines]


def test_a_line_grows_under_its_number_and_is_a_new_one_after_its_time() -> None:
    log = TrapLog()
    log.note("core", "10.0.0.1", DOWN, NOW)
    assert write(log) == [(None, 1)]
    log.note("core", "10.0.0.1", DOWN, NOW)
    log.note("core", "10.0.0.1", DOWN, NOW)
    assert write(log) == [(100, 3)]
    assert write(log) == [], "nothing new"
    log.note("core", "10.0.0.1", DOWN, NOW + SPAN)
    assert write(log, NOW + SPAN) == [(None, 1)]


def test_what_comes_while_it_is_being_written_is_written_the_next_time() -> None:
    log = TrapLog()
    log.note("core", "10.0.0.1", DOWN, NOW)
    lines = log.changed()
    log.note("core", "10.0.0.1", DOWN, NOW)
    log.written([100], lines, NOW)
    assert write(log) == [(100, 2)]


def test_a_record_that_cannot_be_written_loses_no_count() -> None:
    log = TrapLog()
    for minute in range(60):
        log.note("core", "10.0.0.1", DOWN, NOW + timedelta(minutes=minute))
    assert write(log) == [(None, 60)]


def test_there_is_a_bounded_number_of_lines_for_a_target_and_for_all() -> None:
    log = TrapLog()
    for n in range(MOST_OF_TARGET + 10):
        assert log.note("core", "10.0.0.1", Meaning("", f"1.3.{n}"), NOW)
    assert len(log.changed()) == MOST_OF_TARGET + 1
    refused = [n for n in range(MOST) if not log.note(f"sw-{n}", "10.0.0.1", DOWN, NOW)]
    assert len(refused) == MOST_OF_TARGET + 1
    assert len(log.changed()) == AT_ONCE


def test_room_is_given_back() -> None:
    log = TrapLog()
    for n in range(MOST_OF_TARGET):
        log.note("core", "10.0.0.1", Meaning("", f"1.3.{n}"), NOW)
    write(log, NOW + SPAN)
    log.note("core", "10.0.0.1", DOWN, NOW + SPAN)
    assert [line.meaning for _, line in log.changed()] == [DOWN]
