"""Alerts on the command line say until when nobody is told of them, and who said so."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from agent.cli.alert_sayings import print_alerts
from agent.services.alert_list import AlertEntry
from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.maintenance import SETTINGS
from duty.silences import Silence, SilenceKind

NOW = datetime(2026, 5, 4, 3, 10, tzinfo=UTC)
ALERT = Alert(
    7, ("core", "reach", ""), "hz1", Severity.CRITICAL, AlertState.FIRING, NOW, NOW,
    Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout"), inhibited_by=3,
)  # fmt: skip


def printed(language: str, kind: SilenceKind, by: str) -> str:
    silence = Silence(1, kind, "core", "*", "*", NOW, NOW + timedelta(hours=2), by, "works")
    paper = Console(file=io.StringIO(), width=300)
    print_alerts(paper, [AlertEntry(ALERT, "firing", "UTC", silence=silence)], NOW, language)
    assert isinstance(paper.file, io.StringIO)
    return paper.file.getvalue()


@pytest.mark.parametrize(
    ("language", "kind", "by", "said"),
    [
        ("en", SilenceKind.SILENCE, "Manager B", "silenced until 05:10 by Manager B"),
        ("en", SilenceKind.MAINTENANCE, SETTINGS, "in maintenance until 05:10, by the settings"),
        ("zh", SilenceKind.SILENCE, "王芳", "静默至 05:10，由王芳设置"),
        ("zh", SilenceKind.MAINTENANCE, SETTINGS, "维护至 05:10，由配置设置"),
    ],
)
def test_a_silenced_alert_says_until_when_and_by_whom(language: str, kind: SilenceKind, by: str, said: str) -> None:
    assert said in printed(language, kind, by)
    assert "A03" in printed(language, kind, by)
