"""A webhook: what is posted, and what a status means."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.channels import WebhookChannel
from config.secret import Secret
from duty.errors import NotifyError
from duty.people import Contact
from exporters.notify.port import Message, Receipt
from exporters.notify.webhook import WebhookNotifier
from tests.exporters.notify.receiver import (
    CANARY,
    DEADLINE,
    NOW,
    Answer,
    Receiver,
    drip,
    drop,
    message,
    now,
    receiving,
    status,
)

Keep = Callable[[str], Secret]
SMS = Contact("sms", "13800000001")


async def send(receiver: Receiver, what: Message | None = None, **options: Any) -> Receipt:
    plain: dict[str, Any] = {"kind": "webhook", "url": f"{receiver.url}/sms", "private": True}
    channel = WebhookChannel(**(plain | options))
    notifier = WebhookNotifier(channel, now)
    try:
        return await notifier.send(SMS, what or message(), deadline=DEADLINE)
    finally:
        await notifier.close()


async def test_a_gateway_gets_all_that_it_needs() -> None:
    async with receiving(status(202)) as receiver:
        receipt = await send(receiver, message(mention=("13800000001",)))
    sent = receiver.requests[0]
    assert receipt.text == "202 Said"
    assert (sent.method, sent.target) == ("POST", "/sms")
    assert sent.headers["content-type"] == "application/json"
    assert sent.document() == {
        "key": "7-1764000000-0-甲工-group",
        "address": "13800000001",
        "severity": "critical",
        "title": "【夜班值守】🔴严重|HZ1-CORE-01 核心交换机失联",
        "text": "03:10 起,连续 3 次无应答\n影响:下联 214 台设备",
        "sms": "严重:CORE-01失联。A07",
        "mention": ["13800000001"],
        "links": [{"label": "详情", "url": "https://duty.example.com/alerts/7"}],
    }


async def test_what_was_taken_without_an_answer_is_sent_again_with_its_key() -> None:
    async with receiving(drop, status(200)) as receiver:
        with pytest.raises(NotifyError, match="no_answer") as caught:
            await send(receiver)
        await send(receiver)
    assert not caught.value.permanent
    first, second = (each.headers["idempotency-key"] for each in receiver.requests)
    assert first == second == "7-1764000000-0-%E7%94%B2%E5%B7%A5-group"


async def test_another_message_has_another_key() -> None:
    async with receiving(status(200)) as receiver:
        for key in ("a b", "a%20b", "a\r\nX-Evil: 1"):
            await send(receiver, message(key=key))
    assert [each.headers["idempotency-key"] for each in receiver.requests] == ["a b", "a%2520b", "a%0D%0AX-Evil: 1"]
    assert all("x-evil" not in each.headers for each in receiver.requests)


async def test_the_token_and_the_signature_say_who_it_is_from(secret: Keep) -> None:
    async with receiving(status(200)) as receiver:
        await send(receiver, token=secret(CANARY), secret=secret("signing"))
    sent = receiver.requests[0]
    stamp = str(int(NOW.timestamp()))
    digest = hmac.new(b"signing", stamp.encode() + b"." + sent.body, "sha256").hexdigest()
    assert sent.headers["authorization"] == f"Bearer {CANARY}"
    assert sent.headers["x-nightduty-timestamp"] == stamp
    assert sent.headers["x-nightduty-signature"] == f"sha256={digest}"


async def test_a_status_of_2xx_has_accepted_it_whatever_follows() -> None:
    async with receiving(drip) as receiver:
        assert (await send(receiver)).text == "200 OK"


@pytest.mark.parametrize(
    ("answer", "code", "permanent", "wait"),
    [
        pytest.param(status(400), "refused", True, None, id="bad request"),
        pytest.param(status(401), "refused", True, None, id="token"),
        pytest.param(status(404), "refused", True, None, id="no such page"),
        pytest.param(status(408), "busy", False, None, id="too slow"),
        pytest.param(status(425), "busy", False, None, id="too early"),
        pytest.param(status(429), "rate_limited", False, timedelta(minutes=1), id="too fast"),
        pytest.param(
            status(429, "", "Retry-After: 120"), "rate_limited", False, timedelta(minutes=2), id="too fast, so long"
        ),
        pytest.param(
            status(429, "", "Retry-After: 999999"),
            "rate_limited",
            False,
            timedelta(hours=1),
            id="no longer than an hour",
        ),
        pytest.param(
            status(429, "", "Retry-After: -5"), "rate_limited", False, timedelta(minutes=1), id="no time at all"
        ),
        pytest.param(
            status(503, "", "Retry-After: 7"), "busy", False, timedelta(seconds=7), id="down, and says how long"
        ),
        pytest.param(status(500), "busy", False, None, id="defect"),
        pytest.param(status(301, "", "Location: http://127.0.0.1/"), "refused", True, None, id="moved"),
    ],
)
async def test_what_a_status_means(answer: Answer, code: str, permanent: bool, wait: timedelta | None) -> None:
    async with receiving(answer) as receiver:
        with pytest.raises(NotifyError) as caught:
            await send(receiver)
    assert (caught.value.code, caught.value.permanent, caught.value.retry_after) == (code, permanent, wait)
    assert len(receiver.requests) == 1


async def test_a_server_of_the_own_network_must_be_allowed() -> None:
    async with receiving(status(200)) as receiver:
        with pytest.raises(NotifyError, match=r"address_forbidden: 127\.0\.0\.1 is a private address") as caught:
            await send(receiver, private=False)
    assert caught.value.permanent
    assert receiver.requests == []


async def test_a_message_without_end_is_bounded() -> None:
    async with receiving(status(200)) as receiver:
        await send(receiver, message(title="网" * 100_000, lines=("网" * 100_000,) * 100))
    assert len(receiver.requests[0].body) < 32_000
