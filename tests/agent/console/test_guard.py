"""Every door of the console, as its router has them: none is open that was not meant to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from agent.console import guard
from agent.console.guard import own_path
from agent.console.office import Terms
from agent.services.overview import Reader
from agent.services.screens import add_screen, revoke_screen
from duty.people import Post
from duty.rights import RIGHTS, Right
from tests.agent.console.desk import ADDRESS, PASSWORD, Desk

Build = Callable[..., Reader]

OPEN = ("/screen/", "/static", "/l/", "/watch/", "/hooks/")
"""What answers without a sign-in: how one comes in, the looks of the pages, links and hooks that are signed."""

PUBLIC = "https://night.example.com"


def routes(app: Starlette) -> Iterator[tuple[str, str, Any]]:
    """Yield method, path and endpoint of every route, those of mounts as well."""
    for route in app.routes:
        if isinstance(route, Mount):
            yield "GET", route.path, route.app
            assert not route.routes, "a mount with routes of its own must be walked as well"
            continue
        assert isinstance(route, Route), route
        for method in route.methods or ():
            if method != "HEAD":
                yield method, route.path, route.endpoint


def is_open(path: str) -> bool:
    return path == "/sign-in" or path.startswith(OPEN)


def filled(path: str) -> str:
    """Return an address that fits a route."""
    return re.sub(r"\{\w+(:\w+)?\}", "1", path)


def right_of(endpoint: Any) -> Right:
    """Return the right that a guarded endpoint asks for."""
    assert isinstance(endpoint, partial), "not behind see or act"
    assert endpoint.func in (guard._see, guard._act), "not behind see or act"
    right = endpoint.args[1]
    assert isinstance(right, Right)
    return right


@pytest.fixture
def app(desk: Desk, house: Build) -> Starlette:
    return desk.app(house())


@pytest.fixture
def deeds(app: Starlette) -> list[tuple[str, str, Right]]:
    """Everything that is not read: method, address, right."""
    found = [(m, filled(p), right_of(e)) for m, p, e in routes(app) if m != "GET" and not is_open(p)]
    assert found
    return found


def test_no_route_takes_both_reading_and_writing(app: Starlette) -> None:
    for route in app.routes:
        if isinstance(route, Route):
            assert route.methods in ({"GET", "HEAD"}, {"POST"}), route.path


async def test_every_page_sends_who_is_not_signed_in_to_sign_in(desk: Desk, app: Starlette) -> None:
    pages = [filled(path) for method, path, _ in routes(app) if method == "GET" and not is_open(path)]
    assert len(pages) >= 4
    async with desk.client(app) as client:
        for path in pages:
            answer = await client.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in"), path
            assert answer.content == b"", path


def test_every_page_is_behind_the_guard(app: Starlette) -> None:
    for method, path, endpoint in routes(app):
        if method == "GET" and not is_open(path):
            assert right_of(endpoint) in Right, path


async def test_every_deed_needs_a_sign_in(desk: Desk, app: Starlette, deeds: list[tuple[str, str, Right]]) -> None:
    async with desk.client(app, "token-of-nobody") as client:
        for method, path, _ in deeds:
            answer = await client.request(method, path, data={"csrf": "csrf-1"})
            assert answer.status_code in {303, 401, 403}, path
            assert answer.headers.get("location", "/sign-in").startswith("/sign-in"), path


@pytest.mark.parametrize("token", [None, "", "csrf-2", "csrf-1x", "\u202e"])
async def test_every_deed_needs_the_token_of_its_own_session(
    desk: Desk, app: Starlette, deeds: list[tuple[str, str, Right]], token: str | None
) -> None:
    mine, others = desk.session(), desk.session()
    assert mine[1] == "csrf-1"
    assert others[1] == "csrf-2"
    async with desk.client(app, mine[0]) as client:
        for method, path, _ in deeds:
            answer = await client.request(method, path, data={} if token is None else {"csrf": token})
            assert answer.status_code == 403, path
            assert "This page was too old" in answer.text
        assert (await client.get("/")).status_code == 200, "nothing was done, not even signed out"


@pytest.mark.parametrize(
    ("header", "origin"),
    [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://localhost:9999"),
        ("origin", "http://localhost.evil.example:8600"),
        ("origin", "http://evil.example/?http://localhost:8600"),
        ("origin", "http://["),
        ("referer", "https://evil.example/page"),
        ("referer", "http://localhost:8600@evil.example/"),
    ],
)
async def test_every_deed_refuses_what_another_site_sends(desk: Desk, app: Starlette, header: str, origin: str) -> None:
    token, csrf = desk.session()
    doings = [(m, filled(p)) for m, p, _ in routes(app) if m != "GET" and not p.startswith(("/l/", "/hooks/"))]
    assert ("POST", "/sign-in") in doings
    async with desk.client(app, token) as client:
        for method, path in doings:
            answer = await client.request(method, path, data={"csrf": csrf}, headers={header: origin})
            assert answer.status_code == 403, path
            assert "This did not come from a page of ours" in answer.text


@pytest.mark.parametrize("post", Post)
async def test_every_deed_is_done_for_who_may_and_for_nobody_else(
    desk: Desk, app: Starlette, deeds: list[tuple[str, str, Right]], post: Post
) -> None:
    desk.account("somebody", post)
    for method, path, right in deeds:
        token, csrf = desk.session("somebody")
        async with desk.client(app, token) as client:
            answer = await client.request(method, path, data={"csrf": csrf}, headers={"origin": ADDRESS})
        if right in RIGHTS[post]:
            assert answer.status_code != 403, path
        else:
            assert answer.status_code == 403, path
            assert "You may not do this" in answer.text


async def test_an_account_without_a_post_sees_nothing(desk: Desk, app: Starlette) -> None:
    desk.account("nothing")
    async with desk.client(app, desk.session("nothing")[0]) as client:
        assert (await client.get("/")).status_code == 403


async def test_a_header_will_do_in_place_of_the_field(desk: Desk, app: Starlette) -> None:
    token, csrf = desk.session()
    async with desk.client(app, token) as client:
        assert (await client.post("/sign-out", headers={"x-csrf-token": csrf})).status_code == 303


async def test_who_was_signed_out_meanwhile_comes_back_to_the_page(desk: Desk, app: Starlette) -> None:
    async with desk.client(app) as client:
        answer = await client.post("/sign-out", headers={"referer": f"{ADDRESS}/rounds/24?x=1"})
        assert answer.headers["location"] == "/sign-in?next=/rounds/24%3Fx%3D1"
        page = await client.get("/rounds/24/HZ1-CORE-01?lang=en")
        assert page.headers["location"] == "/sign-in?next=/rounds/24/HZ1-CORE-01%3Flang%3Den"


async def test_who_has_a_first_password_can_only_change_it_or_leave(desk: Desk, app: Starlette) -> None:
    desk.account("li", Post.LEADER, must_change=True)
    token, csrf = desk.session("li")
    async with desk.client(app, token) as client:
        for path in ("/", "/rounds/24"):
            assert (await client.get(path)).headers["location"] == "/password"
        assert (await client.get("/password")).status_code == 200
        assert (await client.post("/sign-out", data={"csrf": csrf})).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    ("path", "followed"),
    [
        ("/rounds/24?x=1&y=%2F", "/rounds/24?x=1&y=%2F"),
        *((path, "/") for path in ("", "//evil.example", "/\\evil.example", "\\/evil.example", "https://evil.example")),
        *((path, "/") for path in ("/\t/evil.example", "/\n/x", "javascript:alert(1)", "rounds", "/" + "x" * 500)),
    ],
)
def test_after_signing_in_one_goes_on_here_and_nowhere_else(path: str, followed: str) -> None:
    assert own_path(path) == followed


async def test_a_screen_sees_the_wall_and_nothing_else(desk: Desk, app: Starlette) -> None:
    token = await add_screen(desk.station, "wall-1", "uid:0")
    async with desk.client(app) as client:
        answer = await client.get(f"/screen/{token}")
        assert answer.headers["location"] == "/?wall"
        kept = answer.headers["set-cookie"].lower()
        assert "httponly" in kept
        assert "samesite=lax" in kept
        assert "max-age=31536000" in kept
        assert (await client.get("/")).headers["location"] == "/?wall"
        wall = await client.get("/?wall&lang=en")
        assert wall.status_code == 200
        assert "Rounds and targets" in wall.text
        assert "<form" not in wall.text
        assert "Leave the wall view" not in wall.text
        for path in ("/rounds/24", "/rounds/24/HZ1-CORE-01", "/password"):
            assert (await client.get(path)).headers["location"].startswith("/sign-in")
        for path in ("/sign-out", "/password"):
            assert (await client.post(path, data={"csrf": ""})).headers["location"].startswith("/sign-in")
        await revoke_screen(desk.station, "wall-1", "uid:0")
        assert (await client.get("/?wall")).headers["location"] == "/sign-in?next=/%3Fwall"


async def test_no_screen_comes_in_by_a_token_that_is_none(desk: Desk, app: Starlette) -> None:
    async with desk.client(app) as client:
        for token in ("x", "x" * 5000, "%00", "token-1"):
            answer = await client.get(f"/screen/{token}")
            assert answer.headers["location"] == "/sign-in"
            assert "set-cookie" not in answer.headers


async def test_who_signs_in_on_a_screen_is_who_they_are(desk: Desk, app: Starlette) -> None:
    screen = await add_screen(desk.station, "wall-1", "uid:0")
    async with desk.client(app, desk.session()[0]) as client:
        client.cookies.set("nightduty_screen", screen)
        assert (await client.get("/rounds/24")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "kind", "status"),
    [
        pytest.param(b"csrf=csrf-1&a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413, id="too much"),
        pytest.param(b"csrf=csrf-1" + b"&a=1" * 200, "application/x-www-form-urlencoded", 413, id="too many fields"),
        pytest.param(b'{"csrf": "csrf-1"}', "application/json", 415, id="no form"),
        pytest.param(b"csrf=csrf-1", "multipart/form-data; boundary=x", 415, id="a form with files"),
        pytest.param(b"\xff\xfe=%ff&csrf=%", "application/x-www-form-urlencoded", 403, id="not text"),
        pytest.param(b"csrf=csrf-1", "application/x-www-form-urlencoded; charset=utf-8", 303, id="a form"),
    ],
)
async def test_what_is_sent_is_a_small_form(desk: Desk, app: Starlette, fields: bytes, kind: str, status: int) -> None:
    token, _ = desk.session()
    async with desk.client(app, token) as client:
        answer = await client.post("/sign-out", content=fields, headers={"content-type": kind})
    assert answer.status_code == status


@pytest.mark.parametrize("headers", [{}, {"origin": PUBLIC}, {"referer": f"{PUBLIC}/sign-in"}])
async def test_behind_a_proxy_the_public_name_counts_and_the_cookie_is_for_https(
    desk: Desk, house: Build, headers: dict[str, str]
) -> None:
    desk.terms = Terms(public_url=PUBLIC)
    form = {"name": "wangfang", "password": PASSWORD}
    # Plain http reaches us from the proxy, with the name that the reader typed.
    async with desk.client(desk.app(house()), address="http://night.example.com") as client:
        answer = await client.post("/sign-in", data=form, headers=headers)
    assert answer.status_code == 303
    kept = answer.headers["set-cookie"]
    assert kept.startswith("__Host-nightduty=")
    assert {part.strip().lower().partition("=")[0] for part in kept.split(";")[1:]} == {
        "httponly",
        "max-age",
        "path",
        "samesite",
        "secure",
    }


async def test_over_https_a_cookie_without_the_prefix_is_not_believed(desk: Desk, house: Build) -> None:
    """A neighbour on http, or on another name of the domain, could have planted it."""
    desk.terms = Terms(public_url=PUBLIC)
    app, token = desk.app(house()), desk.session()[0]
    async with desk.client(app, token, PUBLIC) as client:
        assert (await client.get("/")).status_code == 303
    async with desk.client(app, address=PUBLIC) as client:
        client.cookies.set("__Host-nightduty", token)
        assert (await client.get("/")).status_code == 200


async def test_the_record_out_of_reach_lets_nobody_in(desk: Desk, house: Build) -> None:
    app, token = desk.app(house()), desk.session()[0]
    desk.station.store.close()
    async with desk.client(app, token) as client:
        answer: httpx.Response = await client.get("/")
    assert answer.status_code == 500
    assert "HZ1-CORE-01" not in answer.text
