"""How a page is served: whose word counts on where a request comes from, and by https."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.listen import serve
from tests.loopback import free_port, until_open

FORGED = {"x-forwarded-for": "10.9.9.9", "x-forwarded-proto": "https"}


async def tell(request: Request) -> Response:
    """Tell from where a request seems to come."""
    return JSONResponse([request.client.host if request.client else "", request.url.scheme])


@asynccontextmanager
async def served(*, proxies: Sequence[str] = (), pem: Path | None = None) -> AsyncIterator[int]:
    """Serve the page that tells, and yield its port once it listens."""
    port = free_port()
    app = Starlette(routes=[Route("/", tell)])
    task = asyncio.create_task(serve("test", app, f"127.0.0.1:{port}", pem, pem, proxies, failed=set()))
    try:
        await until_open(port)
        yield port
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """A certificate of localhost's own making, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "tls.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("proxies", "told"),
    [
        pytest.param((), ["127.0.0.1", "http"], id="nobody is believed unless the settings say so"),
        pytest.param(("10.0.0.5",), ["127.0.0.1", "http"], id="nor anybody but those"),
        pytest.param(("127.0.0.1",), ["10.9.9.9", "https"], id="a proxy is"),
        pytest.param(("127.0.0.0/8",), ["10.9.9.9", "https"], id="a network of them as well"),
    ],
)
async def test_only_a_trusted_proxy_says_where_a_request_comes_from(proxies: tuple[str, ...], told: list[str]) -> None:
    async with served(proxies=proxies) as port, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/", headers=FORGED)
    assert json.loads(answer.text) == told


async def test_a_page_is_served_by_https(pem: Path) -> None:
    context = ssl.create_default_context(cafile=pem)
    async with served(pem=pem) as port, httpx.AsyncClient(verify=context, trust_env=False) as client:
        answer = await client.get(f"https://localhost:{port}/")
    assert json.loads(answer.text) == ["127.0.0.1", "https"]
