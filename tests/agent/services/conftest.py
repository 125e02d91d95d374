"""A desk to sign in at, for the services of signing in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.agent.console.desk import Desk, standing

NOW = datetime(2026, 11, 23, 11, 45, tzinfo=UTC)
"""19:45 in Shanghai, a quarter of an hour before the night."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with standing(tmp_path, NOW) as desk:
        yield desk
