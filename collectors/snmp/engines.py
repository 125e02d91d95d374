"""Every SNMP engine by the name that a target calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from collectors.snmp.engine import OwnEngine
from collectors.snmp.port import SnmpEngine
from collectors.snmp.reference import PysnmpEngine

ENGINES: Final[Mapping[str, Callable[..., SnmpEngine]]] = MappingProxyType({"own": OwnEngine, "pysnmp": PysnmpEngine})
"""Each is made with ``in_flight``, how many devices it asks at the same time; the first is taken where nobody chose."""
