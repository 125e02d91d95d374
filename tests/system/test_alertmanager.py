"""A real Prometheus sees a fault, a real Alertmanager hands it to our hook, and the technician is told in Chinese."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from agent.services.deliver import Deliverer
from agent.services.escalate import escalate
from agent.store import alerts
from duty.alerts import AlertState
from tests.agent.console.doorstep import TOKEN, WITH_NUMBERS, Doorstep, standing
from tests.agent.services.test_deliver import Box
from tests.loopback import free_port

pytestmark = pytest.mark.system

EXAMPLE = Path(__file__).parents[2] / "deploy" / "prometheus" / "alertmanager.example.yml"
RULE = {
    "alert": "HostDiskFull",
    "expr": "demo_disk_used_ratio > 0.9",
    "labels": {"severity": "critical"},
    "annotations": {"summary": "根分区已用 {{ $value | humanizePercentage }}"},
}


def installed(*names: str) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"{names[0]} is not installed (Debian: apt-get install prometheus prometheus-alertmanager)")
    return found


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    sock = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        yield f"127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        sock.close()


@asynccontextmanager
async def running(log: Path, *command: str) -> AsyncIterator[None]:
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(*command, stdout=out, stderr=out)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.2)


def example(hook: str, token: Path) -> dict[str, Any]:
    """Return the example as an operator would write it for this machine, but for its patience."""
    settings: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    webhook = settings["receivers"][0]["webhook_configs"][0]
    webhook["url"] = f"http://{hook}/hooks/alertmanager"
    webhook["http_config"]["authorization"]["credentials_file"] = str(token)
    settings["route"] |= {"group_wait": "1s", "group_interval": "1s"}
    return settings


async def test_a_fault_that_prometheus_sees_reaches_the_technician(tmp_path: Path) -> None:
    prometheus, alertmanager = installed("prometheus"), installed("prometheus-alertmanager", "alertmanager")
    used = 0.96

    def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"demo_disk_used_ratio {used}\n", media_type="text/plain; version=0.0.4")

    settings = WITH_NUMBERS.replace("language: en", "language: zh").replace("title: Tech A", "title: 甲工")
    port, web = free_port(), free_port()
    async with (
        standing(tmp_path, settings) as at,
        serving(at.app) as hook,
        serving(Starlette(routes=[Route("/metrics", page)])) as exporter,
    ):
        write(tmp_path, hook, exporter, port)
        alerting = (f"--config.file={tmp_path / 'alertmanager.yml'}", f"--storage.path={tmp_path / 'am'}")
        seeing = (f"--config.file={tmp_path / 'prometheus.yml'}", f"--storage.tsdb.path={tmp_path / 'data'}")
        at_port, at_web = f"--web.listen-address=127.0.0.1:{port}", f"--web.listen-address=127.0.0.1:{web}"
        async with (
            running(tmp_path / "am.log", alertmanager, *alerting, at_port, "--cluster.listen-address="),
            running(tmp_path / "prometheus.log", prometheus, *seeing, at_web),
        ):
            await until(lambda: is_open(at))
            assert await told(at) == [
                "【夜班值守】🔴严重｜core HostDiskFull：根分区已用 96%（来自 Prometheus），03:10 起"
            ]
            used = 0.5
            await until(lambda: is_over(at))


def write(folder: Path, hook: str, exporter: str, port: int) -> None:
    (folder / "token").write_text(TOKEN)
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(example(hook, folder / "token")))
    (folder / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [RULE]}]}, allow_unicode=True))
    scrape = {"targets": [exporter], "labels": {"instance": "core"}}
    prometheus = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(folder / "rules.yml")],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}]},
        "scrape_configs": [{"job_name": "node", "static_configs": [scrape]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(prometheus))


async def is_open(at: Doorstep) -> bool:
    return bool(await at.station.store.read(alerts.open_alerts))


async def is_over(at: Doorstep) -> bool:
    return (await at.alert()).state is AlertState.RESOLVED


async def told(at: Doorstep) -> list[str]:
    """Send what is due by now, and return the first lines of what went out."""
    box = Box()
    deliverer = Deliverer(at.station, {"chat": box, "sms": box}, {})
    await at.station.store.write(escalate, at.station.orders, at.clock.now())
    await deliverer.deliver()
    await deliverer.settled()
    return [message.title for message in box.got]
