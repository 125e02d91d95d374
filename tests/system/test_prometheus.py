"""A real Prometheus reads the agent's page, and promtool has nothing to say against it."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
import yaml

from duty.findings import Severity
from duty.fold import State
from duty.parameters import PARAMETERS
from duty.readings import Gap, Look, Reading
from duty.rounds import Round, RoundState, SheetState, count
from duty.targets import Target
from exporters.metrics_app import MetricsPage, metrics_app
from exporters.own_health import Health, OwnMetrics
from exporters.prometheus import LastRound, Picture, render

pytestmark = pytest.mark.system

NOW = datetime(2026, 1, 2, 20, 0, tzinfo=UTC)
HOSTILE = 'Gi0/1 "} 1\n\\\u202e\x1b[31m\ud800' + "长" * 64_000
TOKEN = "a token of the test"
RULES = Path(__file__).parents[2] / "deploy" / "prometheus" / "nightduty.rules.yml"
HEALTH = Health(
    NOW, NOW, "1.2.3", True, NOW, idle={"writer": timedelta(0)}, queues={HOSTILE: 1}, failures={"timeout": 1}
)


def installed(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: apt-get install prometheus)")
    return found


def picture() -> Picture:
    readings = tuple(Reading(parameter, HOSTILE, 1, unit) for parameter, unit in PARAMETERS.items())
    last = Round(HOSTILE, NOW, RoundState.COMPLETE, begun=NOW, ended=NOW)
    return Picture(
        NOW,
        targets={"core": Target("core", "192.0.2.1", ("snmp",), "hq"), HOSTILE: Target(HOSTILE, "", (), HOSTILE)},
        looks={
            "core": Look("core", NOW, timedelta(seconds=1), True, readings, gaps=(Gap("uptime", "", "timeout"),)),
            HOSTILE: Look(HOSTILE, NOW, timedelta(seconds=1), False),
        },
        states={("core", "disk", HOSTILE): State(Severity.CRITICAL)},
        last_rounds={HOSTILE: LastRound(last, count([SheetState.OK]))},
        next_slots={HOSTILE: NOW},
    )


def test_promtool_has_nothing_to_say_against_the_text() -> None:
    text = "".join(render(picture())).encode() + OwnMetrics(lambda: HEALTH).text()
    done = subprocess.run([installed("promtool"), "check", "metrics"], input=text, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


@contextmanager
def listening() -> Iterator[tuple[socket.socket, int]]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound, bound.getsockname()[1]


@pytest.fixture
async def agent() -> AsyncIterator[str]:
    """Serve the page with a token on a free port of the loopback, and say where."""

    async def take() -> Picture:
        return picture()

    app = metrics_app(MetricsPage(take), lambda: HEALTH, TOKEN)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", server_header=False))
    with listening() as (bound, port):
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        yield f"127.0.0.1:{port}"
        server.should_exit = True
        await serving


@pytest.fixture
async def prometheus(agent: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Start a Prometheus that scrapes the agent, and give a client of its API."""
    (tmp_path / "token").write_text(TOKEN)
    settings = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [
            {
                "job_name": "nightduty",
                "authorization": {"type": "Bearer", "credentials_file": str(tmp_path / "token")},
                "static_configs": [{"targets": [agent]}],
            }
        ],
    }
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(settings))
    with listening() as (_, port):
        pass
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            installed("prometheus"),
            f"--config.file={tmp_path / 'prometheus.yml'}",
            f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=log,
            stderr=log,
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        process.terminate()
        await process.wait()


async def answer(prometheus: httpx.AsyncClient, query: str) -> list[tuple[dict[str, str], float]]:
    """Ask until there is an answer, at most 20 seconds."""
    async with asyncio.timeout(20):
        while True:
            try:
                reply = await prometheus.get("/api/v1/query", params={"query": query})
            except httpx.TransportError:
                reply = None
            if reply is not None and reply.is_success and (found := reply.json()["data"]["result"]):
                return [(one["metric"], float(one["value"][1])) for one in found]
            await asyncio.sleep(0.1)


async def test_prometheus_scrapes_the_page_with_its_token_and_answers(prometheus: httpx.AsyncClient) -> None:
    [(where, up)] = await answer(prometheus, 'nightduty_target_up{target="core"}')
    assert (where["site"], where["kind"], up) == ("hq", "snmp", 1)
    [(where, received)] = await answer(prometheus, "nightduty_port_in_bytes_total")
    assert received == 1
    assert where["part"].startswith('Gi0/1 "} 1\\[31m长')
    [(_, well)] = await answer(prometheus, 'up{job="nightduty"}')
    assert well == 1
    [(where, _)] = await answer(prometheus, 'ALERTS{alertname="NightdutyClockWrong"}')
    assert where["alertstate"] == "pending"
