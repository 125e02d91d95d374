"""Services by apprise: the schemes that we name tell when they refuse, and nothing hangs or tells a secret."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from apprise.plugins.pushplus import NotifyPushplus
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wxpusher import NotifyWxPusher

from config.channels import AppriseChannel
from config.secret import Secret
from duty.errors import NotifyError
from duty.people import Contact
from exporters.notify.anything import SCHEMES, AppriseNotifier
from exporters.notify.apprise_call import ACCEPTED, BAD_URL, REFUSED, TRY_AGAIN, call
from exporters.notify.port import Receipt
from tests.exporters.notify.receiver import (
    CANARY,
    DEADLINE,
    SHORT,
    Answer,
    Receiver,
    drip,
    drop,
    message,
    now,
    receiving,
    said,
    status,
)

# apprise imports every service that it knows, and some use what Python will take away.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TOKEN = "a7Hq2" + "0" * 27
URLS = {
    "onebot": "onebot://user:{token}@127.0.0.1:{port}/12345",
    "pushplus": "pushplus://{token}",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/{token}/#general",
    "wxpusher": "wxpusher://AT_{token}/UID_jia",
}
ACCEPT: dict[str, Answer] = {
    "onebot": said(status="ok", retcode=0, data={"message_id": 7}),
    "pushplus": said(code=200, msg="ok", data="7"),
    "slack": status(200, "ok"),
    "wxpusher": said(code=1000, msg="ok", success=True, data=[{"code": 1000, "status": "ok"}]),
}
REFUSE: dict[str, Answer] = {
    "onebot": said(status="failed", retcode=1400, message="no such user"),
    "pushplus": said(code=903, msg="bad token"),
    "slack": status(200, "no_service"),
    "wxpusher": said(code=1001, msg="appToken不正确", success=False),
}


async def direct(scheme: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Send as the child does, with the services that are elsewhere on the loopback."""
    monkeypatch.setattr(NotifySlack, "webhook_url", receiver.url)
    monkeypatch.setattr(NotifyPushplus, "notify_url", receiver.url)
    monkeypatch.setattr(NotifyWxPusher, "notify_url", receiver.url)
    url = URLS[scheme].format(token=TOKEN if scheme != "slack" else "TIiajkdnlazkcOXrIdevi7FQ", port=receiver.port)
    return await asyncio.to_thread(call, {"url": url, "title": "【夜班值守】严重", "text": "03:10 起"})


def test_every_named_scheme_is_tried_here() -> None:
    assert {scheme.removesuffix("s") if scheme == "onebots" else scheme for scheme in SCHEMES} == set(URLS)


@pytest.mark.parametrize("scheme", URLS)
async def test_what_is_accepted_is_sent(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(ACCEPT[scheme]) as receiver:
        assert await direct(scheme, receiver, monkeypatch) == (ACCEPTED, 200)
    assert "03:10 起" in str(receiver.requests[0].document())


@pytest.mark.parametrize("scheme", URLS)
async def test_a_refusal_within_a_200_is_a_refusal(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(REFUSE[scheme]) as receiver:
        assert await direct(scheme, receiver, monkeypatch) == (REFUSED, 200)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("scheme", URLS)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(status(401), (REFUSED, 401), id="token"),
        pytest.param(status(429), (TRY_AGAIN, 429), id="too fast"),
        pytest.param(status(503), (TRY_AGAIN, 503), id="down"),
        pytest.param(drop, (TRY_AGAIN, 0), id="no answer"),
    ],
)
async def test_what_a_status_means(
    scheme: str, answer: Answer, expected: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving(answer) as receiver:
        assert await direct(scheme, receiver, monkeypatch) == expected


async def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        receiving(ACCEPT["onebot"]) as elsewhere,
        receiving(status(307, "", f"Location: {elsewhere.url}/")) as receiver,
    ):
        assert (await direct("onebot", receiver, monkeypatch))[0] == REFUSED
    assert elsewhere.requests == []


@pytest.mark.parametrize("url", ["onebot://", "slack://", "nothing://x", "", "pushplus://!"])
def test_a_url_that_apprise_cannot_read_is_said_so(url: str) -> None:
    assert call({"url": url, "title": "t", "text": "b"}) == (BAD_URL, 0)


