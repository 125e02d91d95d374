"""The words: every code in every language, values and moments as a person says them."""

from __future__ import annotations

import logging
import math
import re
import string
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import agent
from duty.changes import Change
from duty.findings import Finding, Severity
from duty.maintenance import SETTINGS
from duty.parameters import PARAMETERS
from duty.readings import Look, Reading
from exporters.words import (
    LANGUAGES,
    SIGNS,
    Say,
    format_ago,
    format_time,
    format_value,
    say_changed,
    say_finding,
    say_maker,
    say_next,
    say_side,
    shown,
    words,
)
from exporters.words.codes import codes

EN, ZH = words("en"), words("zh")
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
"""03:12 in Shanghai, on Tuesday the 24th."""


def fields(say: Say, code: str) -> set[tuple[str, str, str | None]]:
    """Return the fields of a template, with what a template must not have: a format and a conversion."""
    parsed = string.Formatter().parse(say.template(code))
    return {(name, spec or "", conversion) for _, name, spec, conversion in parsed if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(set(codes())))
def test_every_code_of_the_record_has_words(code: str, language: str) -> None:
    assert code in words(language)


@pytest.mark.parametrize("code", sorted(set(EN) | set(ZH)))
def test_both_catalogues_have_the_code_with_the_same_fields(code: str) -> None:
    assert code in EN
    assert code in ZH
    assert fields(EN, code) == fields(ZH, code)
    assert all(name.isidentifier() and not spec and not conversion for name, spec, conversion in fields(EN, code))


def test_every_code_that_a_page_or_a_command_says_has_words() -> None:
    folder = Path(agent.__file__).parent
    sources = [*folder.rglob("*.py"), *folder.rglob("*.html")]
    said = {
        code for file in sources for code in re.findall(r"\bsay\([\"']([a-z_]+\.\w+)[\"']", file.read_text("utf-8"))
    }
    assert len(said) > 100
    assert said - set(EN) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_hold_no_markup(language: str) -> None:
    say = words(language)
    assert [code for code in say if any(c in say.template(code) for c in "<>&")] == []


def test_chinese_sentences_have_chinese_punctuation() -> None:
    def is_chinese(char: str) -> bool:
        return "\u4e00" <= char <= "\u9fff"

    texts = [ZH.template(code) for code in ZH]
    assert [t for t in texts for a, b in pairwise(t) if is_chinese(a) and b in ",:;()?!"] == []


def test_every_state_has_a_sign_of_its_own() -> None:
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_an_unknown_code_is_said_as_it_is_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    say = Say("en", {})
    with caplog.at_level(logging.WARNING):
        assert [say("no.such"), say("no.such")] == ["no.such", "no.such"]
    assert [r.getMessage() for r in caplog.records] == ["no words for code language=en code='no.such'"]


def test_a_field_that_was_not_given_stays_visible() -> None:
    assert Say("en", {"x": "limit {limit}"})("x") == "limit {limit}"


def test_a_field_is_never_read_as_a_template() -> None:
    assert EN("round.missed", reason="{0.__class__} {reason}") == "missed: {0.__class__} {reason}"


def test_a_language_that_there_is_not_is_english() -> None:
    assert words("tlh") is EN


@pytest.mark.parametrize(
    ("value", "unit", "parameter", "english", "chinese"),
    [
        pytest.param(93.14, "%", "", "93.1 %", "93.1%", id="per cent with one decimal"),
        pytest.param(0, "%", "", "0.0 %", "0.0%", id="nought is a number"),
        pytest.param(None, "%", "", "—", "—", id="unknown is a dash"),
        pytest.param(math.nan, "%", "", "—", "—", id="not a number is unknown"),
        pytest.param(3.4e9, "B", "", "3.17 GiB", "3.17 GiB", id="bytes by 1024"),
        pytest.param(1023.7, "B", "", "1.00 KiB", "1.00 KiB", id="never 1,024 B"),
        pytest.param(512, "B", "", "512 B", "512 B", id="few bytes"),
        pytest.param(1e10, "bit/s", "", "10 Gbit/s", "10 Gbit/s", id="speed by 1000"),
        pytest.param(1.2e9 / 8, "B/s", "port_in_rate", "1.20 Gbit/s", "1.20 Gbit/s", id="ports count bits"),
        pytest.param(2**20, "B/s", "disk_read_rate", "1 MiB/s", "1 MiB/s", id="disks count bytes"),
        pytest.param(275400, "s", "", "3 d 4 h", "3 天 4 小时", id="the two largest parts"),
        pytest.param(10799.9, "s", "", "3 h", "3 小时", id="never 2 h 60 min"),
        pytest.param(59.96, "s", "", "1 min", "1 分钟", id="never 60.0 s"),
        pytest.param(0.00035, "s", "", "0.35 ms", "0.35 毫秒", id="a short time"),
        pytest.param(-0.05, "s", "", "-50 ms", "-50 毫秒", id="a clock behind"),
        pytest.param(2**64 - 1, "1", "", "18,446,744,073,709,551,615", "18,446,744,073,709,551,615", id="exact"),
        pytest.param(0.93, "s/s", "disk_busy_rate", "93.0 %", "93.0%", id="a share of the time"),
        pytest.param(1, "bool", "port_up", "up", "通", id="a port is up"),
        pytest.param(0, "bool", "tcp_time", "no", "否", id="else yes and no"),
        pytest.param(1, "bool", "on_battery", "on battery", "电池供电", id="on battery"),
        pytest.param(2, "health", "", "critical", "严重", id="health in words"),
        pytest.param(41, "Cel", "", "41.0 °C", "41.0 ℃", id="degrees"),
        pytest.param(5200, "rpm", "", "5,200 rpm", "5,200 转/分", id="turns"),
        pytest.param(2, "1/s", "", "2 /s", "2 次/秒", id="a rate"),
        pytest.param(7, "furlong", "", "7 furlong", "7 furlong", id="an unknown unit stays"),
    ],
)
def test_values(value: float | None, unit: str, parameter: str, english: str, chinese: str) -> None:
    assert (format_value(value, unit, EN, parameter), format_value(value, unit, ZH, parameter)) == (english, chinese)


