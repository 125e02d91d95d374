"""Processor use between two looks."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from collectors.host.processor import Processor, Spent, spent
from duty.readings import Gap, Notes


def used(processor: Processor) -> float | None:
    notes = Notes()
    processor.read(notes)
    return next((r.value for r in notes.readings if r.parameter == "cpu_used"), None)


def processor(*answers: Spent, cores: int = 1) -> Processor:
    each: Iterator[Spent] = iter(answers)
    return Processor(lambda: next(each), cores)


def test_the_first_look_tells_the_mean_since_the_start() -> None:
    assert used(processor(Spent(100, 50), Spent(110, 55))) == 50.0


def test_a_look_at_once_after_the_start_says_so_instead_of_zero() -> None:
    notes = Notes()
    processor(Spent(100, 50), Spent(100.2, 50.2)).read(notes)
    assert notes.gaps == [Gap("cpu_used", "", "first_look")]


def test_each_look_tells_the_time_since_the_one_before() -> None:
    looks = processor(Spent(0, 0), Spent(60, 60), Spent(120, 75))
    assert [used(looks), used(looks)] == [100.0, 25.0]


def test_a_second_look_within_a_moment_still_has_something_to_tell() -> None:
    looks = processor(Spent(0, 0), Spent(60, 30), Spent(60.1, 30.1))
    assert [used(looks), round(used(looks) or 0)] == [50.0, 50]


def test_a_second_on_four_cores_is_four_seconds_of_processor_time() -> None:
    assert used(processor(Spent(0, 0), Spent(2, 2), cores=4)) is None
    assert used(processor(Spent(0, 0), Spent(4, 1), cores=4)) == 25.0


@given(st.lists(st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)), min_size=2, max_size=6))
def test_it_is_a_share_or_nothing_whatever_the_kernel_counts(answers: list[tuple[float, float]]) -> None:
    looks = processor(*(Spent(*answer) for answer in answers))
    for _ in answers[1:]:
        value = used(looks)
        assert value is None or 0 <= value <= 100


def test_this_machine_was_busy_for_a_part_of_its_time() -> None:
    now = spent()
    assert 0 < now.busy < now.total
