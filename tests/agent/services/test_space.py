"""How much room the state folder has."""

from __future__ import annotations

import shutil
from pathlib import Path

from agent.services.space import Space


def test_the_room_of_a_folder_is_what_the_system_says(tmp_path: Path) -> None:
    room = Space(tmp_path).read()
    assert room is not None
    free, total = shutil.disk_usage(tmp_path).free, shutil.disk_usage(tmp_path).total
    assert abs(room.free - free) < total / 10
    assert 0 <= room.share <= 100


def test_a_folder_that_is_not_there_has_no_known_room(tmp_path: Path) -> None:
    assert Space(tmp_path / "gone").read() is None