@given(st.floats() | st.integers(), st.sampled_from(sorted(set(PARAMETERS.values()))), st.sampled_from(LANGUAGES))
def test_any_value_of_any_unit_is_said(value: float, unit: str, language: str) -> None:
    text = format_value(value, unit, words(language))
    assert text
    assert "{" not in text
    assert "nan" not in text
    assert "inf" not in text


@given(st.floats(min_value=0, max_value=1e9))
def test_no_part_of_a_duration_is_as_long_as_the_next(seconds: float) -> None:
    parts = format_value(seconds, "s", EN).split()
    most = {"min": 60, "h": 24, "s": 60, "ms": 1000}
    assert all(float(n.replace(",", "")) < most.get(unit, math.inf) for n, unit in zip(*[iter(parts)] * 2, strict=True))


@pytest.mark.parametrize(
    ("finding", "english", "chinese"),
    [
        pytest.param(
            Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.14, "%", 85.0),
            "disk /var is 93.1 % full (limit 85 %)",
            "磁盘 /var 已用 93.1%\uff08限值 85%\uff09",
            id="with its limit",
        ),
        pytest.param(
            Finding("disk_trend", "/var", Severity.CRITICAL, "trend.full", "disk_used", 9000.0, "s", 14400.0),
            "disk /var will be full in 2 h 30 min (should be at least 4 h)",
            "磁盘 /var 按趋势将在 2 小时 30 分钟后写满\uff08应不低于 4 小时\uff09",
            id="a trend",
        ),
        pytest.param(
            Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout"),
            "not reached: no answer in time",
            "未达\uff1a超时无应答",
            id="an absence with its gap",
        ),
        pytest.param(
            Finding("fan", "Fan 2", Severity.CRITICAL, "states.bad", "fan_health", 2, "health"),
            "Fan 2: critical",
            "风扇 Fan 2\uff1a严重",
            id="a place that tells its kind",
        ),
        pytest.param(
            Finding("my_rule", "", Severity.WARNING, "levels.high", "temperature", 31.0, "Cel", 30.5),
            "temperature is 31.0 °C (limit 30.5 °C)",
            "温度 31.0 ℃\uff08限值 30.5 ℃\uff09",
            id="an operator's own check speaks of its parameter",
        ),
        pytest.param(
            Finding("cpu", "", Severity.OK, "", "cpu_used", 12.0, "%", 80.0),
            "CPU load 12.0 % (limit 80 %)",
            "CPU 使用率 12.0%\uff08限值 80%\uff09",
            id="what is well",
        ),
        pytest.param(
            Finding("cpu", "", Severity.CRITICAL, "levels.high", "cpu_used", 81.0, "%", 90.0),
            "CPU load is 81.0 % (limit 90 %, not yet well clear of it)",
            "CPU 使用率 81.0%\uff08限值 90%\uff0c尚未恢复到位\uff09",
            id="back under its limit and not yet well",
        ),
        pytest.param(
            Finding("battery_charge", "", Severity.WARNING, "levels.low", "battery_charge", 93.0, "%", 90.0),
            "the battery is charged only 93.0 % (limit 90 %, not yet well clear of it)",
            "电池电量仅 93.0%\uff08限值 90%\uff0c尚未恢复到位\uff09",
            id="the same where low is bad",
        ),
        pytest.param(
            Finding("cpu", "", Severity.WARNING, "moon.full", "cpu_used", 12.0, "%"),
            "CPU load: moon.full 12.0 %",
            "CPU 使用率\uff1amoon.full 12.0%",
            id="an unknown reason stays visible",
        ),
    ],
)
def test_a_finding_is_one_sentence(finding: Finding, english: str, chinese: str) -> None:
    assert (say_finding(finding, EN), say_finding(finding, ZH)) == (english, chinese)


