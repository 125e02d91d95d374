"""Prometheus with prometheus-snmp-exporter as a yardstick: it scrapes switches at its own even pace and stores them."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.bench.exporter import cpu_of
from tests.loopback import free_port, until_open

FOUND = shutil.which("prometheus")
VALUES, SAMPLES = 650, 500
"""What the exporter reads of a switch, and what it shows: three of the 13 columns become labels of the others."""
EDGE_S = 0.5
"""How much earlier or later than planned a scrape may be."""


def _settings(switches: list[str], exporter: int, every: float) -> dict[str, Any]:
    relabel = [
        {"source_labels": ["__address__"], "target_label": "__param_target"},
        {"source_labels": ["__param_target"], "target_label": "instance"},
        {"target_label": "__address__", "replacement": f"127.0.0.1:{exporter}"},
    ]
    job = {
        "job_name": "switches", "metrics_path": "/snmp", "params": {"module": ["table_v2c"]},
        "static_configs": [{"targets": switches}], "relabel_configs": relabel,
        "scrape_interval": f"{every * 1000:.0f}ms", "scrape_timeout": f"{min(every, 10) * 1000:.0f}ms",
    }  # fmt: skip
    return {"scrape_configs": [job]}


class Prometheus:
    """Prometheus, running on a free port of loopback, with its record in a folder of ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._port = 0

    async def start(self, switches: list[str], exporter: int, every: float) -> None:
        """Have it scrape each of the switches once in so many seconds; wait until it answers."""
        settings = self._folder / "prometheus.yml"
        settings.write_text(json.dumps(_settings(switches, exporter, every)))  # which is YAML, too
        self._port = free_port()
        self._process = await asyncio.create_subprocess_exec(
            str(FOUND),
            f"--config.file={settings}",
            f"--storage.tsdb.path={self._folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
            stderr=asyncio.subprocess.DEVNULL,
        )
        await until_open(self._port)

    def cpu(self) -> float:
        """Return the seconds of CPU that it has taken so far."""
        return cpu_of(self._process)

    async def check(self, switches: int, scrapes: int, until: datetime, seconds: float) -> None:
        """Check that each switch was scraped so often in these seconds, and wholly. Raises RuntimeError."""
        at, within = until.timestamp() + EDGE_S, f"[{(seconds + 2 * EDGE_S) * 1000:.0f}ms]"
        for what in (
            f"count_over_time(up{within}) >= {scrapes}",
            f"min_over_time(up{within}) == 1",
            f"min_over_time(snmp_scrape_pdus_returned{within}) >= {VALUES}",
            f"min_over_time(scrape_samples_scraped{within}) >= {SAMPLES}",
        ):
            if (whole := await self._ask(f"count({what})", at)) != switches:
                raise RuntimeError(f"Prometheus: {what}: so of {whole:.0f} switches, not of {switches}")

    async def samples(self, until: datetime) -> float:
        """Return how many samples it stored at the last scrape of all switches."""
        return await self._ask("sum(scrape_samples_scraped)", until.timestamp())

    async def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()

    async def _ask(self, query: str, at: float) -> float:
        # Nothing of loopback goes by a proxy of the environment.
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            url = f"http://127.0.0.1:{self._port}/api/v1/query"
            answer = await client.get(url, params={"query": query, "time": str(at)})
        rows = answer.raise_for_status().json()["data"]["result"]
        return float(rows[0]["value"][1]) if rows else 0.0
