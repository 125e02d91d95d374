"""Bars for the days of a month: well-formed, escaped, none left out that is not nought."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.bars import MOST_BARS, Bar, bars
from exporters.words import LANGUAGES, words

EN = words("en")
FIRST = date(2026, 11, 1)


def days(*heights: float, text: str = "") -> list[Bar]:
    return [Bar(FIRST + timedelta(days=n), (("lost", height),), text or str(n)) for n, height in enumerate(heights)]


@given(st.lists(st.floats(0, 1e9), max_size=40))
def test_each_day_that_had_anything_has_a_bar_within_the_picture(heights: list[float]) -> None:
    picture = bars("minutes", days(*heights), say=EN, name="p")
    root = ET.fromstring(picture)
    drawn = [e for e in root.iter() if e.tag == "rect"]
    assert len(drawn) == sum(height > 0 for height in heights[:MOST_BARS])
    for bar in drawn:
        x, y, width, height = (float(bar.attrib[name]) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + width <= 360
        assert -0.1 <= y <= y + height <= 130
        assert height > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_does_not_see_it_is_told_the_worst_day(language: str) -> None:
    picture = bars("minutes", days(0, 7, 3), say=words(language), name="p")
    described = re.search(r"<desc[^>]*>([^<]*)", picture)
    assert described is not None
    assert "2026-11-02" in described[1]
    assert "7" in described[1]
    assert "<rect" not in bars("minutes", days(0, 0), say=words(language), name="p")


def test_foreign_words_are_escaped() -> None:
    picture = bars("<b>", days(1, text='"><script>'), say=EN, name="p")
    assert "<script>" not in picture
    assert "<b>" not in picture
    ET.fromstring(picture)
