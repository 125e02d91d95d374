"""The change of shift and the messages at set times, as the operator writes them."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import Field

from config.model import Model
from config.people import ContactModel
from config.units import Between, TimeOfDay


def _clause(number: str) -> dict[str, Any]:
    return {"clause": number}


class Handover(Model):
    """When the form of a change of shift is ready and due."""

    ready: Annotated[timedelta, Between("0s", "4h")] = Field(
        default=timedelta(minutes=20),
        description="The form is ready this long before the change of shift.",
        json_schema_extra=_clause("4.2"),
    )
    signed_within: Annotated[timedelta, Between("5m", "12h")] = Field(
        default=timedelta(minutes=30),
        description="A form that is not signed so long after the change goes to the next duty manager, "
        "and after as long again to the leading group.",
        json_schema_extra=_clause("6.1"),
    )


class Briefs(Model):
    """What is told at set times, be all well or not: silence then means that the agent itself has stopped."""

    all_well: tuple[TimeOfDay, ...] = Field(
        default=(time(20, 15), time(7, 30)),
        max_length=24,
        description="When the duty manager is told that all is well, or what is not, by the site's clock.",
        json_schema_extra=_clause("6.1"),
    )
    morning: TimeOfDay | None = Field(
        default=time(7, 45),
        description="When the morning brief on the night goes out, by the site's clock; null for never.",
        json_schema_extra=_clause("6.1"),
    )
    group: tuple[ContactModel, ...] = Field(
        default=(),
        max_length=10,
        description="The leading group's channel, which gets the morning brief beside the duty manager.",
        json_schema_extra=_clause("3.1"),
    )
