"""A look laid out for reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.console.families import MOST_ROWS, ORDER, Line, counters, families, family_of, gap_groups, natural
from duty.parameters import FACTS, PARAMETERS
from duty.readings import Fact, Gap, Look, Reading


def look(*readings: Reading, gaps: tuple[Gap, ...] = ()) -> Look:
    return Look("x", datetime(2026, 11, 24, tzinfo=UTC), timedelta(seconds=1), True, readings, gaps=gaps)


def test_every_parameter_and_fact_has_a_family_that_is_shown() -> None:
    assert {family_of(name) for name in (*PARAMETERS, *FACTS)} <= set(ORDER)


def test_every_reading_is_shown_once() -> None:
    seen = look(*(Reading(name, where, 1, unit) for name, unit in PARAMETERS.items() for where in ("", "a", "b")))
    shown = list(counters(seen))
    for family in families(seen):
        shown += [line.reading for line in family.single if line.reading]
        if family.table:
            shown += [cell for _, cells in family.table.rows for cell in cells if isinstance(cell, Reading)]
    assert sorted(shown, key=repr) == sorted(seen.readings, key=repr)


def test_a_state_is_shown_with_the_word_of_the_device_and_an_unjudged_one_with_that_alone() -> None:
    fan = Reading("fan_health", "Fan 1", 2, "health")
    said = (
        Fact("fan_health", "Fan 1", "deactive"),
        Fact("health", "Outlet 3", "off"),
        Fact("neighbour", "Gi1", "core"),
    )
    families_seen = {family.name: family.single for family in families(replace(look(fan), facts=said))}
    assert families_seen == {
        "environment": (Line("fan_health", "Fan 1", fan, "deactive"),),
        "part": (Line("health", "Outlet 3", None, "off"),),
        "neighbour": (Line("neighbour", "Gi1", None, "core"),),
    }
    assert [line.kind for lines in families_seen.values() for line in lines] == ["parameter", "parameter", "fact"]


def test_ports_are_in_the_order_of_their_numbers() -> None:
    seen = look(*(Reading("port_up", f"Gi1/0/{n}", 1, "bool") for n in (10, 2, 1)))
    (family,) = families(seen)
    assert family.table is not None
    assert [instance for instance, _ in family.table.rows] == ["Gi1/0/1", "Gi1/0/2", "Gi1/0/10"]


def test_a_gap_stands_in_the_cell_of_what_was_not_seen() -> None:
    gap = Gap("port_in_rate", "1", "first_look")
    up, rate = Reading("port_up", "1", 1, "bool"), Reading("port_in_rate", "2", 1, "B/s")
    (family,) = families(look(up, rate, gaps=(gap,)))
    assert family.table is not None
    assert family.table.rows == (("1", (up, gap)), ("2", (None, rate)))


def test_a_table_of_thousands_is_cut_and_says_so() -> None:
    (family,) = families(look(*(Reading("port_up", str(n), 1, "bool") for n in range(5000))))
    assert family.table is not None
    assert (len(family.table.rows), family.table.all_rows) == (MOST_ROWS, 5000)


def test_gaps_that_count_against_the_inspection_come_first() -> None:
    gaps = (*(Gap("port_in_rate", str(n), "first_look") for n in range(28)), Gap("temperature", "", "timeout", "2 s"))
    assert [(g.code, g.count, g.seen) for g in gap_groups(look(gaps=gaps))] == [
        ("timeout", 1, "2 s"),
        ("first_look", 28, ""),
    ]


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_names_have_an_order(one: str, other: str) -> None:
    assert (natural(one) < natural(other)) == (natural(other) > natural(one))
