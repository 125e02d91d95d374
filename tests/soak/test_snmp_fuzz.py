"""Our SNMP engine under 200,000 spoiled answers, and under a fuzzer that looks for its way by coverage."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.collectors.snmp.mutants import attack, doors

pytestmark = pytest.mark.soak

SEEDS = range(20)
EACH = 1000
SECONDS = 60


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH", "authenticates")
    monkeypatch.setenv("PRIV", "encrypts well")


def test_nothing_but_decode_error_leaves_the_engine() -> None:
    assert len(SEEDS) * EACH * len(doors()) >= 200_000
    for seed in SEEDS:
        for name, (taken, _) in attack(EACH, seed).items():
            if name.startswith(("3 sha", "3 md5")):
                assert not taken, f"{name} took a changed message, seed {seed}"


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris does not install on this Python")
def test_a_fuzzer_finds_no_other_way_out(tmp_path: Path) -> None:
    for name, good, _ in doors():
        (tmp_path / name.replace(" ", "-")).write_bytes(good)
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.snmp_fuzzer", f"-max_total_time={SECONDS}", "-max_len=4096", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=SECONDS * 5, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