def test_a_page_that_answers_badly_is_said_with_its_status() -> None:
    finding = Finding("http_status", "", Severity.CRITICAL, "states.bad", "http_status_good", 0, "bool")
    look = Look("a", NOW, timedelta(seconds=1), True, (Reading("http_status", "", 503, "1"),))
    assert say_finding(finding, EN, look) == "the page answers with status 503, not as it should"
    assert say_finding(finding, EN) == "the page does not answer as it should"


@pytest.mark.parametrize(
    ("check", "parameter", "said"),
    [
        pytest.param("reach", "gap.refused", "See that the service runs", id="why it was not reached"),
        pytest.param("reach", "reach", "See that it is on", id="not reached, and not known why"),
        pytest.param("snmp_silent", "gap.timeout", "Compare the SNMP credential", id="silence of SNMP alone"),
        pytest.param("disk", "disk_used", "Make room", id="a disk"),
        pytest.param("my_rule", "temperature", "", id="an operator's own check has none"),
    ],
)
def test_what_to_do_is_said_beside_a_finding(check: str, parameter: str, said: str) -> None:
    step = say_next(Finding(check, "", Severity.CRITICAL, "", parameter), EN)
    assert step.startswith(said) if said else step == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(Change("a", "state", "", "", "", "ok"), "state: not there → well", id="a new target"),
        pytest.param(Change("a", "restart", "uptime", "", "9000000", "300"), "started again: up 104 d 4 h → up 5 min",
                     id="a restart"),
        pytest.param(Change("a", "reading", "port_up", "GE1", "1", "0"), "port state GE1: up → down", id="a port"),
        pytest.param(Change("a", "reading", "port_speed", "GE1", "1000000000", "1e8"),
                     "port speed GE1: 1 Gbit/s → 100 Mbit/s", id="a speed"),
        pytest.param(Change("a", "finding", "disk", "/", "ok", "critical"), "disk /: OK → CRITICAL", id="a finding"),
        pytest.param(Change("a", "fact", "version", "", "1.\x1b[0m", "2.0"), "version: 1.\ufffd[0m → 2.0", id="a fact"),
    ],
)  # fmt: skip
def test_a_change_is_said_from_what_to_what(change: Change, said: str) -> None:
    sides = (say_side(change, text, EN) for text in (change.before, change.after))
    assert f"{say_changed(change, EN)}: {' → '.join(sides)}" == said


@pytest.mark.parametrize(
    ("at", "english", "chinese"),
    [
        pytest.param(NOW - timedelta(minutes=12), "03:00", "03:00", id="today the hour alone"),
        pytest.param(NOW - timedelta(hours=4), "Mon 23 Nov 23:12", "11月23日 周一 23:12", id="the day before"),
        pytest.param(NOW - timedelta(days=365), "Mon 24 Nov 2025 03:12", "2025年11月24日 周一 03:12", id="last year"),
    ],
)
def test_moments_are_said_by_the_clock_of_the_site(at: datetime, english: str, chinese: str) -> None:
    assert (format_time(at, NOW, SHANGHAI, EN), format_time(at, NOW, SHANGHAI, ZH)) == (english, chinese)


def test_an_hour_that_comes_twice_names_its_offset() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    said = [format_time(first + timedelta(hours=n), first, BERLIN, EN) for n in range(3)]
    assert said == ["02:30 (CEST)", "02:30 (CET)", "03:30"]


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        pytest.param(30, "just now", "刚刚", id="now"),
        pytest.param(12 * 60 + 59, "12 min ago", "12 分钟前", id="whole minutes"),
        pytest.param(-48 * 60, "in 48 min", "48 分钟后", id="to come"),
        pytest.param(-5, "in less than a minute", "一分钟内", id="at once"),
        pytest.param(100 * 3600, "4 d 4 h ago", "4 天 4 小时前", id="days"),
    ],
)
def test_how_long_ago(seconds: int, english: str, chinese: str) -> None:
    at = NOW - timedelta(seconds=seconds)
    assert (format_ago(at, NOW, EN), format_ago(at, NOW, ZH)) == (english, chinese)


@given(st.text(st.characters(), max_size=400))
def test_what_is_shown_is_one_visible_line_that_can_be_sent(text: str) -> None:
    said = shown(text)
    assert len(said) <= 255
    assert said.isprintable()
    said.encode()


def test_a_device_string_within_a_sentence_is_cleaned() -> None:
    finding = Finding("disk", "\x1b]0;x\x07\u202e/var\ud800", Severity.WARNING, "disk.full", "disk_used", 93.0, "%")
    assert say_finding(finding, EN) == "disk \ufffd]0;x\ufffd\ufffd/var\ufffd is 93.0 % full"


def test_what_the_settings_silence_is_by_the_settings_in_every_language() -> None:
    assert [say_maker(SETTINGS, words(language)) for language in ("zh", "en")] == ["配置", "the settings"]
    assert say_maker("王芳", words("en")) == "王芳"