async def test_neither_a_url_nor_a_token_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with receiving(REFUSE["onebot"]) as receiver:
        await direct("onebot", receiver, monkeypatch)
    out, err = capfd.readouterr()
    assert "a7Hq2" not in caplog.text + out + err


# As a whole, in a process of its own.


async def send(url: Secret, address: str = "12345", **options: Any) -> Receipt:
    notifier = AppriseNotifier(AppriseChannel(kind="apprise", url=url), now)
    return await notifier.send(Contact("qq", address), message(), **({"deadline": DEADLINE} | options))


Keep = Callable[[str], Secret]


def processes(parent: int) -> list[bytes]:
    """Return how the children of a process were started: their arguments and their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if int((path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]) == parent:
                found.append((path / "cmdline").read_bytes() + (path / "environ").read_bytes())
        except OSError:
            continue  # it has ended meanwhile
    return found


async def test_it_is_sent_by_a_process_of_its_own_to_the_address_of_the_contact(secret: Keep) -> None:
    async with receiving(ACCEPT["onebot"]) as receiver:
        receipt = await send(secret(f"onebot://user:{CANARY}@127.0.0.1:{receiver.port}/{{address}}"), "777")
    assert receipt.text == "onebot: sent"
    sent = receiver.requests[0].document()
    assert sent["user_id"] in (777, "777")
    assert "详情: https://duty.example.com/alerts/7" in str(sent)


async def test_a_refusal_within_a_200_goes_to_the_next_contact(secret: Keep) -> None:
    async with receiving(REFUSE["onebot"]) as receiver:
        with pytest.raises(NotifyError, match="refused: onebot: HTTP 200") as caught:
            await send(secret(f"onebot://user:{CANARY}@127.0.0.1:{receiver.port}/12345"))
    assert caught.value.permanent
    assert CANARY not in str(caught.value)


async def test_a_service_that_is_down_is_asked_again(secret: Keep) -> None:
    async with receiving(drop) as receiver:
        with pytest.raises(NotifyError, match="busy: onebot: no answer") as caught:
            await send(secret(f"onebot://user:{CANARY}@127.0.0.1:{receiver.port}/12345"))
    assert not caught.value.permanent


async def test_a_server_that_drips_is_cut_at_the_deadline_and_no_process_is_left(secret: Keep) -> None:
    async with receiving(drip) as receiver:
        with pytest.raises(NotifyError, match="timeout: onebot"):
            await send(secret(f"onebot://user:{CANARY}@127.0.0.1:{receiver.port}/1"), deadline=SHORT)
    assert not any(CANARY.encode() in each or b"apprise_call" in each for each in processes(os.getpid()))


async def test_the_secret_stands_in_no_list_of_processes(secret: Keep) -> None:
    seen: list[bytes] = []

    async def look(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.extend(processes(os.getpid()))
        await ACCEPT["onebot"](reader, writer)

    async with receiving(look) as receiver:
        await send(secret(f"onebot://user:{CANARY}@127.0.0.1:{receiver.port}/1"))
    assert any(b"apprise_call" in each for each in seen)
    assert not any(CANARY.encode() in each for each in seen)


@pytest.mark.parametrize("url", ["ntfy://host/topic", "gotify://host/token", CANARY, "dingtalk://token/"])
async def test_a_scheme_that_is_not_named_is_refused_for_good_and_not_repeated(url: str, secret: Keep) -> None:
    with pytest.raises(NotifyError, match="address_wrong: expected a URL of onebot") as caught:
        await send(secret(url))
    assert caught.value.permanent
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("scheme", "url", "answer"),
    [
        pytest.param("bark", "bark://127.0.0.1:{port}/key", said(code=400, message="no device"), id="bark"),
        pytest.param("ntfy", "ntfy://127.0.0.1:{port}/topic", said(code=40301, error="forbidden"), id="ntfy"),
        pytest.param("gotify", "gotify://127.0.0.1:{port}/AbCdEfGhIjKlMnO", said(errorCode=401), id="gotify"),
    ],
)
async def test_a_scheme_that_calls_a_refusal_sent_is_not_named(scheme: str, url: str, answer: Answer) -> None:
    """When this fails the library has learnt to read the answer, and the scheme may be named."""
    async with receiving(answer) as receiver:
        done, _ = await asyncio.to_thread(call, {"url": url.format(port=receiver.port), "title": "t", "text": "b"})
    assert done == ACCEPTED
    assert scheme not in SCHEMES
