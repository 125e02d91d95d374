"""Every kind of mistake in the settings, and what is said of it: one file each in ``bad/``, its words on top."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.load import MOST, check, load, parse
from config.marked import LARGEST
from duty.errors import SettingsError

BAD = sorted(Path(__file__).with_name("bad").glob("*.yaml"))
SITE = "sites: {hz1: {zone: Asia/Shanghai}}\n"


def said(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse(text, "settings.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("file", [pytest.param(path, id=path.stem) for path in BAD])
def test_each_mistake_is_told_with_its_line_and_what_was_expected(file: Path) -> None:
    text = file.read_text("utf-8")
    expected = [line.removeprefix("# expect: ") for line in text.splitlines() if line.startswith("# expect: ")]
    assert expected
    assert said(text) == [f"settings.yaml:{line}" for line in expected]
    assert "hunter2" not in "".join(said(text))


def test_the_collection_of_mistakes_is_there() -> None:
    assert len(BAD) >= 60


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"none\.yaml:1: cannot be read: No such file or directory, expected a file"
    ):
        load(tmp_path / "none.yaml")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_text_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("# ok\n# 值守\n".encode("gbk"))
    with pytest.raises(SettingsError, match=r"gbk\.yaml:2: not UTF-8, expected text in UTF-8"):
        load(path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SITE.replace("\n", "\r\n").encode())
    assert list(load(path).sites) == ["hz1"]


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert said("#" * (LARGEST + 1)) == ["settings.yaml:1: the file is too large, expected 1000000 characters at most"]


def test_of_very_many_mistakes_the_first_are_told_and_the_rest_counted() -> None:
    found = said(SITE + "".join(f"k{number}: 1\n" for number in range(MOST + 50)))
    assert len(found) == MOST + 1
    assert found[-1].endswith("and 50 more mistakes")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n", id="aliases that multiply"),
        pytest.param("[" * 50_000, id="brackets without end"),
        pytest.param("a: " * 5_000, id="keys without end"),
        pytest.param("? " * 5_000, id="keys of keys"),
        pytest.param("- " * 5_000, id="lists of lists"),
        pytest.param("a: " + "9" * 50_000, id="a number without end"),
        pytest.param("a: !!python/object/apply:os.system [ls]", id="a tag that runs something"),
        pytest.param("a: \ud800", id="half a character"),
        pytest.param('a: "\\ud800"', id="half a character, escaped"),
        pytest.param("a: \x00", id="a null character"),
        pytest.param("%YAML 9.9\n---\n", id="a version unheard of"),
        pytest.param("<<: {agent: {name: x}}", id="a merge key"),
    ],
)
def test_hostile_text_is_a_mistake_and_nothing_worse(text: str) -> None:
    assert 1 <= len(said(text)) <= MOST + 1


WORDS = "sites targets kind host name : - { } [ ] , \" ' &a *a !! | > # null 1 20:00 1h checks disk zone ? 值 e9"
PIECES = st.sampled_from([*WORDS.split(), "channels", "people", "fallback", ": ", "- ", "\n", "  ", "\t", "---\n"])


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join)))
@example("targets: [{kind: host, name: a, checks: {1: {}}}]")
@example("0\t0:")
@example('checks: {"\\u200b": {}, "\\n": 1}')
@example("credentials: {a: {version: {}}}")
@settings(max_examples=300, deadline=None)
def test_any_text_is_either_settings_or_mistakes(text: str) -> None:
    problems: list[str] = []
    try:
        loaded = parse(text, "settings.yaml")
    except SettingsError as error:
        problems = [str(problem) for problem in error.problems]
        loaded = None
    assert bool(problems) is (loaded is None)
    assert all(problem.isprintable() for problem in problems)


def test_a_secret_that_leads_nowhere_is_told_by_check_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = tmp_path / "settings.yaml"
    path.write_text(
        SITE + "credentials:\n  a: {community: env:NO_SUCH_VARIABLE}\nmetrics:\n  token: credential:token\n"
    )
    assert load(path).metrics.token
    with pytest.raises(SettingsError) as caught:
        check(path)
    assert [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems] == [
        "3: credentials.a.community: the environment has no NO_SUCH_VARIABLE, expected the secret in this variable",
        "5: metrics.token: credential:token: systemd passed no credentials, "
        "expected LoadCredential=token:... in the unit",
    ]
