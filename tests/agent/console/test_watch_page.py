"""The page that the leading group watches: what it shows, what it leaves out, and whom it lets in."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agent.console.gates import MOST_REFUSED
from agent.services import handle_incident, lead_incident
from agent.services.links import WATCH_HOLDS, Links
from agent.services.overview import Reader
from agent.store import journal
from agent.store.incident_events import IncidentEventKind
from duty.incidents import Found, Grade, IncidentClass
from tests.agent.console import affair
from tests.agent.console.desk import Desk
from tests.agent.console.doorstep import KEY, PUBLIC, Doorstep, standing
from tests.agent.console.test_alert_pages import Visit
from tests.agent.console.test_pages import Outline

SECOND = timedelta(seconds=1)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Doorstep]:
    """Return what stands before the gates: a major incident is two minutes old, and people wrote of it."""
    async with standing(tmp_path) as doorstep:
        alert = await doorstep.fails()
        station = doorstep.station
        await handle_incident.report_incident(
            station, "jia", site="hz1", kind=IncidentClass.NETWORK, grade=Grade.MAJOR, title="Core network down",
            found_by=Found.ALERT, alert=alert.number,
        )  # fmt: skip
        await lead_incident.name(station, 1, "yi", "yi", leads=True)
        doorstep.clock.advance(timedelta(minutes=2))
        note, order = IncidentEventKind.NOTE, IncidentEventKind.INSTRUCTION
        await handle_incident.write_note(
            station,
            1,
            "jia",
            note,
            "console of 10.0.0.1 is dark, ring 13800000001 or a@example.com, fe80::1, at 03:12:05",
        )
        await handle_incident.write_note(station, 1, "yi", order, "Web site first")
        yield doorstep


def token(at: Doorstep, links: Links | None = None) -> str:
    return (links or at.links).watch(1, at.clock.now()).removeprefix(PUBLIC)


async def test_it_shows_how_the_incident_stands_and_offers_nothing_to_press(at: Doorstep) -> None:
    answer = await at.client.get(token(at))
    assert answer.status_code == 200
    page = Outline(answer.text)
    for said in ("Core network down", "TF-20261124-01", "major", "Manager B", "Hangzhou 1", "progress report"):
        assert said in page.words
    assert "28 min left" in page.words, "the next report"
    assert "Web site first" in page.words
    assert "Tech A" in page.words
    assert not page.all("form")
    assert not page.all("button")
    assert not page.all("input")
    assert not [a for a in page.all("a") if not str(a["href"]).startswith("?")], "it leads nowhere else"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


async def test_nothing_on_it_rings_a_person_or_reaches_a_device(at: Doorstep) -> None:
    text = (await at.client.get(token(at))).text
    assert "console of [left out] is dark" in text
    assert not re.search(r"10\.0\.0\.1|13800000001|138-0000|a@example\.com|fe80", text)
    assert "03:12:05" in text, "a time is no address"
    assert "tel:" not in text


async def test_it_speaks_chinese_to_who_asks(at: Doorstep) -> None:
    page = Outline((await at.client.get(token(at) + "?lang=zh")).text)
    assert page.all("html") == [{"lang": "zh-CN"}]
    for said in ("重大", "处理中", "还有 28 分钟", "指挥", "本页只供查看"):
        assert said in page.words


async def test_looking_changes_nothing(at: Doorstep) -> None:
    before = await at.station.store.read(journal.entries, 100)
    for _ in range(3):
        await at.client.get(token(at))
        await at.client.head(token(at))
    assert await at.station.store.read(journal.entries, 100) == before
    assert (await at.client.post(token(at))).status_code == 405


async def test_it_goes_on_to_the_end(at: Doorstep) -> None:
    here = token(at)
    at.clock.advance(timedelta(minutes=40))
    assert "late by 12 min" in Outline((await at.client.get(here)).text).words
    await handle_incident.finish(at.station, 1, "jia", "spare board in")
    words = Outline((await at.client.get(here)).text).words
    assert "it lasted" in words
    assert "spare board in" in words
    assert "incident report" in words, "the clock of the report"


async def test_a_link_opens_for_three_days(at: Doorstep) -> None:
    here = token(at)
    at.clock.advance(WATCH_HOLDS - SECOND)
    assert (await at.client.get(here)).status_code == 200
    at.clock.advance(SECOND)
    answer = await at.client.get(here)
    assert answer.status_code == 410
    assert "Ask the duty manager for a new one" in answer.text


async def test_a_link_that_was_bent_at_any_place_opens_nothing(at: Doorstep) -> None:
    raw = base64.urlsafe_b64decode(token(at).removeprefix("/watch/") + "==")
    for n in range(len(raw)):
        bent = base64.urlsafe_b64encode(raw[:n] + bytes([raw[n] ^ 1]) + raw[n + 1 :]).rstrip(b"=").decode()
        assert (await at.client.get(f"/watch/{bent}")).status_code in (403, 429)
    assert (await at.client.get(token(at))).status_code == 200


async def test_the_two_kinds_of_links_are_not_one_another(at: Doorstep) -> None:
    watch, personal = token(at).removeprefix("/watch/"), at.token().removeprefix("/l/")
    assert (await at.client.get(f"/l/{watch}")).status_code == 403
    assert (await at.client.get(f"/watch/{personal}")).status_code == 403
    for links in (Links(KEY, PUBLIC, "hz2"), Links(bytes(32), PUBLIC, "hz1")):
        assert (await at.client.get(token(at, links))).status_code == 403
    gone = at.links.watch(99, at.clock.now()).removeprefix(PUBLIC)
    assert (await at.client.get(gone)).status_code == 404


@pytest.mark.parametrize("tried", ["x", "A" * 5000, "%00", "認領", "=", "..%2f..", "AQ"])
async def test_what_is_no_link_opens_nothing(at: Doorstep, tried: str) -> None:
    answer = await at.client.get(f"/watch/{tried}")
    assert answer.status_code in (403, 404)
    assert "Traceback" not in answer.text


async def test_who_guesses_is_told_to_stop(at: Doorstep) -> None:
    codes = [(await at.client.get(f"/watch/{n:040}")).status_code for n in range(MOST_REFUSED + 1)]
    assert codes == [403] * MOST_REFUSED + [429]
    assert (await at.client.get(token(at))).status_code == 200


async def test_who_commands_gets_the_link_and_the_journal_says_so(desk: Desk, house: Callable[..., Reader]) -> None:
    affair.move_in(desk)
    affair.opened(desk)
    lei, fang = Visit(desk, house(), "lei"), Visit(desk, house(), "fang")
    assert "console.public_url is not set" in await lei.said("/incidents/1/watch")
    desk.station.links = Links(KEY, PUBLIC, desk.station.orders.agent)
    text = (await lei.sent("/incidents/1/watch")).text
    url = re.search(rf'value="({PUBLIC}/watch/[\w-]+)"', text)
    assert url is not None
    assert desk.station.links.read_watch(url[1].rpartition("/")[2], desk.clock.now()).incident == 1
    assert (await fang.sent("/incidents/1/watch")).status_code == 403
    (entry,) = desk.station.store.read_now(journal.entries, 1)
    assert (entry.kind, entry.actor) == ("watch_link", "zhaolei")
