"""The limits that are shipped."""

import pytest

from checks import CHECKS
from config.limits import Check, shipped
from duty.fold import REACH
from duty.parameters import PARAMETERS

SHIPPED = [pytest.param(name, check, id=name) for name, check in shipped().checks.items()]


@pytest.mark.parametrize(("name", "check"), SHIPPED)
def test_a_shipped_check_can_be_made(name: str, check: Check) -> None:
    assert check.kind in CHECKS
    assert check.parameter in PARAMETERS or check.kind == "absence"


@pytest.mark.parametrize(("name", "check"), SHIPPED)
def test_a_shipped_check_states_all_that_counts(name: str, check: Check) -> None:
    assert {"looks_warning", "looks_critical", "looks_back"} <= check.model_fields_set
    if check.kind == "optics":
        assert (check.warning, check.critical) == (None, None), "a module states its own"
    elif check.kind not in ("absence", "ports"):
        assert check.warning is not None or check.critical is not None


@pytest.mark.parametrize(("name", "check"), SHIPPED)
def test_a_critical_state_is_not_announced_as_a_warning_before(name: str, check: Check) -> None:
    # A look that is critical counts for the warning too, so the warning must not be confirmed sooner.
    if check.warning is None:
        assert check.looks_warning == check.looks_critical


@pytest.mark.parametrize(("name", "check"), SHIPPED)
def test_a_value_of_zero_is_well_again(name: str, check: Check) -> None:
    if not check.below and check.kind in ("levels", "states"):
        limits = [limit for limit in (check.warning, check.critical) if limit is not None]
        assert all(limit - check.gap > 0 for limit in limits)


def test_a_target_that_does_not_answer_is_told_after_three_looks() -> None:
    reach = shipped().checks[REACH]
    assert (reach.looks_warning, reach.looks_critical, reach.looks_back, reach.wakes) == (3, 3, 2, True)


def test_what_differs_by_profile_is_a_check_that_there_is() -> None:
    for limits in shipped().by_profile.values():
        assert limits.keys() <= shipped().checks.keys()
