"""The page that tells how a profile is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import document_profiles
from config.profile import COMPUTATIONS
from config.profiles import check_profile


def test_the_page_is_what_the_models_say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["document_profiles", "--check"])
    assert document_profiles.main() == 0, capsys.readouterr().err


def test_the_example_of_the_page_is_a_profile(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", document_profiles.INTRO, re.DOTALL)
    assert found is not None
    file = tmp_path / "acme-switch.yaml"
    file.write_text(found[1], "utf-8")
    assert check_profile(file).vendor == "Acme"


def test_every_way_to_compute_is_told() -> None:
    assert {name for name in COMPUTATIONS if f"`{name}`" not in document_profiles.INTRO} == set()


def test_every_key_has_a_word_about_it() -> None:
    for _, model in document_profiles.SECTIONS:
        assert all(field.description for field in model.model_fields.values()), model
