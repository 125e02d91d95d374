"""Who must have been told by now: steps, substitutes, quiet hours."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from duty.alerts import Alert, AlertState, TakePolicy, fired_again, moved, snoozed, taken
from duty.escalation import EscalationPolicy, Page, Told, due_pages, rings
from duty.findings import Finding, Severity
from duty.fold import Transition
from duty.people import Contact, Person, Post
from duty.roster import Shift
from duty.steps import Step

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = EscalationPolicy(zone="Asia/Shanghai")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 5, 4, 3, 10, tzinfo=SHANGHAI).astimezone(UTC)
EVENING = datetime(2026, 5, 4, 20, 10, tzinfo=SHANGHAI).astimezone(UTC)
TECHNICIAN, RESERVE, MANAGER, LEADER = Post.TECHNICIAN, Post.RESERVE, Post.MANAGER, Post.LEADER


def person(name: str, *channels: str) -> Person:
    return Person(name, name, contacts=tuple(Contact(channel, f"{name}@{channel}") for channel in channels))


PEOPLE = {
    p.name: p
    for p in (
        person("甲", "dingtalk", "sms", "phone"),
        person("丁", "dingtalk", "sms"),
        person("乙", "sms", "phone"),
        person("总", "phone"),
        person("新", "dingtalk"),
        person("哑"),
    )
}
FALLBACK = (Contact("sms", "110"), Contact("sms", "119"))
FINDING = Finding("reach", "", Severity.CRITICAL, "reach.silent")


def on(name: str, post: Post, begin: datetime = NIGHT - 48 * HOUR, end: datetime = NIGHT + 48 * HOUR) -> Shift:
    return Shift("hz1", post, name, begin, end)


ROSTER = (on("甲", TECHNICIAN), on("丁", RESERVE), on("乙", MANAGER), on("总", LEADER))


def alert(severity: Severity = Severity.CRITICAL, at: datetime = NIGHT, *, wakes: bool = True) -> Alert:
    return Alert(7, ("core", "reach", ""), "hz1", severity, AlertState.FIRING, at, at, FINDING, True, wakes)


def told(pages: list[Page]) -> list[Told]:
    return [Told(p.alert, p.fired, p.step, p.person, p.contact) for p in pages]


def paged(
    alert: Alert,
    at: datetime,
    *,
    before: list[Page] | None = None,
    roster: tuple[Shift, ...] = ROSTER,
    policy: EscalationPolicy = POLICY,
) -> list[Page]:
    return due_pages(alert, PEOPLE, roster, FALLBACK, told(before or []), policy, at)


def heard(
    alert: Alert, until: datetime, roster: tuple[Shift, ...] = ROSTER, policy: EscalationPolicy = POLICY
) -> list[tuple[float, str, str]]:
    """Return who is told by which channel, and how many minutes after the alert fired, while nobody takes it."""
    pages: list[Page] = []
    said: list[tuple[float, str, str]] = []
    now = alert.fired
    while now <= until:
        new = paged(alert, now, before=pages, roster=roster, policy=policy)
        said += [
            ((now - alert.fired) / MINUTE, page.person or page.contact.address, page.contact.channel) for page in new
        ]
        pages += new
        now += MINUTE / 2
    return said


def test_a_critical_one_goes_from_channel_to_channel_and_upward() -> None:
    assert heard(alert(), NIGHT + HOUR) == [
        (0, "甲", "dingtalk"),
        (2, "甲", "sms"),
        (3, "甲", "phone"),
        (4, "丁", "dingtalk"),
        (5, "乙", "sms"),
        (15, "总", "phone"),
    ]


def test_a_warning_goes_to_the_technician_and_after_a_quarter_of_an_hour_to_the_manager() -> None:
    assert heard(alert(Severity.WARNING, EVENING, wakes=False), EVENING + HOUR) == [
        (0, "甲", "dingtalk"),
        (15, "乙", "sms"),
    ]


def test_where_nobody_stands_by_the_manager_is_told_no_sooner() -> None:
    without = (ROSTER[0], *ROSTER[2:])
    assert [each[:2] for each in heard(alert(), NIGHT + HOUR, without)] == [
        (0, "甲"),
        (2, "甲"),
        (3, "甲"),
        (5, "乙"),
        (15, "总"),
    ]


def test_each_page_says_why() -> None:
    assert [page.reason for page in paged(alert(), NIGHT + 5 * MINUTE)] == [
        "step.technician",
        "step.technician",
        "step.technician",
        "step.reserve",
        "step.manager",
    ]
    assert [page.reason for page in paged(alert(), NIGHT, roster=())] == ["step.fallback", "step.fallback"]
    assert [page.reason for page in paged(alert(), NIGHT, roster=ROSTER[1:])] == ["step.instead_of_technician"]


@pytest.mark.parametrize(
    ("roster", "first"),
    [
        pytest.param(ROSTER, ["甲"], id="who holds the post"),
        pytest.param(ROSTER[1:], ["丁"], id="else the reserve"),
        pytest.param(ROSTER[2:], ["乙"], id="else the manager"),
        pytest.param(ROSTER[3:], ["110", "119"], id="else the fallback, all of them"),
        pytest.param((), ["110", "119"], id="an empty roster"),
        pytest.param((on("走了", TECHNICIAN), *ROSTER[1:]), ["丁"], id="somebody whom nobody knows any more"),
        pytest.param((on("哑", TECHNICIAN), *ROSTER[1:]), ["丁"], id="somebody without a contact"),
        pytest.param((on("甲", TECHNICIAN), on("新", TECHNICIAN)), ["新", "甲"], id="both who are there"),
        pytest.param((replace(ROSTER[0], site="hz2"),), ["110", "119"], id="nobody at this site"),
    ],
)
def test_somebody_is_told_whoever_is_there(roster: tuple[Shift, ...], first: list[str]) -> None:
    assert [page.person or page.contact.address for page in paged(alert(), NIGHT, roster=roster)] == first


def test_who_has_one_way_only_is_told_by_it_once() -> None:
    roster = (on("新", TECHNICIAN), on("乙", MANAGER))
    assert heard(alert(), NIGHT + 14 * MINUTE, roster) == [(0, "新", "dingtalk"), (5, "乙", "sms")]


def test_the_substitute_of_one_without_a_contact_is_told_by_every_way_too() -> None:
    roster = (on("哑", TECHNICIAN), on("丁", RESERVE), on("乙", MANAGER))
    assert heard(alert(), NIGHT + 4 * MINUTE, roster) == [
        (0, "丁", "dingtalk"),
        (2, "丁", "sms"),
        (4, "丁", "dingtalk"),
    ]


def test_the_fallback_is_told_for_each_post_that_nobody_holds_and_not_for_each_channel() -> None:
    minutes = [minute for minute, _, _ in heard(alert(), NIGHT + HOUR, ())]
    assert minutes == [0, 0, 5, 5, 15, 15]


def test_a_first_step_by_a_contact_that_nobody_has_tells_them_by_the_last_they_have() -> None:
    policy = replace(POLICY, critical=(Step(timedelta(0), TECHNICIAN, contact=5),))
    assert heard(alert(), NIGHT + HOUR, (on("新", TECHNICIAN),), policy) == [(0, "新", "dingtalk")]
    assert heard(alert(), NIGHT + HOUR, (), policy) == [(0, "110", "sms"), (0, "119", "sms")]


def test_who_comes_on_duty_while_nobody_has_taken_it_is_told() -> None:
    change = NIGHT + 30 * MINUTE
    roster = (on("甲", TECHNICIAN, end=change), on("新", TECHNICIAN, begin=change), *ROSTER[1:])
    assert (30, "新", "dingtalk") in heard(alert(), NIGHT + HOUR, roster)
    assert len(heard(alert(), NIGHT + HOUR, roster)) == 7


def test_what_somebody_has_taken_rings_nobody() -> None:
    mine = taken(alert(), "甲", NIGHT, TakePolicy())
    assert paged(mine, NIGHT + 30 * MINUTE) == []


def test_what_is_over_rings_nobody() -> None:
    over = moved(alert(), Transition(("core", "reach", ""), NIGHT, Severity.CRITICAL, Severity.OK, FINDING))
    assert paged(over, NIGHT + 30 * MINUTE) == []


def test_an_expired_acknowledgement_begins_again_with_the_first_step() -> None:
    before = paged(alert(), NIGHT + 15 * MINUTE)
    again = fired_again(taken(alert(), "甲", NIGHT + 15 * MINUTE, TakePolicy()), NIGHT + 75 * MINUTE)
    pages = paged(again, NIGHT + 75 * MINUTE, before=before)
    assert [(page.step, page.person) for page in pages] == [(0, "甲")]
    assert pages[0].key not in {page.key for page in before}


def test_what_was_told_of_another_alert_is_nothing_told_of_this() -> None:
    others = paged(replace(alert(), number=8), NIGHT + HOUR)
    assert paged(alert(), NIGHT + HOUR, before=others) == paged(alert(), NIGHT + HOUR)


def test_one_that_eased_still_goes_upward_and_tells_nobody_twice() -> None:
    before = paged(alert(at=EVENING), EVENING + 3 * MINUTE)
    eased = replace(alert(Severity.WARNING), opened=EVENING, fired=EVENING)
    assert paged(eased, EVENING + 4 * MINUTE, before=before) == []
    pages = paged(eased, EVENING + 15 * MINUTE, before=before)
    assert [page.person for page in pages] == ["乙"]
    assert paged(eased, EVENING + 9 * HOUR, before=before + pages) == []


def test_one_that_eased_after_the_manager_was_told_tells_him_no_second_time() -> None:
    before = paged(alert(at=EVENING), EVENING + 5 * MINUTE)
    eased = replace(alert(Severity.WARNING), opened=EVENING, fired=EVENING)
    assert paged(eased, EVENING + 20 * MINUTE, before=before) == []


def test_at_night_only_what_may_wake_rings_and_the_rest_waits_for_seven() -> None:
    waiting = alert(wakes=False)
    assert not rings(waiting, POLICY, NIGHT)
    assert heard(waiting, NIGHT + 5 * HOUR) == [
        (230, "甲", "dingtalk"),
        (232, "甲", "sms"),
        (233, "甲", "phone"),
        (234, "丁", "dingtalk"),
        (235, "乙", "sms"),
        (245, "总", "phone"),
    ]


def test_what_fired_just_before_ten_does_not_ring_everybody_at_seven() -> None:
    late = alert(at=datetime(2026, 5, 4, 21, 58, tzinfo=SHANGHAI), wakes=False)
    assert heard(late, late.fired + 10 * HOUR) == [
        (0, "甲", "dingtalk"),
        (9 * 60 + 2, "甲", "sms"),
        (9 * 60 + 3, "甲", "phone"),
        (9 * 60 + 4, "丁", "dingtalk"),
        (9 * 60 + 5, "乙", "sms"),
        (9 * 60 + 15, "总", "phone"),
    ]


def test_a_snooze_ends_with_the_first_step_and_the_rest_counts_from_there() -> None:
    quiet = snoozed(alert(), NIGHT + HOUR)
    before = paged(alert(), NIGHT + 2 * MINUTE)
    assert paged(quiet, NIGHT + HOUR - MINUTE, before=before) == []
    assert [(page.step, page.person) for page in paged(quiet, NIGHT + HOUR, before=before)] == [(0, "甲")]


@pytest.mark.parametrize(
    ("day", "moment", "quiet"),
    [
        pytest.param("2026-05-04", time(21, 59), False, id="just before ten"),
        pytest.param("2026-05-04", time(22), True, id="ten itself"),
        pytest.param("2026-05-04", time(0), True, id="midnight"),
        pytest.param("2026-05-04", time(6, 59), True, id="just before seven"),
        pytest.param("2026-05-04", time(7), False, id="seven itself"),
        pytest.param("2026-03-29", time(6, 59), True, id="the clocks went forward: before seven"),
        pytest.param("2026-03-29", time(7), False, id="the clocks went forward: seven"),
        pytest.param("2026-10-25", time(6, 59), True, id="the clocks went back: before seven"),
        pytest.param("2026-10-25", time(7), False, id="the clocks went back: seven"),
    ],
)
def test_people_sleep_by_the_clock_of_their_site(day: str, moment: time, quiet: bool) -> None:
    berlin = EscalationPolicy(zone="Europe/Berlin")
    at = datetime.combine(datetime.fromisoformat(day).date(), moment, ZoneInfo("Europe/Berlin"))
    assert berlin.quiet_at(at.astimezone(UTC)) is quiet


def test_quiet_hours_can_lie_within_a_day() -> None:
    siesta = EscalationPolicy(quiet=(time(13), time(15)))
    assert [siesta.quiet_at(datetime(2026, 5, 4, hour, tzinfo=UTC)) for hour in (12, 13, 14, 15)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-05-04", 15), ("2026-03-28", 15), ("2026-03-29", 15), ("2026-10-25", 15)]
)
def test_a_day_has_the_same_time_awake_whatever_the_clocks_do(day: str, hours: int) -> None:
    berlin = EscalationPolicy(zone="Europe/Berlin")
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=ZoneInfo("Europe/Berlin"))
    begin, end = noon.astimezone(UTC), (noon + timedelta(days=1)).astimezone(UTC)
    assert berlin.awake(begin, end) == hours * HOUR


def test_the_key_of_a_page_tells_its_receiver_apart_and_fits_a_header() -> None:
    pages = [*paged(alert(), NIGHT + HOUR), *paged(alert(), NIGHT + HOUR, roster=())]
    assert len({page.key for page in pages}) == len(pages)
    assert all(page.key.isascii() and len(page.key) < 64 for page in pages)
    assert [page.key for page in paged(alert(), NIGHT)] == [page.key for page in paged(alert(), NIGHT + MINUTE)]


def test_a_channel_that_fails_is_told_by_another_way_where_there_is_one() -> None:
    fails = replace(alert(Severity.WARNING, EVENING), key=("hz1", "channel", "dingtalk"))
    (page,) = paged(fails, EVENING)
    assert (page.person, page.contact.channel) == ("甲", "sms")
    (page,) = paged(fails, EVENING, roster=(on("新", TECHNICIAN),))
    assert (page.person, page.contact.channel) == ("新", "dingtalk"), "who has no other is told by it when it works"


def test_a_gap_in_the_roster_is_told_to_who_may_fill_it() -> None:
    gap = replace(alert(Severity.WARNING, EVENING), key=("hz1", "roster_technician", "2026-05-05 20:00"))
    assert [page.person for page in paged(gap, EVENING)] == ["乙"]
