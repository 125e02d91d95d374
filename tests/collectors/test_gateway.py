"""The gateway of this machine, as the kernel tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.gateway import gateway

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
LAN = "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
OUT = "eth0\t00000000\tFE00000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"


@pytest.mark.parametrize(
    ("routes", "found"),
    [
        pytest.param(HEAD + LAN + OUT, "10.0.0.254", id="one way out"),
        pytest.param(HEAD + LAN, "", id="none"),
        pytest.param(HEAD + "nonsense\n", "", id="not what it should be"),
    ],
)
def test_the_gateway(tmp_path: Path, routes: str, found: str) -> None:
    (tmp_path / "route").write_text(routes)
    assert gateway(tmp_path / "route") == found
    assert gateway(tmp_path / "none") == ""
