"""Entries of a list made into targets: whatever stands there, the settings take what comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lists.credentials import FOLDER
from config.lists.entry import Asked, Entry, Listed
from config.lists.meaning import sort_groups, split_address
from config.lists.settle import Settled, settle
from config.load import parse
from config.propose import merged
from config.secret import Secret
from config.units import is_name

TEXT = """sites: {hz1: {title: 杭州一, zone: Asia/Shanghai}, sh2: {zone: Asia/Shanghai}}
credentials:
  switches: {community: env:SWITCHES}
targets:
  - {kind: snmp, name: core-1, address: 192.0.2.1, credential: switches}
  - {kind: icmp, name: printer, address: 192.0.2.9}
"""
SETTINGS = parse(TEXT, "settings")


def settled(*entries: Entry) -> tuple[Settled, Listed]:
    listed = Listed("list", [*entries])
    done = settle(listed, SETTINGS, ["huawei-vrp"])
    parse(merged(TEXT, "x", done.targets, done.credentials), "after")
    return done, listed


def asked(place: str, address: str, **more: str) -> Entry:
    return Entry(place, address=address, asked=Asked("switches"), **more)  # type: ignore[arg-type]  # texts only


def test_what_is_in_the_settings_already_is_not_proposed_again() -> None:
    done, listed = settled(
        asked("row 2", "192.0.2.1", name="old name"),
        Entry("row 3", "printer", "192.0.2.9"),
        Entry("row 4", "access", "192.0.2.4", asked=Asked("switches"), depends_on=("old name",)),
    )
    assert (done.there, [target.name for target in done.targets], listed.problems) == (2, ["access"], [])
    assert done.targets[0].depends_on == ("core-1",)
    assert done.credentials == []


def test_names_are_made_valid_and_unique() -> None:
    done, _ = settled(
        asked("row 2", "192.0.2.2", name="Core-1"),
        asked("row 3", "192.0.2.3", name="a b/c"),
        asked("row 4", "192.0.2.4"),
    )
    assert [target.name for target in done.targets] == ["Core-1-2", "a-b-c", "192.0.2.4"]
    assert done.renamed == [("row 2", "Core-1", "Core-1-2"), ("row 3", "a b/c", "a-b-c")]


def test_a_device_that_stands_there_twice_is_told() -> None:
    done, listed = settled(asked("row 2", "192.0.2.2"), asked("row 9", "192.0.2.2", port="161"))
    assert len(done.targets) == 1
    assert str(listed.problems[0]) == 'list: row 9: "192.0.2.2" stands there twice, expected it once; kept is row 2'


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (asked("row 7", "10.0.0.300"), '"10.0.0.300" is no address'),
        (asked("row 7", ""), "no address stands there"),
        (asked("row 7", "10.0.0.0/24"), '"10.0.0.0/24" is no address'),
        (asked("row 7", "-x"), '"-x" is no address'),
        (asked("row 7", "a b"), '"a b" is no address'),
        (asked("row 7", "10.0.0.1", port="0"), '"0" is no port'),
        (asked("row 7", "10.0.0.1", port="99999"), '"99999" is no port'),
        (asked("row 7", "10.0.0.1:x"), '"10.0.0.1:x" is no address'),
        (Entry("row 7", address="http://u:p@h/"), "a URL with a password is no page"),
        (Entry("row 7", url="http://10.0.0.300/", kind="http"), '"http://10.0.0.300/" is no page'),
        (Entry("row 7", address="10.0.0.1", kind="tcp"), "a port to connect to stands nowhere"),
    ],
)
def test_what_cannot_be_is_told_and_the_rest_goes_on(entry: Entry, said: str) -> None:
    done, listed = settled(entry, asked("row 8", "10.0.0.8"))
    assert str(listed.problems[0]).startswith(f"list: row 7: {said}, expected ")
    assert [target.address for target in done.targets] == ["10.0.0.8"]


def test_each_is_looked_at_by_what_is_said_of_it() -> None:
    done, _ = settled(
        Entry("1", "a", "10.0.0.1"),
        Entry("2", "b", "10.0.0.2", port="22"),
        Entry("3", "c", "10.0.0.3", model="ping", asked=Asked("switches")),
        Entry("4", "d", "https://www.example.com/x"),
        asked("5", "10.0.0.5:1161", model="huawei-vrp"),
        asked("6", "［2001:db8::6］".replace("［", "[").replace("］", "]")),
        asked("7", "10.0.0.7/24"),
    )
    assert [(t.kind, t.address or t.url, t.port) for t in done.targets] == [
        ("icmp", "10.0.0.1", 0), ("tcp", "10.0.0.2", 22), ("icmp", "10.0.0.3", 0),
        ("http", "https://www.example.com/x", 0), ("snmp", "10.0.0.5", 1161), ("snmp", "2001:db8::6", 0),
        ("snmp", "10.0.0.7", 0),
    ]  # fmt: skip
    assert done.targets[4].profiles == ("huawei-vrp",)
    assert done.pinged == 1


def test_a_page_that_is_to_be_pinged_is_its_host() -> None:
    whole, broken = Entry("1", "a", "https://www.example.com/x"), Entry("2", "b", "https://[")
    done, listed = settled(*(replace(entry, model="PING") for entry in (whole, broken)))
    assert [(each.kind, each.address, each.url) for each in done.targets] == [("icmp", "www.example.com", "")]
    assert len(listed.problems) == 1


def test_a_community_is_never_written_but_one_name_for_each() -> None:
    done, _ = settled(
        Entry("row 2", "a", "10.0.0.1", asked=Asked(secret="n0t-public"), remark="the N0T-public one"),
        Entry("row 3", "b", "10.0.0.2", asked=Asked(secret="other-one"), groups=("other-one group",)),
        Entry("row 4", "c", "10.0.0.3", asked=Asked(secret="n0t-public"), room="n0t-public"),
        Entry("row 5", "d", "10.0.0.4", asked=Asked(secret="switches")),
    )
    assert [target.credential for target in done.targets] == ["community-1", "community-2", "community-1", "switches"]
    assert [c.name for c in done.credentials] == ["community-1", "community-2"]
    text = merged(TEXT, "x", done.targets, done.credentials)
    assert "n0t-public" not in text.lower()
    assert "other-one" not in text
    assert parse(text, "x").credentials["community-1"].community == Secret(f"file:{FOLDER}/community-1")


def test_credentials_of_one_name_with_other_secrets_are_two() -> None:
    done, _ = settled(
        Entry("1", "a", "10.0.0.1", asked=Asked("SNMP_COMMUNITY", "one-value")),
        Entry("2", "b", "10.0.0.2", asked=Asked("SNMP_COMMUNITY", "another-value")),
        Entry("3", "c", "10.0.0.3", asked=Asked("SNMP_COMMUNITY", "one-value")),
    )
    assert [target.credential for target in done.targets] == ["SNMP_COMMUNITY", "SNMP_COMMUNITY-2", "SNMP_COMMUNITY"]


def test_groups_become_what_a_target_has() -> None:
    sites = {"杭州一": "hz1", "hz1": "hz1"}
    assert sort_groups(["核心交换机", "杭州一", "A机房", "网上银行", "一期"], sites) == (
        "hz1",
        "network",
        "A机房",
        "网上银行, 一期",
    )
    assert sort_groups(["Linux servers"], sites).role == "server"
    assert sort_groups(["UPS"], sites).role == "power"
    done, _ = settled(asked("1", "10.0.0.1", site="杭州一", room="301"), asked("2", "10.0.0.2", site="nowhere"))
    assert [(t.site, t.room) for t in done.targets] == [("hz1", "301"), ("", "nowhere")]


def test_parents_go_by_their_new_names_and_circles_are_opened() -> None:
    done, listed = settled(
        Entry("1", "top 1", "10.0.0.1"),
        Entry("2", "mid", "10.0.0.2", depends_on=("TOP 1", "core-1", "gone")),
        Entry("3", "x", "10.0.0.3", depends_on=("y",)),
        Entry("4", "y", "10.0.0.4", depends_on=("10.0.0.3",)),
    )
    assert done.targets[1].depends_on == ("top-1", "core-1")
    assert [problem.what for problem in listed.problems] == [
        'nothing here is called "gone"', "depends on itself, by way of others",
    ]  # fmt: skip


WORDS = st.text(max_size=40)
SOME = st.sampled_from(
    ["", "10.0.0.1", "10.0.0.2", "a", "b.example", "2001:db8::1", "https://a/b", "161", "22", "ping"]
)
ENTRIES = st.lists(
    st.builds(
        Entry, st.just("row"), name=WORDS | SOME, address=SOME | WORDS, port=SOME,
        asked=st.none() | st.builds(Asked, WORDS | st.just("switches"), st.just("s3cr3t-w0rd")),
        groups=st.tuples(WORDS, WORDS), site=SOME, room=WORDS, model=WORDS | SOME, remark=WORDS,
        depends_on=st.tuples(SOME, SOME),
    ),
    max_size=12,
)  # fmt: skip


@given(ENTRIES)
def test_whatever_a_list_says_the_settings_take_what_comes_of_it(entries: list[Entry]) -> None:
    done, _ = settled(*entries)
    names = [target.name.casefold() for target in done.targets]
    assert len(set(names)) == len(names)
    assert all(is_name(target.name) for target in done.targets)
    assert "s3cr3t-w0rd" not in merged(TEXT, "x", done.targets, done.credentials)


@given(WORDS)
def test_an_address_is_one_that_the_settings_take_or_none(text: str) -> None:
    try:
        address, _ = split_address(text)
    except ValueError:
        return
    parse(f"{TEXT}  - {{kind: icmp, name: it, address: '{address}'}}\n", "x")
