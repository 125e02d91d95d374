"""One request to a messenger: pinned, bounded, and never quoting a secret."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from datetime import timedelta

import pytest

from config.secret import Secret
from duty.errors import NotifyError
from exporters.notify.post import REPLY_MOST, Post, Reply, parsed, reveal, scrubbed
from tests.exporters.notify.receiver import (
    CANARY,
    DEADLINE,
    SHORT,
    Answer,
    drip,
    drip_headers,
    drop,
    raw,
    receiving,
    status,
)


async def ask(url: str, *, private: bool = True, deadline: timedelta = DEADLINE, read: bool = True) -> Reply:
    post = Post(private=private)
    try:
        return await post.send(url, b"{}", deadline=deadline, read=read)
    finally:
        await post.close()


async def refusal(url: str, *, private: bool = True, deadline: timedelta = DEADLINE) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        await ask(url, private=private, deadline=deadline)
    return caught.value


@pytest.mark.parametrize("answer", [drip, drip_headers], ids=["in the body", "in the head"])
async def test_a_server_that_drips_is_cut_at_the_deadline(answer: Answer) -> None:
    async with receiving(answer) as receiver:
        error = await refusal(receiver.url, deadline=SHORT)
    assert (error.code, error.permanent) == ("timeout", False)
    assert error.seen == "no whole answer in 0.3 s"


async def test_a_server_that_takes_it_and_goes_away_is_asked_again() -> None:
    async with receiving(drop) as receiver:
        error = await refusal(receiver.url)
    assert (error.code, error.permanent) == ("no_answer", False)


async def test_an_answer_that_breaks_off_is_none() -> None:
    async with receiving(raw(b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"errcode":0')) as receiver:
        error = await refusal(receiver.url)
    assert (error.code, error.permanent) == ("no_answer", False)


@pytest.mark.parametrize(("extra", "whole"), [(0, True), (1, False)])
async def test_no_more_than_64_kilobytes_are_read(extra: int, whole: bool) -> None:
    async with receiving(status(200, "x" * (REPLY_MOST + extra))) as receiver:
        if whole:
            assert len((await ask(receiver.url)).body) == REPLY_MOST
        else:
            assert (await refusal(receiver.url)).code == "not_understood"


async def test_a_closed_port_is_unreachable() -> None:
    async with receiving(drop) as receiver:
        pass
    error = await refusal(receiver.url)
    assert (error.code, error.permanent) == ("unreachable", False)


async def test_noise_is_no_answer() -> None:
    async with receiving(raw(b"\x00\xff" * 5000)) as receiver:
        assert (await refusal(receiver.url)).code == "no_answer"


async def test_a_plain_server_at_an_https_address_fails() -> None:
    async with receiving(status(200)) as receiver:
        error = await refusal(f"https://127.0.0.1:{receiver.port}/")
    assert error.code in ("tls_failed", "unreachable")
    assert receiver.requests == []


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(status(200)) as receiver:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
        assert (await ask(receiver.url)).status == 200


async def test_cookies_of_one_message_do_not_come_back_with_the_next() -> None:
    async with receiving(status(200, "", "Set-Cookie: a=b")) as receiver:
        post = Post(private=True)
        for _ in range(2):
            await post.send(receiver.url, b"{}", deadline=DEADLINE)
        await post.close()
    assert "cookie" not in receiver.requests[1].headers


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "127.0.0.1",
        "",
        "http://",
        "http://[::1",
        "http://a:b:c/",
        "http://\x00",
    ],
)
async def test_what_is_no_web_address_is_refused_for_good_and_not_repeated(url: str) -> None:
    error = await refusal(url)
    assert (error.code, error.permanent) == ("address_wrong", True)
    assert str(error) == "address_wrong: not an http or https URL"


@pytest.mark.parametrize("answer", [drop, drip, raw(b""), raw(b"HTTP/1.1 nonsense\r\n\r\n"), raw(b"\xff\r\n\r\n")])
async def test_a_token_in_the_address_is_nowhere_in_errors_and_logs(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with receiving(answer) as receiver:
        error = await refusal(f"{receiver.url}/send?key={CANARY}", deadline=SHORT)
    told = "".join(traceback.format_exception(error))
    assert CANARY not in told
    assert CANARY not in "".join(record.getMessage() for record in caplog.records)


async def test_a_name_that_nobody_knows_is_asked_again() -> None:
    error = await refusal(f"http://{'a' * 64}.example/")
    assert (error.code, error.permanent) == ("name_not_found", False)


async def test_a_resolver_that_says_nothing_ends_with_the_deadline() -> None:
    mute = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look(host: str) -> list[str]:
        asyncio.run_coroutine_threadsafe(mute.wait(), loop).result()
        return ["127.0.0.1"]

    post = Post(private=True, look=look)
    with pytest.raises(NotifyError, match=r"timeout|name_not_found"):
        await post.send("http://slow.example/", b"{}", deadline=SHORT)
    mute.set()
    await post.close()


async def test_a_second_address_is_tried_where_the_first_takes_no_connection() -> None:
    async with receiving(status(200)) as receiver:
        post = Post(private=True, look=lambda host: ["127.0.0.2", "127.0.0.1"])
        reply = await post.send(f"http://two.example:{receiver.port}/", b"{}", deadline=DEADLINE)
        await post.close()
    assert reply.status == 200
    assert receiver.requests[0].headers["host"] == f"two.example:{receiver.port}"


async def test_a_name_is_resolved_once_for_the_look_and_the_connecting() -> None:
    looks: list[str] = []

    def look(host: str) -> list[str]:
        looks.append(host)
        return ["127.0.0.1"] if len(looks) == 1 else ["169.254.169.254"]

    async with receiving(status(200)) as receiver:
        post = Post(private=True, look=look)
        assert (await post.send(f"http://bent.example:{receiver.port}/", b"{}", deadline=DEADLINE)).status == 200
        with pytest.raises(NotifyError, match=r"address_forbidden: 169\.254\.169\.254 is a link-local"):
            await post.send(f"http://bent.example:{receiver.port}/", b"{}", deadline=DEADLINE)
        await post.close()
    assert looks == ["bent.example"] * 2
    assert len(receiver.requests) == 1


def test_a_url_keeps_its_parts() -> None:
    assert parsed("https://hooks.example.com/a?b=c").params["b"] == "c"


def test_a_secret_that_is_not_there_says_where_it_should_be() -> None:
    with pytest.raises(NotifyError, match="secret_missing: the environment has no NOT_SET_7HQ2") as caught:
        reveal(Secret("env:NOT_SET_7HQ2"))
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("words", "secrets", "expected"),
    [
        pytest.param("token abc is bad", ("abc",), "token *** is bad", id="taken out"),
        pytest.param("SECabc and abc", ("abc", "SECabc"), "*** and ***", id="the longer first"),
        pytest.param("fine", ("",), "fine", id="no secret takes nothing out"),
        pytest.param("a\r\nb\x1b[31m", (), "a  b\ufffd[31m", id="one line"),
        pytest.param(None, (), "None", id="whatever it is"),
    ],
)
def test_what_a_messenger_said_is_made_safe(words: object, secrets: tuple[str, ...], expected: str) -> None:
    assert scrubbed(words, *secrets) == expected


def test_the_secrets_of_a_channel_are_not_in_what_it_prints(secret: Callable[[str], Secret]) -> None:
    assert CANARY not in repr(Post(private=True))
    assert CANARY not in repr(secret(CANARY))
