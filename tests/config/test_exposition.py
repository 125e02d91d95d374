"""Maps of exposition pages: those shipped are sound, and every kind of mistake is told where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.exposition import SHIPPED, load_maps
from duty.errors import SettingsError
from duty.parameters import FACTS, PARAMETERS


def test_every_shipped_map_loads_and_gives_only_what_is_known() -> None:
    maps = load_maps()
    assert set(maps) == {path.stem for path in SHIPPED.glob("*.yaml")}
    for made in maps.values():
        families = made.families.values()
        parameters = {series.parameter for family in families for series in family.series.values()}
        parameters |= {computed.parameter for family in families for computed in family.computed}
        assert parameters - {""} <= PARAMETERS.keys()
        assert made.facts.keys() <= FACTS


GOOD = """\
title: A device
families:
  things:
    instance: "{thing}"
    once: device
    series:
      size: {metric: thing_size, parameter: disk_size}
      free: {metric: thing_free}
    computed:
      - {parameter: disk_used, compute: percent_left, of: [free, size]}
facts:
  name: {metric: thing_info, text: "{name}"}
"""


def load(folder: Path, text: str) -> None:
    (folder / "device.yaml").write_text(text, "utf-8")
    load_maps(folder)


def test_a_map_without_mistakes_loads(tmp_path: Path) -> None:
    load(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param("disk_size}", "disk_sise}", "7: .*parameter: unknown parameter 'disk_sise'", id="parameter"),
        pytest.param("parameter: disk_used", "parameter: used", "10: .*unknown parameter 'used'", id="computed"),
        pytest.param("of: [free", "of: [fre", "(?s).*:10: .*nothing is called 'fre' so far", id="of"),
        pytest.param("t_left, of: [free, size]", "t, of: [free]", "10: .*'percent' of 1, expected 2", id="many"),
        pytest.param("percent_left", "root", "10: ", id="computation"),
        pytest.param("free: {metric: thing_free}", "other: {metric: x}\n      free: {metric: y}",
                     "8: .*series.other: nothing becomes of it", id="unused"),
        pytest.param("{metric: thing_free}", "{metric: thing_free, states: warning}", "8: .*a limit of nothing",
                     id="limit"),
        pytest.param("metric: thing_free", "metric: thing free", "8: .*metric", id="metric"),
        pytest.param('    instance: "{thing}"\n', "", "4: .*once: there is one thing only", id="once"),
        pytest.param("  name: {metric", "  nome: {metric", "12: .*unknown fact 'nome'", id="fact"),
        pytest.param("{parameter: disk_used, ", "{", "10: .*nothing becomes of it", id="nothing"),
        pytest.param("title: A device\n", "", "1: .*title", id="title"),
        pytest.param("    once: device\n", "    twice: device\n", "5: ", id="unknown key"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_line(before: str, after: str, said: str, tmp_path: Path) -> None:
    assert before in GOOD
    with pytest.raises(SettingsError, match=said if said.startswith("(?s)") else rf"device\.yaml:{said}"):
        load(tmp_path, GOOD.replace(before, after, 1))
