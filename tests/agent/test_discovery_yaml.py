"""What is proposed, as it is written: it reads back as it was meant, whatever devices call themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli.discovery_yaml import amended_settings, credential_lines, fragment, target_lines, whole
from config.load import parse
from config.marked import read
from config.propose import difference, scalar
from config.schema import SnmpCredential
from config.secret import Secret, Typed
from config.targets import SnmpTarget
from duty.discovery import Found, propose
from duty.errors import SettingsError
from duty.topology import Neighbour
from exporters.words import LANGUAGES, words

EN = words("en")
V3 = SnmpCredential(
    version="3", user="a: b", auth="sha256", auth_password=Typed("s3cret"), priv="aes",
    priv_password=Secret("file:/run/the key"),
)  # fmt: skip
LINES = credential_lines({"c": V3}, EN)


@given(
    st.lists(
        st.tuples(st.ip_addresses().map(str), st.text(), st.text(), st.text()), max_size=6, unique_by=lambda t: t[0]
    ),
    st.sampled_from(LANGUAGES),
)
def test_whatever_devices_tell_the_settings_are_right(told: list[tuple[str, str, str, str]], language: str) -> None:
    names = [name for _, name, _, _ in told]
    found = [
        Found(address, "c", name=name, description=words_, neighbours=tuple(Neighbour(name=n, port=far) for n in names))
        for address, name, words_, far in told
    ]
    proposal = propose(found, {}, [])
    text = whole(target_lines(proposal, 161, words(language)), LINES, words(language))
    targets = [target for target in parse(text, "f").targets if isinstance(target, SnmpTarget)]
    assert [(t.name, t.address, t.depends_on) for t in targets] == [
        (d.name, d.faces[0].address, d.depends_on) for d in proposal.devices
    ]


@pytest.mark.parametrize(("role", "written"), [("server", "server"), ("network", None), ("", None)])
def test_what_a_device_is_for_is_proposed_where_it_is_not_the_usual(role: str, written: str | None) -> None:
    lines = target_lines(propose([Found("192.0.2.1", "c", role=role)], {}, []), 161, EN)
    (target,) = parse(whole(lines, LINES, EN), "f").targets
    assert target.role == written


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_a_word_is_read_as_the_text_that_it_is(text: str) -> None:
    assert read(f"a: {scalar(text)}", "f").data == {"a": text}


@pytest.mark.parametrize("word", ["null", "True", "no", "12.5", "1e3", "0x10", "~", "-", "a b", "10.0.0.1", "核心-1"])
def test_words_that_look_like_something_else_stay_words(word: str) -> None:
    assert read(f"a: {scalar(word)}", "f").data == {"a": word}


def test_a_credential_is_written_by_reference() -> None:
    text = fragment([], LINES)
    made = parse(f"sites: {{a: {{zone: UTC}}}}\n{text}", "f").credentials["c"]
    assert "s3cret" not in text
    assert (made.user, made.auth, made.priv) == ("a: b", "sha256", "aes")
    assert (made.auth_password, made.priv_password) == (Secret("env:NIGHTDUTY_AUTH_PASSWORD"), V3.priv_password)


def test_a_file_from_elsewhere_keeps_its_mark_and_its_ends_of_lines() -> None:
    before = "\ufeff# hi\r\nsites: {a: {zone: UTC}}\r\ntargets: []"
    after = amended_settings(before, "f", target_lines(propose([Found("10.0.0.1", "c")], {}, []), 161, EN), LINES)
    assert after.startswith("\ufeff# hi\r\n")
    assert "\n" not in after.replace("\r\n", "")
    assert "-targets: []\n\\ No newline at end of file\n" in difference(before, after, "f")


def test_more_than_settings_hold_is_one_line() -> None:
    found = [Found(f"10.0.{number >> 8}.{number & 255}", "c") for number in range(5001)]
    with pytest.raises(SettingsError, match=r"what was found does not fit in: targets: .*5000") as told:
        whole(target_lines(propose(found, {}, []), 161, EN), LINES, EN)
    assert "\n" not in str(told.value)
