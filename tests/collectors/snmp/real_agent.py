"""A real snmpd on loopback."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

SNMPD = shutil.which("snmpd", path="/usr/sbin:/usr/local/sbin:/usr/bin")


@asynccontextmanager
async def snmpd(folder: Path, users: str = "") -> AsyncIterator[int]:
    """Run an snmpd on a free port, with a community, three users and those given (lines of its settings)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    settings = folder / "snmpd.conf"
    settings.write_text(
        "rocommunity public 127.0.0.1\n"
        'createUser strong SHA-256 "authenticates" AES "encrypts well"\n'
        'createUser older SHA "authenticates" AES "encrypts well"\n'
        'createUser signed SHA-512 "authenticates"\n'
        "rouser strong priv\nrouser older priv\nrouser signed auth\n"
        "sysLocation Room 3\nsysContact the night shift\n"
        "disk /\n" + users
    )
    assert SNMPD is not None
    process = await asyncio.create_subprocess_exec(
        SNMPD, "-f", "-Lo", "-C", "-c", str(settings), "-r", "-I", "-smux", f"udp:127.0.0.1:{port}",
        env={"SNMP_PERSISTENT_DIR": str(folder), "MIBS": ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            async for line in process.stdout:
                if b"NET-SNMP version" in line:
                    break
        yield port
    finally:
        process.terminate()
        await process.communicate()
