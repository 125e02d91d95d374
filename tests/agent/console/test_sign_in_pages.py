"""The pages of signing in and of changing a password, as a browser goes through them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from agent.console.bodies import read_body
from agent.services import accounts
from agent.services.overview import Reader
from duty.people import Post
from tests.agent.console.desk import PASSWORD, Desk
from tests.agent.console.test_pages import Outline

Build = Callable[..., Reader]

FORM = {"name": "wangfang", "password": PASSWORD}


@pytest.fixture
async def client(desk: Desk, house: Build) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.client(desk.app(house())) as client:
        yield client


def csrf(page: httpx.Response) -> str:
    return next(str(i["value"]) for i in Outline(page.text).all("input") if i.get("name") == "csrf")


async def test_one_signs_in_and_goes_on_where_one_wanted_to(client: httpx.AsyncClient) -> None:
    sent = await client.get("/rounds/24?lang=en")
    page = await client.get(sent.headers["location"])
    assert page.status_code == 200
    action = next(str(form["action"]) for form in Outline(page.text).all("form"))
    answer = await client.post(action, data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/rounds/24?lang=en")
    page = await client.get(answer.headers["location"])
    assert "wangfang" in page.text
    assert "Sign out" in page.text
    assert (await client.get("/sign-in")).headers["location"] == "/"


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client: httpx.AsyncClient) -> None:
    kept = (await client.post("/sign-in", data=FORM)).headers["set-cookie"]
    name, _, flags = kept.partition(";")
    assert name.startswith("nightduty=")
    assert len(name) >= len("nightduty=") + 43
    assert {part.strip().lower() for part in flags.split(";")} == {
        "httponly",
        "samesite=lax",
        "path=/",
        f"max-age={14 * 3600}",
    }


async def test_a_token_that_was_planted_before_is_not_the_one_after(desk: Desk, client: httpx.AsyncClient) -> None:
    client.cookies.set("nightduty", "planted")
    answer = await client.post("/sign-in", data=FORM)
    assert "planted" not in answer.headers["set-cookie"]
    client.cookies.clear()
    client.cookies.set("nightduty", "planted")
    assert (await client.get("/")).status_code == 303


async def test_after_signing_out_the_old_cookie_is_worth_nothing(client: httpx.AsyncClient) -> None:
    await client.post("/sign-in", data=FORM)
    token = client.cookies["nightduty"]
    page = await client.get("/?lang=en")
    answer = await client.post("/sign-out", data={"csrf": csrf(page)})
    assert answer.headers["location"] == "/sign-in"
    assert "nightduty" not in client.cookies
    client.cookies.set("nightduty", token)
    assert (await client.get("/")).status_code == 303


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_wrong_password_keeps_the_name_and_says_one_line(client: httpx.AsyncClient, language: str) -> None:
    answer = await client.post(f"/sign-in?lang={language}", data=FORM | {"password": "wrong-canary"})
    assert answer.status_code == 403
    page = Outline(answer.text)
    assert [i.get("value") for i in page.all("input") if i.get("name") == "name"] == ["wangfang"]
    assert "wrong-canary" not in answer.text
    assert ("do not fit together" if language == "en" else "账号或密码不正确") in page.words


async def test_known_and_unknown_names_get_the_same_page(client: httpx.AsyncClient) -> None:
    pages = [
        (await client.post("/sign-in", data={"name": name, "password": "wrong"})).text.replace(name, "NAME")
        for name in ("wangfang", "nobodyin")
    ]
    assert pages[0] == pages[1]


async def test_who_guesses_is_told_when_to_try_again(desk: Desk, client: httpx.AsyncClient) -> None:
    for _ in range(6):
        await client.post("/sign-in?lang=en", data=FORM | {"password": "wrong"})
        desk.clock.advance(timedelta(seconds=2))
    answer = await client.post("/sign-in?lang=en", data=FORM)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "2"
    assert "Try again in 2 s" in answer.text
    desk.clock.advance(timedelta(seconds=2))
    assert (await client.post("/sign-in", data=FORM)).status_code == 303


async def test_a_record_that_cannot_be_written_is_said(desk: Desk, client: httpx.AsyncClient) -> None:
    beside = sqlite3.connect(desk.door.folder / "nightduty.db")
    beside.execute("DROP TABLE session")
    beside.close()
    answer = await client.post("/sign-in?lang=en", data=FORM)
    assert answer.status_code == 503
    assert "The record cannot be written just now" in answer.text


async def test_what_is_typed_is_no_markup(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sign-in?next=/%22onload=x", data={"name": '"><script>x', "password": "x"})
    assert "<script>x" not in answer.text
    assert '"onload' not in answer.text


async def test_a_first_password_is_changed_at_once(desk: Desk, client: httpx.AsyncClient, tmp_path: Path) -> None:
    path = await accounts.add_account(desk.door, "li", [Post.VIEWER], "", "uid:0")
    answer = await client.post("/sign-in?next=/rounds/24", data={"name": "li", "password": path.read_text().strip()})
    assert answer.headers["location"] == "/password"
    before = client.cookies["nightduty"]
    page = await client.get("/password?lang=en")
    assert "Choose one of your own" in page.text
    assert [i.get("name") for i in Outline(page.text).all("input") if i.get("type") == "password"] == ["new", "again"]
    form = {"csrf": csrf(page), "new": "a brand new one", "again": "a brand new one"}
    differs = await client.post("/password", data=form | {"again": "another one"})
    assert differs.status_code == 422
    assert "differ" in differs.text
    answer = await client.post("/password", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.cookies["nightduty"] != before
    assert (await client.get("/")).status_code == 200
    assert not path.exists()


async def test_later_the_present_password_is_asked_for(client: httpx.AsyncClient) -> None:
    await client.post("/sign-in", data=FORM)
    page = await client.get("/password?lang=en")
    form = {"csrf": csrf(page), "new": "a brand new one", "again": "a brand new one"}
    assert (await client.post("/password", data=form)).status_code == 422
    short = await client.post("/password", data=form | {"current": PASSWORD, "new": "short", "again": "short"})
    assert "too short: 10 characters or more" in short.text
    assert (await client.post("/password", data=form | {"current": PASSWORD})).status_code == 303


async def test_the_page_says_where_the_first_password_of_all_stands(desk: Desk, client: httpx.AsyncClient) -> None:
    assert "first-password" not in (await client.get("/sign-in?lang=en")).text
    path = await accounts.add_account(desk.door, "admin", [Post.ADMINISTRATOR], "", "agent")
    page = (await client.get("/sign-in?lang=en")).text
    assert "first-password-admin" in page
    assert "takes no alerts" in page
    assert str(path.parent) not in page
    assert path.read_text().strip() not in page
    await client.post("/sign-in", data={"name": "admin", "password": path.read_text().strip()})
    form = {"csrf": csrf(await client.get("/password")), "new": "a brand new one", "again": "a brand new one"}
    await client.post("/password", data=form)
    client.cookies.clear()
    assert "first-password" not in (await client.get("/sign-in")).text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["/sign-in", "/password"])
async def test_a_form_has_a_label_for_each_field(desk: Desk, house: Build, path: str, language: str) -> None:
    token, _ = desk.session()
    async with desk.client(desk.app(house(), language), token if path == "/password" else None) as client:
        answer = await client.get(path)
    page = Outline(answer.text)
    shown = [i for i in page.all("input") if i.get("type") != "hidden" and "unseen" not in (i.get("class") or "")]
    assert {i["id"] for i in shown} == {label["for"] for label in page.all("label")}
    assert [len(page.all(tag)) for tag in ("header", "nav", "main", "footer", "h1", "title")] == [1] * 6
    assert not [a for _, a in page.elements if "style" in a]


async def test_a_body_that_never_comes_is_cut_off() -> None:
    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(HTTPException) as raised:
        await read_body(request, patience=0.01)
    assert raised.value.status_code == 408


async def test_a_body_without_a_length_is_cut_off_at_its_limit() -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(HTTPException) as raised:
        await read_body(request)
    assert raised.value.status_code == 413
