"""Words from outside made safe to keep and to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.text import clean, decode_text


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        pytest.param("GigabitEthernet0/0/1", "GigabitEthernet0/0/1", id="plain text stays"),
        pytest.param("核心交换机 A 座", "核心交换机 A 座", id="Chinese stays"),
        pytest.param("  padded \r\n", "padded", id="space around it goes"),
        pytest.param("Cisco IOS\r\nVersion 15", "Cisco IOS  Version 15", id="lines become one"),
        pytest.param("a\x1b[2Jb", "a\\x1b[2Jb", id="escape sequences are shown, not obeyed"),
        pytest.param("a\x00b\x9bc", "a\\x00b\\x9bc", id="C0 and C1"),
        pytest.param("user\u202egnp.exe", "user\\u202egnp.exe", id="text direction is not turned"),
        pytest.param("a\u200bb\ufeff", "a\\u200bb\\ufeff", id="what has no width is shown"),
        pytest.param("a\ud800b", "a\\ud800b", id="half a character, which no file can hold"),
        pytest.param("\U000e0041", "\\U000e0041", id="tag characters"),
    ],
)
def test_what_cannot_be_seen_is_written_out(given_text: str, expected: str) -> None:
    assert clean(given_text) == expected


def test_what_is_too_long_is_cut_and_shows_it() -> None:
    assert clean("x" * 60_000, 10) == "x" * 9 + "…"
    assert clean("x" * 10, 10) == "x" * 10


def test_no_half_of_an_escape_is_left_at_a_cut() -> None:
    assert clean("abcdefg\x1bh", 10) == "abcdefg…"


@settings(deadline=None)
@given(st.text(), st.integers(0, 300))
def test_the_result_is_bounded_printable_and_final(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert not [char for char in cleaned if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert clean(cleaned, limit) == cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(b"eth0", "eth0", id="ASCII"),
        pytest.param("机房温度".encode(), "机房温度", id="UTF-8"),
        pytest.param("机房温度".encode("gbk"), "机房温度", id="GBK"),
        pytest.param("至机房".encode()[:-1], "至机\\xe6\\x88", id="UTF-8 cut in the middle of a character"),
        pytest.param(b"name\0\0\0", "name", id="padded with NUL"),
        pytest.param(b"\xff\xfe\xfd", "\\xff\\xfe\\xfd", id="neither"),
        pytest.param(b"", "", id="empty"),
    ],
)
def test_bytes_become_words(raw: bytes, expected: str) -> None:
    assert decode_text(raw) == expected


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_become_some_words(raw: bytes) -> None:
    clean(decode_text(raw)).encode()
