"""Changes of shift: the form is there in time, three people sign it, and it stands for good (policy 4.2, 6.1)."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection

from agent.services import fill_form, take
from agent.services.door import Door
from agent.services.passwords import Passwords
from agent.services.sign_form import Wanted, content_of, sign_form
from agent.store import accounts, alerts, form_contents, forms, journal
from agent.store.accounts import Account
from duty.errors import HandoverRefused
from duty.form_content import FormContent
from duty.handover import Field, Form, FormState, Signer, Verdict
from duty.people import Post
from duty.rounds import RoundState
from duty.signing import CHECKS
from tests.stories.night import Night, silent

SETTINGS = """
agent: {name: hz1, language: en}
sites: {hz1: {title: Hangzhou 1, zone: Asia/Shanghai}}
targets:
  - {name: core, kind: icmp, address: 10.0.0.1, key: true}
  - {name: access, kind: icmp, address: 10.0.0.2, depends_on: [core]}
  - {name: printer, kind: icmp, address: 10.0.0.3}
channels:
  sms: {kind: command, path: /bin/true}
people:
  - name: jia
    title: Tech A
    staff_number: "0017"
    phone: 138-0000-0001
    posts: [technician]
    contacts: [{channel: sms, address: "1"}]
  - {name: wu, title: Tech B, posts: [technician], contacts: [{channel: sms, address: "2"}]}
  - {name: yi, title: Manager B, posts: [manager], contacts: [{channel: sms, address: "3"}]}
  - {name: bing, title: Manager C, posts: [manager], contacts: [{channel: sms, address: "4"}]}
  - {name: zu, title: Leader, posts: [leader], contacts: [{channel: sms, address: "5"}]}
rotations:
  tech-night: {post: technician, people: [jia], start: 2026-11-01, begin: "20:00", end: "08:00"}
  tech-day: {post: technician, people: [wu], start: 2026-11-01, begin: "08:00", end: "20:00"}
  manager-night: {post: manager, people: [yi], start: 2026-11-01, begin: "20:00", end: "08:00"}
  manager-day: {post: manager, people: [bing], start: 2026-11-01, begin: "08:00", end: "20:00"}
  leader-night: {post: leader, people: [zu], start: 2026-11-01, begin: "20:00", end: "08:00"}
  leader-day: {post: leader, people: [zu], start: 2026-11-01, begin: "08:00", end: "20:00"}
briefs: {all_well: [], morning: null}
escalation: {self_test: null}
fallback:
  - {channel: sms, address: "9"}
"""
QUIETLY = timedelta(minutes=10)
PASSWORD = "correct-horse"


class Desk:
    """The people of the night, each with an account, before the form of the night."""

    def __init__(self, night: Night, folder: Path) -> None:
        self.night = night
        self.folder = folder
        quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.door = Door(night.station, folder, quick)

    async def account(self, name: str, *posts: Post) -> Account:
        """Return somebody's account, and make it if there is none."""
        store, now = self.night.station.store, self.night.clock.now()
        found = await store.read(accounts.get_account, name)
        if found is not None:
            return found
        kept = await self.door.passwords.hash(PASSWORD)
        return await store.write(_make, name, posts or (Post.TECHNICIAN,), kept, now)

    async def form(self) -> Form:
        """Return the oldest form that waits for a signature."""
        return (await self.night.station.store.read(forms.waiting_forms))[0]

    async def content(self, form: Form) -> FormContent:
        """Return what stands in a form now."""
        station = self.night.station
        return await station.store.read(content_of, station.orders, form, self.night.clock.now())

    async def sign(self, name: str, signer: Signer, *posts: Post, password: str = PASSWORD, **more: object) -> Form:
        """Sign the oldest form that waits, having read it."""
        account = await self.account(name, *posts)
        form = await self.form()
        said: dict[str, object] = {"seen": form_contents.digest_of(await self.content(form))}
        if signer is Signer.INCOMING:
            said["checked"] = CHECKS
        wanted = Wanted(signer, password=password, **said | more)  # type: ignore[arg-type]  # named as there
        return await sign_form(self.door, form.number, account, wanted, "127.0.0.1")

    async def agree(self, name: str = "yi") -> Form:
        """Let the duty manager agree."""
        return await self.sign(name, Signer.MANAGER, Post.MANAGER, verdict=Verdict.AGREED)


