"""The generated reference of all settings."""

import pytest
from pydantic.fields import FieldInfo

from config import document
from config.limits import shipped
from duty.clauses import CLAUSES

FIELDS = [
    pytest.param(field, id=f"{title}.{name}")
    for title, model in document.SECTIONS
    for name, field in model.model_fields.items()
]


def test_the_page_is_what_the_models_say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["document", "--check"])
    assert document.main() == 0, capsys.readouterr().err


def test_a_stale_page_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr("sys.argv", ["document", "--check"])
    monkeypatch.setattr(document, "PAGE", tmp_path_factory.mktemp("docs") / "settings.md")
    assert document.main() == 1
    assert "docs/settings.md is stale" in capsys.readouterr().err


@pytest.mark.parametrize("field", FIELDS)
def test_every_setting_is_described_and_cites_a_clause_that_there_is(field: FieldInfo) -> None:
    assert field.description
    assert field.description.endswith(".")
    extra = field.json_schema_extra
    if isinstance(extra, dict):
        assert extra["clause"] in CLAUSES


def test_every_shipped_limit_is_on_the_page() -> None:
    page = document.page()
    for name in shipped().checks:
        assert f"| `{name}` |" in page
