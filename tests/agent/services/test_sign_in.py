"""Signing in: who comes in and for how long, what a guesser gets, and that no password is kept anywhere."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.services import accounts as service
from agent.services.passwords import AT_A_TIME, WAITING, Passwords, make_password
from agent.services.sign_in import (
    NOBODY,
    Known,
    Refused,
    SignedIn,
    change_password,
    sign_in,
    sign_out,
    who,
)
from agent.store import accounts, journal, people, shifts
from duty.people import Person, Post
from duty.roster import Shift
from tests.agent.console.desk import PASSWORD, QUICK, Desk

ADDRESS = "10.0.0.7"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
CANARY = "canary-9f83-password"


async def come_in(desk: Desk, password: str = PASSWORD, name: str = "wangfang", address: str = ADDRESS) -> SignedIn:
    outcome = await sign_in(desk.door, name, password, address)
    assert isinstance(outcome, SignedIn), outcome
    return outcome


async def known(desk: Desk, outcome: SignedIn) -> Known:
    found = await who(desk.station, outcome.token)
    assert found is not None
    return found


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def entries(desk: Desk, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return actor, result and content of the journal's entries of a kind, oldest first."""
    found = [e for e in await desk.station.store.read(journal.entries, 1000) if e.kind == kind]
    said = [await desk.station.store.read(journal.payload_of, e.seq) for e in found]
    return [(e.actor, e.result, content or {}) for e, content in zip(found, said, strict=True)][::-1]


async def test_who_has_the_password_comes_in(desk: Desk) -> None:
    found = await known(desk, await come_in(desk))
    assert (found.account.name, found.title) == ("wangfang", "wangfang")
    assert found.account.posts == (Post.TECHNICIAN,)


async def test_what_is_kept_of_a_session_opens_nothing(desk: Desk) -> None:
    found = await known(desk, await come_in(desk))
    assert await who(desk.station, found.session.digest) is None
    assert await who(desk.station, found.session.csrf) is None


async def test_a_sign_in_before_the_night_holds_until_the_handover_is_signed(desk: Desk) -> None:
    desk.account("li", Post.TECHNICIAN, person="lisi")
    now = desk.clock.now()
    night = Shift("hz1", Post.TECHNICIAN, "lisi", now + HOUR / 4, now + 12.25 * HOUR)
    await desk.station.store.write(shifts.put_shifts, [night])
    outcome = await come_in(desk, name="li")
    desk.clock.advance(timedelta(hours=12, minutes=15))
    assert await who(desk.station, outcome.token) is not None
    desk.clock.advance(2 * HOUR - SECOND)
    assert await who(desk.station, outcome.token) is not None
    desk.clock.advance(SECOND)
    assert await who(desk.station, outcome.token) is None


async def test_a_session_ends_however_busy_it_is(desk: Desk) -> None:
    outcome = await come_in(desk)
    for _ in range(14):
        assert await who(desk.station, outcome.token) is not None
        desk.clock.advance(HOUR)
    assert await who(desk.station, outcome.token) is None


async def test_signed_out_is_out(desk: Desk) -> None:
    outcome, other = await come_in(desk), await come_in(desk)
    await sign_out(desk.station, await known(desk, outcome))
    assert await who(desk.station, outcome.token) is None
    assert await who(desk.station, other.token) is not None


@pytest.mark.parametrize("name", ["wangfang", "nobody", "", "x" * 5000, "wang\x00\ud800", "' OR 1=1 --"])
async def test_a_wrong_password_and_a_wrong_name_are_answered_alike(desk: Desk, name: str) -> None:
    assert await sign_in(desk.door, name, "wrong", ADDRESS) == Refused("wrong")


