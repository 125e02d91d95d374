"""A secret by reference, which never prints."""

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import parse
from config.schema import Settings
from config.secret import LONGEST, Secret
from duty.errors import SettingsError

CANARY = "canary-7Hq2"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(CANARY + "\n")
    path.chmod(0o600)
    return path


def test_it_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNMP", CANARY)
    assert Secret("env:SNMP").reveal() == CANARY


def test_it_is_read_from_a_file_without_the_line_end(file: Path) -> None:
    assert Secret(f"file:{file}").reveal() == CANARY


def test_it_is_read_from_systemd(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o444)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
    assert Secret("credential:secret").reveal() == CANARY


def test_it_is_read_anew_each_time(file: Path) -> None:
    secret = Secret(f"file:{file}")
    secret.reveal()
    file.write_text("another")
    assert secret.reveal() == "another"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(
        SettingsError, match=rf"others may read .*mode {mode:04o}.*expected mode 0600 or 0400"
    ) as caught:
        Secret(f"file:{file}").reveal()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b"\n", "is empty", id="a line end alone"),
        pytest.param(b"\xff" + CANARY.encode(), "is not UTF-8", id="bytes"),
        pytest.param(CANARY.encode() * LONGEST, "is longer than 4096 bytes", id="some other file"),
    ],
)
def test_a_file_without_a_secret_is_told_and_not_shown(file: Path, content: bytes, words: str) -> None:
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=words) as caught:
        Secret(f"file:{file}").reveal()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        pytest.param("env:NO_SUCH_VARIABLE", "the environment has no NO_SUCH_VARIABLE", id="no variable"),
        pytest.param("file:/no/such/file", "cannot read file:/no/such/file: No such file", id="no file"),
        pytest.param("file:/dev/null", "is not a file", id="a device"),
        pytest.param("credential:token", "systemd passed no credentials", id="no systemd"),
    ],
)
def test_a_reference_that_leads_nowhere_says_so(reference: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(SettingsError, match=words):
        Secret(reference).reveal()


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        "",
        "env:",
        f"env:{CANARY}",
        f"file:{CANARY}",
        f"credential:../{CANARY}",
        f"vault:{CANARY}",
        f"env:A\n{CANARY}",
    ],
)
def test_anything_but_a_reference_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="expected a reference to it: env:NAME") as caught:
        Secret(text)
    assert CANARY not in str(caught.value)


def test_a_variable_that_is_not_utf_8_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYTES", "\udcff" + CANARY)
    with pytest.raises(SettingsError, match="env:BYTES is not UTF-8 text"):
        Secret("env:BYTES").reveal()


def test_references_are_equal_by_what_they_say() -> None:
    assert Secret("env:A") == Secret("env:A") == copy.deepcopy(Secret("env:A"))
    assert len({Secret("env:A"), Secret("env:A"), Secret("env:B")}) == 2
    assert Secret("env:A") != "env:A"


@pytest.fixture
def revealed(file: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a canary in every secret, all of them read once."""
    monkeypatch.setenv("CANARY", CANARY)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
    settings = parse(
        "sites: {hz1: {zone: Asia/Shanghai}}\n"
        "agent: {database: 'postgresql+psycopg://a@b/c', database_password: credential:secret}\n"
        "credentials:\n"
        "  old: {community: env:CANARY}\n"
        f"  new: {{version: '3', user: u, auth: sha, auth_password: 'file:{file}',\n"
        "    priv: aes, priv_password: env:CANARY}\n"
        "metrics: {token: env:CANARY}\n",
        "settings.yaml",
    )
    new = settings.credentials["new"]
    for secret in (settings.agent.database_password, settings.credentials["old"].community, settings.metrics.token):
        assert secret is not None
        assert secret.reveal() == CANARY
    for secret in (new.auth_password, new.priv_password):
        assert secret is not None
        assert secret.reveal() == CANARY
    return settings


@pytest.mark.parametrize(
    "show",
    [
        pytest.param(repr, id="repr"),
        pytest.param(str, id="str"),
        pytest.param("{}".format, id="format"),
        pytest.param(lambda s: repr(s.model_dump()), id="dump"),
        pytest.param(lambda s: s.model_dump_json(), id="json"),
        pytest.param(lambda s: json.dumps(s.model_dump(mode="json")), id="json of the dump"),
        pytest.param(lambda s: repr(pickle.dumps(s)), id="pickle"),
        pytest.param(lambda s: repr(vars(s)), id="vars"),
        pytest.param(lambda s: f"{s.metrics.token!r}{s.metrics.token!s}{s.metrics.token}", id="the secret itself"),
    ],
)
def test_a_secret_never_shows(show: Callable[[Settings], str], revealed: Settings) -> None:
    text = show(revealed)
    assert text
    assert CANARY not in text


def test_a_dump_has_the_references(revealed: Settings) -> None:
    assert revealed.model_dump(mode="json")["metrics"]["token"] == "env:CANARY"


def test_a_pickled_secret_is_still_a_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    assert pickle.loads(pickle.dumps(Secret("env:CANARY"))).reveal() == CANARY


def test_a_secret_written_in_any_text_of_the_file_is_not_repeated_by_a_mistake() -> None:
    text = (
        "sites: {hz1: {zone: %s}}\nagent: {language: %s, database: 'mysql://a:%s@b/c'}\n"
        "credentials: {c: {version: '3', user: [%s], auth: %s, auth_password: %s}}\nwatch: {interval: %s}\n"
    ) % ((CANARY,) * 7)
    with pytest.raises(SettingsError) as caught:
        parse(text, "settings.yaml")
    assert len(caught.value.problems) == 6
    assert CANARY not in str(caught.value)
