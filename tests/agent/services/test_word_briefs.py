"""What stands in the outbox of a brief, or of a form that was returned, becomes a message with its link."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent import bootstrap
from agent.services.hand_out import Addressed
from agent.services.links import KEY_BYTES, Links
from agent.services.word_letter import PAGES, worded
from agent.store.batches import Batch
from agent.store.bodies import canonical, parse
from agent.store.outbox import OutboxItem, OutboxState
from agent.store.values import plain
from config.load import parse as parse_settings
from duty.briefs import Brief, BriefKind, RoundTally
from duty.people import Contact, Person, Post
from duty.rounds import SheetState
from duty.tours import Turn
from exporters.notify.port import Message
from tests.agent.services.test_links import ALERT, NOW, PUBLIC, SETTINGS

PEOPLE = {
    "jia": Person("jia", "甲工", language="zh"),
    "yi": Person("yi", "Manager B", language="en", phone="138-0000-0002"),
    "zu": Person("zu", "Leader", (Post.LEADER,), language="en"),
}
EVENING = NOW.replace(hour=12, minute=0)
BRIEF = Brief(
    BriefKind.MORNING,
    "hz1",
    NOW,
    Turn.NIGHT,
    EVENING,
    EVENING.replace(day=24, hour=0),
    RoundTally(8, 8, last=NOW, counts={SheetState.OK: 2**64}),
    opened=1,
    open=1,
    worst=replace(ALERT, taken_by="jia"),
    technicians=("jia", "somebody who left"),
    form="JB-20261123-N",
    signers=("yi",),
)


MAIL = Contact("mail", "a@example.com")


def said(
    event: str,
    data: dict[str, Any],
    person: str = "yi",
    public: str = PUBLIC,
    contact: Contact = MAIL,
    settings: str = SETTINGS,
) -> Message:
    """Word a letter as the outbox gives it back."""
    parsed = parse_settings(settings, "words.yaml")
    item = OutboxItem(
        key="brief", event=event, contact=contact, person=person, number=1, created=NOW,
        state=OutboxState.LEASED, tries=1, next_at=NOW, lease_until=NOW, lease_by="", sent_at=None, receipt="",
        error="", batch="brief", data=parse(canonical(data)),
    )  # fmt: skip
    orders = bootstrap.make_orders(parsed, dict.fromkeys(parsed.cadences, NOW))
    links = Links(bytes(KEY_BYTES), public, "agent", parsed.channels) if public else None
    return worded(Addressed(Batch("brief", (item,)), {}, PEOPLE), orders, NOW, links)


def test_a_brief_is_worded_when_it_is_sent_with_the_titles_of_people() -> None:
    message = said("brief_morning", plain(BRIEF))
    assert message.title.endswith("night of Mon 23 Nov (20:00-08:00), hz1: alerts open 1")
    assert message.lines[0].endswith("A07 CRITICAL core not reached since 03:10 (甲工 has it)")
    assert "Technician on duty: 甲工, somebody who left" in message.lines
    assert message.sms.endswith("Handover form awaits you.")
    assert message.links == (("Open the form", f"{PUBLIC}/handover"),)
    assert "http" not in message.sms
    assert message.mention == (), "it asks nobody to hurry"


def test_whoever_else_reads_it_sees_who_must_sign() -> None:
    message = said("brief_morning", plain(BRIEF), person="jia")
    assert message.lines[-1] == "交接表 JB-20261123-N 待Manager B 08:00 审签"
    assert "待您审签" not in message.sms


def test_all_well_leads_to_the_first_page() -> None:
    message = said("brief_all_well", plain(replace(BRIEF, kind=BriefKind.ALL_WELL, open=0, worst=None)))
    assert message.links == (("Details", f"{PUBLIC}/"),)
    assert "ALL WELL: hz1 at 03:10" in message.title


@pytest.mark.parametrize("event", PAGES)
def test_without_a_public_address_there_is_no_link(event: str) -> None:
    assert said(event, plain(BRIEF), public="").links == ()


def test_a_brief_of_an_older_version_is_told_with_what_it_has() -> None:
    data = {name: value for name, value in plain(BRIEF).items() if name not in ("tasks", "unheld", "worst", "form")}
    assert "MORNING BRIEF" in said("brief_morning", data).title


def test_a_form_that_was_returned_is_told_to_who_must_sign_it_anew() -> None:
    data = {"form": "JB-20261123-N", "by": "yi", "reason": "core board missing"}
    message = said("handover_returned", data, person="jia")
    assert message.title == "【夜班值守】🟠交接表退回｜Manager B退回了 JB-20261123-N"
    assert message.lines == ("原因：“core board missing”", "请更正后重新签字，此前的签字不再有效")
    assert message.links == (("打开交接表", f"{PUBLIC}/handover"),)
    assert said("handover_returned", data).mention == ("13800000002",), "somebody is asked to do something"
