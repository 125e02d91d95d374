"""The rules of signing in: how long it holds, how long one waits, what a name and a password must be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from duty.people import Post
from duty.roster import Shift
from duty.sign_in import WAIT_OF_NAME, ends, is_name, password_fault, wait

HOUR = timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """Return a moment of a night of November 2026 by the site's clock: "24 19:45"."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=SHANGHAI).astimezone(UTC)


def shift(begin: str, end: str, person: str = "wang", post: Post = Post.TECHNICIAN) -> Shift:
    return Shift("hz1", post, person, at(begin), at(end))


NIGHT = shift("24 20:00", "25 08:00")


@pytest.mark.parametrize(
    ("shifts", "now", "end"),
    [
        pytest.param([NIGHT], "24 19:45", "25 10:00", id="before the shift it holds until the handover is signed"),
        pytest.param([NIGHT], "25 03:00", "25 10:00", id="within the shift as well"),
        pytest.param([NIGHT], "25 07:59", "25 10:00", id="even at its end"),
        pytest.param([NIGHT], "25 08:00", "25 22:00", id="a shift that is over counts no more"),
        pytest.param([NIGHT], "24 09:30", "25 10:00", id="in the morning before it"),
        pytest.param([NIGHT], "24 06:00", "25 08:00", id="but 26 hours at most"),
        pytest.param([NIGHT], "23 17:00", "24 07:00", id="a shift that begins later than that counts for nothing"),
        pytest.param([], "24 19:45", "25 09:45", id="without a shift over a night and the morning"),
        pytest.param([shift("24 20:00", "25 08:00", "li")], "24 19:45", "25 09:45", id="another's shift is not theirs"),
        pytest.param(
            [NIGHT, shift("24 20:00", "25 09:00", post=Post.MANAGER)], "24 21:00", "25 11:00", id="the longer of two"
        ),
        pytest.param(
            [shift("25 08:00", "25 20:00"), NIGHT], "24 21:00", "25 10:00", id="the present one goes before the next"
        ),
    ],
)
def test_a_sign_in_holds_over_the_shift_and_two_hours(shifts: list[Shift], now: str, end: str) -> None:
    assert ends(shifts, "wang", at(now)) == at(end)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (3, 0), (4, 1), (5, 2), (6, 4), (9, 32), (10, 60), (10**9, 60)],
)
def test_who_mistypes_waits_twice_as_long_each_time(failures: int, seconds: int) -> None:
    assert wait(failures, 3, WAIT_OF_NAME) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("name", "fine"),
    [("wangfang", True), ("王芳", True), ("li.si-2", True), ("a" * 64, True)]
    + [(name, False) for name in ("", "a" * 65, "../x", ".x", "a b", "a/b", "a\n", "\u202eab")],
)
def test_a_name_can_stand_in_a_file_name_and_in_the_journal(name: str, fine: bool) -> None:
    assert is_name(name) is fine


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("nine12345", "short"),
        ("ten1234567", ""),
        ("一二三四五六七八九十", ""),
        ("x" * 201, "long"),
        ("wangfang2026", "name"),
        ("WangFang-!-", "name"),
        ("wangfang likes the sea", ""),
        ("1111111111", "same"),
        ("abababababab", "same"),
    ],
)
def test_a_password_is_long_and_not_the_name(password: str, fault: str) -> None:
    assert password_fault(password, "wangfang") == fault
