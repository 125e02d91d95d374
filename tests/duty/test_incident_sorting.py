"""To which incident a case belongs: one cause is one incident, and what a person decided stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from duty.incident_rules import SHIPPED, Case, IncidentRule
from duty.incident_sorting import Sorted, sort_in
from duty.incidents import Found, Grade, Incident, IncidentClass, handled, raised, regraded
from duty.targets import Target
from tests.duty.test_incident_rules import MINUTE, NOW, target, targets

HOUR = timedelta(hours=1)
MAJOR = IncidentRule("major", IncidentClass.NETWORK, Grade.MAJOR)
GENERAL = IncidentRule("general", IncidentClass.NETWORK, Grade.GENERAL)
FIRE = SHIPPED[5]
HALL = targets(
    target("core", key=True), target("fw-1", twin="fw-2"), target("fw-2"), target("srv-1", on="core"), target("far")
)


def case(of: str, *alerts: int, rule: IncidentRule = MAJOR, minutes: int = 0, site: str = "hz1") -> Case:
    return Case(rule, site, of, alerts, NOW + minutes * MINUTE)


class Desk:
    """The record of a night, as a service would keep it: what is sorted in is carried out."""

    def __init__(self, known: Mapping[str, Target] = HALL) -> None:
        self.known = known
        self.incidents: list[Incident] = []
        self.joined: dict[int, int] = {}

    def take(self, *found: Case) -> list[Sorted]:
        """Sort in and carry out; that an alert would be in two incidents is refused, as the database would."""
        opened = [each for each in self.incidents if each.open]
        changes = sort_in(found, opened, dict(self.joined), self.known)
        for change in changes:
            number = change.incident or self.open(change.case)
            assert self.joined.keys().isdisjoint(change.joins)
            self.joined |= dict.fromkeys(change.joins, number)
            if change.raises:
                before = self.of(number)
                assert raised(before, change.case.rule.name) != before
                self.put(raised(before, change.case.rule.name))
        return changes

    def settle(self, *found: Case) -> None:
        """Do so until nothing changes any more."""
        for _ in range(2 + len(found)):
            if not self.take(*found):
                return
        raise AssertionError("it never settles")

    def open(self, of: Case) -> int:
        number = len(self.incidents) + 1
        kind, grade = of.rule.kind, of.rule.grade
        self.incidents.append(
            Incident(
                number, f"TF-{number}", of.site, kind, grade, "", Found.ALERT, of.began, NOW, "", of.rule.name,
                target=of.target,
            )
        )  # fmt: skip
        return number

    def of(self, number: int) -> Incident:
        return self.incidents[number - 1]

    def put(self, incident: Incident) -> None:
        self.incidents[incident.number - 1] = incident

    def sets(self) -> list[set[int]]:
        return [{a for a, n in self.joined.items() if n == each.number} for each in self.incidents]


def test_a_case_opens_an_incident_with_its_alerts() -> None:
    desk = Desk()
    assert desk.take(case("core", 1, 2)) == [Sorted(case("core", 1, 2), None, (1, 2))]
    assert desk.take(case("core", 1, 2)) == []


def test_two_cases_of_one_cause_become_one_incident() -> None:
    desk = Desk()
    desk.settle(case("core", 1), case("far", 2, rule=GENERAL, minutes=29))
    assert desk.sets() == [{1, 2}]


def test_what_has_nothing_in_common_becomes_two() -> None:
    for other in (
        case("far", 2, minutes=31),
        case("far", 2, rule=FIRE),
        case("ber-1", 2, site="ber"),
    ):
        desk = Desk()
        desk.settle(case("core", 1), other)
        assert desk.sets() == [{1}, {2}]


def test_hours_later_the_same_target_its_twin_and_what_hangs_on_it_are_of_one_cause() -> None:
    for first, second in (("core", "core"), ("fw-1", "fw-2"), ("fw-2", "fw-1"), ("core", "srv-1"), ("srv-1", "core")):
        desk = Desk()
        desk.settle(case(first, 1))
        desk.settle(case(first, 1), case(second, 2, minutes=180))
        assert desk.sets() == [{1, 2}], (first, second)


def test_an_alert_that_two_rules_are_about_is_joined_once() -> None:
    """As after the agent was down for an hour: both rules see it for the first time in the same moment."""
    desk = Desk()
    desk.settle(case("core", 1))
    assert [each.joins for each in desk.take(case("core", 1, 2), case("core", 2, rule=GENERAL))] == [(2,)]


def test_an_alert_that_two_rules_of_different_classes_are_about_is_of_the_first() -> None:
    desk = Desk()
    desk.settle(case("far", 7), case("far", 7, 8, rule=FIRE))
    assert desk.sets() == [{7, 8}]


def test_a_share_of_a_site_and_the_late_ones_of_it_are_one_incident() -> None:
    desk = Desk()
    desk.settle(case("core", 1, 2, 3), case("far", 3, minutes=120))
    assert desk.sets() == [{1, 2, 3}]


def test_a_general_one_becomes_major_once() -> None:
    desk = Desk()
    desk.settle(case("core", 1, rule=GENERAL))
    both = (case("core", 1), case("core", 1, 2))
    assert [each.raises for each in desk.take(*both)] == [True, False]
    assert desk.of(1).major
    assert desk.take(*both) == []


def test_a_major_one_is_not_lowered() -> None:
    desk = Desk()
    desk.settle(case("core", 1), case("core", 1, 2, rule=GENERAL))
    assert desk.of(1).major


def test_what_a_person_made_general_stays_so() -> None:
    desk = Desk()
    desk.settle(case("core", 1))
    desk.put(regraded(desk.of(1), Grade.GENERAL, "王芳", "planned work"))
    desk.settle(case("core", 1, 2))
    assert desk.of(1).grade is Grade.GENERAL
    assert desk.sets() == [{1, 2}]


def test_what_a_person_made_general_does_not_hide_another_major_one() -> None:
    """Somebody works at core and says that it is no emergency; ten minutes later the firewalls are gone."""
    desk = Desk()
    desk.settle(case("core", 1))
    desk.put(regraded(desk.of(1), Grade.GENERAL, "王芳", "planned work"))
    desk.settle(case("core", 1), case("fw-1", 2, 3, minutes=10), case("far", 4, rule=GENERAL, minutes=11))
    assert [each.grade for each in desk.incidents] == [Grade.GENERAL, Grade.MAJOR]
    assert desk.sets() == [{1, 4}, {2, 3}]


def test_an_alert_that_outlasts_its_incident_opens_no_other() -> None:
    desk = Desk()
    desk.settle(case("core", 1))
    desk.put(handled(desk.of(1), "王芳", NOW + HOUR, "bypassed"))
    desk.settle(case("core", 1))
    assert len(desk.incidents) == 1
    desk.settle(case("core", 2, minutes=90))
    assert desk.sets() == [{1}, {2}]


def test_a_rehearsal_takes_no_real_case() -> None:
    desk = Desk()
    desk.settle(case("core", 1))
    desk.put(replace(desk.of(1), rehearsal=True))
    desk.settle(case("core", 2))
    assert desk.sets() == [{1}, {2}]


rules = st.sampled_from([MAJOR, GENERAL, FIRE, replace(FIRE, grade=Grade.GENERAL)])
found_at_random = st.lists(
    st.builds(
        lambda of, alerts, rule, minutes, site: case(of, *alerts, rule=rule, minutes=minutes, site=site),
        st.sampled_from([*HALL, "gone"]),
        st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True),
        rules,
        st.integers(0, 200),
        st.sampled_from(["hz1", "ber"]),
    ),
    max_size=8,
)


@given(st.lists(st.tuples(found_at_random, st.sampled_from(["", "handle", "lower", "raise"])), max_size=4))
def test_it_settles_whatever_happens_and_every_alert_is_in_one_incident(
    night: Sequence[tuple[list[Case], str]],
) -> None:
    """Cases come, and people handle and grade between them."""
    desk = Desk()
    for found, then in night:
        desk.settle(*found)
        assert {number for each in found for number in each.alerts} <= desk.joined.keys()
        graded = [(each.number, each.grade) for each in desk.incidents if each.overruled_by]
        desk.settle(*found)
        assert [(each.number, each.grade) for each in desk.incidents if each.overruled_by] == graded
        if desk.incidents and then:
            last = desk.incidents[-1]
            desk.put(
                handled(last, "王芳", NOW, "done")
                if then == "handle"
                else regraded(last, Grade.MAJOR if then == "raise" else Grade.GENERAL, "王芳", "so")
            )


@given(found_at_random)
def test_after_it_settled_a_major_case_has_a_major_incident(found: list[Case]) -> None:
    desk = Desk()
    desk.settle(*found)
    for each in found:
        if each.rule.grade is Grade.MAJOR:
            assert any(desk.of(desk.joined[number]).major for number in each.alerts)
