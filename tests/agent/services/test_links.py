"""Links in messages: who gets one that opens without a sign-in, and the key that signs them."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent import bootstrap
from agent.services.deliver import worded
from agent.services.hand_out import Addressed
from agent.services.links import KEY_BYTES, Links
from agent.store.batches import Batch
from agent.store.outbox import OutboxItem, OutboxState
from config.load import parse
from config.schema import Settings
from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.people import Contact, Person
from exporters.notify.port import Message

NOW = datetime(2026, 11, 23, 19, 10, tzinfo=UTC)
PUBLIC = "https://night.example.com"
SETTINGS = """
sites: {hz1: {zone: Asia/Shanghai}}
channels:
  group: {kind: dingtalk, webhook: env:W}
  feishu: {kind: feishu, webhook: env:W}
  robot: {kind: wecom_robot, webhook: env:W}
  app: {kind: wecom_app, corp: c, agent_id: 1, secret: env:S}
  mail: {kind: smtp, host: mail.example.com, sender: night@example.com}
  sms: {kind: webhook, url: https://sms.example.com/}
  siren: {kind: command, path: /bin/true}
  shared: {kind: smtp, host: mail.example.com, sender: night@example.com, group: true}
fallback: [{channel: siren}]
"""
ALERT = Alert(
    7,
    ("core", "reach", ""),
    "hz1",
    Severity.CRITICAL,
    AlertState.FIRING,
    NOW,
    NOW,
    Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout"),
)
JIA = Person("jia", "Tech A")


@pytest.fixture(scope="module")
def settings() -> Settings:
    return parse(SETTINGS, "links.yaml")


def message(settings: Settings, contact: Contact, person: Person | None = JIA, *, public: str = PUBLIC) -> Message:
    name = person.name if person else ""
    item = OutboxItem(
        key="7-1", event="fired", contact=contact, person=name, alert=7, fired=NOW, step=0, number=1, created=NOW,
        state=OutboxState.LEASED, tries=1, next_at=NOW, lease_until=NOW, lease_by="", sent_at=None, receipt="",
        error="",
        batch="7-1",
    )  # fmt: skip
    links = Links(bytes(KEY_BYTES), public, "agent", settings.channels) if public else None
    orders = bootstrap.make_orders(settings, dict.fromkeys(settings.cadences, NOW))
    return worded(
        Addressed(Batch("7-1", (item,)), {7: ALERT}, {person.name: person} if person else {}), orders, NOW, links
    )


@pytest.mark.parametrize(
    ("channel", "address", "personal"),
    [
        pytest.param("group", "13800000001", False, id="a DingTalk group, whoever is mentioned"),
        pytest.param("feishu", "", False, id="a Feishu group"),
        pytest.param("robot", "jia", False, id="a WeCom group"),
        pytest.param("app", "jia", True, id="one person in WeCom"),
        pytest.param("app", "@all", False, id="everybody in WeCom"),
        pytest.param("app", "jia|yi", False, id="two in WeCom"),
        pytest.param("mail", "jia@example.com", True, id="a mailbox"),
        pytest.param("shared", "noc@example.com", False, id="a mailbox that many read"),
        pytest.param("sms", "13800000001", True, id="a number"),
        pytest.param("siren", "", False, id="a siren"),
        pytest.param("gone", "jia", False, id="a channel that left the settings"),
    ],
)
def test_only_a_message_to_one_person_has_a_link_that_opens(
    settings: Settings, channel: str, address: str, personal: bool
) -> None:
    said = message(settings, Contact(channel, address))
    ((label, url),) = said.links
    assert label == "认领"
    assert re.fullmatch(rf"{PUBLIC}/l/[A-Za-z0-9_-]+" if personal else rf"{PUBLIC}/alerts/7", url)
    assert "http" not in said.sms, "an SMS never has a link"


def test_the_fallback_is_nobody_in_particular(settings: Settings) -> None:
    assert message(settings, Contact("mail", "noc@example.com"), None).links[0][1] == f"{PUBLIC}/alerts/7"


def test_without_a_public_address_there_are_no_links(settings: Settings) -> None:
    assert message(settings, Contact("mail", "jia@example.com"), public="").links == ()
    assert bootstrap.make_links(settings) is None


def test_the_key_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "link-key"
    key = bootstrap.link_key(path)
    assert len(key) == KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert bootstrap.link_key(path) == key
    assert [each.name for each in tmp_path.iterdir()] == ["link-key"]


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        pytest.param(b"k" * KEY_BYTES, 0o644, id="others may read it"),
        pytest.param(b"short", 0o600, id="cut off"),
        pytest.param(b"", 0o600, id="empty"),
        pytest.param(b"k" * 100, 0o600, id="something else"),
    ],
)
def test_a_key_that_is_none_any_more_is_replaced_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes, mode: int
) -> None:
    path = tmp_path / "link-key"
    path.write_bytes(content)
    path.chmod(mode)
    (tmp_path / "link-key.new").write_bytes(b"left by a crash")
    key = bootstrap.link_key(path)
    assert key != content
    assert path.read_bytes() == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "is replaced" in caplog.text
    assert key.hex() not in caplog.text


def test_a_key_that_cannot_be_made_costs_the_links_and_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "is-not-there"))
    assert bootstrap.make_links(parse(SETTINGS + f"console: {{public_url: {PUBLIC}}}\n", "links.yaml")) is None
    assert "messages carry no links" in caplog.text
