"""Nights on which everything happens at once: how few messages it makes, and that none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.services import take
from agent.store import alerts, timeline
from agent.store.outbox import depth
from agent.store.timeline import EventKind
from duty.errors import NotifyError
from tests.stories.night import MINUTE, Night, Sent, silent
from tests.stories.test_alerts import SETTINGS

SITES = "\n".join(f"  - {{name: web-{n:04}, kind: http, url: 'http://10.1.0.1/{n}', key: true}}" for n in range(1100))
STORM = SETTINGS.replace("\nchannels:\n", f"\n{SITES}\nchannels:\n", 1)

LINKS = "\n".join(f"  - {{name: link-{n:02}, kind: icmp, address: 10.2.0.{n}, key: true}}" for n in range(100))
MAIL = "  mail: {kind: command, path: /bin/true}"
CUT = SETTINGS.replace("\nchannels:\n", f"\n{LINKS}\nchannels:\n{MAIL}\n", 1).replace(
    # The manager is told by mail alone.
    'contacts: [{channel: sms, address: "2"}]',
    "contacts: [{channel: mail, address: yi}]",
)


def by(sent: list[Sent], channel: str, address: str) -> list[Sent]:
    return [each for each in sent if (each.channel, each.address) == (channel, address)]


@pytest.mark.soak
async def test_a_storm_is_one_page_and_its_end_one_message(tmp_path: Path) -> None:
    night = Night(tmp_path, STORM, "2026-11-24 03:00")
    await night.go_on_duty()
    await night.until("03:09")
    for n in range(400):
        night.shows[f"web-{n:04}"] = silent
    # Looks at 03:10, 03:11 and 03:12 confirm it.
    await night.until("03:13")
    (page,) = night.sent
    assert (page.at, page.channel, page.address) == ("24 03:12", "chat", "jia")
    assert "CRITICAL: 400 alerts" in page.title
    assert len(page.text.splitlines()) <= 5
    opened = await night.station.store.read(alerts.open_alerts)
    assert len(opened) == 400
    for alert in opened[::57]:
        kinds = [event.kind for event in await night.station.store.read(timeline.events, alert.number)]
        assert kinds == [EventKind.FIRED, EventKind.TOLD]
    await night.until("03:14")
    assert "ESCALATED: 400 alerts" in night.sent[1].title, "the second way, at the same minute as for one"
    night.shows.clear()
    await night.until("03:20")
    ends = night.sent[2:]
    assert sorted((end.channel, end.address) for end in ends) == [("chat", "jia"), ("sms", "1")]
    assert all("RESTORED: 400 alerts" in end.title for end in ends)
    assert not [many for (state, _), many in (await night.station.store.read(depth)).items() if state == "pending"]
    await night.stop()


async def test_a_storm_that_is_taken_one_by_one_does_not_make_a_message_of_each(tmp_path: Path) -> None:
    night = Night(tmp_path, CUT, "2026-11-24 03:00")
    await night.go_on_duty()
    await night.until("03:09")
    for n in range(40):
        night.shows[f"link-{n:02}"] = silent
    await night.until("03:13")
    for alert in await night.station.store.read(alerts.open_alerts):
        await take.take(night.station, alert.number, "jia")
    await night.until("03:20")
    assert [message.title.partition(": ")[2] for message in night.sent] == ["40 alerts", "40 alerts"]
    await night.stop()


@pytest.mark.soak
async def test_when_the_network_is_down_the_local_way_rings_and_what_waited_is_little(tmp_path: Path) -> None:
    night = Night(tmp_path, CUT, "2026-11-24 03:00")
    await night.go_on_duty()
    await night.until("03:09")
    night.broken |= {"chat": NotifyError("no_answer"), "mail": NotifyError("no_answer")}
    night.shows["core"] = silent
    await night.until("03:14")
    assert [(s.at, s.channel, s.address) for s in night.sent] == [("24 03:14", "sms", "1")], "the second step, locally"
    for minute in range(15, 25):
        # Four a minute: each time it is tried again.
        night.shows |= {f"link-{4 * (minute - 15) + n:02}": silent for n in range(4)}
        await night.until(f"03:{minute}")
    await night.until("06:00", step=5 * MINUTE)
    assert not by(night.sent, "chat", "jia")
    night.broken.clear()
    await night.until("06:06")
    late = by(night.sent, "chat", "jia")
    # What was tried keeps its key. By which of the two the channel is found to work is chance; the other follows.
    first, rest = sorted(late, key=lambda message: "40 alerts" in message.title)
    assert "core" in first.title
    assert "40 alerts" in rest.title
    assert "link-00" in rest.text.splitlines()[0], "the oldest first"
    mails = {mail.title.partition(": ")[2] for mail in by(night.sent, "mail", "yi")}
    assert mails == {
        "A01 core not reached, nobody took it in 5 min",
        "40 alerts, nobody took them in 5 min",
    }
    await night.stop()
