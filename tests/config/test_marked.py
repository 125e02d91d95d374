"""YAML by its core schema, with lines."""

from typing import Any

import pytest

from config.marked import read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("20:00", "20:00", id="a time of day is no number of base 60"),
        pytest.param("no", "no", id="no is a word"),
        pytest.param("on", "on", id="on is a word"),
        pytest.param("y", "y", id="y is a word"),
        pytest.param("true", True, id="true"),
        pytest.param("False", False, id="False"),
        pytest.param("~", None, id="null"),
        pytest.param("", None, id="nothing"),
        pytest.param("0123", 123, id="a leading zero is not octal"),
        pytest.param("0o17", 15, id="0o is octal"),
        pytest.param("0x1F", 31, id="0x is hexadecimal"),
        pytest.param("-7", -7, id="a negative number"),
        pytest.param("1_000", "1_000", id="an underscore makes text"),
        pytest.param("1.5", 1.5, id="a fraction"),
        pytest.param("1e3", 1000.0, id="an exponent"),
        pytest.param(".nan", ".nan", id="not a number is text"),
        pytest.param("2026-11-23", "2026-11-23", id="a date is text"),
        pytest.param("'7'", "7", id="quoted text stays text"),
        pytest.param("1h", "1h", id="a duration is text"),
        pytest.param("١٢", "١٢", id="digits of other scripts are text"),
        pytest.param("机房", "机房", id="chinese text"),
    ],
)
def test_a_scalar_is_what_the_core_schema_says(text: str, value: Any) -> None:
    assert read(f"key: {text}\n", "x").data == {"key": value}


def test_every_key_and_item_knows_its_line() -> None:
    marked = read("a:\n  b: 1\n  c:\n    - x\n\n    - name: y\n      z: 2\n", "x")
    assert marked.lines == {
        (): 1,
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "c"): 3,
        ("a", "c", 0): 4,
        ("a", "c", 1): 6,
        ("a", "c", 1, "name"): 6,
        ("a", "c", 1, "z"): 7,
    }


def test_what_is_not_written_has_the_line_of_what_is_around_it() -> None:
    assert read("a:\n  b: 1\n", "x").line(("a", "missing", 3)) == 1
    assert read("x: 1\na:\n  b: 1\n", "x").line(("a", "missing", 3)) == 2


def test_a_path_calls_an_item_by_its_name() -> None:
    marked = read("targets:\n  - {name: core-1, ports: [{match: a}]}\n", "x")
    assert marked.words(("targets", 0, "ports", 0, "rate")) == "targets[core-1].ports[0].rate"


def test_of_a_key_twice_the_first_counts_and_the_second_is_told() -> None:
    marked = read("a: 1\nb: {a: 2}\na: 3\n", "x")
    assert marked.data == {"a": 1, "b": {"a": 2}}
    assert [str(problem) for problem in marked.problems] == [
        "x:3: a: written twice, first on line 1, expected each key once"
    ]
