"""Secrets for the channels of a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.secret import Secret


@pytest.fixture
def secret(tmp_path: Path) -> Callable[[str], Secret]:
    """Keep a secret where a channel finds it, and return the reference to it."""

    def keep(value: str) -> Secret:
        path = tmp_path / f"secret-{len(list(tmp_path.iterdir()))}"
        path.write_text(value, encoding="utf-8")
        path.chmod(0o600)
        return Secret(f"file:{path}")

    return keep
