"""Messages: their texts in both languages, their limits, and what hostile names cannot do in them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duty.alerts import Alert, AlertState, TakePolicy, closed, taken
from duty.briefs import Brief, BriefKind, RoundTally
from duty.escalation import SUBSTITUTES
from duty.findings import Finding, Severity
from duty.people import Person, Post
from duty.roster import RosterGap
from duty.rounds import SheetState
from duty.targets import Maintainer, Site, Target
from duty.tours import Turn
from exporters.notify.port import Message
from exporters.words import LANGUAGES, Say, words
from exporters.words.codes import RESULTS
from exporters.words.events import OF_INCIDENTS, Event, EventKind, Tried, clean
from exporters.words.messages import page
from exporters.words.several import MOST_LINES
from exporters.words.sms import GSM7_LONGEST, UCS2_LONGEST, gsm7, is_gsm7, size

EN, ZH = words("en"), words("zh")
SHANGHAI = ZoneInfo("Asia/Shanghai")
T0 = datetime(2026, 11, 23, 19, 10, tzinfo=UTC)
"""03:10 in Shanghai, on Tuesday the 24th."""
MINUTE = timedelta(minutes=1)

SILENT = Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout")
FULL = Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.14, "%", 85.0)
ALERT = Alert(
    7, ("HZ1-CORE-01", "reach", ""), "hz1", Severity.CRITICAL, AlertState.FIRING, T0, T0, SILENT, True, wakes=True
)
DISK = replace(ALERT, number=11, key=("HZ1-SRV-09", "disk", "/var"), severity=Severity.WARNING, finding=FULL)

SITE = {ZH: Site("hz1", "杭州一机房", "Asia/Shanghai"), EN: Site("hz1", "Hangzhou 1", "Asia/Shanghai")}
MAINTAINER = {ZH: Maintainer("华为", "400-000-0000"), EN: Maintainer("Huawei", "400-000-0000")}
BUSINESS = {ZH: "官网", EN: "web site"}
TECHNICIAN = {ZH: Person("jia", "甲工", phone="138-0000-0001"), EN: Person("a", "Tech A", phone="138-0000-0001")}
MANAGER = {ZH: Person("yi", "乙经理"), EN: Person("b", "Manager B")}


def target(say: Say) -> Target:
    return Target(
        "HZ1-CORE-01",
        "10.0.0.1",
        ("snmp",),
        "hz1",
        room="301",
        rack="R03",
        maintainer=MAINTAINER[say],
        business=BUSINESS[say],
    )


def fired(say: Say) -> Event:
    return Event(
        EventKind.FIRED,
        T0,
        "k",
        alert=ALERT,
        target=target(say),
        site=SITE[say],
        below=214,
        person=TECHNICIAN[say],
        deadline=(T0 + 5 * MINUTE, Post.MANAGER),
    )


def cut_off(say: Say) -> Event:
    finding = Finding("cut_off", "", Severity.CRITICAL, "absence.cut_off", "", 296)
    alert = replace(ALERT, number=9, key=("hz1", "cut_off", ""), finding=finding)
    return replace(fired(say), alert=alert, target=None, below=296)


def disk(_: Say) -> Event:
    return Event(EventKind.FIRED, T0, "k", alert=DISK)


def escalated(say: Say) -> Event:
    title = TECHNICIAN[say].title
    history = (
        Tried(title, "dingtalk", T0, "timeout"),
        Tried(title, "sms", T0 + MINUTE, "delivered"),
        Tried(title, "phone", T0 + 3 * MINUTE, "unanswered"),
    )
    return replace(
        fired(say),
        kind=EventKind.ESCALATED,
        at=T0 + 5 * MINUTE,
        person=MANAGER[say],
        reason="step.manager",
        deadline=(T0 + 10 * MINUTE, Post.LEADER),
        history=history,
    )


def was_taken(say: Say) -> Event:
    alert = taken(ALERT, "a", T0 + 3 * MINUTE, TakePolicy(), word="board dark")
    return Event(EventKind.TAKEN, T0 + 3 * MINUTE, "k", alert=alert, site=SITE[say], taken_by=TECHNICIAN[say].title)


def handed(say: Say) -> Event:
    return replace(fired(say), kind=EventKind.HANDED, giver=MANAGER[say].title, word="board dark", deadline=None)


def flapping(say: Say) -> Event:
    return replace(fired(say), alert=replace(ALERT, flapping=True))


def resolved(say: Say) -> Event:
    before = was_taken(say)
    assert before.alert
    alert = replace(before.alert, state=AlertState.RESOLVED, resolved=T0 + 47 * MINUTE, word="")
    return replace(before, kind=EventKind.RESOLVED, at=T0 + 47 * MINUTE, alert=alert, below=214)


def closed_by_hand(say: Say) -> Event:
    before = was_taken(say)
    assert before.alert
    alert = closed(before.alert, "a", T0 + 47 * MINUTE, "board changed")
    return replace(before, kind=EventKind.CLOSED, at=T0 + 47 * MINUTE, alert=alert)


def fired_again(say: Say) -> Event:
    again = T0 + 63 * MINUTE
    return replace(
        fired(say),
        kind=EventKind.FIRED_AGAIN,
        at=again,
        alert=replace(ALERT, fired=again),
        below=0,
        taken_by=TECHNICIAN[say].title,
        deadline=(again + 5 * MINUTE, Post.MANAGER),
    )


def channel_failed(_: Say) -> Event:
    return Event(EventKind.CHANNEL_FAILED, T0, "k", channel="dingtalk", since=T0 - 2 * MINUTE)


def channel_restored(_: Say) -> Event:
    alerts = (taken(ALERT, "Tech A", T0, TakePolicy()), replace(ALERT, number=8))
    return replace(channel_failed(_), kind=EventKind.CHANNEL_RESTORED, at=T0 + 52 * MINUTE, alerts=alerts)


def roster_gap(say: Say) -> Event:
    begin = T0 + timedelta(hours=16, minutes=50)
    gap = RosterGap("hz1", Post.TECHNICIAN, begin, begin + timedelta(hours=12))
    return Event(EventKind.ROSTER_GAP, T0, "k", site=SITE[say], gap=gap)


def settings_rejected(_: Say) -> Event:
    return Event(
        EventKind.SETTINGS_REJECTED, T0, "k", since=T0 - 70 * MINUTE, word="nightduty.yaml:12: addres: unknown"
    )


def trial(_: Say) -> Event:
    return Event(EventKind.TEST, T0, "k", channel="dingtalk")


def digest(say: Say) -> Event:
    many = tuple(replace(ALERT, number=n, key=(f"ACC-{n}", "reach", "")) for n in range(20, 8, -1))
    return replace(fired(say), kind=EventKind.DIGEST, alert=None, target=None, below=0, alerts=(DISK, *many))


def digest_escalated(say: Say) -> Event:
    before = digest(say)
    return replace(
        before,
        kind=EventKind.DIGEST_ESCALATED,
        at=T0 + 5 * MINUTE,
        person=MANAGER[say],
        reason="step.manager",
        deadline=(T0 + 10 * MINUTE, Post.LEADER),
    )


def digest_taken(say: Say) -> Event:
    title = TECHNICIAN[say].title
    at = T0 + 3 * MINUTE
    alerts = tuple(replace(taken(each, "a", at, TakePolicy()), taken_by=title) for each in digest(say).alerts)
    return Event(EventKind.DIGEST_TAKEN, at, "k", site=SITE[say], taken_by=title, alerts=alerts)


def digest_resolved(say: Say) -> Event:
    ends = [T0 + n * MINUTE for n in range(47, 60)]
    alerts = tuple(
        replace(each, state=AlertState.RESOLVED, resolved=end)
        for each, end in zip(digest(say).alerts, ends, strict=True)
    )
    return Event(EventKind.DIGEST_RESOLVED, max(ends), "k", site=SITE[say], alerts=alerts)


def brief_of(say: Say, kind: BriefKind) -> Brief:
    evening = datetime(2026, 11, 23, 12, tzinfo=UTC)
    rounds = RoundTally(1, 1, 0, 0, 1, evening, {SheetState.OK: 599, SheetState.SUPPRESSED: 1})
    technicians, signers = (TECHNICIAN[say].title,), (MANAGER[say].title,)
    return Brief(
        kind, "hz1", evening + 15 * MINUTE, Turn.NIGHT, evening, evening + timedelta(hours=12), rounds,
        technicians=technicians, signers=signers, form="JB-20261123-N",
    )  # fmt: skip


def all_well(say: Say) -> Event:
    brief = brief_of(say, BriefKind.ALL_WELL)
    return Event(EventKind.BRIEF_ALL_WELL, brief.at, "k", site=SITE[say], person=MANAGER[say], brief=brief)


def not_all_well(say: Say) -> Event:
    brief = replace(
        brief_of(say, BriefKind.ALL_WELL),
        at=T0 + timedelta(hours=4, minutes=20),
        rounds=RoundTally(
            12, 9, 2, 1, 3, T0 + timedelta(hours=3, minutes=50),
            {SheetState.OK: 5970, SheetState.ABNORMAL: 2, SheetState.NOT_REACHED: 1},
        ),
        opened=9,
        closed=7,
        open=2,
        major=1,
        worst=ALERT,
        technicians=(),
        unheld=(Post.TECHNICIAN, Post.MANAGER),
        channels=("dingtalk", "sms"),
        tasks=4,
        overdue=1,
    )  # fmt: skip
    return replace(all_well(say), at=brief.at, brief=brief)


def morning(say: Say) -> Event:
    event = not_all_well(say)
    assert event.brief
    brief = replace(
        event.brief,
        kind=BriefKind.MORNING,
        at=T0 + timedelta(hours=4, minutes=35),
        rounds=replace(event.brief.rounds, made=12, missed=0, interrupted=0),
        closed=8,
        open=1,
        major=0,
        worst=replace(DISK, taken_by=TECHNICIAN[say].title),
        technicians=(TECHNICIAN[say].title,),
        unheld=(),
        channels=(),
        tasks=2,
        overdue=0,
    )
    return replace(event, kind=EventKind.BRIEF_MORNING, at=brief.at, person=None, brief=brief)


def quiet_morning(say: Say) -> Event:
    event = morning(say)
    assert event.brief
    rounds = replace(event.brief.rounds, unread=0, counts={SheetState.OK: 600})
    brief = replace(event.brief, rounds=rounds, opened=3, closed=3, open=0, worst=None, tasks=0)
    return replace(event, person=MANAGER[say], brief=brief)


def handover_returned(say: Say) -> Event:
    return Event(
        EventKind.HANDOVER_RETURNED, T0, "k", person=TECHNICIAN[say], giver=MANAGER[say].title, form="JB-20261123-N",
        word="core board missing",
    )  # fmt: skip


EVENTS = (
    fired,
    cut_off,
    disk,
    escalated,
    was_taken,
    resolved,
    closed_by_hand,
    fired_again,
    channel_failed,
    channel_restored,
    roster_gap,
    settings_rejected,
    trial,
    digest,
    handed,
    flapping,
    digest_escalated,
    digest_taken,
    digest_resolved,
    all_well,
    not_all_well,
    morning,
    quiet_morning,
    handover_returned,
)


def said(event: Event, say: Say) -> Message:
    return page(event, say, SHANGHAI, event.at)


def text(message: Message) -> str:
    return "\n".join((message.title, *message.lines, f"SMS: {message.sms}"))


def expected(say: Say) -> dict[str, str]:
    """Return the texts of ``messages.<language>.txt`` by the names of their events."""
    sections = (Path(__file__).parent / f"messages.{say.language}.txt").read_text("utf-8").split("== ")[1:]
    return {name: body.strip() for name, _, body in (section.partition("\n") for section in sections)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
def test_the_message_reads(event: Callable[[Say], Event], language: str) -> None:
    say = words(language)
    assert text(said(event(say), say)) == expected(say)[event.__name__]


def test_every_kind_has_a_text_that_is_tested() -> None:
    # Those of incidents are in test_incident_messages.py.
    assert {event(EN).kind for event in EVENTS} == set(EventKind) - OF_INCIDENTS


def test_who_is_asked_is_mentioned_by_digits_alone_and_who_reads_only_is_not() -> None:
    assert said(fired(EN), EN).mention == ("13800000001",)
    assert said(replace(was_taken(EN), person=TECHNICIAN[EN]), EN).mention == ()
    assert said(replace(fired(EN), person=Person("x", "@all", phone="@all <at>")), EN).mention == ()


def test_the_link_is_a_button_and_stands_in_no_text() -> None:
    message = said(replace(fired(EN), url="https://duty.example/a/7"), EN)
    assert message.links == (("Take it", "https://duty.example/a/7"),)
    assert "duty.example" not in text(message)
    assert said(replace(was_taken(ZH), url="https://x/"), ZH).links == (("详情", "https://x/"),)


@pytest.mark.parametrize("result", RESULTS)
def test_what_came_of_telling_somebody_is_said(result: str) -> None:
    event = replace(escalated(EN), history=(Tried("Tech A", "sms", T0, result),))
    assert f"Tech A: sms 03:10 {EN(f'message.result.{result}')}" in said(event, EN).lines


@pytest.mark.parametrize("post", [*SUBSTITUTES, Post.LEADER])
def test_why_it_is_this_person_is_said(post: Post) -> None:
    line = said(replace(fired(ZH), reason=f"step.instead_of_{post}"), ZH).lines[-2]
    assert line.startswith(f"甲工\uff08代{ZH(f'post.{post}')}\uff09\uff1a请 03:15 前认领")


def test_a_target_that_left_the_settings_is_not_a_site_cut_off() -> None:
    assert "HZ1-CORE-01 not reached" in said(replace(fired(EN), target=None, below=0), EN).title


def test_when_every_site_is_cut_off_it_is_the_monitor() -> None:
    one = cut_off(EN)
    assert one.alert
    finding = replace(one.alert.finding, reason="absence.monitor_cut_off")
    message = said(replace(one, alert=replace(one.alert, finding=finding)), EN)
    assert "the monitor is cut off since 03:10" in message.title
    assert "296 targets unknown, not necessarily down" in "\n".join(message.lines)


def test_a_digest_of_four_names_each() -> None:
    alerts = tuple(replace(ALERT, number=n) for n in range(1, 5))
    assert [line[:3] for line in said(replace(digest(EN), alerts=alerts), EN).lines[:4]] == ["A01", "A02", "A03", "A04"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EventKind)
def test_an_event_of_which_nothing_is_known_is_told_all_the_same(kind: EventKind, language: str) -> None:
    message = said(Event(kind, T0, "k"), words(language))
    assert message.title.startswith(message.keyword)
    assert message.sms.startswith(message.keyword)


def test_every_piece_of_every_message_has_words_and_fields(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for say in (EN, ZH):
            fresh = Say(say.language, {code: say.template(code) for code in say})
            for event in EVENTS:
                page(event(say), fresh, SHANGHAI, T0)
    assert caplog.messages == []


HOSTILE = (
    "@all",
    "@13800000000",
    "<at user_id=all>",
    "<@all>",
    "&commat;all &#64;all",
    "[tap here](http://evil.example)",
    "![x](https://evil.example/p.png)",
    "http://evil.example/ https:////evil.example",
    "x\n\n# Restored\n> all is well",
    "x\r\n**bold** __b__ _i_ ~~gone~~ `code` | a | b |",
    "\u2028\u2029\x1b[31m\u202ered\x07\ud800",
    "【夜班值守】🟢已恢复",
    "[Night duty] RESTORED: all",
    "{number} {0.__class__} %s ${HOME}",
    "\\[escaped\\]",
    "x" * 5000,
    "\U0001f534" * 100,
)


def named(event: Event, name: str) -> Event:
    """Return an event in which everything that a device or the settings name is ``name``."""
    finding = replace(FULL, check=name, instance=name)

    def renamed(alert: Alert) -> Alert:
        key = (name, alert.key[1], name)
        return replace(alert, key=key, site=name, taken_by=name and alert.taken_by, word=alert.word and name)

    brief = event.brief and replace(
        event.brief,
        site=name,
        worst=event.brief.worst and renamed(event.brief.worst),
        technicians=tuple(name for _ in event.brief.technicians),
        signers=tuple(name for _ in event.brief.signers),
        channels=tuple(name for _ in event.brief.channels),
        form=name,
    )
    return replace(
        event,
        brief=brief,
        giver=event.giver and name,
        form=event.form and name,
        alert=event.alert and replace(renamed(event.alert), finding=finding if event.target else event.alert.finding),
        target=event.target
        and replace(event.target, name=name, room=name, rack=name, business=name, maintainer=Maintainer(name, name)),
        site=event.site and replace(event.site, name=name, title=name),
        person=event.person and Person(name, name, phone=name),
        taken_by=event.taken_by and name,
        history=tuple(replace(tried, person=name, channel=name) for tried in event.history),
        alerts=tuple(renamed(alert) for alert in event.alerts),
        channel=event.channel and name,
        word=event.word and name,
    )


def marks(message: Message) -> dict[str, int]:
    """Count what a channel could take for markup, a mention or our own keyword."""
    lines = "\n".join((message.title, *message.lines))
    return {mark: lines.count(mark) for mark in (*"[]()*#<>@&`\\~|【】", "://")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_adds_no_markup(name: str, event: Callable[[Say], Event], language: str) -> None:
    say = words(language)
    message = said(named(event(say), name), say)
    assert marks(message) == marks(said(named(event(say), "benign"), say))
    assert all(line.isprintable() for line in (message.title, *message.lines, message.sms))
    assert "://" not in message.sms
    assert "@" not in message.sms or say is ZH
    assert message.sms.count(message.keyword) == 1
    assert re.fullmatch(r"[+0-9]*", "".join(message.mention))


ASKING = (
    EventKind.FIRED,
    EventKind.ESCALATED,
    EventKind.FIRED_AGAIN,
    EventKind.DIGEST,
    EventKind.DIGEST_ESCALATED,
)
NAMES = st.text(st.characters(), max_size=300) | st.text("甲Aé_ 。-\U0001f534", max_size=300)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EVENTS), NAMES, st.sampled_from(LANGUAGES), st.integers(1, 10**7), st.integers(0, 10**7))
def test_every_message_fits(event: Callable[[Say], Event], name: str, language: str, number: int, minutes: int) -> None:
    say = words(language)
    told = named(event(say), name)
    told = replace(told, alert=told.alert and replace(told.alert, number=number), below=told.below and number)
    message = page(told, say, SHANGHAI, T0 + minutes * MINUTE)
    assert len(message.lines) < MOST_LINES
    assert all(line and line.isprintable() and len(line) <= 800 for line in (message.title, *message.lines))
    assert message.title.startswith(message.keyword)
    assert message.sms.startswith(message.keyword)
    if say is ZH:
        assert len(message.sms.encode("utf-16-le")) // 2 <= UCS2_LONGEST
    else:
        assert is_gsm7(message.sms)
        assert size(message.sms) <= GSM7_LONGEST
    if told.kind in ASKING:
        assert ("认领" if say is ZH else "take") in message.sms.lower()
    if told.alert is not None:
        assert re.search(rf"\bA{number:02d}\b", message.sms)


@given(st.sampled_from(EVENTS), st.integers(1, 150), st.integers(1, 150), st.integers(1, 150), st.integers(1, 150))
def test_a_name_stands_whole_in_an_sms_or_not_at_all(
    event: Callable[[Say], Event], thing: int, person: int, site: int, instance: int
) -> None:
    for say in (EN, ZH):
        told = event(say)
        whole = {"Ω": "Ω" * thing, "Ψ": "Ψ" * person, "Ξ": "Ξ" * site, "Θ": "Θ" * instance}
        alert = told.alert and replace(
            told.alert,
            key=(whole["Ω"], told.alert.key[1], ""),
            finding=replace(told.alert.finding, instance=whole["Θ"]),
        )
        told = replace(
            told,
            alert=alert,
            alerts=tuple(replace(each, key=(whole["Ω"], "reach", "")) for each in told.alerts),
            person=told.person and Person("p", whole["Ψ"]),
            site=told.site and Site("s", whole["Ξ"], "UTC"),
            brief=told.brief
            and replace(
                told.brief,
                worst=told.brief.worst and replace(told.brief.worst, key=(whole["Ω"], "reach", "")),
                signers=(whole["Ψ"],),
                channels=(whole["Θ"],),
            ),
            giver=told.giver and whole["Ψ"],
            form=told.form and whole["Ω"],
        )
        message = said(told, say)
        for letter, name in whole.items():
            assert set(re.findall(f"{letter}+", message.sms)) <= {name}


@pytest.mark.parametrize(
    ("given_text", "sent", "septets"),
    [
        pytest.param("HZ1-CORE-01", "HZ1-CORE-01", 11, id="as it is"),
        pytest.param("Zürich é ñ", "Zürich é ñ", 10, id="accents that the alphabet has"),
        pytest.param("Łódź, Fêtes", "?odz, Fetes", 11, id="accents that it has not"),
        pytest.param("41.0 °C — “hot”…", '41.0 C - "hot"...', 17, id="signs by their twins"),
        pytest.param("核心交换机 1", "? 1", 3, id="another script is one question mark"),
        pytest.param("[a]{b}€", "[a]{b}€", 12, id="these take two septets"),
        pytest.param("http://x ftp：////y a@b", "http:x ftp:y a at b", 19, id="neither link nor mention"),
    ],
)
def test_an_english_sms_has_the_alphabet_of_gsm(given_text: str, sent: str, septets: int) -> None:
    assert (gsm7(given_text), size(gsm7(given_text))) == (sent, septets)


@given(st.text(st.characters(), max_size=200))
def test_any_text_becomes_one_of_gsm(anything: str) -> None:
    assert is_gsm7(gsm7(clean(anything)))


def test_an_underscore_within_a_name_stands() -> None:
    assert clean("web_01 _x_ __y__") == "web_01 \uff3fx\uff3f \uff3f\uff3fy\uff3f\uff3f"


def test_a_finding_from_elsewhere_adds_no_markup_by_its_codes() -> None:
    def told(code: str) -> Message:
        finding = replace(FULL, reason=code, parameter=code, unit=code)
        return said(replace(disk(EN), alert=replace(DISK, finding=finding)), EN)

    assert marks(told("[x](@all)")) == marks(told("benign"))


@pytest.mark.parametrize(
    ("length", "said_of_it"),
    [
        pytest.param(12, "杭州一机房 H 未达，5 分钟无人认领（sms 已送达）。乙经理请03:20前认领。", id="all of it"),
        pytest.param(21, "杭州一机房 H 未达，5 分钟无人认领。乙经理请03:20前认领。", id="no attempts"),
        pytest.param(27, "杭州一机房 H 未达，5 分钟无人认领。请03:20前认领。", id="nor the reader's name"),
        pytest.param(30, "H 未达，5 分钟无人认领。请03:20前认领。", id="nor the site"),
        pytest.param(37, "H，5 分钟无人认领。请03:20前认领。", id="nor the symptom"),
        pytest.param(40, "H，5 分钟无人认领。请认领。", id="nor the deadline"),
        pytest.param(48, "一项告警，5 分钟无人认领。请认领。", id="nor the thing"),
    ],
)
def test_an_sms_gives_up_the_least_first(length: int, said_of_it: str) -> None:
    event = escalated(ZH)
    assert event.alert
    name = "H" * length
    alert = replace(event.alert, key=(name, "reach", ""))
    sms = said(replace(event, alert=alert, history=(event.history[1],)), ZH).sms
    assert sms == f"【夜班值守】升级：A07 {said_of_it.replace('H', name)}"


@pytest.mark.parametrize(
    ("language", "person", "said"),
    [("en", "Tech A", "Tech A, take it by 03:15: reply 1. A07"), ("zh", "甲工", "甲工请03:15前认领，回复1。A07")],
)
def test_an_sms_says_how_to_answer_where_somebody_listens(language: str, person: str, said: str) -> None:
    say = words(language)
    event = replace(fired(say), answers=True, person=replace(TECHNICIAN[say], title=person))
    text = page(event, say, ZoneInfo("Asia/Shanghai"), T0).sms
    assert text.endswith(said)
    silent = page(replace(event, answers=False), say, ZoneInfo("Asia/Shanghai"), T0).sms
    assert len(silent) < len(text) <= (70 if language == "zh" else 160)
