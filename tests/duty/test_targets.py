"""What the operator says of a port."""

from __future__ import annotations

import pytest

from duty.targets import Port, Target

CORE = Target("core", "192.0.2.1", ("snmp",), "HZ1", ports=(Port("XGE1/0/1", key=True), Port("XGE*", uplink=True)))


@pytest.mark.parametrize(
    ("name", "port"),
    [
        pytest.param("XGE1/0/1", CORE.ports[0], id="the first that fits counts"),
        pytest.param("XGE1/0/2", CORE.ports[1], id="a pattern fits many"),
        pytest.param("xge1/0/2", None, id="case matters"),
        pytest.param("GE1/0/1", None, id="nothing is said of others"),
    ],
)
def test_the_setting_of_a_port(name: str, port: Port | None) -> None:
    assert CORE.port(name) == port
