"""Who may see a page and who may do something: each route of the console stands behind one of these two."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console import cookies
from agent.console.bodies import LARGEST, read_form, read_form_with_file
from agent.console.language import asked_for, remember
from agent.console.office import Office
from agent.services.screens import screen_of
from agent.services.sign_in import Known, who
from duty.people import Post
from duty.rights import Right, may

Form = Mapping[str, str]
Page = Callable[[Request], Awaitable[Response]]
Deed = Callable[[Request, Form], Awaitable[Response]]

FIELD: Final = "csrf"
HEADER: Final = "x-csrf-token"
LONGEST_PATH: Final = 500


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. ``person`` is "" for an account that belongs to nobody on the roster; a ``screen`` only looks."""

    account: str
    person: str
    title: str
    posts: tuple[Post, ...]
    csrf: str = field(repr=False)
    must_change: bool = False
    screen: bool = False

    def may(self, right: Right) -> bool:
        """Say whether the visitor may do something."""
        return may(self.posts, right)


def see(endpoint: Page, right: Right = Right.SEE, *, screens: bool = False, unchanged: bool = False) -> Page:
    """Wrap a page: who is not signed in goes to sign in first, who has not the right is told so.

    ``screens`` lets screens in as well, ``unchanged`` those who have not changed their first password yet.
    """
    return partial(_see, endpoint, right, screens, unchanged)


def act(
    endpoint: Deed, right: Right, *, unchanged: bool = False, with_file: bool = False, largest: int = LARGEST
) -> Page:
    """Wrap what changes something: it is done only for who may, and only from a page of our own.

    ``endpoint(request, form)`` is called with the fields that were sent; at most ``largest`` bytes and 100 of them.
    ``with_file`` lets a file of 5 MB come with them, which stands at ``request.state.file``.
    """
    return partial(_act, endpoint, right, unchanged, with_file, largest)


def enter(endpoint: Deed) -> Page:
    """Wrap what is sent before anybody is signed in: it must come from a page of our own all the same."""
    return partial(_enter, endpoint)


async def _see(endpoint: Page, right: Right, screens: bool, unchanged: bool, request: Request) -> Response:
    visitor = await visitor_of(request)
    if visitor is None or (visitor.screen and not screens):
        return _to_sign_in(request, f"{request.url.path}?{request.url.query}".rstrip("?"))
    request.state.visitor = visitor
    if visitor.must_change and not unchanged:
        return RedirectResponse("/password", 303)
    if not visitor.screen and not visitor.may(right):
        raise HTTPException(403)
    return await endpoint(request)


async def _act(
    endpoint: Deed, right: Right, unchanged: bool, with_file: bool, largest: int, request: Request
) -> Response:
    refuse_foreign(request)
    visitor = await visitor_of(request)
    if visitor is None or visitor.screen:
        return _to_sign_in(request, _page_before(request))
    request.state.visitor = visitor
    if with_file:
        form, request.state.file = await read_form_with_file(request)
    else:
        form = await read_form(request, largest)
    token = request.headers.get(HEADER) or form.get(FIELD, "")
    if not hmac.compare_digest(token.encode("utf-8", "replace"), visitor.csrf.encode()):
        raise HTTPException(403, "old_page")
    if visitor.must_change and not unchanged:
        return RedirectResponse("/password", 303)
    if not visitor.may(right):
        raise HTTPException(403)
    return await endpoint(request, form)


async def _enter(endpoint: Deed, request: Request) -> Response:
    refuse_foreign(request)
    return await endpoint(request, await read_form(request))


async def visitor_of(request: Request) -> Visitor | None:
    """Return who asks: who is signed in here, else the screen that this is."""
    office: Office = request.app.state.office
    known = await who(office.station, cookies.read(request, cookies.SESSION))
    if known is not None:
        request.state.known = known
        return _visitor(known)
    screen = await screen_of(office.station, cookies.read(request, cookies.SCREEN))
    return None if screen is None else Visitor("", "", screen, (), "", screen=True)


def refuse_foreign(request: Request) -> None:
    """Raise HTTPException 403 where a page of another site sent this; a browser names where it comes from."""
    office: Office = request.app.state.office
    origin = request.headers.get("origin") or request.headers.get("referer")
    if origin is None:
        return
    # The host was looked at before: it is one of ours.
    ours = {request.headers.get("host", "").lower(), office.terms.place} - {""}
    if place(origin) not in ours:
        raise HTTPException(403, "foreign")


def place(address: str) -> str:
    """Return name and port of an address as a browser sends them, "" where it has none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""


def own_path(path: str) -> str:
    """Return a path on which to go on after signing in: as it was given where it is on this site, else the first page.

    Browsers read a second slash, and a backslash, as the beginning of another site's name.
    """
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= LONGEST_PATH
    return path if fine and path.isascii() and path.isprintable() and "\\" not in path else "/"


def _visitor(known: Known) -> Visitor:
    account = known.account
    return Visitor(
        account.name,
        account.person or "",
        known.title,
        account.posts,
        known.session.csrf,
        must_change=account.must_change,
    )


def _to_sign_in(request: Request, path: str) -> Response:
    path = own_path(path)
    response = RedirectResponse("/sign-in" if path == "/" else f"/sign-in?next={quote(path, safe='/')}", 303)
    if language := asked_for(request):
        remember(response, language)
    return response


def _page_before(request: Request) -> str:
    """Return the page from which something was sent, to come back to it; where it came from was looked at before."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    return f"{parts.path}?{parts.query}".rstrip("?")