def _make(conn: Connection, agent: str, name: str, posts: tuple[Post, ...], kept: str, now: object) -> Account:
    return accounts.add_account(conn, agent, name, posts, kept, now, person=name, must_change=False)  # type: ignore[arg-type]


@pytest.fixture
async def night(tmp_path: Path) -> Night:
    made = Night(tmp_path, SETTINGS, "2026-11-23 19:30")
    await made.go_on_duty()
    return made


@pytest.fixture
def desk(night: Night, tmp_path: Path) -> Desk:
    return Desk(night, tmp_path)


async def close_the_day(desk: Desk) -> None:
    """Let the day hand over to the night, so that the form of the night is the one that waits."""
    night = desk.night
    await night.until("20:00", QUIETLY)
    await desk.sign("wu", Signer.OUTGOING)
    await desk.sign("jia", Signer.INCOMING)
    assert (await desk.agree("bing")).state is FormState.CLOSED


async def test_a_quiet_night_is_signed_by_three_and_stands(night: Night, desk: Desk) -> None:
    await close_the_day(desk)
    await night.until("07:39", QUIETLY)
    assert await night.station.store.read(forms.waiting_forms) == []
    await night.until("07:40")
    form = await desk.form()
    assert form.name == "JB-20261123-N", "the form of a night has the date of its evening"
    content = await desk.content(form)
    assert content.equipment.conclusion == "normal"
    assert content.equipment.rounds_due == 12
    assert [line.state for line in content.equipment.rounds] == [RoundState.COMPLETE] * 12
    assert [(who.title, who.staff_number, who.phone) for who in content.outgoing] == [
        ("Tech A", "0017", "138-0000-0001")
    ]
    assert [line.target for line in content.equipment.key] == ["core"]
    assert content.equipment.absences == 0
    await fill_form.fill_form(night.station, form.number, "jia", {Field.HEADS_UP_1: "lift is out of order"})
    assert await fill_form.arrive(night.station, form.number, "wu")
    await night.until("07:50")
    await desk.sign("jia", Signer.OUTGOING)
    await desk.sign("wu", Signer.INCOMING, remark="keys counted")
    await night.until("08:05")
    closed = await desk.agree()
    assert closed.state is FormState.CLOSED
    assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}", closed.code)
    kept = await desk.content(closed)
    assert kept.by_hand[Field.HEADS_UP_1].text == "lift is out of order"
    (came,) = kept.incoming
    assert came.arrived is not None
    assert came.due is not None
    assert came.arrived <= came.due, "a quarter of an hour early, on record"
    with pytest.raises(HandoverRefused, match="taken_over"):
        await fill_form.fill_form(night.station, form.number, "jia", {Field.HEADS_UP_1: "no it is not"})
    await night.until("10:00", QUIETLY)
    assert night.sent == [], "nobody was called"
    assert (await night.chain()).why == ""
    await night.stop()


async def night_signed(desk: Desk) -> None:
    """Let the night run to its end and two technicians sign."""
    await desk.night.until("07:50", QUIETLY)
    await desk.sign("jia", Signer.OUTGOING)
    await desk.sign("wu", Signer.INCOMING)


async def test_an_open_fault_is_carried_into_the_third_shift(night: Night, desk: Desk) -> None:
    await close_the_day(desk)
    night.shows["printer"] = silent
    await night.until("20:30")
    await night_signed(desk)
    with pytest.raises(HandoverRefused, match="no_due"):
        await desk.sign("yi", Signer.MANAGER, Post.MANAGER, verdict=Verdict.WITH_FAULTS, reason="spare part comes")
    due = night.at("18:00")
    form = await desk.sign(
        "yi", Signer.MANAGER, Post.MANAGER, verdict=Verdict.WITH_FAULTS, reason="spare part comes", due=due
    )
    content = await desk.content(form)
    assert content.equipment.conclusion == "remains"
    (line,) = content.equipment.open_alerts
    for _, at, outgoing, incoming, manager in (
        (2, "19:50", "wu", "jia", "bing"),
        (3, "07:50", "jia", "wu", "yi"),
    ):
        await night.until(at, QUIETLY)
        there = await desk.content(await desk.form())
        assert [each.number for each in there.equipment.open_alerts] == [line.number], "the same alert, still there"
        assert there.equipment.open_alerts[0].opened == line.opened
        await desk.sign(outgoing, Signer.OUTGOING)
        await desk.sign(incoming, Signer.INCOMING)
        await desk.sign(
            manager, Signer.MANAGER, Post.MANAGER, verdict=Verdict.WITH_FAULTS, reason="waits", due=night.at("18:00")
        )
    await night.stop()


