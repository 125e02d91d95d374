"""Nights on which a certificate nears its end, passes it, and is renewed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.store import alerts
from duty.readings import Reading
from tests.stories.night import Night, Shown
from tests.stories.test_alerts import QUIETLY, SETTINGS, when

WEB = '  - {name: web, kind: http, url: "https://www.example.com/", key: true}\n'
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, SETTINGS.replace("channels:", WEB + "channels:", 1), "2026-11-23 19:30")


def ends(at: datetime) -> Shown:
    """Show a certificate of 90 days that ends at a moment."""

    def shown(now: datetime) -> Iterable[Reading]:
        yield Reading("certificate_left", "", (at - now).total_seconds(), "s")
        yield Reading("certificate_life", "", 90 * DAY.total_seconds(), "s")

    return shown


async def test_one_that_ends_in_six_days_stands_in_the_list_and_rings_in_the_morning(night: Night) -> None:
    await night.go_on_duty()
    await night.until("23:00", QUIETLY)
    night.shows["web"] = ends(night.at("02:00") + 6 * DAY)
    await night.until("06:50", QUIETLY)
    (alert,) = await night.station.store.read(alerts.open_alerts)
    assert alert.key == ("web", "certificate", "")
    assert alert.severity.name == "CRITICAL"
    assert night.sent == []
    await night.until("07:05")
    assert [sent.at for sent in night.sent][:1] == ["24 07:00"]
    assert "the certificate ends in" in night.sent[0].title
    await night.stop()


async def test_one_that_expires_at_night_rings_then(night: Night) -> None:
    await night.go_on_duty()
    await night.until("21:00", QUIETLY)
    night.shows["web"] = ends(night.at("02:00"))
    await night.until("21:01")
    assert when(night.sent) == [("23 21:01", "chat", "jia")], "by day as every critical one"
    night.sent.clear()
    await night.until("02:05", QUIETLY)
    expired = [sent for sent in night.sent if "the certificate has expired" in sent.title]
    assert [sent.at for sent in expired][:1] == ["24 02:01"]
    assert {alert.key[1] for alert in await night.station.store.read(alerts.open_alerts)} == {
        "certificate", "certificate_expired",
    }  # fmt: skip
    night.shows["web"] = ends(night.at("02:30") + 90 * DAY)
    await night.until("02:40")
    assert await night.station.store.read(alerts.open_alerts) == [], "a new one ends both"
    await night.stop()


async def test_one_that_cannot_be_read_any_more_is_no_recovery(night: Night) -> None:
    await night.go_on_duty()
    await night.until("23:00", QUIETLY)
    night.shows["web"] = ends(night.at("02:00") + 6 * DAY)
    await night.until("23:05")
    night.shows["web"] = lambda now: ()
    await night.until("04:00", QUIETLY)
    assert len(await night.station.store.read(alerts.open_alerts)) == 1
    await night.stop()
