"""An entry of the journal as syslog carries it, byte by byte, and what hostile words cannot do in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.syslog import FACILITIES, Line, framed, message

LINE = Line(
    agent="hz1",
    host="monitor.example.com",
    seq=42,
    kind="alert_taken",
    at=datetime(2026, 11, 24, 3, 10, 0, 5, tzinfo=timezone(timedelta(hours=8))),
    actor="jia",
    result="ok",
    payload="a" * 64,
    hash="b" * 64,
    text='{"alert":7}',
)

MESSAGE = re.compile(
    rb"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([!-~]{1,255}) nightduty - ([!-~]{1,32}) "
    rb'\[nightduty@32473((?: [a-z]+="(?:[^"\\\]]|\\["\\\]])*")+)\](?: (.*))?',
    re.DOTALL,
)
"""The grammar of RFC 5424, as far as we use it."""

VALUE = re.compile(rb' ([a-z]+)="((?:[^"\\\]]|\\["\\\]])*)"')


def read(content: bytes) -> tuple[bytes, dict[str, str], bytes]:
    """Read a message as a receiver does: its priority, its values, its text."""
    found = MESSAGE.fullmatch(content)
    assert found is not None, content
    values = {n.decode(): re.sub(rb"\\(.)", rb"\1", v).decode() for n, v in VALUE.findall(found[5])}
    return found[1], values, found[6] or b""


def test_an_entry_as_it_goes_out() -> None:
    assert message(LINE, "local0") == (
        b"<133>1 2026-11-23T19:10:00.000005Z monitor.example.com nightduty - alert_taken "
        b'[nightduty@32473 agent="hz1" seq="42" kind="alert_taken" actor="jia" result="ok" '
        b'payload="' + b"a" * 64 + b'" hash="' + b"b" * 64 + b'"] {"alert":7}'
    )
    assert framed(b"abc") == b"3 abc"


@pytest.mark.parametrize(
    ("facility", "result", "priority"),
    [("local0", "ok", b"133"), ("local0", "failed", b"132"), ("audit", "ok", b"109"), ("authpriv", "refused", b"84")],
)
def test_who_fails_is_told_louder(facility: str, result: str, priority: bytes) -> None:
    assert read(message(replace(LINE, result=result), facility))[0] == priority
    assert all(0 <= number <= 23 for number in FACILITIES.values())


def test_words_that_are_not_ascii_have_their_mark_and_others_have_none() -> None:
    assert read(message(replace(LINE, text="甲"), "local0"))[2] == b"\xef\xbb\xbf" + "甲".encode()
    assert read(message(replace(LINE, text="a"), "local0"))[2] == b"a"
    assert message(replace(LINE, text=""), "local0").endswith(b'"]')


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param('"] [evil@1 x="1', id="leaves its element"),
        pytest.param("a\n<0>1 - - - - - - root logged in", id="begins another message"),
        pytest.param("a\r\n\x00\x1b[31m", id="control characters"),
        pytest.param("\\", id="escapes what ends the value"),
        pytest.param('\\\\"]', id="escapes the escape"),
        pytest.param("\ud800", id="half a character"),
        pytest.param("\u202e\u2028", id="turns the line round"),
        pytest.param("长" * 10_000, id="without end"),
    ],
)
def test_hostile_words_stay_in_their_place(hostile: str) -> None:
    line = Line(hostile, hostile, 1, hostile, LINE.at, hostile, hostile, LINE.payload, LINE.hash, hostile)
    content = message(line, "local0")
    _, values, text = read(content)
    assert set(values) == {"agent", "seq", "kind", "actor", "result", "payload", "hash"}
    assert b"\n" not in content
    assert b"\0" not in content
    assert values["seq"] == "1"
    assert len(content) < 8192
    text.decode()


@given(st.lists(st.text(st.characters(), max_size=60), min_size=6, max_size=6))
def test_any_words_make_a_message_that_can_be_read(words: list[str]) -> None:
    agent, host, kind, actor, result, text = words
    line = Line(agent, host, 7, kind, datetime(2026, 1, 1, tzinfo=UTC), actor, result, "p", "h", text)
    read(message(line, "user"))[2].decode()
