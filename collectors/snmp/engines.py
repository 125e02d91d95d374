"""Every SNMP engine by the name that a target calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from collectors.snmp.port import SnmpEngine
from collectors.snmp.reference import PysnmpEngine

ENGINES: Final[Mapping[str, Callable[[], SnmpEngine]]] = MappingProxyType({"pysnmp": PysnmpEngine})
"""The first is the one to take where nobody chose."""