async def test_a_form_is_returned_and_signed_anew(night: Night, desk: Desk) -> None:
    await close_the_day(desk)
    await night_signed(desk)
    await night.until("08:02")
    with pytest.raises(HandoverRefused, match="no_reason"):
        await desk.sign("yi", Signer.MANAGER, Post.MANAGER, verdict=Verdict.RETURNED)
    form = await desk.sign("yi", Signer.MANAGER, Post.MANAGER, verdict=Verdict.RETURNED, reason="the UPS is missing")
    assert form.state is FormState.DRAFT
    assert form.returned is not None
    assert form.returned.reason == "the UPS is missing"
    await night.tick()
    assert sorted(sent.address for sent in night.sent) == ["1", "2"], "both shifts are told, wherever they are"
    assert "the UPS is missing" in night.sent[0].text
    await fill_form.fill_form(night.station, form.number, "jia", {Field.STANDBY: "UPS-02 on bypass"})
    with pytest.raises(HandoverRefused, match="hindered_order"):
        await desk.agree()
    await desk.sign("jia", Signer.OUTGOING)
    await desk.sign("wu", Signer.INCOMING)
    closed = await desk.agree()
    assert closed.state is FormState.CLOSED
    assert [s.signer for s in closed.standing] == list(Signer), "those of before stay in the record and do not count"
    assert len(closed.signatures) == 6
    assert (await night.chain()).why == ""
    await night.stop()


async def test_a_manager_who_does_not_sign_is_followed_by_the_next_and_the_leading_group(
    night: Night, desk: Desk
) -> None:
    await close_the_day(desk)
    await night_signed(desk)
    await night.until("08:29", QUIETLY)
    assert night.sent == []
    await night.until("09:10")
    assert [(sent.at, sent.address) for sent in night.sent] == [("24 08:30", "4"), ("24 09:00", "5")]
    assert "JB-20261123-N" in night.sent[0].title
    form = await desk.sign("bing", Signer.MANAGER, Post.MANAGER, verdict=Verdict.AGREED, on_behalf="yi", reason="ill")
    assert form.by(Signer.MANAGER) is not None
    await night.until("09:12")
    assert await night.station.store.read(alerts.open_alerts) == [], "it ended with the signature"
    await night.stop()


async def test_nobody_signs_for_another_without_saying_for_whom_and_why(night: Night, desk: Desk) -> None:
    await close_the_day(desk)
    await night.until("07:50", QUIETLY)
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "for_whom"),
        ({"on_behalf": "jia"}, "no_reason"),
        ({"on_behalf": "zu", "reason": "x"}, "not_expected"),
        ({"password": "guess"}, "password_wrong"),
        ({"seen": "0" * 64}, "changed"),
    ]
    for more, why in cases:
        with pytest.raises(HandoverRefused, match=why):
            await desk.sign("wu", Signer.OUTGOING, **more)
    with pytest.raises(HandoverRefused, match="post"):
        await desk.sign("jia", Signer.MANAGER)
    form = await desk.sign("wu", Signer.OUTGOING, on_behalf="jia", reason="taken to hospital")
    signature = form.by(Signer.OUTGOING)
    assert signature is not None
    assert (signature.person, signature.on_behalf, signature.reason) == ("wu", "jia", "taken to hospital")
    await night.stop()


async def test_no_shift_changes_in_the_middle_of_a_major_fault(night: Night, desk: Desk) -> None:
    await close_the_day(desk)
    await night.until("07:30", QUIETLY)
    night.shows["core"] = night.shows["access"] = silent
    await night.until("07:50")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.take(night.station, alert.number, "jia")
    assert (await desk.content(await desk.form())).equipment.conclusion == "handling"
    await desk.sign("jia", Signer.OUTGOING)
    with pytest.raises(HandoverRefused, match="hindered_major"):
        await desk.sign("wu", Signer.INCOMING)
    with pytest.raises(HandoverRefused, match="no_reason"):
        await desk.sign("wu", Signer.INCOMING, override=("major",))
    form = await desk.sign("wu", Signer.INCOMING, override=("major",), reason="jia has been up for 20 hours")
    signature = form.by(Signer.INCOMING)
    assert signature is not None
    assert signature.override == ("major",)
    assert (await desk.agree()).state is FormState.CLOSED
    await night.stop()


