"""Thousands of spoiled answers: nothing but DecodeError comes of them, and no forged one is taken for true."""

from __future__ import annotations

import pytest

from tests.collectors.snmp.mutants import attack


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH", "authenticates")
    monkeypatch.setenv("PRIV", "encrypts well")


def test_spoiled_answers_are_refused() -> None:
    told = attack(500, seed=20261125)
    signed = {name: taken for name, (taken, _) in told.items() if name.startswith(("3 sha", "3 md5"))}
    assert signed == dict.fromkeys(signed, 0), "a signature leaves no room for a changed byte"
    assert all(refused for _, refused in told.values())
