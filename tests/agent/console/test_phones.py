"""Numbers that a thumb can ring, in what people wrote."""

from __future__ import annotations

import pytest

from agent.console.phones import phones


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("请拨华为热线400-822-9999转3", ["400-822-9999"]),
        ("mobile 13800000001, or 138-0000-0002", ["13800000001", "138-0000-0002"]),
        ("机房电话0571-88886666,传真 010 66667777", ["0571-88886666", "010 66667777"]),
        ("拨119说明地址;网信12387;电信10000;招行95555", ["119", "12387", "10000", "95555"]),
        ("abroad +49 30 1234567", ["+49 30 1234567"]),
        ("10.0.0.1, 2026-11-24 03:10, SR-771920, ZC-2021-0042, 2102351ABC10K5000042, GE0/0/119", []),
        ("10.110.0.119 down, 1190 W, 119.5 V", []),
        ("", []),
    ],
)
def test_a_number_is_found_where_it_is_one(text: str, numbers: list[str]) -> None:
    parts = list(phones(text))
    assert "".join(part for part, _ in parts) == text
    assert [part for part, number in parts if number] == numbers
