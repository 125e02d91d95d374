"""The clock's offset."""

import pytest

from collectors.host import clock
from collectors.host.clock import Discipline
from duty.readings import Notes


def read(answer: Discipline) -> tuple[dict[str, float], dict[str, str]]:
    notes = Notes()
    clock.read(notes, lambda: answer)
    return {r.parameter: r.value for r in notes.readings}, {g.parameter: g.code for g in notes.gaps}


@pytest.mark.parametrize("offset", [pytest.param(0.25, id="fast"), pytest.param(-0.25, id="slow")])
def test_a_kept_clock_says_how_far_it_is_off(offset: float) -> None:
    assert read(Discipline(offset, synchronised=True)) == ({"clock_synchronised": 1, "clock_offset": 0.25}, {})


def test_the_offset_of_a_clock_that_nobody_keeps_is_not_known() -> None:
    assert read(Discipline(0.0, synchronised=False)) == ({"clock_synchronised": 0}, {"clock_offset": "not_offered"})


def test_the_kernel_answers_within_the_half_second_that_it_can_work_off() -> None:
    try:
        answer = clock.discipline()
    except PermissionError:
        pytest.skip("this sandbox forbids adjtimex")
    assert abs(answer.offset) <= 0.5
