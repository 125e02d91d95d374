"""The hooks: who is let in, what an answer from a telephone does, and what is told to who may not."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from agent.console import gates, hooks
from agent.console.gates import MOST_REFUSED, Seen, Turnstile
from agent.services import take
from agent.store import people
from duty.people import Person
from exporters.words.sms import longest, size
from tests.agent.console.doorstep import BEAT, SECRET, TOKEN, Doorstep, standing

YI = "13800000002"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Doorstep]:
    async with standing(tmp_path) as doorstep:
        yield doorstep


async def test_one_takes_what_the_last_message_asked_for(at: Doorstep) -> None:
    await at.fails()
    assert await at.sms("1") == "[Night duty] Taken: A01 core."
    assert (await at.alert()).taken_by == "jia"
    (entry,) = await at.journal("alert_taken")
    assert (entry["by"], entry["asker"]) == ("jia", "sms")


async def test_the_keys_of_a_telephone_are_told_apart_in_the_journal(at: Doorstep) -> None:
    await at.fails()
    await at.sms("1#", way="phone")
    assert [entry["asker"] for entry in await at.journal("alert_taken")] == ["phone"]


async def test_an_answer_takes_only_what_it_was_asked_and_names_the_rest(at: Doorstep) -> None:
    await at.fails("core")
    at.clock.advance(timedelta(seconds=30))
    await at.fails("access")
    assert await at.sms("1") == "[Night duty] Taken: A02 access. Still free: A01. Reply with the number."
    assert (await at.alert(1)).taken_by == ""
    assert await at.sms("a1") == "[Night duty] Taken: A01 core."


async def test_what_was_merged_into_one_message_is_taken_together(at: Doorstep) -> None:
    for target in ("core", "access", "printer"):
        await at.fails(target)
    await at.station.store.write(merged)
    assert await at.sms("认领") == "[Night duty] Taken: A01, A02, A03."
    assert {(await at.alert(n)).taken_by for n in (1, 2, 3)} == {"jia"}


def merged(conn: Connection, agent: str) -> None:
    conn.exec_driver_sql("UPDATE outbox SET batch = 'one'")


async def test_the_second_answer_says_that_it_is_theirs_already(at: Doorstep) -> None:
    await at.fails()
    await at.sms("1")
    assert await at.sms("1") == "[Night duty] A01: yours already."
    assert (await at.kinds()).count("taken") == 1


async def test_nobody_takes_from_somebody_by_sms(at: Doorstep) -> None:
    await at.fails()
    await take.take(at.station, 1, "yi")
    assert await at.sms("1") == "[Night duty] A01: with Manager B."
    assert await at.sms("A01") == "[Night duty] A01: with Manager B."
    assert (await at.alert()).taken_by == "yi"


async def test_what_is_over_or_was_never_there_is_said(at: Doorstep) -> None:
    assert await at.sms("1") == "[Night duty] No alert waits for you."
    await at.fails()
    await take.close(at.station, 1, "yi", "done")
    assert await at.sms("1") == "[Night duty] A01: over."
    assert await at.sms("A09") == "[Night duty] A09: there is no such alert."


async def test_zero_passes_it_on(at: Doorstep) -> None:
    await at.fails()
    assert (await at.sms("0")).startswith("[Night duty] Noted for A01: next in turn is told.")
    assert await at.kinds() == ["declined"]
    await at.sms("A01")
    assert await at.sms("0") == "[Night duty] Given back: A01."
    assert (await at.alert()).taken_by == ""


async def test_whatever_else_is_answered_with_how_it_is_done(at: Doorstep) -> None:
    assert (
        await at.sms("hello") == "[Night duty] Reply 1 to take it, 0 if you cannot; for a certain one its number: A07"
    )


async def test_a_number_of_nobody_or_of_several_is_refused_and_noted(at: Doorstep) -> None:
    await at.fails()
    assert "not registered" in await at.sms("1", "13912345678")
    twin = Person("ding", "Tech D", phone="138 0000 0001")
    await at.station.store.write(people.put_people, [twin], "console")
    assert "several people" in await at.sms("1")
    assert (await at.alert()).taken_by == ""
    entries = await at.journal("reply_refused")
    assert [(entry["why"], entry["number"]) for entry in entries] == [("several", "0001"), ("stranger", "5678")]


async def test_who_reads_chinese_is_answered_in_it(at: Doorstep) -> None:
    await at.fails()
    there = await at.station.store.read(people.load_people)
    await at.station.store.write(people.put_people, [replace(there["jia"], language="zh")], "console")
    assert await at.sms("1") == "【夜班值守】已认领 A01 core。"


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_answer_is_one_sms_however_much_there_is(at: Doorstep, language: str) -> None:
    there = await at.station.store.read(people.load_people)
    await at.station.store.write(people.put_people, [replace(there["jia"], language=language)], "console")
    for n in range(40):
        await at.fails(f"HZ1-SRV-{n:02}-with-a-name-that-goes-on-and-on-" + "长" * 20)
    for text in ("A01", "0", "1", *(" ".join(f"A{n:02}" for n in range(k, k + 18)) for k in (5, 30)), "?"):
        said = await at.sms(text)
        assert size(said) <= longest(said), said


async def reply(at: Doorstep, content: bytes, headers: dict[str, str]) -> tuple[int, str]:
    answer = await at.client.post("/hooks/reply", content=content, headers=headers)
    return answer.status_code, answer.text


ONE = json.dumps({"from": "13800000001", "text": "1"}).encode()


async def test_only_what_is_signed_comes_in(at: Doorstep) -> None:
    await at.fails()
    good = at.signed(ONE)
    for headers in (
        {},
        at.signed(ONE, secret="another"),
        at.signed(ONE + b" "),
        good | {"X-Nightduty-Timestamp": str(int(good["X-Nightduty-Timestamp"]) + 1)},
        good | {"X-Nightduty-Signature": good["X-Nightduty-Signature"].removeprefix("sha256=")},
        good | {"X-Nightduty-Signature": ""},
    ):
        assert (await reply(at, ONE, headers))[0] == 401
    assert await at.kinds() == []
    assert (await reply(at, ONE, good))[0] == 200


async def test_a_request_is_let_in_once(at: Doorstep) -> None:
    await at.fails()
    headers = at.signed(ONE)
    assert (await reply(at, ONE, headers))[0] == 200
    at.clock.advance(timedelta(minutes=4))
    code, said = await reply(at, ONE, headers)
    assert (code, "was here before" in said) == (401, True)
    at.clock.advance(timedelta(minutes=20))
    assert (await reply(at, ONE, headers))[0] == 401, "and later it is too old"


@pytest.mark.parametrize(("minutes", "code"), [(-6, 401), (-5, 200), (5, 200), (6, 401)])
async def test_the_clocks_may_be_five_minutes_apart(at: Doorstep, minutes: int, code: int) -> None:
    headers = at.signed(ONE, at=at.clock.now() + timedelta(minutes=minutes))
    assert (await reply(at, ONE, headers))[0] == code


async def test_a_stamp_that_is_no_number_is_refused_even_when_it_is_signed(at: Doorstep) -> None:
    for stamp in ("", "now", "1e9", "-1", "9" * 11, "9" * 40):
        signature = hmac.digest(SECRET.encode(), stamp.encode() + b"." + ONE, "sha256").hex()
        headers = {"X-Nightduty-Timestamp": stamp, "X-Nightduty-Signature": f"sha256={signature}"}
        assert (await reply(at, ONE, headers))[0] == 401


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"from": 1, "text": "1"}', b'{"from": "1"}', b"\xff", b"[" * 4000,
     b'{"from": "1", "text": "1", "way": []}', b'{"from": "1", "text": "1", "way": "carrier pigeon"}'],
)  # fmt: skip
async def test_what_is_no_answer_is_said_to_be_none(at: Doorstep, content: bytes) -> None:
    assert (await reply(at, content, at.signed(content)))[0] == 400


async def test_half_characters_do_no_harm(at: Doorstep) -> None:
    content = b'{"from": "\\ud800", "text": "\\ud800"}'
    code, said = await reply(at, content, at.signed(content))
    assert code == 200
    assert "not registered" in said


async def test_what_is_too_long_is_refused_before_it_is_read(at: Doorstep) -> None:
    content = b"x" * (hooks.REPLY_MOST + 1)
    assert (await reply(at, content, at.signed(content)))[0] == 413

    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    answer = await at.client.post("/hooks/reply", content=dripping())
    assert answer.status_code == 413


async def test_who_keeps_being_refused_is_told_to_wait_and_the_gateway_still_comes_in(at: Doorstep) -> None:
    codes = [(await reply(at, ONE, {}))[0] for _ in range(MOST_REFUSED + 1)]
    assert codes == [401] * MOST_REFUSED + [429]
    assert (await reply(at, ONE, at.signed(ONE)))[0] == 200


async def test_a_hook_that_is_not_set_up_is_shut(at: Doorstep) -> None:
    at.app.state.gates = replace(at.gates, reply_secret="", alert_token="")
    assert (await reply(at, ONE, at.signed(ONE, secret="")))[0] == 404
    for authorization in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        answer = await at.client.post("/hooks/alertmanager", content=b"{}", headers=authorization)
        assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/hooks/alertmanager", "/hooks/heartbeat/hz2", "/hooks/heartbeat/unknown"])
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ", f"Bearer {BEAT} {TOKEN}", "Bearer \xe9"],
)
async def test_without_its_token_nobody_comes_in(at: Doorstep, path: str, authorization: str) -> None:
    headers = [(b"Authorization", authorization.encode("latin-1"))] if authorization else []
    answer = await at.client.post(path, content=b"{}", headers=headers)
    assert answer.status_code == 401
    assert TOKEN not in answer.text


@pytest.mark.parametrize("path", ["/hooks/reply", "/hooks/alertmanager", "/hooks/heartbeat/hz2"])
async def test_a_hook_is_posted_to_and_nothing_else(at: Doorstep, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert (await at.client.request(method, path)).status_code == 405


async def test_a_console_without_doors_has_none(at: Doorstep) -> None:
    at.app.state.gates = None
    assert (await at.client.get(at.token())).status_code == 404
    assert (await reply(at, ONE, at.signed(ONE)))[0] == 404


async def test_a_peer_is_heard(at: Doorstep) -> None:
    at.clock.advance(timedelta(minutes=4))
    assert list(at.station.peers.silent(at.clock.now())) == ["hz2"]
    headers = {"Authorization": f"Bearer {BEAT}"}
    answer = await at.client.post("/hooks/heartbeat/hz2", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"heard": "hz2"})
    assert at.station.peers.silent(at.clock.now()) == {}
    answer = await at.client.post("/hooks/heartbeat/hz2", content=b"x" * 70_000, headers=headers)
    assert answer.status_code == 413


async def test_the_token_of_one_opens_no_other_door(at: Doorstep) -> None:
    answer = await at.client.post("/hooks/heartbeat/hz2", content=b"", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 401
    answer = await at.client.post("/hooks/alertmanager", content=b"{}", headers={"Authorization": f"Bearer {BEAT}"})
    assert answer.status_code == 401


async def test_a_record_that_cannot_be_written_asks_for_it_again(at: Doorstep) -> None:
    at.station.store.close()
    payload = {"version": "4", "alerts": []}
    answer = await at.client.post("/hooks/alertmanager", json=payload, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 503


async def test_the_secrets_of_the_doors_are_never_printed(at: Doorstep) -> None:
    assert not any(secret in repr(at.gates) for secret in (TOKEN, BEAT, SECRET))


def test_the_turnstile_and_the_signatures_are_bounded(at: Doorstep) -> None:
    now, turnstile = at.clock.now(), Turnstile()
    for n in range(gates.MOST_ADDRESSES + 100):
        turnstile.too_many(f"10.{n}", now)
    assert len(turnstile._counts) == gates.MOST_ADDRESSES
    seen = Seen(timedelta(minutes=1), most=2)
    assert [seen.again(each, now) for each in "aab"] == [False, True, False]
    assert seen.full(now)
    assert not seen.full(now + timedelta(minutes=1))
