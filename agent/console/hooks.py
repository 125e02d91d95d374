"""Where other programs post to us: answers from telephones, alerts of Prometheus and Zabbix, signs of life.

They are guarded by what the settings give each of them, not by a sign-in; they answer in JSON, one line of English.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.console.bodies import read_body
from agent.console.gates import Gates, address_of, bears, gates_of
from agent.services.reply import WAYS, reply
from agent.services.take_in import take_in
from duty.errors import StoreError

log = logging.getLogger(__name__)

REPLY_MOST: Final = 4 * 1024
ALERTS_MOST: Final = 1024 * 1024
BEAT_MOST: Final = 64 * 1024
"""Some programs send their last lines with each sign of life; they are not read."""

CLOCKS_APART: Final = timedelta(minutes=5)

Endpoint = Callable[[Request], Awaitable[Response]]


def _machine(endpoint: Endpoint) -> Endpoint:
    """Answer what goes wrong in JSON, as a program reads it."""

    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except HTTPException as error:
            return JSONResponse({"error": error.detail}, error.status_code, error.headers)
        except StoreError as error:
            log.error("a hook could not be served: %s", error)
            return JSONResponse({"error": "the record cannot be written; send it again"}, 503, {"retry-after": "10"})

    return answered


@_machine
async def answer(request: Request) -> Response:
    """Take what somebody answered from a telephone, signed by the gateway."""
    gates = gates_of(request)
    if not gates.reply_secret:
        raise HTTPException(404, "this hook is not set up")
    content = await read_body(request, REPLY_MOST)
    _signed(request, gates, content)
    said = _document(content)
    number, text, way = said.get("from"), said.get("text"), said.get("way", "sms")
    if not isinstance(number, str) or not isinstance(text, str) or way not in WAYS:
        raise HTTPException(400, 'expected {"from": "+86138…", "text": "1"}, and "way": "sms" or "phone" if you like')
    return JSONResponse({"reply": await reply(gates.station, number[:40], text, way)})


def _signed(request: Request, gates: Gates, content: bytes) -> None:
    """Let in what is signed, fresh and new. Raises HTTPException 401 and 429."""
    stamp = request.headers.get("x-nightduty-timestamp", "")
    given = request.headers.get("x-nightduty-signature", "")
    right = f"sha256={hmac.digest(gates.reply_secret.encode(), stamp.encode() + b'.' + content, 'sha256').hex()}"
    if not hmac.compare_digest(given.encode("latin-1"), right.encode()):
        raise _refusal(request, gates, "the signature is not right")
    now = gates.now
    if not re.fullmatch(r"[0-9]{9,11}", stamp) or abs(now - datetime.fromtimestamp(int(stamp), UTC)) > CLOCKS_APART:
        raise HTTPException(401, "the time stamp is more than 5 minutes away; are both clocks right?")
    if gates.signatures.full(now):
        raise HTTPException(429, "too many requests")
    if gates.signatures.again(right, now):
        raise HTTPException(401, "this request was here before; sign each anew")


@_machine
async def alertmanager(request: Request) -> Response:
    """Take in alerts of Alertmanager, or of Zabbix in the same form."""
    gates = gates_of(request)
    _token(request, gates, gates.alert_token)
    try:
        content = await read_body(request, ALERTS_MOST)
    except HTTPException as error:
        if error.status_code == 413:
            # Whoever sent it will not send it again: this line is all that is left of these alerts.
            log.error(
                "alerts from %s were refused: more than %d bytes in one request", address_of(request), ALERTS_MOST
            )
        raise
    sent = _document(content)
    alerts = sent.get("alerts")
    if sent.get("version") != "4" or not isinstance(alerts, list):
        raise HTTPException(400, 'expected the webhook payload of Alertmanager, "version": "4", with "alerts"')
    done = await take_in(gates.station, alerts, gates.most_open)
    if done.no_room:
        raise HTTPException(429, f"{gates.most_open} alerts of yours are open; {done.no_room} new ones find no room")
    counts = {"opened": done.opened, "changed": done.changed, "ended": done.ended, "ignored": done.ignored}
    return JSONResponse(counts | ({"cut": done.cut} if done.cut else {}))


@_machine
async def heartbeat(request: Request) -> Response:
    """Note the sign of life of a peer."""
    gates, name = gates_of(request), str(request.path_params["name"])
    _token(request, gates, gates.peer_tokens.get(name, ""))
    await read_body(request, BEAT_MOST)
    gates.station.peers.beat(name, gates.now)
    return JSONResponse({"heard": name})


def _token(request: Request, gates: Gates, token: str) -> None:
    """Let in who has the token. A name that is not set up is refused like a wrong token: nobody learns the names."""
    if not bears(request, token):
        raise _refusal(request, gates, "the bearer token is not right, or this hook is not set up")


def _refusal(request: Request, gates: Gates, why: str) -> HTTPException:
    if gates.turnstile.too_many(address_of(request), gates.now):
        return HTTPException(429, "too many requests that were refused; wait ten minutes")
    return HTTPException(401, why)


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise HTTPException(400, "not JSON in UTF-8") from None
    if not isinstance(document, dict):
        raise HTTPException(400, "expected an object")
    return document


ROUTES: Final = (
    Route("/hooks/reply", answer, methods=["POST"]),
    Route("/hooks/alertmanager", alertmanager, methods=["POST"]),
    Route("/hooks/heartbeat/{name}", heartbeat, methods=["POST"]),
)
