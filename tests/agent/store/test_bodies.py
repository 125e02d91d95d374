"""Looks and sheets as bytes: nothing lost, nothing let through that is not a number."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.store import bodies
from duty.errors import StoreError
from duty.findings import Finding, Severity
from duty.readings import Fact, Gap, Look, Reading, Stated
from duty.rounds import Sheet, SheetState
from tests.agent.store.samples import look, sheet

# Any text that Python can hold: NUL, lone surrogates and text that turns round.
text = st.text(st.characters(), max_size=20)
finite = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.integers(-(2**63), 2**64 - 1) | finite
moments = st.integers(0, 2**53).map(lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))
looks = st.builds(
    Look,
    text,
    moments,
    st.timedeltas(timedelta(0), timedelta(hours=1)),
    st.booleans(),
    st.lists(st.builds(Reading, text, text, numbers, text, st.sampled_from([0, 32, 64])), max_size=5).map(tuple),
    st.lists(st.builds(Fact, text, text, text), max_size=5).map(tuple),
    st.lists(st.builds(Gap, text, text, text, text), max_size=5).map(tuple),
    st.lists(st.builds(Stated, text, text, st.none() | finite, st.none() | finite, st.booleans()), max_size=5).map(
        tuple
    ),
    st.booleans(),
)
findings = st.builds(
    Finding, text, text, st.sampled_from(Severity), text, text, st.none() | numbers, text, st.none() | finite
)
sheets = st.builds(
    Sheet, text, st.sampled_from(SheetState), st.none() | looks, st.lists(findings, max_size=5).map(tuple)
)


def by_parameter(seen: Look) -> Look:
    """Return a look as it comes back: the readings of one parameter together, in the order in which these came."""
    columns: dict[tuple[str, str, int], list[Reading]] = {}
    for reading in seen.readings:
        columns.setdefault((reading.parameter, reading.unit, reading.width), []).append(reading)
    return replace(seen, readings=tuple(reading for column in columns.values() for reading in column))


def alike(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings as they come back: those that have all but place and value in common together."""
    groups: dict[str, list[Finding]] = {}
    for found in findings:
        groups.setdefault(repr(replace(found, instance="", value=None)), []).append(found)
    return tuple(found for group in groups.values() for found in group)


@given(sheets)
def test_a_sheet_comes_back_as_it_was(written: Sheet) -> None:
    found = bodies.read_sheet(bodies.unpack(bodies.pack(bodies.write_sheet(written))))
    written = replace(written, look=written.look and by_parameter(written.look), findings=alike(written.findings))
    # As text too: 1 and 1.0 and True are equal, and not the same.
    assert (found, repr(found)) == (written, repr(written))


@given(looks)
def test_a_look_comes_back_as_it_was(written: Look) -> None:
    found = bodies.read_look(bodies.unpack(bodies.pack(bodies.write_look(written))))
    written = by_parameter(written)
    assert (found, repr(found)) == (written, repr(written))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        bodies.write_look(look(value=value))


def test_equal_content_has_one_form() -> None:
    assert bodies.canonical({"b": 1, "a": [1.0, "é"]}) == b'{"a":[1.0,"\\u00e9"],"b":1}'


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        bodies.write_look(look(began=datetime(2026, 1, 1)))  # noqa: DTZ001  # the mistake that is tested


PACKED = bodies.pack(bodies.write_sheet(sheet()))


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(PACKED[:-4], id="cut short"),
        pytest.param(PACKED + b"x", id="something after it"),
        pytest.param(b"y" + PACKED[1:], id="another beginning"),
        pytest.param(zlib.compress(b"{"), id="no JSON"),
        pytest.param(zlib.compress(b'{"form":3}'), id="a form of the future"),
    ],
)
def test_a_damaged_body_is_one_clear_line(damaged: bytes) -> None:
    with pytest.raises(StoreError, match=r"^a stored body .*(damaged|form 3)[^\n]*$"):
        bodies.read_sheet(bodies.unpack(damaged))


def test_a_body_that_unfolds_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LARGEST", 1000)
    with pytest.raises(StoreError, match="too long"):
        bodies.unpack(zlib.compress(b" " * 1_000_000))


@given(looks, sheets, st.lists(st.tuples(text, text), max_size=3))
def test_single_values_are_those_that_the_whole_has(seen: Look, line: Sheet, others: list[tuple[str, str]]) -> None:
    for look_, content in ((seen, bodies.write_look(seen)), (line.look, bodies.write_sheet(line))):
        if look_ is None or not look_.reached:
            assert bodies.read_values(content, others) is None
            continue
        # The first of two that say the same, as a look's own ``number`` has it.
        whole = {(r.parameter, r.instance): r.value for r in reversed(by_parameter(look_).readings)}
        asked = {*others, *whole, *((s.parameter, s.instance) for s in look_.stated)}
        asked |= {(g.parameter, g.instance) for g in look_.gaps} | {(f.parameter, f.instance) for f in look_.facts}
        asked |= {(f.check, f.instance) for f in line.findings}
        assert bodies.read_values(content, asked) == whole


def test_single_values_of_another_form_are_not_guessed() -> None:
    with pytest.raises(StoreError, match="form 3"):
        bodies.read_values(bodies.write_look(look()).replace(b'"form":2', b'"form":3'), [])


def test_a_body_of_the_first_form_is_read_as_before() -> None:
    content = bodies.canonical(
        {
            "form": 1,
            "look": {
                "target": "core",
                "began": 1_795_600_000_000_000,
                "took": 900_000,
                "reached": True,
                "full": True,
                "readings": [["port_up", "Gi0/1", 1, "bool", 0], ["port_in_total", "Gi0/1", 2**64 - 1, "B", 64]],
                "facts": [["model", "", "S5731"]],
                "gaps": [["port_mtu", "Gi0/1", "not_offered", ""]],
                "stated": [],
            },
        }
    )
    found = bodies.read_look(content)
    assert found.readings == (
        Reading("port_up", "Gi0/1", 1, "bool"),
        Reading("port_in_total", "Gi0/1", 2**64 - 1, "B", 64),
    )
    assert bodies.read_values(content, [("port_in_total", "Gi0/1"), ("port_up", "Gi0/2")]) == {
        ("port_in_total", "Gi0/1"): 2**64 - 1
    }


def test_a_switch_takes_a_few_bytes_a_value() -> None:
    ports = [f"GigabitEthernet0/0/{n}" for n in range(1, 49)]
    counters = [f"port_{way}_{what}_total" for way in ("in", "out") for what in ("errors", "discards", "packets", "x")]
    seen = tuple(
        Reading(name, port, (n * 7_919 + m * 104_729) ** 2 % 10**9, "1", 64)
        for n, port in enumerate(ports)
        for m, name in enumerate(counters)
    )
    body = bodies.pack(bodies.write_look(replace(look(), readings=seen)))
    assert len(body) < 7 * len(seen), "of nine random digits each, which take four by themselves"
