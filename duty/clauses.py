"""The policy's clauses, to cite wherever a rule, a default or a form comes from one (网络公司夜班值守制度)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

CLAUSES: Final = MappingProxyType(
    {
        "1.1": "purpose",
        "1.3": "principles",
        "2": "scope",
        "3.1": "leading group",
        "3.2": "duty manager",
        "3.3": "technician",
        "3.4": "customer service",
        "3.5": "guard",
        "4.1": "roster",
        "4.2": "preparation and handover",
        "4.3a": "hourly technical inspection",
        "4.3b": "customer service",
        "4.3c": "patrol every two hours",
        "4.4a": "classes of incidents",
        "4.4b": "handling of incidents",
        "4.4c": "incident report within 24 hours",
        "5.1": "rights of staff",
        "5.2": "obligations of staff",
        "5.3": "customers",
        "6.1": "supervision",
        "6.2": "assessment",
    }
)
