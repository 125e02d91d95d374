"""The page behind a link in a message: who may open it, what it does, and what it never does."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from agent.console.gates import MOST_REFUSED
from agent.services import take
from agent.services.links import HOLDS, LinkError, Links
from agent.store import outbox
from tests.agent.console.doorstep import KEY, PUBLIC, Doorstep, standing
from tests.agent.console.test_pages import Outline

SECOND = timedelta(seconds=1)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Doorstep]:
    async with standing(tmp_path) as doorstep:
        await doorstep.fails()
        yield doorstep


async def press(at: Doorstep, do: str, token: str = "", seen: str = "", **headers: str) -> httpx.Response:
    return await at.client.post(token or at.token(), data={"do": do, "seen": seen}, headers=headers)


async def words(at: Doorstep, token: str = "") -> str:
    answer = await at.client.get(token or at.token())
    assert answer.status_code == 200
    return Outline(answer.text).words


async def test_looking_shows_the_alert_and_changes_nothing(at: Doorstep) -> None:
    before = await at.alert()
    answer = await at.client.get(at.token())
    page = Outline(answer.text)
    assert "core not reached: no answer in time" in page.words
    assert "Nobody has it yet." in page.words
    assert "Hangzhou 1" in page.words
    assert [button["value"] for button in page.all("button")] == ["take", "pass"]
    assert "Tech A" in page.words
    for _ in range(3):
        await at.client.get(at.token())
        await at.client.head(at.token())
    assert await at.alert() == before
    assert await at.kinds() == []


async def test_the_page_is_told_to_nobody_and_kept_nowhere(at: Doorstep) -> None:
    answer = await at.client.get(at.token())
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    page = Outline(answer.text)
    assert not page.all("script")
    assert all("style" not in attributes for _, attributes in page.elements)
    assert not [a for a in page.all("a") if not str(a["href"]).startswith(("?", "tel:"))], "it leads nowhere else"


async def test_one_press_takes_it_in_the_name_of_whose_link_it_is(at: Doorstep) -> None:
    answer = await press(at, "take")
    assert answer.status_code == 303
    assert answer.headers["location"] == at.token()
    assert (await at.alert()).taken_by == "jia"
    assert "You have it since 03:10" in await words(at)
    (entry,) = await at.journal("alert_taken")
    assert (entry["by"], entry["asker"]) == ("jia", "link")


async def test_the_page_speaks_chinese_to_who_does(at: Doorstep) -> None:
    page = Outline((await at.client.get(at.token() + "?lang=zh")).text)
    assert page.all("html") == [{"lang": "zh-CN"}]
    assert "目前无人认领" in page.words
    assert "认领" in page.words
    assert "本链接以Tech A的名义操作\uff0c请勿转发" in page.words


async def test_who_comes_second_sees_who_was_first_and_takes_nothing_unseen(at: Doorstep) -> None:
    await take.take(at.station, 1, "yi")
    answer = await press(at, "take", seen="")
    assert answer.headers["location"].endswith("?said=changed")
    assert (await at.alert()).taken_by == "yi"
    page = Outline((await at.client.get(answer.headers["location"])).text)
    assert "Manager B has it since 03:10" in page.words
    assert "it changed in that moment" in page.words
    assert [button["value"] for button in page.all("button")] == ["take"]
    await press(at, "take", seen="yi")
    assert (await at.alert()).taken_by == "jia", "who has seen whose it is may take it over"


async def test_who_cannot_passes_it_on_and_the_escalation_goes_on(at: Doorstep) -> None:
    answer = await press(at, "pass")
    assert "It is noted that you cannot" in await words(at, answer.headers["location"])
    assert (await at.alert()).taken_by == ""
    assert await at.kinds() == ["declined"]
    at.clock.advance(timedelta(minutes=6))
    await at.tell()
    assert "yi" in {item.person for item in await at.station.store.read(outbox.of_alert, 1)}


async def test_who_has_it_gives_it_back(at: Doorstep) -> None:
    await press(at, "take")
    answer = await press(at, "pass", seen="jia")
    assert "You gave it back" in await words(at, answer.headers["location"])
    assert (await at.alert()).taken_by == ""
    assert await at.kinds() == ["taken", "given_back"]


async def test_a_link_outlives_its_alert_and_then_says_so(at: Doorstep) -> None:
    await take.close(at.station, 1, "yi", "cable")
    page = Outline((await at.client.get(at.token())).text)
    assert "It is over since 03:10" in page.words
    assert not page.all("button")
    answer = await press(at, "take")
    assert answer.headers["location"].endswith("?said=changed")
    assert (await at.alert()).word == "cable"


async def test_a_link_opens_for_a_day(at: Doorstep) -> None:
    token = at.token()
    at.clock.advance(HOLDS - SECOND)
    assert (await at.client.get(token)).status_code == 200
    at.clock.advance(SECOND)
    answer = await at.client.get(token)
    assert answer.status_code == 410
    assert "This link has expired" in answer.text
    assert (await press(at, "take", token)).status_code == 410
    assert (await at.alert()).taken_by == ""


def bent(token: str) -> list[str]:
    raw = base64.urlsafe_b64decode(token.removeprefix("/l/") + "==")
    flipped = [raw[:n] + bytes([raw[n] ^ 1]) + raw[n + 1 :] for n in range(len(raw))]
    return ["/l/" + base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in flipped]


async def test_a_link_that_was_bent_at_any_place_opens_nothing(at: Doorstep) -> None:
    before = await at.alert()
    for token in bent(at.token()):
        assert (await at.client.get(token)).status_code in (403, 429)
        assert (await press(at, "take", token)).status_code in (403, 429)
    assert await at.alert() == before


@pytest.mark.parametrize("token", ["x", "A" * 5000, "%00", "認領", "=", "a.b.c", "..%2f..", "AQ", "A" * 40])
async def test_what_is_no_link_opens_nothing(at: Doorstep, token: str) -> None:
    answer = await at.client.get(f"/l/{token}")
    assert answer.status_code in (403, 404)
    assert "Traceback" not in answer.text


async def test_a_link_of_another_agent_or_another_key_opens_nothing(at: Doorstep) -> None:
    for links in (Links(KEY, PUBLIC, "hz2"), Links(bytes(32), PUBLIC, "hz1")):
        url = links.personal(1, "jia", at.clock.now())
        assert (await at.client.get(url)).status_code == 403


async def test_who_guesses_is_told_to_stop_and_who_has_a_link_still_comes_in(at: Doorstep) -> None:
    codes = [(await at.client.get(f"/l/{n:040}")).status_code for n in range(MOST_REFUSED + 2)]
    assert codes == [403] * MOST_REFUSED + [429] * 2
    assert (await at.client.get(at.token())).status_code == 200
    at.clock.advance(timedelta(minutes=10))
    assert (await at.client.get("/l/x")).status_code == 403


async def test_a_form_of_another_page_is_refused(at: Doorstep) -> None:
    assert (await press(at, "take", Origin="https://evil.example.com")).status_code == 403
    assert (await at.alert()).taken_by == ""
    for own in (PUBLIC, "null"):
        assert (await press(at, "take", Origin=own)).status_code == 303


@pytest.mark.parametrize(("do", "status"), [("", 400), ("close", 400), ("x" * 5000, 413)])
async def test_a_form_that_is_not_ours_does_nothing(at: Doorstep, do: str, status: int) -> None:
    assert (await press(at, do)).status_code == status
    assert await at.kinds() == []


async def test_somebody_who_has_left_has_no_link_any_more(at: Doorstep) -> None:
    answer = await at.client.get(at.token(person="gone"))
    assert answer.status_code == 404
    assert "This link leads to nothing any more" in answer.text
    assert (await at.client.get(at.token(number=99))).status_code == 404


async def test_without_a_public_address_there_are_no_links(at: Doorstep) -> None:
    token = at.token()
    at.station.links = None
    assert (await at.client.get(token)).status_code == 403


def test_a_token_says_what_was_put_into_it_also_of_a_chinese_name() -> None:
    links, now = Links(KEY, PUBLIC + "/", "hz1"), datetime(2026, 11, 24, tzinfo=UTC)
    url = links.personal(2**40, "甲" * 64, now)
    found = links.read(url.removeprefix(f"{PUBLIC}/l/"), now)
    assert (found.alert, found.person, found.expires) == (2**40, "甲" * 64, now + HOLDS)
    assert len(links.personal(7, "jia", now)) < 90, "short enough to be typed from a screen"
    with pytest.raises(LinkError, match="expired"):
        links.read(url.removeprefix(f"{PUBLIC}/l/"), now + HOLDS)
