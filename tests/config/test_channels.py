"""Channels as the operator writes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from config.channels import AnyChannel, mailbox
from config.model import Model
from config.units import Name
from exporters.notify.registry import NOTIFIERS

CANARY = "canary-7Hq2"

GOOD: dict[str, dict[str, Any]] = {
    "dingtalk": {"webhook": "env:A", "secret": "env:B", "keyword": "值班"},
    "wecom_robot": {"webhook": "env:A"},
    "wecom_app": {"corp": "ww1", "agent_id": 1000002, "secret": "env:A"},
    "feishu": {"webhook": "env:A"},
    "smtp": {"host": "mail.example.com", "sender": "night@example.com", "user": "night", "password": "env:A"},
    "webhook": {"url": "http://127.0.0.1:8700/sms", "token": "env:A", "private": True},
    "command": {"path": "/usr/local/bin/siren", "arguments": ["--loud"]},
    "apprise": {"url": "env:A"},
}


class Told(Model):
    """As the settings hold them."""

    channels: dict[Name, AnyChannel]


def read(kind: str, **more: Any) -> Any:
    written = {"kind": kind} | GOOD.get(kind, {}) | more
    return Told.model_validate_json(json.dumps({"channels": {"one": written}})).channels["one"]


def kinds() -> set[str]:
    models: tuple[type[BaseModel], ...] = get_args(get_args(AnyChannel)[0])
    return {kind for model in models for kind in get_args(model.model_fields["kind"].annotation)}


def test_every_kind_has_a_notifier_and_an_example_here() -> None:
    assert kinds() == set(NOTIFIERS) == set(GOOD)


@pytest.mark.parametrize("kind", GOOD)
async def test_a_channel_is_read_and_a_notifier_made_of_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", CANARY)
    notifier = NOTIFIERS[kind](read(kind), lambda: datetime(2026, 11, 24, tzinfo=UTC))
    assert CANARY not in repr(notifier) + repr(vars(notifier))
    await notifier.close()


@pytest.mark.parametrize(
    ("kind", "group"),
    [("dingtalk", True), ("wecom_robot", True), ("feishu", True), ("wecom_app", False), ("smtp", False)],
)
def test_a_robot_speaks_to_a_group_and_the_others_to_one_person(kind: str, group: bool) -> None:
    assert read(kind).group is group


def test_dingtalk_keeps_a_quarter_of_its_twenty_in_hand() -> None:
    assert read("dingtalk").per_minute == 15


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        pytest.param("dingtalk", {"webhook": f"https://oapi.dingtalk.com/robot/send?access_token={CANARY}"}, id="a"),
        pytest.param("dingtalk", {"secret": CANARY}, id="b"),
        pytest.param("smtp", {"password": CANARY}, id="c"),
        pytest.param("webhook", {"token": CANARY}, id="d"),
        pytest.param("apprise", {"url": f"slack://{CANARY}"}, id="e"),
    ],
)
def test_a_secret_never_stands_in_the_file_and_is_not_repeated(kind: str, more: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        read(kind, **more)
    assert CANARY not in str(caught.value)
    assert caught.value.errors()[0]["ctx"]["what"] == "a secret must not stand in this file"


@pytest.mark.parametrize(
    ("kind", "more", "what"),
    [
        pytest.param(
            "smtp", {"tls": "none"}, "a password over a connection that is not encrypted", id="clear password"
        ),
        pytest.param("smtp", {"user": ""}, "a user without a password, or a password without a user", id="half"),
        pytest.param("smtp", {"sender": "Night <n@example.com>"}, "not the address of a mailbox", id="sender"),
        pytest.param("webhook", {"url": "ftp://example.com/"}, "not a URL", id="scheme"),
        pytest.param("webhook", {"url": "http://exa mple.com/"}, "not a URL", id="space"),
        pytest.param(
            "webhook", {"url": "https://u:p@example.com/"}, "a URL with user or password in it", id="password"
        ),
        pytest.param("command", {"path": "siren"}, "not the path of a program", id="no absolute path"),
        pytest.param("command", {"path": "/bin/sh\n-c"}, "not the path of a program", id="two lines"),
    ],
)
def test_a_mistake_is_named(kind: str, more: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(kind, **more)
    assert caught.value.errors()[0]["ctx"]["what"] == what


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        pytest.param("dingtalk", {"per_minute": 21}, id="more than DingTalk takes"),
        pytest.param("dingtalk", {"per_minute": 0}, id="no message at all"),
        pytest.param("dingtalk", {"webhok": "env:A"}, id="unknown key"),
        pytest.param("carrier-pigeon", {}, id="unknown kind"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(kind, **more)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("a@b.example", True),
        ("a.b+c@d-e.example", True),
        ("a", False),
        ("a@b, c@d", False),
        ("a@b\n", False),
        ("", False),
    ],
)
def test_one_mailbox_is_one_mailbox(text: str, sound: bool) -> None:
    assert mailbox(text) is sound
