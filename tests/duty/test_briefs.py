"""Briefs: when they are due, across changes of the clocks too, to whom they go, and when all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.alerts import Alert, AlertState
from duty.briefs import (
    LATE,
    Brief,
    BriefKind,
    BriefTerms,
    DueBrief,
    Reader,
    RoundTally,
    due_briefs,
    readers,
    tally,
    tour_of,
)
from duty.findings import Finding, Severity
from duty.people import Contact, Person, Post
from duty.roster import Night, Shift
from duty.rounds import Round, RoundState, SheetState
from duty.tours import Turn

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
TERMS = BriefTerms((time(20, 15), time(7, 30)), time(7, 45))
NIGHT = Night(time(20, 0), time(8, 0), "Asia/Shanghai")
SMS, CHAT, GROUP, LAST = Contact("sms", "2"), Contact("chat", "yi"), Contact("chat", "group"), Contact("sms", "9")
YI = Person("yi", "Manager B", (Post.MANAGER,), (CHAT, SMS))
ZU = Person("zu", "Leader", (Post.LEADER,), (Contact("sms", "3"),))
PEOPLE = {"yi": YI, "zu": ZU}


def at(clock: str, day: int = 24) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02} {clock}").replace(tzinfo=SHANGHAI).astimezone(UTC)


def due(clock: str, day: int = 24, terms: BriefTerms = TERMS) -> list[tuple[BriefKind, datetime]]:
    return [(brief.kind, brief.at) for brief in due_briefs(terms, {"hz1": "Asia/Shanghai"}, at(clock, day))]


def test_a_brief_is_due_from_its_time_on_and_for_an_hour_if_it_was_missed() -> None:
    assert due("20:14") == []
    assert due("20:15") == due("21:14") == [(BriefKind.ALL_WELL, at("20:15"))]
    assert due("21:15") == []
    assert due("07:50") == [(BriefKind.ALL_WELL, at("07:30")), (BriefKind.MORNING, at("07:45"))]


def test_of_two_that_were_missed_the_newer_is_told() -> None:
    terms = BriefTerms((time(20, 15), time(20, 45)))
    assert due("21:00", terms=terms) == [(BriefKind.ALL_WELL, at("20:45"))]


def test_one_before_midnight_is_made_up_for_after_it() -> None:
    assert due("00:20", 24, BriefTerms((time(23, 50),))) == [(BriefKind.ALL_WELL, at("23:50", 23))]


def test_without_a_time_there_is_none() -> None:
    assert due("20:15", terms=BriefTerms()) == due("07:45", terms=BriefTerms()) == []


def test_its_key_is_that_of_its_site_and_moment_in_letters_that_a_header_takes() -> None:
    assert DueBrief(BriefKind.MORNING, "hz1", at("07:45")).key == "brief-morning-hz1-202611232345"
    key = DueBrief(BriefKind.ALL_WELL, "杭州一", at("20:15")).key
    assert key.isascii()
    assert key != DueBrief(BriefKind.ALL_WELL, "杭州二", at("20:15")).key


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "America/Havana"]),
    # As the settings write it: a time of day, not the second one of a night that has it twice.
    st.times().map(lambda t: t.replace(second=0, microsecond=0, fold=0)),
    st.sampled_from([datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)]),
)
def test_each_day_has_each_brief_once_whatever_the_clocks_do(zone: str, clock: time, start: datetime) -> None:
    terms = BriefTerms(morning=clock)
    keys: dict[str, datetime] = {}
    for quarter in range(40 * 24 * 4):
        now = start + quarter * 15 * MINUTE
        for brief in due_briefs(terms, {"s": zone}, now):
            keys.setdefault(brief.key, brief.at)
            assert brief.at <= now < brief.at + LATE
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in keys.values()]
    first, last = min(days), max(days)
    assert sorted(days) == [first + n * DAY for n in range((last - first).days + 1)], "no day twice, and none left out"
    assert len(days) >= 39


def shift(person: str, post: Post, begin: str = "20:00", end: str = "08:00") -> Shift:
    return Shift("hz1", post, person, at(begin, 23), at(end, 24))


MANAGED = (shift("yi", Post.MANAGER), shift("zu", Post.LEADER))
ALL_WELL = DueBrief(BriefKind.ALL_WELL, "hz1", at("20:15", 23))
MORNING = DueBrief(BriefKind.MORNING, "hz1", at("07:45"))


def test_the_manager_is_told_and_of_the_morning_the_leading_group_too() -> None:
    assert readers(ALL_WELL, PEOPLE, MANAGED, (LAST,), (GROUP,)) == [Reader("yi", CHAT, "step.manager")]
    to = readers(MORNING, PEOPLE, MANAGED, (LAST,), (GROUP,))
    assert [(each.person, each.contact) for each in to] == [("yi", CHAT), ("", GROUP)]
    to = readers(MORNING, PEOPLE, MANAGED, (LAST,), ())
    assert [each.person for each in to] == ["yi", "zu"], "who is on duty of it, where it has no channel"


def test_who_managed_at_the_time_that_was_set_is_told_however_late_it_is() -> None:
    day = (*MANAGED, Shift("hz1", Post.MANAGER, "other", at("08:00"), at("20:00")))
    assert [each.person for each in readers(MORNING, PEOPLE, day, (LAST,), (GROUP,))] == ["yi", ""]


def test_who_stands_in_for_the_manager_is_told_once() -> None:
    assert readers(MORNING, PEOPLE, MANAGED[1:], (LAST,), ()) == [
        Reader("zu", ZU.contacts[0], "step.instead_of_manager")
    ]


def test_a_channel_that_fails_is_gone_round_where_there_is_a_way() -> None:
    assert [each.contact for each in readers(ALL_WELL, PEOPLE, MANAGED, (LAST,), (), ("chat",))] == [SMS]
    assert [each.contact for each in readers(ALL_WELL, PEOPLE, MANAGED, (LAST,), (), ("chat", "sms"))] == [CHAT]


@given(
    st.sampled_from(BriefKind),
    st.lists(st.sampled_from([*MANAGED, shift("gone", Post.MANAGER), shift("yi", Post.MANAGER, "21:00", "22:00")])),
    st.lists(st.sampled_from([GROUP, LAST]), max_size=2),
    st.sets(st.sampled_from(["sms", "chat"])),
)
def test_it_never_goes_to_nobody_and_to_nobody_twice(
    kind: BriefKind, shifts: list[Shift], group: list[Contact], failing: set[str]
) -> None:
    for moment in (at("20:15", 23), at("07:45"), at("12:00")):
        to = readers(DueBrief(kind, "hz1", moment), PEOPLE, shifts, (LAST,), group, failing)
        assert to
        assert len({(each.person, each.contact) for each in to}) == len(to)
        assert kind is BriefKind.MORNING or len(to) == 1


def test_all_well_is_about_the_tour_under_way_and_the_morning_about_the_night() -> None:
    assert tour_of(ALL_WELL, NIGHT).begin == at("20:00", 23)
    assert tour_of(MORNING, NIGHT).number == "JB-20261123-N"
    late = tour_of(replace(MORNING, at=at("09:00")), NIGHT)
    assert (late.number, late.turn) == ("JB-20261123-N", Turn.NIGHT)
    assert tour_of(replace(ALL_WELL, at=at("09:00")), NIGHT).turn is Turn.DAY


def test_rounds_are_counted_by_how_they_ended() -> None:
    states = [RoundState.COMPLETE, RoundState.PARTIAL, RoundState.INTERRUPTED, RoundState.MISSED, RoundState.OPEN]
    rounds = [Round("inspection", at("20:00") + n * HOUR, state, number=n) for n, state in enumerate(states)]
    found = tally(rounds, {0}, at("20:00"), {SheetState.OK: 3})
    assert found == RoundTally(5, 2, 1, 1, 2, at("20:00"), {SheetState.OK: 3})


FINDING = Finding("reach", "", Severity.CRITICAL, "absence.not_reached")
ALERT = Alert(7, ("core", "reach", ""), "hz1", Severity.CRITICAL, AlertState.FIRING, at("01:00"), at("01:00"), FINDING)
WELL = Brief(BriefKind.ALL_WELL, "hz1", at("20:15"), Turn.NIGHT, at("20:00"), at("08:00", 25))


@pytest.mark.parametrize(
    ("brief", "severity"),
    [
        pytest.param(WELL, Severity.OK, id="nothing is wrong"),
        pytest.param(replace(WELL, opened=3, closed=3, tasks=2), Severity.OK, id="what is over, what is to be done"),
        pytest.param(
            replace(WELL, rounds=RoundTally(1, 1, unread=1, counts={SheetState.OK: 9, SheetState.SUPPRESSED: 1})),
            Severity.OK,
            id="a round that nobody has read yet, maintenance",
        ),
        pytest.param(replace(WELL, rounds=RoundTally(2, 1, 1)), Severity.WARNING, id="a round was missed"),
        pytest.param(replace(WELL, rounds=RoundTally(2, 1, 0, 1)), Severity.WARNING, id="one was cut short"),
        pytest.param(
            replace(WELL, rounds=RoundTally(1, 1, counts={SheetState.NOT_INSPECTED: 1})),
            Severity.WARNING,
            id="what was not inspected is not well",
        ),
        pytest.param(replace(WELL, unheld=(Post.TECHNICIAN,)), Severity.WARNING, id="nobody is there"),
        pytest.param(replace(WELL, channels=("sms",)), Severity.WARNING, id="a channel fails"),
        pytest.param(replace(WELL, tasks=1, overdue=1), Severity.WARNING, id="a task is overdue"),
        pytest.param(
            replace(WELL, open=1, worst=replace(ALERT, severity=Severity.WARNING)), Severity.WARNING, id="a warning"
        ),
        pytest.param(replace(WELL, open=1, worst=ALERT), Severity.CRITICAL, id="a critical alert"),
        pytest.param(replace(WELL, open=1, major=1), Severity.CRITICAL, id="a major fault"),
    ],
)
def test_all_is_well_only_when_it_is(brief: Brief, severity: Severity) -> None:
    assert brief.severity is severity
