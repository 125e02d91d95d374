"""DingTalk's robot: what it is sent, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from config.channels import DingTalkChannel
from config.secret import Secret
from duty.errors import NotifyError
from exporters.notify.dingtalk import BODY_MOST, DingTalkNotifier, body, signature
from exporters.notify.port import Message, Receipt
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
OK = said(errcode=0, errmsg="ok")
PHONE = "13800000001"


async def send(
    receiver: Receiver, secret: Keep, what: Message | None = None, *, signed: bool = True, keyword: str = ""
) -> Receipt:
    channel = DingTalkChannel(
        kind="dingtalk",
        webhook=secret(f"{receiver.url}/robot/send?access_token={CANARY}"),
        secret=secret(f"SEC{CANARY}") if signed else None,
        keyword=keyword,
        private=True,
    )
    notifier = DingTalkNotifier(channel, now)
    try:
        return await notifier.send(GROUP, what or message(), deadline=DEADLINE)
    finally:
        await notifier.close()


def text(sent: bytes) -> str:
    found: str = json.loads(sent)["markdown"]["text"]
    return found


async def test_it_is_accepted_when_the_body_says_so(secret: Keep) -> None:
    async with receiving(OK) as receiver:
        receipt = await send(receiver, secret)
    assert receipt.text == "errcode 0 ok"
    assert receiver.requests[0].document()["msgtype"] == "markdown"


def test_the_signature_is_that_of_the_time_in_milliseconds_and_the_secret() -> None:
    # printf '1795489800000\nSECabc' | openssl dgst -sha256 -hmac SECabc -binary | base64
    assert signature("SECabc", NOW) == {
        "timestamp": "1795489800000",
        "sign": "iQnxZi11AKqPLc1q5JHHWkSzYFkz3Gpj4Hj/nHhMcPs=",
    }


async def test_the_signature_goes_into_the_address_beside_the_token(secret: Keep) -> None:
    async with receiving(OK) as receiver:
        await send(receiver, secret)
    asked = parse_qs(urlsplit(receiver.requests[0].target).query)
    assert asked["access_token"] == [CANARY]
    assert {name: [value] for name, value in signature(f"SEC{CANARY}", NOW).items()}.items() <= asked.items()


async def test_a_robot_without_a_secret_is_not_signed(secret: Keep) -> None:
    async with receiving(OK) as receiver:
        await send(receiver, secret, signed=False)
    assert set(parse_qs(urlsplit(receiver.requests[0].target).query)) == {"access_token"}


@pytest.mark.parametrize(
    ("title", "keyword", "own"),
    [
        pytest.param("严重|CORE-01 失联", "【夜班值守】", "", id="a title without it gets it"),
        pytest.param("CRITICAL: CORE-01", "[Night duty]", "", id="in English"),
        pytest.param("【夜班值守】严重", "【夜班值守】", "机房", id="the robot's own as well"),
    ],
)
def test_the_keyword_is_always_in_the_text(title: str, keyword: str, own: str) -> None:
    sent = text(body(message(title=title, keyword=keyword), own))
    assert sent.count(keyword) == 1
    assert own in sent


def test_who_is_called_stands_in_the_text_as_well_as_in_the_list() -> None:
    sent = body(message(mention=(PHONE, "no number", "13800000009")), "")
    assert json.loads(sent)["at"] == {"atMobiles": [PHONE, "13800000009"], "isAtAll": False}
    assert f"@{PHONE}  @13800000009" in text(sent)


def test_who_is_called_in_a_line_already_is_not_called_twice() -> None:
    sent = text(body(message(lines=(f"@{PHONE} 甲工 请 03:15 前认领",), mention=(PHONE,)), ""))
    assert sent.count(f"@{PHONE}") == 1


def test_links_become_buttons_and_what_is_no_web_address_does_not() -> None:
    links = (("详情", "https://duty.example.com/a"), ("坏", "javascript:alert(1)"), ("坏", "https://x.example/a)b"))
    sent = text(body(message(links=links), ""))
    assert sent.endswith("[详情](https://duty.example.com/a)")
    assert "坏" not in sent


def test_a_device_cannot_bring_a_link_or_html() -> None:
    sent = text(body(message(lines=("name [click](http://evil.example) <img src=x>",), links=()), ""))
    assert "](" not in sent
    assert "<" not in sent


@pytest.mark.parametrize("filler", ["a", "网", '"', "🔴"])
def test_the_body_stays_within_its_bytes_and_uses_them(filler: str) -> None:
    sent = body(message(lines=tuple(filler * 1000 for _ in range(30)), mention=(PHONE,)), "")
    assert BODY_MOST - 6 <= len(sent) <= BODY_MOST
    assert "…" in text(sent)
    assert text(sent).endswith("[详情](https://duty.example.com/alerts/7)")
    assert f"@{PHONE}" in text(sent)


@pytest.mark.parametrize("over", [0, 1])
def test_a_text_that_just_fits_is_whole(over: int) -> None:
    room = BODY_MOST - len(body(message(lines=("",)), ""))
    sent = body(message(lines=(*("a" * 1000 for _ in range(room // 1004)), "b" * (room % 1004 - 4 + over), "")), "")
    assert ("…" in text(sent)) is bool(over)
    assert len(sent) <= BODY_MOST


MINUTES_10 = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("answer", "code", "permanent", "wait"),
    [
        pytest.param(said(errcode=310000, errmsg="keywords not in content"), "refused", True, None, id="keyword"),
        pytest.param(said(errcode=310000, errmsg="sign not match"), "refused", True, None, id="signature"),
        pytest.param(said(errcode=310000, errmsg="invalid timestamp"), "refused", True, None, id="time"),
        pytest.param(said(errcode=310000, errmsg="ip 1.2.3.4 not in whitelist"), "refused", True, None, id="ip"),
        pytest.param(said(errcode=300001, errmsg="token is not exist"), "refused", True, None, id="token"),
        pytest.param(said(errcode=400101, errmsg="access_token不存在"), "refused", True, None, id="token gone"),
        pytest.param(said(errcode=400013, errmsg="群已被解散"), "refused", True, None, id="group dissolved"),
        pytest.param(said(errcode=400102, errmsg="机器人已停用"), "refused", True, None, id="robot stopped"),
        pytest.param(said(errcode=40035, errmsg="缺少参数 json"), "refused", True, None, id="form"),
        pytest.param(said(errcode=460101, errmsg="message too long"), "refused", True, None, id="too long"),
        pytest.param(said(errcode=90030, errmsg="webhook over limit"), "refused", True, None, id="quota"),
        pytest.param(said(errcode=777777, errmsg="?"), "refused", True, None, id="nobody knows the code"),
        pytest.param(said(errcode=130101, errmsg="send too fast"), "rate_limited", False, MINUTES_10, id="too fast"),
        pytest.param(
            said(errcode=410100, errmsg="发送速度太快"), "rate_limited", False, MINUTES_10, id="too fast, new"
        ),
        pytest.param(said(errcode=90018, errmsg="disabled"), "rate_limited", False, MINUTES_10, id="server disabled"),
        pytest.param(said(errcode=-1, errmsg="系统繁忙"), "busy", False, None, id="busy"),
        pytest.param(status(200, "<html>sign in</html>"), "not_understood", False, None, id="a portal in between"),
        pytest.param(status(200, "[]"), "not_understood", False, None, id="another document"),
        pytest.param(said(errmsg="ok"), "not_understood", False, None, id="no code"),
        pytest.param(said(errcode=False), "not_understood", False, None, id="false is not 0"),
        pytest.param(said(errcode="0"), "not_understood", False, None, id="text is not 0"),
        pytest.param(status(200, "[" * 60000), "not_understood", False, None, id="brackets without end"),
        pytest.param(status(500, '{"errcode":0}'), "busy", False, None, id="0 within a 500"),
        pytest.param(status(502), "busy", False, None, id="gateway"),
        pytest.param(status(404, "<html>"), "refused", True, None, id="no such page"),
        pytest.param(
            status(429, "", "Retry-After: 30"), "rate_limited", False, timedelta(seconds=30), id="429 says how long"
        ),
        pytest.param(
            status(302, "", "Location: http://169.254.169.254/"), "refused", True, None, id="a redirect is not followed"
        ),
    ],
)
async def test_what_an_answer_means(
    answer: Answer, code: str, permanent: bool, wait: timedelta | None, secret: Keep
) -> None:
    async with receiving(answer) as receiver:
        with pytest.raises(NotifyError) as caught:
            await send(receiver, secret)
    assert (caught.value.code, caught.value.permanent, caught.value.retry_after) == (code, permanent, wait)
    assert len(receiver.requests) == 1


async def test_a_refusal_says_why_without_the_secrets(secret: Keep) -> None:
    answer = said(errcode=310000, errmsg=f"token {CANARY} with SEC{CANARY}\nis \x1b[31mbad" + "!" * 5000)
    async with receiving(answer) as receiver:
        with pytest.raises(NotifyError) as caught:
            await send(receiver, secret)
    assert str(caught.value).startswith("refused: errcode 310000 token *** with *** is")
    assert caught.value.seen.isprintable()
    assert len(caught.value.seen) < 250
