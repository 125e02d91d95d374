"""What check-config warns of: one file each in ``doubtful/``, its words on top."""

from pathlib import Path

import pytest

from config.load import check, warned
from duty.errors import SettingsError

DOUBTFUL = sorted(Path(__file__).with_name("doubtful").glob("*.yaml"))


@pytest.mark.parametrize("file", [pytest.param(path, id=path.stem) for path in DOUBTFUL])
def test_each_doubt_is_told_with_its_line_and_what_would_be_better(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    expected = [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]
    assert expected
    assert check(file)
    assert [str(problem) for problem in warned(file)] == [f"{file}:{line}" for line in expected]


def test_the_collection_of_doubts_is_there() -> None:
    assert len(DOUBTFUL) >= 6


def test_a_file_with_mistakes_is_told_its_mistakes_first(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("sites: {hz1: {zone: Mars/Base}}\n")
    with pytest.raises(SettingsError, match="no such time zone"):
        warned(file)
