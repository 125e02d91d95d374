"""Columns that do not change while a device runs: asked for once by the watch, and anew when that could be wrong."""

from __future__ import annotations

from collectors.snmp.kept import UPTIME, Kept
from collectors.snmp.port import Fetched, Value
from config.profile import Object

LIMIT, VALUE = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"
COLUMNS = tuple(Object.model_validate(given) for given in ({"oid": LIMIT, "kept": True}, {"oid": VALUE}))


def look(kept: Kept, uptime: int, *, full: bool = False, answers: dict[str, dict[str, Value]] | None = None) -> Fetched:
    """Look once at a device that answers so; what was asked for is among the columns or the gaps."""
    fetched = Fetched(scalars={UPTIME: uptime})
    left = [LIMIT, VALUE] if full else kept.recall([LIMIT, VALUE], fetched)
    for oid in left:
        if answers and oid in answers:
            fetched.columns[oid] = answers[oid]
        else:
            fetched.gaps[oid] = "not_offered"
    kept.keep(COLUMNS, fetched)
    return fetched


def test_the_watch_asks_for_limits_once() -> None:
    kept = Kept()
    look(kept, 100, answers={LIMIT: {"1": 60}, VALUE: {"1": 20}})
    again = look(kept, 200, answers={LIMIT: {"1": 99}, VALUE: {"1": 21}})
    assert again.columns == {LIMIT: {"1": 60}, VALUE: {"1": 21}}


def test_the_inspection_asks_again_and_the_watch_goes_on_with_that() -> None:
    kept = Kept()
    look(kept, 100, answers={LIMIT: {"1": 60}})
    look(kept, 200, full=True, answers={LIMIT: {"1": 70}})
    assert look(kept, 300).columns == {LIMIT: {"1": 70}}


def test_a_device_that_started_anew_is_asked_anew() -> None:
    kept = Kept()
    look(kept, 5000, answers={LIMIT: {"1": 60}})
    assert look(kept, 40, answers={LIMIT: {"1": 75}}).columns == {LIMIT: {"1": 75}}


def test_what_a_device_does_not_offer_is_not_asked_for_each_minute() -> None:
    kept = Kept()
    look(kept, 100)
    assert look(kept, 200).gaps == {VALUE: "not_offered"}


def test_what_broke_off_is_asked_for_again() -> None:
    kept, fetched = Kept(), Fetched(columns={LIMIT: {"1": 60}}, gaps={LIMIT: "timeout"})
    kept.keep(COLUMNS, fetched)
    assert kept.recall([LIMIT], Fetched()) == [LIMIT]
