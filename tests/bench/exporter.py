"""prometheus-snmp-exporter as a yardstick: the same columns and scalars, scraped over HTTP; its own CPU is counted."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

from tests.bench.estate import COLUMNS, PASSWORDS, SCALARS
from tests.loopback import free_port, until_open

FOUND = shutil.which("prometheus-snmp-exporter")
_TYPES = {4: "DisplayString", 2: "gauge", 0x41: "counter", 0x42: "gauge", 0x46: "counter"}
_LABELS = ("ifAlias", "ifDescr", "ifName")
_TICKS = os.sysconf("SC_CLK_TCK")


def _settings() -> dict[str, Any]:
    """Return its settings, as its generator would write them: of version 0.2x, which Debian has."""
    dotted = {name: ".".join(map(str, root)) for name, (root, _) in COLUMNS.items()}
    scalars = [".".join(map(str, name)) for name in SCALARS]
    lookups = [
        {"labels": ["ifIndex"], "labelname": name, "oid": dotted[name], "type": "DisplayString"} for name in _LABELS
    ]
    table = [
        {
            "name": name, "oid": dotted[name], "type": _TYPES[tag], "help": name,
            "indexes": [{"labelname": "ifIndex", "type": "gauge"}], "lookups": lookups,
        }
        for name, (_, tag) in COLUMNS.items() if name not in _LABELS
    ]  # fmt: skip
    single = [
        {"name": f"scalar{n}", "oid": oid.removesuffix(".0"), "type": _kind(value), "help": oid}
        for n, (oid, value) in enumerate(zip(scalars, SCALARS.values(), strict=True))
    ]
    ways: dict[str, dict[str, Any]] = {
        "v2c": {"version": 2, "auth": {"community": PASSWORDS["BENCH_COMMUNITY"]}},
        "v3": {
            "version": 3,
            "auth": {
                "security_level": "authPriv", "username": "night", "auth_protocol": "SHA256", "priv_protocol": "AES",
                "password": PASSWORDS["BENCH_AUTH"], "priv_password": PASSWORDS["BENCH_PRIV"],
            },
        },
    }  # fmt: skip
    modules: dict[str, Any] = {}
    for way, how in ways.items():
        how |= {"max_repetitions": 51, "retries": 1, "timeout": "2s"}
        modules[f"table_{way}"] = {"walk": list(dotted.values()), "metrics": table, **how}
        modules[f"scalars_{way}"] = {"get": scalars, "metrics": single, **how}
    return modules


def _kind(value: bytes) -> str:
    return "OctetString" if value[0] in (4, 6) else "gauge"


def cpu_of(process: asyncio.subprocess.Process | None) -> float:
    """Return the seconds of user and system time that a process has taken, its threads included."""
    if process is None:
        return 0.0
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Exporter:
    """The exporter, running on a free port of loopback."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = self._folder / "snmp.yml"
        settings.write_text(json.dumps(_settings()))  # which is YAML, too
        self.port = free_port()
        command = [str(FOUND), f"--config.file={settings}", f"--web.listen-address=127.0.0.1:{self.port}"]
        self._process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
        await until_open(self.port)

    async def scrape(self, addresses: list[str], port: int, way: str, what: str) -> float:
        """Scrape all, sixteen at once; return the milliseconds of CPU that one took."""
        begun, left = self.cpu(), iter(addresses)

        async def work() -> None:
            for address in left:
                body = await self._get(f"/snmp?target={address}:{port}&module={what}_{way}")
                values = int(float(body.partition(b"\nsnmp_scrape_pdus_returned ")[2].partition(b"\n")[0] or 0))
                if values < (650 if what == "table" else 10):
                    raise RuntimeError(f"the exporter read {values} values: {body[-300:]!r}")

        await asyncio.gather(*(work() for _ in range(16)))
        return 1000 * (self.cpu() - begun) / len(addresses)

    async def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()

    def cpu(self) -> float:
        """Return the seconds of CPU that it has taken so far."""
        return cpu_of(self._process)

    async def _get(self, path: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        body = await reader.read()
        writer.close()
        return body
