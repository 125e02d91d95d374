"""WeCom: the robot of a group, and an application's message to one person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from config.channels import WecomAppChannel, WecomRobotChannel
from config.secret import Secret
from duty.errors import NotifyError
from duty.people import Contact
from exporters.notify.port import Message, Receipt
from exporters.notify.wecom import MARKDOWN_MOST, TEXT_MOST, WecomAppNotifier, WecomRobotNotifier, robot_body
from tests.exporters.notify.receiver import (
    CANARY,
    DEADLINE,
    GROUP,
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
TOKEN = said(errcode=0, errmsg="ok", access_token=f"token-{CANARY}", expires_in=7200)
PHONE = "13800000001"
LINK = ("详情", "https://duty.example.com/alerts/7")


async def send(receiver: Receiver, secret: Keep, what: Message | None = None) -> Receipt:
    channel = WecomRobotChannel(
        kind="wecom_robot", webhook=secret(f"{receiver.url}/cgi-bin/webhook/send?key={CANARY}"), private=True
    )
    notifier = WecomRobotNotifier(channel, now)
    try:
        return await notifier.send(GROUP, what or message(), deadline=DEADLINE)
    finally:
        await notifier.close()


def application(receiver: Receiver, secret: Keep) -> WecomAppNotifier:
    channel = WecomAppChannel(
        kind="wecom_app", corp="ww1", agent_id=1000002, secret=secret(CANARY), server=receiver.url, private=True
    )
    return WecomAppNotifier(channel, now)


async def write(
    receiver: Receiver, secret: Keep, user: str = "jia.gong", what: Message | None = None, times: int = 1
) -> Receipt:
    notifier = application(receiver, secret)
    try:
        for _ in range(times):
            receipt = await notifier.send(Contact("wecom", user), what or message(), deadline=DEADLINE)
        return receipt
    finally:
        await notifier.close()


async def test_a_group_is_told_in_markdown(secret: Keep) -> None:
    async with receiving(OK) as receiver:
        assert (await send(receiver, secret)).text == "errcode 0 ok"
    assert receiver.requests[0].document() == {
        "msgtype": "markdown",
        "markdown": {
            "content": "**【夜班值守】🔴严重|HZ1-CORE-01 核心交换机失联**\n03:10 起,连续 3 次无应答\n"
            "影响:下联 214 台设备\n"
            "[详情](https://duty.example.com/alerts/7)"
        },
    }


def test_who_is_called_gets_a_text_for_markdown_calls_nobody() -> None:
    sent = json.loads(robot_body(message(mention=(PHONE,)), ""))
    assert sent["msgtype"] == "text"
    assert sent["text"]["mentioned_mobile_list"] == [PHONE]
    assert sent["text"]["content"].endswith("\n详情: https://duty.example.com/alerts/7")


@pytest.mark.parametrize("filler", ["a", "网", "🔴", '"'])
@pytest.mark.parametrize(
    ("mention", "most"),
    [pytest.param((PHONE,), TEXT_MOST, id="text"), pytest.param((), MARKDOWN_MOST, id="markdown")],
)
def test_the_content_stays_within_its_bytes_and_uses_them(filler: str, mention: tuple[str, ...], most: int) -> None:
    sent = json.loads(robot_body(message(lines=(filler * 3000, filler * 3000), mention=mention), ""))
    content = sent[sent["msgtype"]]["content"]
    assert most - 4 <= len(content.encode()) <= most
    assert "…\n" in content
    assert LINK[1] in content


@pytest.mark.parametrize("over", [0, 1])
def test_a_text_that_just_fits_is_whole(over: int) -> None:
    empty = json.loads(robot_body(message(lines=("",), mention=(PHONE,)), ""))["text"]["content"]
    line = "a" * (TEXT_MOST - len(empty.encode()) + over)
    sent = json.loads(robot_body(message(lines=(line,), mention=(PHONE,)), ""))["text"]["content"]
    assert (line in sent) is not bool(over)
    assert len(sent.encode()) <= TEXT_MOST


def test_a_device_can_neither_call_everybody_nor_bring_a_link() -> None:
    sent = json.loads(robot_body(message(lines=("<@all> [x](http://evil.example)",), links=()), ""))
    assert "<@all>" not in sent["markdown"]["content"]
    assert "](" not in sent["markdown"]["content"]


CODES = [
    pytest.param(said(errcode=93000, errmsg=f"invalid webhook url {CANARY}"), "refused", True, None, id="webhook"),
    pytest.param(said(errcode=40058, errmsg="content exceed max length"), "refused", True, None, id="too long"),
    pytest.param(said(errcode=44004, errmsg="empty content"), "refused", True, None, id="empty"),
    pytest.param(said(errcode=60020, errmsg="not allow to access from your ip"), "refused", True, None, id="ip"),
    pytest.param(said(errcode=81013, errmsg="user & party & tag all invalid"), "refused", True, None, id="nobody"),
    pytest.param(said(errcode=999999), "refused", True, None, id="nobody knows the code"),
    pytest.param(
        said(errcode=45009, errmsg="api freq out of limit"), "rate_limited", False, timedelta(minutes=1), id="too fast"
    ),
    pytest.param(said(errcode=45033, errmsg="api concurrent out of limit"), "busy", False, None, id="too much at once"),
    pytest.param(said(errcode=-1, errmsg="system busy"), "busy", False, None, id="busy"),
    pytest.param(status(200, "<html>"), "not_understood", False, None, id="a portal in between"),
    pytest.param(status(503), "busy", False, None, id="gateway"),
]


@pytest.mark.parametrize(("answer", "code", "permanent", "wait"), CODES)
async def test_what_an_answer_to_the_robot_means(
    answer: Answer, code: str, permanent: bool, wait: timedelta | None, secret: Keep
) -> None:
    async with receiving(answer) as receiver:
        with pytest.raises(NotifyError) as caught:
            await send(receiver, secret)
    assert (caught.value.code, caught.value.permanent, caught.value.retry_after) == (code, permanent, wait)
    assert CANARY not in str(caught.value)


async def test_an_application_signs_in_and_writes_to_one_person(secret: Keep) -> None:
    async with receiving(TOKEN, OK) as receiver:
        assert (await write(receiver, secret)).text == "errcode 0 ok"
    asked, sent = receiver.requests
    assert (asked.method, urlsplit(asked.target).path) == ("GET", "/cgi-bin/gettoken")
    assert parse_qs(urlsplit(asked.target).query) == {"corpid": ["ww1"], "corpsecret": [CANARY]}
    assert parse_qs(urlsplit(sent.target).query) == {"access_token": [f"token-{CANARY}"]}
    assert (sent.document()["touser"], sent.document()["agentid"]) == ("jia.gong", 1000002)
    assert len(sent.document()["text"]["content"].encode()) <= TEXT_MOST


async def test_the_token_is_kept_for_the_next_message(secret: Keep) -> None:
    async with receiving(TOKEN, OK) as receiver:
        await write(receiver, secret, times=3)
    assert [each.method for each in receiver.requests] == ["GET", "POST", "POST", "POST"]


@pytest.mark.parametrize("code", [40014, 42001])
async def test_a_stale_token_is_renewed_and_the_message_sent_again_at_once(code: int, secret: Keep) -> None:
    async with receiving(TOKEN, said(errcode=code, errmsg="access_token expired"), TOKEN, OK) as receiver:
        assert (await write(receiver, secret)).text == "errcode 0 ok"
    assert [each.method for each in receiver.requests] == ["GET", "POST", "GET", "POST"]


async def test_a_token_that_stays_stale_is_not_renewed_without_end(secret: Keep) -> None:
    stale = said(errcode=40014, errmsg="invalid access_token")
    async with receiving(TOKEN, stale, TOKEN, stale) as receiver:
        with pytest.raises(NotifyError, match="busy: errcode 40014") as caught:
            await write(receiver, secret)
    assert not caught.value.permanent
    assert len(receiver.requests) == 4


@pytest.mark.parametrize(("answer", "code", "permanent", "wait"), CODES)
async def test_what_an_answer_to_the_application_means(
    answer: Answer, code: str, permanent: bool, wait: timedelta | None, secret: Keep
) -> None:
    async with receiving(TOKEN, answer) as receiver:
        with pytest.raises(NotifyError) as caught:
            await write(receiver, secret)
    assert (caught.value.code, caught.value.permanent, caught.value.retry_after) == (code, permanent, wait)


@pytest.mark.parametrize(
    ("answer", "code", "permanent"),
    [
        pytest.param(said(errcode=40001, errmsg=f"invalid credential {CANARY}"), "refused", True, id="secret"),
        pytest.param(said(errcode=40013, errmsg="invalid corpid"), "refused", True, id="company"),
        pytest.param(said(errcode=0), "not_understood", False, id="no token"),
        pytest.param(said(errcode=-1), "busy", False, id="busy"),
    ],
)
async def test_what_a_refused_sign_in_means(answer: Answer, code: str, permanent: bool, secret: Keep) -> None:
    async with receiving(answer) as receiver:
        with pytest.raises(NotifyError) as caught:
            await write(receiver, secret)
    assert (caught.value.code, caught.value.permanent) == (code, permanent)
    assert CANARY not in str(caught.value)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("refusal", ["invaliduser", "unlicenseduser"])
async def test_an_answer_that_names_whom_it_will_not_reach_is_a_refusal(refusal: str, secret: Keep) -> None:
    async with receiving(TOKEN, said(errcode=0, errmsg="ok", **{refusal: "jia.gong"})) as receiver:
        with pytest.raises(NotifyError, match=f"refused: {refusal} jia.gong") as caught:
            await write(receiver, secret)
    assert caught.value.permanent


@pytest.mark.parametrize("user", ["@all", "", "a|b", "a b", "x" * 65])
async def test_an_address_that_is_not_one_user_reaches_nobody(user: str, secret: Keep) -> None:
    async with receiving(TOKEN, OK) as receiver:
        with pytest.raises(NotifyError, match="address_wrong") as caught:
            await write(receiver, secret, user)
    assert caught.value.permanent
    assert receiver.requests == []
