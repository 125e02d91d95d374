"""An incident's life: a rule or a person grades it, somebody says that it is over, or that it was not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.bulletins import Bulletin, BulletinKind, Facts, next_kind
from duty.incidents import Found, Grade, Incident, IncidentClass, handled, name_of, raised, regraded, reopened

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def incident(grade: Grade = Grade.GENERAL, rule: str = "key_failing") -> Incident:
    return Incident(
        7, "TF-20261124-01", "hz1", IncidentClass.NETWORK, grade, "core is slow", Found.ALERT, NOW, NOW, "", rule,
        target="core", next_report=NOW + HOUR,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("nth", "rehearsal", "name"),
    [(1, False, "TF-20261124-01"), (12, True, "YL-20261124-12"), (100, False, "TF-20261124-100")],
)
def test_the_number_on_paper(nth: int, rehearsal: bool, name: str) -> None:
    assert name_of(date(2026, 11, 24), nth, rehearsal=rehearsal) == name


def test_a_rule_makes_it_major_and_is_named() -> None:
    major = raised(incident(), "core_down")
    assert (major.major, major.rule) == (True, "core_down")
    assert raised(major, "pair_down") == major


def test_what_somebody_opened_by_hand_can_become_major_by_a_rule() -> None:
    """Who opens it at once does not know yet that it is the whole site."""
    assert raised(incident(rule=""), "site_share").major


def test_it_is_over_from_when_somebody_says_so() -> None:
    over = handled(incident(), "王芳", NOW + HOUR, "restarted")
    assert (over.open, over.handled, over.handled_by, over.result) == (False, NOW + HOUR, "王芳", "restarted")
    assert over.restored == NOW + HOUR
    assert over.next_report is None


def test_what_was_well_before_it_was_handled_was_restored_then() -> None:
    well = handled(incident(), "王芳", NOW, "")
    assert handled(well, "王芳", NOW + HOUR, "").restored == NOW


def test_it_was_not_over() -> None:
    again = reopened(handled(incident(), "王芳", NOW + HOUR, "restarted"))
    assert again.open
    assert (again.handled_by, again.restored) == ("", None)


def test_a_rule_leaves_alone_what_is_over() -> None:
    over = handled(incident(), "王芳", NOW, "")
    assert raised(over, "core_down") == over


@given(st.lists(st.sampled_from(["rule", "manager", "handle", "reopen"]), max_size=8), st.sampled_from(Grade))
def test_a_persons_grade_is_never_changed_by_a_rule(steps: list[str], grade: Grade) -> None:
    now, decided = incident(), False
    for step in steps:
        match step:
            case "rule":
                now = raised(now, "core_down")
            case "manager":
                now, decided = regraded(now, grade, "王芳", "planned work"), True
            case "handle":
                now = handled(now, "王芳", NOW, "")
            case "reopen":
                now = reopened(now)
        if decided:
            assert (now.grade, now.overruled_by, now.why) == (grade, "王芳", "planned work")


def test_first_report_then_progress_by_number() -> None:
    sent: list[Bulletin] = []
    for expected in [(BulletinKind.FIRST, 1), (BulletinKind.PROGRESS, 1), (BulletinKind.PROGRESS, 2)]:
        kind, nth = next_kind(sent)
        assert (kind, nth) == expected
        sent.append(Bulletin(0, 7, kind, nth, NOW, "王芳", ""))


def test_a_report_goes_on_after_the_last_one_where_it_was_not_over() -> None:
    kinds = (BulletinKind.FIRST, BulletinKind.PROGRESS, BulletinKind.FINAL)
    assert next_kind([Bulletin(0, 7, kind, 1, NOW, "", "") for kind in kinds]) == (BulletinKind.PROGRESS, 2)


def test_what_answers_again_is_what_is_not_down() -> None:
    assert Facts(down=2, of=5).back == 3
