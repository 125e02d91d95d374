"""Plots: well-formed whatever a device has sent, true to what was seen, and nothing drawn where nothing was."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.findings import Limits, Severity
from duty.parameters import PARAMETERS
from duty.series import Sample, Series, series
from exporters.described import describe
from exporters.plots import LEFT, NARROW, RIGHT, WIDE, Frame, Mark, plot, sparkline
from exporters.scales import bounds, time_ticks, value_ticks
from exporters.words import words

EN, ZH = words("en"), words("zh")
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SINCE = NOW - timedelta(hours=48)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title><script>alert(1)</script>\x00\x1b\ud800\ufffe\"'&"


def read(svg: str) -> ElementTree.Element:
    """Read it as a parser of XML does, which forgives nothing."""
    return ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def drawn(svg: str, kind: str = "plot-line") -> list[list[tuple[float, float]]]:
    """Return what the lines of a plot join, and its dots."""
    found = []
    for element in read(svg).iter():
        if element.get("class") == kind:
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", element.get("d", ""))]
            found.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
        elif element.get("class") == f"{kind}-dot":
            found.append([(float(element.get("cx", "")), float(element.get("cy", "")))])
    return found


def words_in(svg: str, kind: str) -> list[str]:
    return ["".join(e.itertext()) for e in read(svg).iter(f"{SVG}text") if kind in (e.get("class") or "")]


def cpu(*values: float | None, every: timedelta = 5 * MINUTE, unit: str = "%") -> Series:
    seen = [(NOW - (len(values) - 1 - n) * every, value) for n, value in enumerate(values)]
    return series("cpu_used", "", unit, seen, 2.5 * every)


def drawing(of: Series, **more: object) -> str:
    return plot(of, SINCE, NOW, say=EN, zone=SHANGHAI, **more)  # type: ignore[arg-type]


def test_a_line_goes_up_where_the_value_does() -> None:
    (line,) = drawn(drawing(cpu(10, 50, 90)))
    assert [x for x, _ in line] == sorted(x for x, _ in line)
    assert [y for _, y in line] == sorted((y for _, y in line), reverse=True)


def test_each_run_is_drawn_by_itself_and_a_single_value_is_a_dot() -> None:
    assert [len(line) for line in drawn(drawing(cpu(10, 11, None, 12, None, 13, 14, 15)))] == [2, 1, 3]


def test_what_was_not_seen_between_two_runs_is_shaded() -> None:
    assert len(shaded(cpu(10, 11, None, 12), since=NOW - 15 * MINUTE)) == 1


def test_what_was_not_seen_before_the_first_and_after_the_last_value_is_shaded_too() -> None:
    seen = cpu(10, 11, 12, None, None, None)
    (first, last) = shaded(seen)
    assert float(first.get("x", "")) == LEFT
    assert abs(float(last.get("x", "")) + float(last.get("width", "")) - (NARROW.width - RIGHT)) < 1.1
    assert shaded(cpu(10, 11, 12), since=NOW - 22 * MINUTE) == [], "one that comes late is no gap"


def shaded(of: Series, since: datetime = SINCE) -> list[ElementTree.Element]:
    return [e for e in read(plot(of, since, NOW, say=EN, zone=SHANGHAI)).iter() if e.get("class") == "plot-unseen"]


@pytest.mark.parametrize(
    "unseen",
    [
        pytest.param([], id="no look at all"),
        pytest.param([None, None], id="looks that did not show it"),
        pytest.param([float("nan"), float("inf")], id="no numbers"),
    ],
)
def test_without_a_value_it_says_so(unseen: list[float | None]) -> None:
    svg = drawing(cpu(*unseen), limits=Limits(80, 90))
    assert drawn(svg) == []
    assert words_in(svg, "plot-none") == ["nothing was seen in this time"]


def test_it_is_told_to_who_does_not_see_it() -> None:
    svg = read(drawing(cpu(10, 50, None, 30), limits=Limits(80, 90), name="cpu"))
    assert svg.get("aria-labelledby") == "cpu-t cpu-d"
    told = {e.get("id"): e.text for e in svg.iter() if e.tag in (f"{SVG}title", f"{SVG}desc")}
    assert told == {
        "cpu-t": "CPU used",
        "cpu-d": "last 30.0 % at 03:12; lowest 10.0 %, highest 50.0 %; since 02:57; gaps: 1; warning from 80 %;"
        " critical from 90 %",
    }
    assert describe(cpu(10), SINCE, NOW, say=ZH, zone=SHANGHAI).startswith("最新 10.0%")


def test_limits_are_lines_with_their_values_and_bands_beyond_them() -> None:
    svg = drawing(cpu(10, 50), limits=Limits(80, 90))
    assert words_in(svg, "plot-limit-words") == ["× 90 %", "! 80 %"]
    bands = {e.get("class"): (e.get("y"), e.get("height")) for e in read(svg).iter(f"{SVG}rect")}
    del bands["plot-unseen"]
    assert bands == {"plot-band warning": ("29.0", "11.0"), "plot-band critical": ("18", "11.0")}


def test_where_low_is_bad_the_bands_are_at_the_bottom() -> None:
    svg = drawing(cpu(10, 50), limits=Limits(20, 5, below=True))
    bottom = NARROW.height - 32
    ends = {e.get("class"): float(e.get("y", "")) + float(e.get("height", "")) for e in read(svg).iter(f"{SVG}rect")}
    assert ends["plot-band critical"] == bottom
    assert ends["plot-band warning"] < bottom


def test_the_words_of_two_close_limits_do_not_cover_each_other() -> None:
    svg = drawing(cpu(10, 50), limits=Limits(94, 95))
    places = [float(e.get("y", "")) for e in read(svg).iter(f"{SVG}text") if "plot-limit-words" in e.get("class", "")]
    assert abs(places[0] - places[1]) >= 11


def test_alerts_are_marked_with_their_sign() -> None:
    marks = [
        Mark(NOW - 9 * MINUTE, Severity.CRITICAL, f"A7 {HOSTILE}"),
        Mark(NOW - 3 * MINUTE, Severity.CRITICAL, "A7", over=True),
        Mark(NOW - timedelta(days=9), Severity.WARNING, "long ago"),
    ]
    groups = [e for e in read(drawing(cpu(10, 50), marks=marks)).iter() if "plot-mark" in (e.get("class") or "")]
    assert [(g.get("class"), g.findtext(f"{SVG}text")) for g in groups] == [
        ("plot-mark critical", "×"),
        ("plot-mark over", "✓"),
    ]


def test_of_many_values_in_a_pixel_the_extremes_stay() -> None:
    values: list[float | None] = [50.0] * 6000
    values[1234], values[4321] = 99.0, 1.0
    (line,) = drawn(drawing(cpu(*values, every=timedelta(seconds=20))))
    assert len(line) < 4 * NARROW.width
    whole = drawn(drawing(cpu(1, 99)))[0]
    assert {min(y for _, y in line), max(y for _, y in line)} == {y for _, y in whole}


def test_the_hours_are_those_of_the_site_and_the_date_stands_where_it_changes() -> None:
    svg = plot(cpu(1, 2), NOW - timedelta(hours=24), NOW, say=EN, zone=SHANGHAI)
    assert words_in(svg, "plot-time") == ["06:00", "23 Nov", "12:00", "18:00", "00:00", "24 Nov"]
    svg = plot(cpu(1, 2), NOW - timedelta(days=30), NOW, say=ZH, zone=SHANGHAI)
    assert words_in(svg, "plot-time")[0] == "11月1日"


def test_the_night_on_which_the_clocks_go_back_has_an_hour_more() -> None:
    since = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    ticks = [at for at, _ in time_ticks(since, since + timedelta(hours=24), BERLIN, 9)]
    apart = {(b - a) // timedelta(hours=1) for a, b in pairwise(ticks)}
    assert apart == {3, 4}
    assert ticks[0] == since


@pytest.mark.parametrize(
    ("unit", "parameter", "values", "said"),
    [
        pytest.param("bool", "port_up", (1, 0), ["down", "up"], id="a port is up or down"),
        pytest.param("health", "fan_health", (0, 0), ["well", "warning", "critical"], id="health has three"),
        pytest.param("%", "cpu_used", (3, 4), ["0 %", "50 %", "100 %"], id="per cent is of a hundred"),
        pytest.param("B/s", "port_in_rate", (0, 9e7), ["0 bit/s", "500 Mbit/s"], id="ports in round bits"),
        pytest.param("B", "disk_free", (0, 3 * 2**30), ["0 B", "2 GiB"], id="disks in round powers of two"),
        pytest.param("s", "uptime", (0, 9e6), ["0 ms", "50 d", "100 d"], id="long times in days"),
    ],
)
def test_values_are_round_in_the_unit_that_is_read(
    unit: str, parameter: str, values: tuple[float, float], said: list[str]
) -> None:
    shown = Series(parameter, "", unit, (tuple((NOW + n * MINUTE, float(v)) for n, v in enumerate(values)),))
    assert words_in(plot(shown, NOW, NOW + MINUTE, say=EN, zone=SHANGHAI), "plot-value") == said


def test_a_sparkline_of_a_still_value_is_level_and_of_a_tremble_nearly() -> None:
    still, tremble, jump = ([y for _, y in drawn(spark(cpu(*v)), "spark-line")[0]] for v in ((7, 7), (7, 8), (7, 90)))
    assert len(set(still)) == 1
    assert max(tremble) - min(tremble) < 3 < max(jump) - min(jump)


def spark(of: Series) -> str:
    return sparkline(of, NOW - timedelta(hours=12), NOW, say=EN)


# --- whatever comes -----------------------------------------------------------------------------------------------

anything = st.one_of(
    st.floats(), st.integers(-(10**400), 10**400), st.sampled_from([0.0, -0.0, 5e-324, 1.7e308, -1.7e308, 2**64])
)
looks = st.lists(
    st.tuples(st.integers(0, 5000), st.one_of(st.none(), anything)), max_size=60, unique_by=lambda each: each[0]
).map(sorted)
limits = st.builds(
    Limits, warning=st.one_of(st.none(), anything), critical=st.one_of(st.none(), anything), below=st.booleans()
)
units = st.one_of(st.sampled_from(sorted(set(PARAMETERS.values()))), st.text())


def made(seen: list[tuple[int, float | None]], unit: str, instance: str) -> Series:
    moments = [(SINCE + minute * MINUTE, value) for minute, value in seen]
    return series("temperature", instance, unit, moments, 12 * MINUTE)


def numbers_of(root: ElementTree.Element) -> list[tuple[float, float]]:
    """Return every place that is drawn, as x and y; of a length that is given alone the other is inside."""
    places = []
    for element in root.iter():
        x, y = (float(element.get(name, 1)) for name in ("x", "y"))
        places += [(x, y), (x + float(element.get("width", 0)), y + float(element.get("height", 0)))]
        places.append((float(element.get("cx", 1)), float(element.get("cy", 1))))
        if element.tag == f"{SVG}path":
            for command, *rest in re.findall(r"([MLHVv])([^MLHVv]*)", element.get("d", "")):
                values = [float(n) for n in re.findall(r"-?[\d.e+]+|nan|inf", rest[0])]
                across = command in "ML"
                places.append((values[0] if command in "MLH" else 1, values[-1] if across or command in "Vv" else 1))
    return places


@given(looks, limits, units, st.text(), st.sampled_from([NARROW, WIDE]), st.sampled_from([EN, ZH]))
def test_it_is_well_formed_and_every_place_is_inside(
    seen: list[tuple[int, float | None]], within: Limits, unit: str, instance: str, frame: Frame, say: object
) -> None:
    shown = made(seen, unit, instance)
    mark = Mark(NOW - MINUTE, Severity.WARNING, instance)
    svg = plot(shown, SINCE, NOW, say=say, zone=SHANGHAI, limits=within, marks=[mark], frame=frame)  # type: ignore[arg-type]
    for x, y in numbers_of(read(svg)):
        assert 0 <= x <= frame.width
        assert 0 <= y <= frame.height
    for x, y in numbers_of(read(sparkline(shown, SINCE, NOW, say=say))):  # type: ignore[arg-type]
        assert 0 <= x <= 100
        assert 0 <= y <= 24


@given(looks)
def test_no_line_joins_what_was_not_seen(seen: list[tuple[int, float | None]]) -> None:
    shown = made(seen, "Cel", "")
    within = [[s for s in run if s[0] <= NOW] for run in shown.runs]
    lines = drawn(drawing(shown))
    assert len(lines) == len([run for run in within if run]), "as many lines as there are runs"
    for line, run in zip(lines, [run for run in within if run], strict=True):
        assert abs(line[0][0] - place(run[0])) <= 0.06
        assert abs(line[-1][0] - place(run[-1])) <= 0.06


def place(sample: Sample) -> float:
    return LEFT + (NARROW.width - LEFT - RIGHT) * ((sample[0] - SINCE) / (NOW - SINCE))


@given(anything, anything, units, st.sampled_from(["", "port_in_rate"]), st.integers(2, 8))
def test_ticks_are_few_and_between_the_bounds(one: float, other: float, unit: str, parameter: str, most: int) -> None:
    values = sorted(min(max(v, -1e308), 1e308) for v in (one, other) if v == v)
    if len(values) < 2:
        return
    low, high = bounds(float(values[0]), float(values[1]), unit)
    assert low < high
    ticks = value_ticks(low, high, unit, parameter, most)
    assert len(ticks) <= max(most, 3)
    assert all(low - 1e-6 * abs(low) <= tick <= high + 1e-6 * abs(high) for tick in ticks)


@given(st.integers(1, 60 * 24 * 60), st.sampled_from([SHANGHAI, BERLIN]), st.integers(2, 12))
def test_there_are_never_many_more_hours_than_there_is_room_for(minutes: int, zone: ZoneInfo, most: int) -> None:
    ticks = list(time_ticks(NOW - minutes * MINUTE, NOW, zone, most))
    assert len(ticks) <= most + 2
    assert ticks == sorted(ticks)
