"""Every kind of collector by the name that a target calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from collectors.exposition import ExpositionCollector
from collectors.host import HostCollector
from collectors.ping import PingCollector
from collectors.port import Collector
from collectors.reach import TcpCollector
from collectors.snmp.device import SnmpCollector
from collectors.web import HttpCollector
from config.schema import Settings

COLLECTORS: Final[Mapping[str, Callable[[Settings], Collector]]] = MappingProxyType(
    {
        "exposition": ExpositionCollector,
        "host": HostCollector,
        "http": HttpCollector,
        "icmp": PingCollector,
        "snmp": SnmpCollector,
        "tcp": TcpCollector,
    }
)
"""A collector is made of the settings and serves every target of its kind."""
