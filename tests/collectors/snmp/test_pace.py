"""So many packets a second, evenly, however many want to send."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.pace import Pace


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=200), st.sampled_from([1, 50, 1000]))
def test_never_more_than_the_rate(pauses: list[float], rate: int) -> None:
    pace, now, sent = Pace(rate), 100.0, []
    for pause in pauses:
        now += pause
        sent.append(now + pace.wait(now))
    assert all(later - earlier >= 1 / rate - 1e-9 for earlier, later in pairwise(sent))


def test_who_comes_after_a_pause_waits_for_nobody() -> None:
    pace = Pace(10)
    assert [pace.wait(0.0), pace.wait(0.0), pace.wait(5.0)] == [0.0, 0.1, 0.0]
