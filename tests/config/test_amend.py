"""Entries are added to a settings file as its owner would add them: nothing else moves, no comment is lost."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.amend import amended
from duty.errors import SettingsError

NEW = ["# new", "- kind: icmp", "  name: new"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="an empty file"),
        pytest.param("agent: {}\n", id="no such key"),
        pytest.param("targets: []  # none yet\nagent: {}\n", id="an empty list, with a comment"),
        pytest.param("targets:\nagent: {}", id="nothing under the key, no end of the last line"),
        pytest.param("targets: ~\n", id="null"),
        pytest.param("targets:\n- kind: host\n  name: old  # this\n\n# behind\nagent: {}\n", id="dashes at the edge"),
        pytest.param("targets:\n    -\n        name: old\n\n    # - name: off\nagent: {}\n", id="a dash by itself"),
        pytest.param("targets:\n  - {name: old}\n", id="an entry in braces"),
        pytest.param(
            "targets:\n  - name: old\n    business: |\n      words\n\n# behind\nagent: {}\n", id="a block of text"
        ),
        pytest.param("targets:\n  - name: old\n    checks:\n      disk:\n        off: true  # yes\n", id="deep"),
        pytest.param("# 头\r\ntargets:\r\n  - name: 旧\r\nagent: {}\r\n", id="another end of line"),
    ],
)
def test_only_lines_are_added(text: str) -> None:
    after = amended(text, "f.yaml", "targets", NEW)
    before, now = yaml.safe_load(text) or {}, yaml.safe_load(after)
    assert now.pop("targets") == [*(before.pop("targets", None) or []), {"kind": "icmp", "name": "new"}]
    assert now == before
    kept = [line.strip() for line in after.splitlines()]
    for line in text.replace("[]", "").replace("~", "").splitlines():
        assert " ".join(line.split()) in {" ".join(other.split()) for other in kept}
    assert ("\r\n" in text) == ("\r\n" in after)
    assert "\r\n" not in text or "\n" not in after.replace("\r\n", "")


def test_a_list_in_brackets_is_refused_with_its_line() -> None:
    with pytest.raises(SettingsError) as told:
        amended("agent: {}\ntargets: [{kind: host, name: m}]\n", "f.yaml", "targets", NEW)
    assert str(told.value).startswith("f.yaml:2: targets: written in brackets, expected a line for each entry")


@given(
    st.lists(st.sampled_from(["a: 1", "b: []", "# c", "", "d:\n  - e: 1\n\n  - f: |\n      g"]), unique=True),
    st.lists(st.sampled_from(["- name: x", "- {name: y}  # z", "-   name: z\n    k: {}"]), min_size=1),
    st.sampled_from([0, 2, 4]),
)
def test_wherever_the_list_stands_it_grows_at_its_end(around: list[str], items: list[str], indent: int) -> None:
    block = "\n".join(" " * indent + line for item in items for line in item.split("\n"))
    for place in range(len(around) + 1):
        text = "\n".join([*around[:place], f"targets:\n{block}", *around[place:]]) + "\n"
        now = yaml.safe_load(amended(text, "f", "targets", NEW))
        assert now["targets"] == [*yaml.safe_load(text)["targets"], {"kind": "icmp", "name": "new"}]
        assert {**now, "targets": 0} == {**yaml.safe_load(text), "targets": 0}
