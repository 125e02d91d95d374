"""Accounts and sessions: what ends a session, and what a failed sign-in leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.store import accounts
from agent.store.accounts import Account
from agent.store.engine import Store
from duty.errors import NotFound, StoreError
from duty.people import Post
from tests.agent.store.samples import HOSTILE, HOUR, NOW

COOKIE, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture
async def signed_in(store: Store) -> Store:
    """A store with the account of 王芳, who is signed in twice for a shift."""
    await store.write(accounts.add_account, "wangfang", [Post.TECHNICIAN], "hash-1", NOW, person="王芳")
    for cookie in (COOKIE, OTHER):
        await store.write(accounts.open_session, "wangfang", cookie, "token", NOW, NOW + 14 * HOUR)
    return store


async def test_an_account_comes_back_as_it_was(store: Store) -> None:
    posts = [Post.ADMINISTRATOR, Post.TECHNICIAN, Post.TECHNICIAN]
    made = await store.write(accounts.add_account, HOSTILE, posts, "hash-1", NOW, person=HOSTILE)
    assert made == Account(
        HOSTILE, HOSTILE, (Post.TECHNICIAN, Post.ADMINISTRATOR), "hash-1", True, False, NOW, NOW, 0, None
    )
    assert await store.read(accounts.get_account, HOSTILE) == made


async def test_what_opens_an_account_is_never_printed(signed_in: Store) -> None:
    printed = (
        f"{await signed_in.read(accounts.list_accounts)} {await signed_in.read(accounts.find_session, COOKIE, NOW)}"
    )
    assert "wangfang" in printed
    assert "hash-1" not in printed
    assert "token" not in printed


async def test_a_name_has_one_account(signed_in: Store) -> None:
    with pytest.raises(StoreError, match="there is an account wangfang already"):
        await signed_in.write(accounts.add_account, "wangfang", [Post.ADMINISTRATOR], "hash-2", NOW)
    (account,) = await signed_in.read(accounts.list_accounts)
    assert (account.password_hash, account.posts) == ("hash-1", (Post.TECHNICIAN,))


async def test_accounts_are_listed_by_name(store: Store) -> None:
    for name in ("b", "a"):
        await store.write(accounts.add_account, name, [Post.VIEWER], "hash", NOW)
    assert [account.name for account in await store.read(accounts.list_accounts)] == ["a", "b"]
    assert await store.read(accounts.get_account, "c") is None


async def test_a_session_is_in_force_until_it_is_over(signed_in: Store) -> None:
    found = await signed_in.read(accounts.find_session, COOKIE, NOW + 13 * HOUR)
    assert found is not None
    assert (found.account, found.csrf, found.created, found.expires) == ("wangfang", "token", NOW, NOW + 14 * HOUR)
    assert await signed_in.read(accounts.find_session, COOKIE, NOW + 14 * HOUR) is None
    assert await signed_in.read(accounts.find_session, "ef" * 32, NOW) is None


async def test_signing_out_ends_one_session(signed_in: Store) -> None:
    assert await signed_in.write(accounts.revoke_session, COOKIE, NOW)
    assert not await signed_in.write(accounts.revoke_session, COOKIE, NOW)
    assert await signed_in.read(accounts.find_session, COOKIE, NOW) is None
    assert await signed_in.read(accounts.find_session, OTHER, NOW) is not None


@pytest.mark.parametrize(
    ("change", "given"),
    [
        pytest.param(accounts.revoke_sessions, ("wangfang", NOW), id="signing out everywhere"),
        pytest.param(accounts.set_password, ("wangfang", "hash-2", NOW), id="a new password"),
        pytest.param(accounts.set_posts, ("wangfang", [Post.VIEWER], NOW), id="other posts"),
        pytest.param(accounts.set_disabled, ("wangfang", True, NOW), id="the account is disabled"),
    ],
)
async def test_all_sessions_of_an_account_end(
    signed_in: Store, change: Callable[..., object], given: tuple[Any, ...]
) -> None:
    await signed_in.write(accounts.add_account, "lilei", [Post.VIEWER], "hash", NOW)
    await signed_in.write(accounts.open_session, "lilei", "ef" * 32, "token", NOW, NOW + HOUR)
    await signed_in.write(change, *given)
    assert await signed_in.read(accounts.find_session, COOKIE, NOW) is None
    assert await signed_in.read(accounts.find_session, OTHER, NOW) is None
    assert await signed_in.read(accounts.find_session, "ef" * 32, NOW) is not None


async def test_nobody_signs_in_on_an_account_that_is_disabled_or_not_there(signed_in: Store) -> None:
    await signed_in.write(accounts.set_disabled, "wangfang", True, NOW)
    for name in ("wangfang", "lilei"):
        with pytest.raises(NotFound, match=f"no account {name} to sign in on"):
            await signed_in.write(accounts.open_session, name, "ef" * 32, "token", NOW, NOW + HOUR)


async def test_a_disabled_account_can_be_opened_again(signed_in: Store) -> None:
    await signed_in.write(accounts.set_disabled, "wangfang", True, NOW)
    await signed_in.write(accounts.set_disabled, "wangfang", False, NOW)
    await signed_in.write(accounts.open_session, "wangfang", "ef" * 32, "token", NOW, NOW + HOUR)
    assert await signed_in.read(accounts.find_session, COOKIE, NOW) is None


async def test_a_new_password_frees_a_locked_account(signed_in: Store) -> None:
    await signed_in.write(accounts.note_failure, "wangfang", NOW + HOUR)
    await signed_in.write(accounts.set_password, "wangfang", "hash-2", NOW + HOUR, must_change=True)
    account = await signed_in.read(accounts.get_account, "wangfang")
    assert account == Account("wangfang", "王芳", (Post.TECHNICIAN,), "hash-2", True, False, NOW, NOW + HOUR, 0, None)


async def test_failures_are_counted_until_one_succeeds(signed_in: Store) -> None:
    assert await signed_in.write(accounts.note_failure, "wangfang", None) == 1
    assert await signed_in.write(accounts.note_failure, "wangfang", NOW + HOUR) == 2
    account = await signed_in.read(accounts.get_account, "wangfang")
    assert account is not None
    assert (account.failures, account.locked_until) == (2, NOW + HOUR)
    await signed_in.write(accounts.note_success, "wangfang")
    account = await signed_in.read(accounts.get_account, "wangfang")
    assert account is not None
    assert (account.failures, account.locked_until) == (0, None)


async def test_a_failure_on_a_name_that_is_not_there_is_counted_nowhere(store: Store) -> None:
    assert await store.write(accounts.note_failure, "nobody", NOW) == 0
    assert await store.read(accounts.list_accounts) == []


@pytest.mark.parametrize(
    ("change", "given"),
    [
        (accounts.set_password, ("hash", NOW)),
        (accounts.set_posts, ([Post.VIEWER], NOW)),
        (accounts.set_disabled, (True, NOW)),
        (accounts.note_success, ()),
    ],
)
async def test_an_account_that_is_not_there_cannot_be_changed(
    store: Store, change: Callable[..., object], given: tuple[Any, ...]
) -> None:
    with pytest.raises(NotFound, match="there is no account nobody"):
        await store.write(change, "nobody", *given)


async def test_a_sign_in_forgets_the_sessions_that_are_over(signed_in: Store) -> None:
    """So that the table stays as small as the people are few."""
    await signed_in.write(accounts.open_session, "wangfang", "ef" * 32, "token", NOW + 14 * HOUR, NOW + 28 * HOUR)
    assert await signed_in.read(accounts.find_session, COOKIE, NOW) is None


async def test_another_agents_accounts_are_its_own(signed_in: Store) -> None:
    assert await signed_in.read(lambda conn, agent: accounts.find_session(conn, "sh2", COOKIE, NOW)) is None
    assert await signed_in.read(lambda conn, agent: accounts.list_accounts(conn, "sh2")) == []
    await signed_in.write(lambda conn, agent: accounts.add_account(conn, "sh2", "wangfang", [], "hash", NOW))
    await signed_in.write(lambda conn, agent: accounts.set_disabled(conn, "sh2", "wangfang", True, NOW))
    assert await signed_in.read(accounts.find_session, COOKIE, NOW) is not None
