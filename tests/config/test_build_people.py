"""From settings to people, rotations, and who is told when."""

from datetime import date, time, timedelta

import pytest

from config.build import fingerprint
from config.build_escalation import build_escalation
from config.build_people import (
    build_briefs,
    build_fallback,
    build_people,
    build_rotations,
    build_take_policy,
)
from config.load import parse
from config.schema import Settings
from duty.alerts import TakePolicy
from duty.briefs import BriefTerms
from duty.escalation import EscalationPolicy
from duty.people import Contact, Person, Post
from duty.roster import Rotation
from duty.steps import Step

TEXT = """
sites:
  hz1: {zone: Asia/Shanghai}
  ber: {zone: Europe/Berlin}
channels:
  mail: {kind: smtp, host: mail.example.com, sender: night@example.com}
  siren: {kind: command, path: /usr/local/bin/siren}
people:
  - name: 甲工
    title: 甲师傅
    phone: "138-0000-0001"
    language: en
    posts: [technician, reserve]
    contacts:
      - {channel: mail, address: jia@example.com}
      - {channel: siren, address: "1"}
      - {channel: siren, address: "2", path: gsm}
  - {name: 乙工}
rotations:
  nights: {post: technician, people: [甲工], start: 2026-05-01}
  berlin: {site: ber, post: reserve, people: [甲工], start: 2026-05-02, begin: 08:00, end: 08:00, days: 7}
fallback: [{channel: siren}]
escalation:
  critical: [{after: 0s, post: technician}, {after: 90s, post: leader, contact: 2}]
  quiet: [23:00, 06:30]
  holds: {critical: 30m}
"""


@pytest.fixture
def settings() -> Settings:
    return parse(TEXT, "settings.yaml")


def test_people_are_as_they_are_written(settings: Settings) -> None:
    assert build_people(settings) == (
        Person(
            "甲工",
            "甲师傅",
            (Post.TECHNICIAN, Post.RESERVE),
            (
                Contact("mail", "jia@example.com", "network"),
                Contact("siren", "1", "local"),
                Contact("siren", "2", "gsm"),
            ),
            "138-0000-0001",
            "en",
        ),
        Person("乙工", "乙工"),
    )


def test_the_fallback_is_as_it_is_written(settings: Settings) -> None:
    assert build_fallback(settings) == (Contact("siren", "", "local"),)


def test_rotations_run_by_the_clock_of_their_site(settings: Settings) -> None:
    assert build_rotations(settings) == (
        Rotation("nights", "hz1", "Asia/Shanghai", Post.TECHNICIAN, ("甲工",), date(2026, 5, 1), time(20), time(8)),
        Rotation("berlin", "ber", "Europe/Berlin", Post.RESERVE, ("甲工",), date(2026, 5, 2), time(8), time(8), 7),
    )


def test_steps_count_contacts_from_one_in_the_file(settings: Settings) -> None:
    policy = build_escalation(settings, "ber")
    assert policy.critical == (
        Step(timedelta(0), Post.TECHNICIAN),
        Step(timedelta(seconds=90), Post.LEADER, contact=1),
    )
    assert (policy.quiet, policy.zone) == ((time(23), time(6, 30)), "Europe/Berlin")


def test_how_long_an_acknowledgement_holds(settings: Settings) -> None:
    assert build_take_policy(settings) == TakePolicy(critical=timedelta(minutes=30), warning=timedelta(hours=4))


def test_without_a_word_in_the_file_the_rules_are_those_of_duty() -> None:
    plain = parse("sites: {hz1: {zone: Asia/Shanghai}}", "settings.yaml")
    assert build_escalation(plain, "hz1") == EscalationPolicy(zone="Asia/Shanghai")
    assert build_take_policy(plain) == TakePolicy()
    assert (build_people(plain), build_rotations(plain), build_fallback(plain)) == ((), (), ())


def test_a_site_that_is_not_there_has_no_escalation(settings: Settings) -> None:
    with pytest.raises(KeyError):
        build_escalation(settings, "moon")


def test_the_fingerprint_knows_who_is_told(settings: Settings) -> None:
    other = parse(TEXT.replace("jia@", "ding@"), "settings.yaml")
    assert fingerprint(settings) == fingerprint(parse(TEXT, "settings.yaml"))
    assert fingerprint(settings) != fingerprint(other)


def test_briefs_have_their_times_and_the_leading_groups_channel(settings: Settings) -> None:
    assert build_briefs(settings) == BriefTerms((time(20, 15), time(7, 30)), time(7, 45))
    written = parse(TEXT + "briefs: {all_well: [], morning: null, group: [{channel: siren}]}", "settings.yaml")
    assert build_briefs(written) == BriefTerms((), None, (Contact("siren", "", "local"),))
