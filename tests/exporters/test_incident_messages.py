"""News of incidents: each text in both languages, their limits, and what hostile names cannot do in them."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duty.bulletins import LONGEST_TEXT
from duty.findings import Finding, Severity
from duty.incident_news import News, NewsKind
from duty.people import Person
from duty.plans import Spoken
from duty.targets import Site
from exporters.notify.port import Message
from exporters.words import LANGUAGES, Say, words
from exporters.words.events import OF_INCIDENTS, Event
from exporters.words.messages import page
from exporters.words.several import MOST_LINES
from exporters.words.sms import GSM7_LONGEST, UCS2_LONGEST, is_gsm7, size
from tests.exporters import incident_samples as samples
from tests.exporters.incident_samples import EN, MANAGER, MINUTE, NEWS, T0, ZH, Told
from tests.exporters.test_messages import HOSTILE, NAMES, marks, text

SHANGHAI = ZoneInfo("Asia/Shanghai")


def said(event: Event, say: Say) -> Message:
    return page(event, say, SHANGHAI, event.at)


def expected(say: Say) -> dict[str, str]:
    """Return the texts of ``incident_messages.<language>.txt`` by the names of their samples."""
    sections = (Path(__file__).parent / f"incident_messages.{say.language}.txt").read_text("utf-8").split("== ")[1:]
    return {name: body.strip() for name, _, body in (section.partition("\n") for section in sections)}


def fits(sms: str, say: Say) -> bool:
    if say is ZH:
        return len(sms.encode("utf-16-le")) // 2 <= UCS2_LONGEST
    return is_gsm7(sms) and size(sms) <= GSM7_LONGEST


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", NEWS)
def test_the_news_reads(sample: Told, language: str) -> None:
    say = words(language)
    message = said(sample(say), say)
    assert text(message) == expected(say)[sample.__name__]
    assert fits(message.sms, say)


def test_every_kind_of_news_is_an_event_and_has_a_text_that_is_tested() -> None:
    assert {kind.value for kind in OF_INCIDENTS} == {kind.value for kind in NewsKind}
    assert {sample(EN).kind for sample in NEWS} == OF_INCIDENTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_no_golden_text_without_its_sample(language: str) -> None:
    assert set(expected(words(language))) == {sample.__name__ for sample in NEWS}


def test_every_piece_of_news_has_words_and_fields(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for say in (EN, ZH):
            fresh = Say(say.language, {code: say.template(code) for code in say})
            for sample in NEWS:
                page(sample(say), fresh, SHANGHAI, T0)
    assert caplog.messages == []


@pytest.mark.parametrize("sample", NEWS)
def test_the_colour_of_the_chinese_head_is_the_severity(sample: Told) -> None:
    message = said(sample(ZH), ZH)
    colour = message.title.removeprefix(message.keyword)[0]
    assert colour == ZH(f"message.grade.{message.severity.name.lower()}")[0]


def test_who_is_asked_is_mentioned_and_who_only_hears_of_it_is_not() -> None:
    assert said(samples.step(EN), EN).mention == ("13800000001",)
    assert said(samples.you_command(EN), EN).mention == ("13800000009",)
    assert said(samples.another_commands(EN), EN).mention == ()
    assert said(replace(samples.first(EN), person=MANAGER[EN]), EN).mention == ()


def test_a_button_says_where_it_leads() -> None:
    link = "https://duty.example/incidents/1"
    assert said(replace(samples.first(ZH), url=link), ZH).links == (("详情", link),)
    assert said(replace(samples.review(ZH), url=link), ZH).links == (("打开报告", link),)


def test_what_customers_may_be_told_names_neither_devices_nor_people() -> None:
    news = samples.customers(EN).news
    assert news
    event = replace(samples.customers(EN), news=replace(news, by="Tech A", title="HZ1-CORE-01 not reached"))
    message = said(event, EN)
    assert not re.search("CORE|Tech A|Manager B|Hangzhou|plan", text(message))


def test_an_incident_without_a_name_is_called_by_what_was_found() -> None:
    news = samples.major(EN)
    cut_off = Finding("cut_off", "", Severity.CRITICAL, "absence.cut_off", "", 296)
    of_site = replace(news, target="hz1", finding=cut_off)
    assert ": Hangzhou 1, cannot be reached" in said(replace(samples.first(EN), news=of_site), EN).title
    unknown = replace(news, target="", finding=None)
    assert ": Hangzhou 1, network failure" in said(replace(samples.first(EN), news=unknown), EN).title


def test_the_place_is_not_said_twice() -> None:
    event = samples.first(ZH)
    assert event.news
    message = said(replace(event, news=replace(event.news, title="杭州一机房核心网络中断")), ZH)
    assert message.title.endswith("\uff5c杭州一机房核心网络中断")


def test_a_whole_report_stands_in_the_message() -> None:
    event = samples.progress(ZH)
    assert event.news
    report = "已" * LONGEST_TEXT
    message = said(replace(event, news=replace(event.news, text=report)), ZH)
    assert report in message.lines[0]


def test_an_english_sms_leaves_out_words_that_it_cannot_carry() -> None:
    event = samples.step(EN)
    assert event.news
    message = said(replace(event, news=replace(event.news, step=Spoken("到现场确认故障范围"))), EN)
    assert message.lines[0] == "To do: 到现场确认故障范围"
    assert message.sms.startswith("[Night duty] PLAN STEP 3: a step is to be done. By 03:25, with a note.")


def test_who_commands_is_not_told_to_ring_themselves() -> None:
    assert "Call" not in said(replace(samples.step(EN), person=MANAGER[EN]), EN).sms
    assert "call back" in said(replace(samples.step(EN), person=MANAGER[EN]), EN).sms
    assert "call Manager B" in said(replace(samples.step(EN), news=_short_step()), EN).sms


def test_no_other_moment_is_taken_for_that_by_which_a_step_is_due() -> None:
    assert (
        said(replace(samples.step(EN), news=replace(_short_step(), due=None)), EN).lines[1]
        == "Tech A: now, with a note"
    )


def _short_step() -> News:
    news = samples.step(EN).news
    assert news
    return replace(news, step=Spoken(en="Go and look"))


@pytest.mark.parametrize("late", [0, 1, 90])
def test_how_late_it_is_is_said_from_a_minute_on(late: int) -> None:
    event = samples.report_late(EN)
    message = said(replace(event, at=T0 + (35 + late) * MINUTE), EN)
    assert any("Late by" in line for line in message.lines) == (late > 0)


def named(event: Event, name: str) -> Event:
    """Return an event in which all that people, devices and settings name or wrote is ``name``."""
    news = event.news
    assert news
    facts = replace(
        news.facts,
        plan=news.facts.plan and Spoken(name, name),
        leads=news.facts.leads and name,
        on_spot=tuple(name for _ in news.facts.on_spot),
        business=tuple(name for _ in news.facts.business),
    )
    told = replace(
        news,
        name=name,
        title=news.title and name,
        site=name,
        target=news.target and name,
        finding=news.finding and replace(news.finding, check=name, instance=name, reason=name, parameter=name),
        rule=news.rule and name,
        by=news.by and name,
        text=news.text and name,
        risk=news.risk and name,
        expected=news.expected and name,
        step=news.step and Spoken(name, name),
        asked=tuple(name for _ in news.asked),
        facts=facts,
    )
    person = event.person and Person(name, name, phone=name)
    return replace(event, news=told, person=person, site=event.site and replace(event.site, name=name, title=name))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", NEWS)
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_add_no_markup(name: str, sample: Told, language: str) -> None:
    say = words(language)
    message = said(named(sample(say), name), say)
    assert marks(message) == marks(said(named(sample(say), "benign"), say))
    assert all(line.isprintable() for line in (message.title, *message.lines, message.sms))
    assert "://" not in message.sms
    assert "@" not in message.sms or say is ZH
    assert message.sms.count(message.keyword) == 1
    assert re.fullmatch(r"[+0-9]*", "".join(message.mention))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NEWS), NAMES, st.sampled_from(LANGUAGES), st.integers(0, 10**9), st.integers(0, 10**7))
def test_every_piece_of_news_fits(sample: Told, name: str, language: str, many: int, minutes: int) -> None:
    say = words(language)
    event = named(sample(say), name)
    assert event.news
    facts = replace(event.news.facts, of=many, down=many // 2, steps=many, steps_done=many)
    message = page(
        replace(event, news=replace(event.news, facts=facts, nth=many)), say, SHANGHAI, T0 + minutes * MINUTE
    )
    assert len(message.lines) < MOST_LINES
    assert all(line and line.isprintable() and len(line) <= 1200 for line in (message.title, *message.lines))
    assert message.title.startswith(message.keyword)
    assert message.sms.startswith(message.keyword)
    assert fits(message.sms, say)


@given(st.sampled_from(NEWS), st.integers(1, 150), st.integers(1, 150), st.integers(1, 150))
def test_a_name_stands_whole_in_an_sms_or_not_at_all(sample: Told, title: int, person: int, site: int) -> None:
    for say in (EN, ZH):
        event = sample(say)
        assert event.news
        whole = {"Ω": "Ω" * title, "Ψ": "Ψ" * person, "Ξ": "Ξ" * site}
        facts = replace(event.news.facts, leads=whole["Ψ"], on_spot=(whole["Ψ"],))
        news = replace(event.news, title=whole["Ω"], by=whole["Ψ"], asked=(whole["Ψ"],), facts=facts)
        message = said(replace(event, news=news, site=Site("s", whole["Ξ"], "UTC")), say)
        for letter, name in whole.items():
            assert set(re.findall(f"{letter}+", message.sms)) <= {name}
