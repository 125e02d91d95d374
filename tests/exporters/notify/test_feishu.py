"""Feishu's robot: what it is sent, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.channels import FeishuChannel
from config.secret import Secret
from duty.errors import NotifyError
from exporters.notify.feishu import BODY_MOST, FeishuNotifier, body, signature
from exporters.notify.port import Receipt
from tests.exporters.notify.receiver import (
    CANARY,
    DEADLINE,
    GROUP,
    NOW,
    Answer,
    Receiver,
    message,
    now,
    receiving,
    said,
    status,
)

Keep = Callable[[str], Secret]
OK = said(code=0, data={}, msg="success")
HALF = timedelta(seconds=30)


async def send(receiver: Receiver, secret: Keep, *, signed: bool = True) -> Receipt:
    channel = FeishuChannel(
        kind="feishu",
        webhook=secret(f"{receiver.url}/open-apis/bot/v2/hook/{CANARY}"),
        secret=secret(f"sign-{CANARY}") if signed else None,
        private=True,
    )
    notifier = FeishuNotifier(channel, now)
    try:
        return await notifier.send(GROUP, message(), deadline=DEADLINE)
    finally:
        await notifier.close()


def post(sent: bytes) -> Any:
    return json.loads(sent)["content"]["post"]["zh_cn"]


def test_the_signature_signs_nothing_with_the_time_and_the_secret_as_key() -> None:
    # openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '1795489800\nabc' | xxd -p) -binary < /dev/null | base64
    assert signature("abc", NOW) == {"timestamp": "1795489800", "sign": "cjjfdUkL2dvCYrQ+ZNiiAHqcbAa9pDo6rDoGYwZBPkw="}


async def test_it_is_signed_in_the_body_and_accepted(secret: Keep) -> None:
    async with receiving(OK) as receiver:
        assert (await send(receiver, secret)).text == "code 0 success"
    sent = receiver.requests[0].document()
    assert {"timestamp": sent["timestamp"], "sign": sent["sign"]} == signature(f"sign-{CANARY}", NOW)


async def test_a_robot_without_a_secret_is_not_signed(secret: Keep) -> None:
    async with receiving(OK) as receiver:
        await send(receiver, secret, signed=False)
    assert set(receiver.requests[0].document()) == {"msg_type", "content"}


async def test_the_older_form_of_acceptance_counts(secret: Keep) -> None:
    async with receiving(said(StatusCode=0, StatusMessage="success", Extra=None)) as receiver:
        assert (await send(receiver, secret)).text == "code 0 success"


def test_the_keyword_stands_in_the_title_and_the_links_are_links() -> None:
    sent = post(body(message(title="严重"), "机房", {}))
    assert sent["title"] == "机房【夜班值守】严重"
    assert sent["content"][1][0] == {"tag": "a", "text": "[详情]", "href": "https://duty.example.com/alerts/7"}


def test_what_a_device_says_stays_text() -> None:
    sent = post(body(message(lines=('<at user_id="all"></at> [x](http://evil.example)',), links=()), "", {}))
    assert [[part["tag"] for part in row] for row in sent["content"]] == [["text"]]


@pytest.mark.parametrize("filler", ["a", "网", '"', "🔴"])
def test_the_body_stays_within_its_bytes_and_uses_them(filler: str) -> None:
    sent = body(message(lines=tuple(filler * 1000 for _ in range(30))), "", signature("abc", NOW))
    assert BODY_MOST - 6 <= len(sent) <= BODY_MOST
    assert post(sent)["content"][0][0]["text"].endswith("…")


@pytest.mark.parametrize(
    ("answer", "code", "permanent", "wait"),
    [
        pytest.param(said(code=19001, msg="param invalid"), "refused", True, None, id="webhook"),
        pytest.param(said(code=19021, msg=f"sign match fail {CANARY}"), "refused", True, None, id="signature or time"),
        pytest.param(said(code=19022, msg="Ip Not Allowed"), "refused", True, None, id="ip"),
        pytest.param(said(code=19024, msg="Key Words Not Found"), "refused", True, None, id="keyword"),
        pytest.param(said(code=9499, msg="Bad Request"), "refused", True, None, id="form"),
        pytest.param(said(code=1, msg="?"), "refused", True, None, id="nobody knows the code"),
        pytest.param(said(code=19021, StatusCode=0), "refused", True, None, id="the newer form counts, where both are"),
        pytest.param(said(StatusCode=1), "refused", True, None, id="the older form refuses"),
        pytest.param(said(code=11232, msg="frequency limited psm"), "rate_limited", False, HALF, id="too fast"),
        pytest.param(said(code=230020, msg="limit"), "rate_limited", False, HALF, id="too fast for the group"),
        pytest.param(
            said(code=9499, msg="too many request"),
            "rate_limited",
            False,
            timedelta(minutes=1),
            id="too fast, by words",
        ),
        pytest.param(said(), "not_understood", False, None, id="an empty answer"),
        pytest.param(status(200), "not_understood", False, None, id="no answer"),
        pytest.param(status(400, '{"code":9499,"msg":"Bad Request"}'), "refused", True, None, id="with its status"),
        pytest.param(status(502), "busy", False, None, id="gateway"),
    ],
)
async def test_what_an_answer_means(
    answer: Answer, code: str, permanent: bool, wait: timedelta | None, secret: Keep
) -> None:
    async with receiving(answer) as receiver:
        with pytest.raises(NotifyError) as caught:
            await send(receiver, secret)
    assert (caught.value.code, caught.value.permanent, caught.value.retry_after) == (code, permanent, wait)
    assert CANARY not in str(caught.value)