async def test_who_takes_over_looks_first_or_says_what_is_not_right(night: Night, desk: Desk) -> None:
    await close_the_day(desk)
    await night.until("07:50", QUIETLY)
    await desk.sign("jia", Signer.OUTGOING)
    with pytest.raises(HandoverRefused, match="unchecked"):
        await desk.sign("wu", Signer.INCOMING, checked=("devices",))
    form = await desk.sign("wu", Signer.INCOMING, checked=("devices",), remark="one key is missing")
    assert form.state is FormState.TAKEN_OVER
    await night.stop()


async def test_what_is_well_again_hinders_nobody(night: Night, desk: Desk) -> None:
    await close_the_day(desk)
    await night.until("07:30", QUIETLY)
    night.shows["core"] = night.shows["access"] = silent
    await night.until("07:45")
    del night.shows["core"], night.shows["access"]
    await night.until("07:55")
    await desk.sign("jia", Signer.OUTGOING)
    assert (await desk.sign("wu", Signer.INCOMING)).state is FormState.TAKEN_OVER
    await night.stop()


async def test_a_restart_between_two_signatures_loses_neither(night: Night, desk: Desk, tmp_path: Path) -> None:
    await close_the_day(desk)
    await night.until("07:50", QUIETLY)
    signed = await desk.sign("jia", Signer.OUTGOING)
    await night.restart()
    after = Desk(night, tmp_path)
    form = await after.form()
    assert (form.number, form.state, form.by(Signer.OUTGOING)) == (
        signed.number,
        FormState.SIGNED,
        signed.by(Signer.OUTGOING),
    )
    await after.sign("wu", Signer.INCOMING)
    assert (await after.agree()).state is FormState.CLOSED
    await night.stop()


async def test_a_change_over_which_the_agent_was_down_gets_its_form(night: Night, desk: Desk) -> None:
    await close_the_day(desk)
    await night.until("05:00", QUIETLY)
    night.die()
    night.asleep_until("09:00")
    await night.go_on_duty()
    await night.until("09:02")
    content = await Desk(night, desk.folder).content(await Desk(night, desk.folder).form())
    missed = [line for line in content.equipment.rounds if line.state is RoundState.MISSED]
    assert [line.reason for line in missed] == ["agent_down"] * 2
    assert content.equipment.absences == 1, "and that it was away is said"
    await night.stop()


@pytest.mark.parametrize("what", ["content", "signature", "state", "entry"])
async def test_one_byte_of_a_signed_form_is_changed_and_found(
    night: Night, desk: Desk, tmp_path: Path, what: str
) -> None:
    await close_the_day(desk)
    await night_signed(desk)
    form = await desk.agree()
    assert (await night.chain()).why == ""
    entries = await night.station.store.read(journal.entries, 1)
    await night.stop()
    with sqlite3.connect(tmp_path / "nightduty.db") as by_hand:
        if what == "content":
            ((body,),) = by_hand.execute(
                "SELECT body FROM handover_content WHERE digest = ?", [bytes.fromhex(form.digest)]
            )
            middle = len(body) // 2
            changed = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
            by_hand.execute("UPDATE handover_content SET body = ? WHERE body = ?", [changed, body])
        elif what == "signature":
            by_hand.execute("UPDATE handover_signature SET remark = 'all well' WHERE form = ?", [form.number])
        elif what == "state":
            by_hand.execute("UPDATE handover_form SET state = 'draft', digest = NULL WHERE number = ?", [form.number])
        else:
            by_hand.execute("UPDATE journal SET actor = 'wu' WHERE seq = ?", [entries[0].seq])
    night.asleep_until("09:00")
    await night.go_on_duty()
    found = await night.chain()
    assert found.why
    assert form.name in found.why or what == "entry"
    await night.stop()
