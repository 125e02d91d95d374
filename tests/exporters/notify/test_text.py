"""A text within what a channel allows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exporters.notify.text import ELLIPSIS, cut, fitted, in_json, line, utf8

WORDS = st.text(st.characters(codec="utf-8"), max_size=200)


@given(WORDS, st.integers(0, 300))
def test_what_is_cut_fits_and_is_a_beginning(text: str, most: int) -> None:
    short = cut(text, most)
    assert utf8(short) <= most
    assert short == text or text.startswith(short.removesuffix(ELLIPSIS))
    assert short != text or utf8(text) <= most


@given(st.text("a网🔴", min_size=1), st.integers(10, 300))
def test_no_room_is_wasted(text: str, most: int) -> None:
    # An ellipsis takes three bytes, and the next character up to four.
    short = cut(text, most)
    assert short == text or utf8(short) > most - 4


@given(WORDS, WORDS)
def test_sizes_add_up(one: str, other: str) -> None:
    assert in_json(one + other) == in_json(one) + in_json(other)
    assert utf8(one + other) == utf8(one) + utf8(other)


@given(WORDS, st.lists(WORDS, max_size=5), st.lists(st.from_regex(r"[a-z]{1,40}", fullmatch=True), max_size=4))
def test_a_whole_text_fits_and_ends_with_how_to_act(title: str, lines: list[str], tail: list[str]) -> None:
    text = fitted(line(title), lines, tail, 200)
    assert utf8(text) <= 200
    if tail:
        assert tail[0] in text


def test_the_last_links_go_first_where_there_is_no_room_for_all() -> None:
    text = fitted("t", ["x" * 100], ["a" * 20, "b" * 20, "c" * 20], 90)
    assert "a" * 20 in text
    assert "b" * 20 in text
    assert "c" not in text


@given(WORDS)
def test_a_line_is_one_line(text: str) -> None:
    assert line(text).isprintable()
