"""Filing the incident report: its two clocks, what must stand in it, and no way around those who sign it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty import filing
from duty.errors import ReportRefused
from duty.filing import LEADERS, Report, ReportState, approved, archived, assigned, countersigned, late, returned
from duty.filing import submitted as submit
from duty.incident_report import (
    LEGAL_WITHIN,
    Archive,
    CyberLevel,
    FieldLine,
    ReportContent,
    ReportField,
    ReportVerdict,
)
from duty.incidents import Found, Grade, IncidentClass

HOUR = timedelta(hours=1)
FOUND = datetime(2026, 11, 23, 19, 10, tzinfo=UTC)
HANDLED = FOUND + HOUR
DRAFT = Report(1, "jia", ("网络部", LEADERS))
AWAY = Archive("综合部", "2026-YJ-017", date(2026, 11, 26))
FILLED = {
    ReportField.TITLE: "核心交换机失联",
    ReportField.PLACE: "机房A A07",
    ReportField.SERVICES: "官网",
    ReportField.FIRST_CAUSE: "主控板故障",
    ReportField.CAUSE_CLASS: "device",
    ReportField.RESULT: "已切备板",
    ReportField.VERIFICATION: "登录验证",
    ReportField.CYBER: "no",
}


def content(grade: Grade = Grade.GENERAL, fields: Mapping[ReportField, str] | None = None) -> ReportContent:
    said = {**FILLED, **(fields or {})}
    return ReportContent(
        name="TF-20261124-01", site="hz1", site_title="杭州一机房", zone="Asia/Shanghai", kind=IncidentClass.NETWORK,
        grade=grade, began=FOUND, found=FOUND, found_by=Found.ALERT,
        fields={name: FieldLine(text, "甲工", HANDLED) for name, text in said.items()},
    )  # fmt: skip


def approved_report() -> Report:
    return approved(submit(DRAFT, "jia", HANDLED, "ab" * 32), "yi", HANDLED)


def test_the_report_is_due_a_day_after_the_handling() -> None:
    assert filing.due(HANDLED, 24 * HOUR) == HANDLED + 24 * HOUR


@pytest.mark.parametrize(
    ("level", "runs"),
    [
        (CyberLevel.NONE, False),
        (CyberLevel.GENERAL, False),
        (CyberLevel.CONSIDERABLE, True),
        (CyberLevel.SERIOUS, True),
        (CyberLevel.GRAVE, True),
    ],
)
def test_the_clock_of_the_law_runs_from_discovery_and_only_for_what_is_grave(level: CyberLevel, runs: bool) -> None:
    assert filing.legal_due(FOUND, level, LEGAL_WITHIN) == (FOUND + 4 * HOUR if runs else None)


def test_a_report_that_says_what_it_must_lacks_nothing() -> None:
    assert filing.missing(content()) == ()


@pytest.mark.parametrize("needed", sorted(FILLED))
def test_each_field_that_must_stand_in_it_is_missed(needed: ReportField) -> None:
    assert filing.missing(content(fields={needed: "  "})) == (needed,)


def test_either_cause_is_enough() -> None:
    assert filing.missing(content(fields={ReportField.FIRST_CAUSE: "", ReportField.ROOT_CAUSE: "风扇停转"})) == ()


def test_what_to_do_better_is_asked_of_a_major_one_only() -> None:
    assert filing.missing(content(Grade.MAJOR)) == (ReportField.CORRECTIVE,)
    assert filing.missing(content(Grade.MAJOR, {ReportField.CORRECTIVE: "更换主控板"})) == ()


def test_an_attack_has_a_level() -> None:
    def lacks(level: str) -> tuple[ReportField, ...]:
        return filing.missing(content(fields={ReportField.CYBER: "yes", ReportField.CYBER_LEVEL: level}))

    assert lacks("") == (ReportField.CYBER_LEVEL,)
    assert lacks("none") == (ReportField.CYBER_LEVEL,)
    assert lacks("serious") == ()


def test_what_is_missing_is_told_in_the_order_of_the_form() -> None:
    empty = replace(content(), fields={})
    assert filing.missing(empty) == (
        ReportField.TITLE, ReportField.PLACE, ReportField.SERVICES, ReportField.FIRST_CAUSE, ReportField.CAUSE_CLASS,
        ReportField.RESULT, ReportField.VERIFICATION, ReportField.CYBER,
    )  # fmt: skip


def test_the_way_of_a_report_from_its_author_to_the_archive() -> None:
    report = approved_report()
    for role in report.roles:
        report = countersigned(report, role, "zu", HANDLED)
    report = archived(report, AWAY)
    assert report.state is ReportState.ARCHIVED
    assert report.archive == AWAY
    assert report.code == "ABAB-ABAB-ABAB"


def test_a_report_that_is_returned_is_signed_anew_but_was_filed_in_time() -> None:
    report = countersigned(approved_report(), "网络部", "zu", HANDLED)
    back = returned(report, "zu", HANDLED + HOUR, "原因不清")
    assert (back.state, back.revision, back.countersigns, back.digest) == (ReportState.RETURNED, 2, (), "")
    again = submit(back, "jia", HANDLED + 30 * HOUR, "cd" * 32)
    assert again.submitted_at == HANDLED
    assert not late(HANDLED + 24 * HOUR, again, HANDLED + 31 * HOUR)


def test_a_report_that_nobody_has_filed_by_then_is_late() -> None:
    by = HANDLED + 24 * HOUR
    assert not late(by, DRAFT, by)
    assert late(by, DRAFT, by + HOUR)
    assert late(by, submit(DRAFT, "jia", by + HOUR, "ab"), by + 9 * HOUR)


def test_somebody_else_can_write_it_until_it_is_filed() -> None:
    assert assigned(DRAFT, "wu").author == "wu"
    with pytest.raises(ReportRefused, match="filed"):
        assigned(approved_report(), "wu")


@pytest.mark.parametrize(
    ("move", "code"),
    [
        pytest.param(lambda: submit(DRAFT, "wu", HANDLED, ""), "not_author", id="only the author submits"),
        pytest.param(lambda: submit(DRAFT, "jia", HANDLED, "", [ReportField.TITLE]), "missing", id="filled in first"),
        pytest.param(lambda: submit(approved_report(), "jia", HANDLED, ""), "filed", id="not twice"),
        pytest.param(lambda: approved(DRAFT, "yi", HANDLED), "not_filed", id="no draft is approved"),
        pytest.param(lambda: approved(approved_report(), "yi", HANDLED), "signed", id="approved once"),
        pytest.param(lambda: returned(approved_report(), "yi", HANDLED, " "), "no_remark", id="a return says why"),
        pytest.param(lambda: returned(DRAFT, "yi", HANDLED, "x"), "not_filed", id="no draft is returned"),
        pytest.param(lambda: countersigned(DRAFT, "网络部", "zu", HANDLED), "not_approved", id="the manager is first"),
        pytest.param(lambda: countersigned(approved_report(), "x", "zu", HANDLED), "no_role", id="not by anybody"),
        pytest.param(lambda: archived(approved_report(), AWAY), "unsigned", id="not before all have signed"),
        pytest.param(
            lambda: archived(replace(approved_report(), roles=()), replace(AWAY, file_number=" ")),
            "no_file_number",
            id="not without its number",
        ),
    ],
)
def test_what_is_not_done_has_a_code(move: object, code: str) -> None:
    with pytest.raises(ReportRefused) as refused:
        move()  # type: ignore[operator]
    assert refused.value.code == code
    assert code in filing.REFUSALS


MOVES = st.tuples(
    st.sampled_from(["submit", "return", "approve", "countersign", "archive"]),
    st.sampled_from(["jia", "wu"]),
    st.sampled_from(["网络部", LEADERS, "nobody"]),
    st.sampled_from(["", "why"]),
)


def made(report: Report, move: tuple[str, str, str, str]) -> Report:
    what, by, role, remark = move
    match what:
        case "submit":
            return submit(report, by, HANDLED, "ab" * 32)
        case "return":
            return returned(report, by, HANDLED, remark)
        case "approve":
            return approved(report, by, HANDLED, remark)
        case "countersign":
            return countersigned(report, role, by, HANDLED, remark)
        case _:
            return archived(report, AWAY)


@given(st.lists(MOVES, max_size=40))
def test_whatever_people_try_nobody_who_must_sign_is_passed_over(moves: list[tuple[str, str, str, str]]) -> None:
    report, way = DRAFT, [ReportState.DRAFT]
    for move in moves:
        try:
            after = made(report, move)
        except ReportRefused:
            continue
        assert report.state is not ReportState.ARCHIVED, "nothing changes after that"
        assert after.author == "jia", "a return comes back to the author"
        if move[0] == "return":
            assert after.writable
            assert after.reviews[-1].remark
            assert not after.countersigns
        report = after
        way.append(report.state)
    if report.state is ReportState.ARCHIVED:
        assert [s for s in way if s is not ReportState.APPROVED][-2:] == [ReportState.SUBMITTED, ReportState.ARCHIVED]
        assert way[-2] is ReportState.APPROVED
        assert report.reviews[-1].verdict is ReportVerdict.APPROVED
        assert {line.role for line in report.countersigns} == set(report.roles)
        assert report.digest