async def test_a_name_that_there_is_not_costs_a_comparison_as_well(desk: Desk) -> None:
    compared: list[str] = []

    class Counting(Passwords):
        def _verify(self, kept: str, password: str) -> bool:
            compared.append(kept)
            return super()._verify(kept, password)

    door = replace(desk.door, passwords=Counting(QUICK))
    for name in ("wangfang", "nobody", "\x00"):
        await sign_in(door, name, "wrong", ADDRESS)
    assert len(compared) == 3
    assert {kept.rpartition("$")[0].rpartition("$")[0] for kept in compared} == {"$argon2id$v=19$m=8,t=1,p=1"}


async def test_a_disabled_account_is_answered_as_a_wrong_password(desk: Desk) -> None:
    before = await come_in(desk)
    await service.set_disabled(desk.station, "wangfang", True, "uid:0")
    assert await sign_in(desk.door, "wangfang", PASSWORD, ADDRESS) == Refused("wrong")
    assert await who(desk.station, before.token) is None
    await service.set_disabled(desk.station, "wangfang", False, "uid:0")
    await come_in(desk)


@pytest.mark.parametrize("name", ["wangfang", "nobody"])
async def test_a_guesser_waits_longer_each_time_whatever_the_name(desk: Desk, name: str) -> None:
    waits = []
    for _ in range(10):
        outcome = await sign_in(desk.door, name, "wrong", ADDRESS)
        if isinstance(outcome, Refused) and outcome.code == "wait":
            waits.append(outcome.wait // SECOND)
            desk.clock.advance(outcome.wait)
            outcome = await sign_in(desk.door, name, "wrong", ADDRESS)
        assert outcome == Refused("wrong")
    assert waits == [1, 2, 4, 8, 16, 32]


async def test_the_right_password_waits_as_well_and_then_comes_in(desk: Desk) -> None:
    for _ in range(5):
        await sign_in(desk.door, "wangfang", "wrong", ADDRESS)
        desk.clock.advance(2 * SECOND)
    await sign_in(desk.door, "wangfang", "wrong", ADDRESS)
    assert await sign_in(desk.door, "wangfang", PASSWORD, ADDRESS) == Refused("wait", 4 * SECOND)
    desk.clock.advance(4 * SECOND)
    await come_in(desk)


async def test_a_restart_does_not_shorten_the_wait(desk: Desk) -> None:
    for _ in range(8):
        await sign_in(desk.door, "wangfang", "wrong", ADDRESS)
        desk.clock.advance(timedelta(seconds=61))
    await sign_in(desk.door, "wangfang", "wrong", ADDRESS)
    again = replace(desk.door, delays=type(desk.door.delays)())
    assert await sign_in(again, "wangfang", PASSWORD, ADDRESS) == Refused("wait", 32 * SECOND)


async def test_a_hundred_guesses_at_the_same_moment_are_a_hundred(desk: Desk) -> None:
    outcomes = await asyncio.gather(*(sign_in(desk.door, "wangfang", f"guess-{n}", ADDRESS) for n in range(100)))
    codes = [outcome.code for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(codes) == 100
    assert codes.count("wrong") <= 4


async def test_a_flood_is_turned_away_at_once_and_the_loop_goes_on(desk: Desk) -> None:
    going, hold = threading.Semaphore(0), threading.Event()

    class Slow(Passwords):
        def _verify(self, kept: str, password: str) -> bool:
            going.release()
            hold.wait(10)
            return super()._verify(kept, password)

    door = replace(desk.door, passwords=Slow(QUICK))
    tries = [asyncio.create_task(sign_in(door, f"name-{n}", "wrong", f"10.0.1.{n}")) for n in range(50)]
    turned_away = [await task for task in tries[AT_A_TIME + WAITING :]]
    assert turned_away == [Refused("busy")] * (50 - AT_A_TIME - WAITING)
    for _ in range(AT_A_TIME):
        assert await asyncio.to_thread(going.acquire, timeout=5)
    assert not going.acquire(blocking=False), "no more than so many at a time"
    hold.set()
    assert [await task for task in tries[: AT_A_TIME + WAITING]] == [Refused("wrong")] * (AT_A_TIME + WAITING)
    # Who was turned away has not failed.
    assert door.delays.until("name-49", "10.0.1.49", desk.clock.now()) == timedelta(0)


async def test_a_first_password_is_changed_before_anything_else(desk: Desk, tmp_path: Path) -> None:
    path = await service.add_account(desk.door, "li", [Post.VIEWER], "", "uid:0")
    assert path == tmp_path / "first-password-li"
    assert path.stat().st_mode & 0o777 == 0o600
    first = path.read_text().strip()
    outcome = await come_in(desk, first, "li")
    assert outcome.must_change
    changed = await change_password(desk.door, await known(desk, outcome), "", "a brand new one", ADDRESS)
    assert isinstance(changed, SignedIn)
    assert not changed.must_change
    assert not path.exists()
    assert await sign_in(desk.door, "li", first, ADDRESS) == Refused("wrong")
    assert not (await come_in(desk, "a brand new one", "li")).must_change


async def test_a_change_of_password_ends_all_other_sessions_and_lengthens_none(desk: Desk) -> None:
    here, elsewhere = await come_in(desk), await come_in(desk)
    desk.clock.advance(HOUR)
    changed = await change_password(desk.door, await known(desk, here), PASSWORD, "a brand new one", ADDRESS)
    assert isinstance(changed, SignedIn)
    assert await who(desk.station, elsewhere.token) is None
    assert await who(desk.station, here.token) is None
    assert (await known(desk, changed)).session.expires == here.expires


@pytest.mark.parametrize(
    ("current", "new", "code"),
    [
        ("wrong", "a brand new one", "wrong"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "x" * 500, "long"),
        (PASSWORD, "wangfang-2026", "name"),
        (PASSWORD, PASSWORD, "as_before"),
    ],
)
async def test_a_new_password_that_will_not_do_changes_nothing(desk: Desk, current: str, new: str, code: str) -> None:
    found = await known(desk, await come_in(desk))
    outcome = await change_password(desk.door, found, current, new, ADDRESS)
    assert isinstance(outcome, Refused)
    assert outcome.code == code
    await come_in(desk)


async def test_a_session_that_was_stolen_does_not_guess_the_password(desk: Desk) -> None:
    found = await known(desk, await come_in(desk))
    codes = []
    for n in range(6):
        outcome = await change_password(desk.door, found, f"guess-{n}", "a brand new one", ADDRESS)
        assert isinstance(outcome, Refused)
        codes.append(outcome.code)
    assert codes == ["wrong"] * 4 + ["wait"] * 2


async def test_a_password_renewed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    found = await known(desk, await come_in(desk))
    await service.renew_password(desk.door, "wangfang", "uid:0")
    outcome = await change_password(desk.door, found, PASSWORD, "a brand new one", ADDRESS)
    assert outcome == Refused("wrong")


async def test_the_journal_has_who_came_and_who_tried(desk: Desk) -> None:
    outcome = await come_in(desk)
    await sign_in(desk.door, "wangfang", "wrong", ADDRESS)
    await sign_in(desk.door, CANARY, "wrong", ADDRESS)
    changed = await change_password(desk.door, await known(desk, outcome), PASSWORD, "a brand new one", ADDRESS)
    assert isinstance(changed, SignedIn)
    await sign_out(desk.station, await known(desk, changed))
    told = await entries(desk, "sign_in")
    assert [(actor, result) for actor, result, _ in told] == [
        ("wangfang", "ok"),
        ("wangfang", "wrong"),
        (NOBODY, "unknown"),
    ]
    assert {said["address"] for _, _, said in told} == {ADDRESS}
    assert len({said["salt"] for _, _, said in told}) == 3
    assert [actor for actor, _, _ in await entries(desk, "password_changed")] == ["wangfang"]
    assert [actor for actor, _, _ in await entries(desk, "sign_out")] == ["wangfang"]


async def test_no_password_is_kept_anywhere(desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        outcome = await come_in(desk)
        await sign_in(desk.door, "wangfang", CANARY, ADDRESS)
        await sign_in(desk.door, CANARY, CANARY, ADDRESS)
        found = await known(desk, outcome)
        changed = await change_password(desk.door, found, PASSWORD, CANARY, ADDRESS)
        assert isinstance(changed, SignedIn)
        await come_in(desk, CANARY)
        printed = repr((outcome, changed, found, desk.door))
    everything = b"".join(path.read_bytes() for path in files(tmp_path))
    for secret in (CANARY, PASSWORD, outcome.token, changed.token):
        assert secret not in caplog.text
        assert secret not in printed
        assert secret.encode() not in everything
    # The journal's bodies are compressed: read them as well.
    said = [await desk.station.store.read(journal.payload_of, n) for n in range(1, 20)]
    assert CANARY not in repr(said)


async def test_there_is_an_administrator_where_there_is_no_account(tmp_path: Path, desk: Desk) -> None:
    await service.open_first(desk.door)
    assert [a.name for a in await desk.station.store.read(accounts.list_accounts)] == ["wangfang"]
    await desk.station.store.write(lambda conn, agent: conn.exec_driver_sql("DELETE FROM account_post") and None)
    await desk.station.store.write(lambda conn, agent: conn.exec_driver_sql("DELETE FROM account") and None)
    assert await service.first_waits(desk.door) == ""
    await service.open_first(desk.door)
    assert await service.first_waits(desk.door) == "first-password-admin"
    outcome = await come_in(desk, (tmp_path / "first-password-admin").read_text().strip(), "admin")
    found = await known(desk, outcome)
    assert found.account.posts == (Post.ADMINISTRATOR,)
    await change_password(desk.door, found, "", "a brand new one", ADDRESS)
    assert await service.first_waits(desk.door) == ""
    await service.open_first(desk.door)
    assert not (tmp_path / "first-password-admin").exists()


async def test_files_of_passwords_that_were_changed_are_put_away_at_the_next_start(desk: Desk, tmp_path: Path) -> None:
    waiting = await service.add_account(desk.door, "li", [Post.VIEWER], "", "uid:0")
    left = tmp_path / "first-password-wangfang"
    left.write_text("left behind")
    await service.open_first(desk.door)
    assert waiting.exists()
    assert not left.exists()


async def test_a_file_that_was_there_before_is_not_trusted(desk: Desk, tmp_path: Path) -> None:
    secret, trap = tmp_path / "elsewhere", tmp_path / "first-password-li"
    secret.write_text("kept")
    trap.symlink_to(secret)
    path = await service.add_account(desk.door, "li", [Post.VIEWER], "", "uid:0")
    assert secret.read_text() == "kept"
    assert not path.is_symlink()


async def test_an_account_belongs_to_the_person_of_its_name_and_holds_their_posts(desk: Desk) -> None:
    person = Person("lisi", "李四", (Post.MANAGER, Post.TECHNICIAN))
    await desk.station.store.write(people.put_people, [person], "file")
    path = await service.add_account(desk.door, "lisi", [], "", "uid:0")
    found = await known(desk, await come_in(desk, path.read_text().strip(), "lisi"))
    assert (found.account.person, found.title) == ("lisi", "李四")
    assert found.account.posts == (Post.TECHNICIAN, Post.MANAGER)


async def test_other_posts_end_what_is_signed_in(desk: Desk) -> None:
    outcome = await come_in(desk)
    await service.set_posts(desk.station, "wangfang", [Post.VIEWER], "uid:0")
    assert await who(desk.station, outcome.token) is None


def test_first_passwords_can_be_read_out_and_are_never_the_same() -> None:
    made = {make_password() for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("ilo01 ")
    assert {len(password) for password in made} == {23}
