"""What is proposed, put into settings that people have written: their lines stay, and the result is good."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import parse
from config.propose import Proposed, ProposedCredential, difference, fragment, merged, named
from config.targets import SnmpTarget
from config.units import is_name
from duty.errors import SettingsError

EXAMPLE = Path(__file__).parents[2] / "config" / "example.yaml"
SITE = "sites: {hz1: {zone: Asia/Shanghai}}\n"
SWITCH = Proposed("access-1", address="192.0.2.11", credential="switches", room="机房 A", comment="from row 2")
PINGED = Proposed("printer", kind="icmp", address="192.0.2.12", depends_on=("access-1",))
CREDENTIAL = ProposedCredential(
    "switches", {"version": "2c", "community": "file:/etc/nightduty/credentials/switches"}, "fill it in"
)

SHAPES = {
    "there is nothing": SITE,
    "no line end": SITE.rstrip("\n"),
    "empty lists": f"{SITE}credentials: {{}}   # none yet\ntargets: []   # none yet\nwatch: {{interval: 2m}}\n",
    "a block": f"{SITE}targets:\n  - kind: icmp   # mine\n    name: mine\n    address: 127.0.0.1   # me\n\n"
    "#  - kind: snmp\n\ncredentials:\n  old:\n    community: env:OLD   # old\n# the end\n",
    "not indented": f"{SITE}targets:\n- kind: icmp\n  name: mine\n  address: 127.0.0.1\nwatch: {{interval: 2m}}",
    "a block of text at the end": f"{SITE}targets:\n  - kind: icmp\n    name: mine\n    address: 127.0.0.1\n"
    "    business: |\n      mine\n\nwatch: {interval: 2m}\n",
    "of Windows": f"{SITE}targets:\r\n  - kind: icmp\r\n    name: mine\r\n    address: 127.0.0.1\r\n# end\r\n",
    "beyond the plane": f"{SITE}# 😀 𠮷\ntargets:\n  - {{kind: icmp, name: mine, address: 127.0.0.1}}  # 😀\n# 😀\n",
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_it_comes_after_what_is_there_and_every_line_stays(text: str) -> None:
    after = merged(text, "x", [SWITCH, PINGED], [CREDENTIAL])
    before, settings = parse(text, "before"), parse(after, "after")
    assert {target.name for target in settings.targets} == {
        *(target.name for target in before.targets), "access-1", "printer",
    }  # fmt: skip
    assert {*before.credentials, "switches"} == {*settings.credentials}
    assert settings.watch == before.watch
    switch = settings.target("access-1")
    assert isinstance(switch, SnmpTarget)
    assert (switch.address, switch.room) == ("192.0.2.11", "机房 A")
    assert settings.target("printer").depends_on == ("access-1",)
    for comment in (line[line.index("#") :].strip() for line in text.splitlines() if "#" in line):
        assert comment in after
    assert ("\r\n" in text) == ("\r\n" in after)


def test_the_example_takes_it_before_its_commented_out_devices() -> None:
    text = EXAMPLE.read_text("utf-8")
    after = merged(text, "x", [SWITCH], [CREDENTIAL])
    assert [target.name for target in parse(after, "x").targets] == ["monitor", "loopback", "access-1"]
    diff = difference(text, after, "example.yaml")
    assert [line for line in diff.splitlines() if line.startswith("-")] == ["--- example.yaml", "-credentials: {}"]
    assert "+  - kind: snmp\n+    name: access-1\n+    address: 192.0.2.11\n+    credential: switches\n" in diff
    assert '+  switches:\n+    version: "2c"\n' in diff


@pytest.mark.skipif(shutil.which("patch") is None, reason="no patch")
@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_patch_takes_the_diff(text: str, tmp_path: Path) -> None:
    file = tmp_path / "nightduty.yaml"
    file.write_bytes(text.encode())
    after = merged(text, "x", [SWITCH, PINGED], [CREDENTIAL])
    diff = difference(text, after, "nightduty.yaml")
    subprocess.run(["patch", "-s", "--binary", str(file)], input=diff.encode(), cwd=tmp_path, check=True)
    assert file.read_bytes().decode() == after


def test_nothing_new_is_no_difference() -> None:
    text = EXAMPLE.read_text("utf-8")
    assert merged(text, "x", []) == text
    assert difference(text, text, "x") == ""


def test_a_list_in_brackets_is_refused_with_its_line() -> None:
    with pytest.raises(SettingsError, match="x:2: targets: written in brackets"):
        merged(f"{SITE}targets: [{{kind: icmp, name: a, address: b}}]\n", "x", [PINGED])


WORDS = st.text(max_size=80)


@given(WORDS, st.sets(WORDS.map(str.casefold), max_size=5))
def test_a_name_is_valid_free_and_stays(wanted: str, taken: set[str]) -> None:
    name = named(wanted, taken)
    assert is_name(name)
    assert name.casefold() not in taken
    assert named(name, taken) == name
    if is_name(wanted) and wanted.casefold() not in taken:
        assert name == wanted


@given(st.lists(st.sampled_from(["core", "CORE", "core-2", "a" * 64, "核心", ""]), max_size=30))
def test_many_of_one_name_are_told_apart(wanted: list[str]) -> None:
    taken: set[str] = set()
    for each in wanted:
        taken.add(named(each, taken).casefold())
    assert len(taken) == len(wanted)


@given(WORDS, WORDS, st.sampled_from(list(SHAPES.values())))
def test_any_words_come_out_as_they_went_in(room: str, comment: str, text: str) -> None:
    target = Proposed("it", kind="icmp", address="::1", room=room, comment=comment)
    said = " ".join("".join(c if c.isprintable() else " " for c in room).split())
    assert parse(merged(text, "x", [target]), "x").target("it").room == said


def test_a_fragment_alone_is_a_piece_of_settings() -> None:
    piece = fragment([SWITCH], [CREDENTIAL])
    assert piece.startswith("credentials:\n  # fill it in\n  switches:\n")
    assert parse(SITE + piece, "x").targets[0].name == "access-1"
