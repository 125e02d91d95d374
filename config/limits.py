"""Limits of checks: those that are shipped (``limits.yaml``), and what the operator changes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from config.marked import read
from config.model import Model
from config.units import Text

SHIPPED = Path(__file__).with_name("limits.yaml")
Looks = Annotated[int, Field(ge=1, le=100_000)]


class Limit(Model):
    """What may be said of a check. What is not said stays as the next wider place has it.

    The places, from wide to narrow: the limits shipped, those shipped for a profile, ``checks`` of the file, its
    ``checks.by_profile``, and ``checks`` of the target.
    """

    off: bool = Field(default=False, description="Do not make this check.")
    warning: float | None = Field(default=None, description="From this value on it is a warning; `null` for never.")
    critical: float | None = Field(default=None, description="From this value on it is critical; `null` for never.")
    gap: float = Field(default=0.0, ge=0, description="How far a value must come back past its limit to be well again.")
    match: Text = Field(
        default="*", min_length=1, description="Only disks, ports, sensors whose name fits this pattern."
    )
    looks_warning: Looks = Field(default=1, description="Looks in a row that make a warning.")
    looks_critical: Looks = Field(default=1, description="Looks in a row that make it critical.")
    looks_back: Looks = Field(default=1, description="Looks in a row that make it well again.")
    wakes: bool = Field(default=False, description="A critical finding may wake somebody at night.")
    floor: tuple[float, float] = Field(
        default=(0.0, 0.0), description="Values from which a trend counts at all, for warning and critical."
    )
    drop: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] | None = Field(
        default=None,
        description="How far below its own median of seven days a value is a warning, and critical; `null` for never.",
    )
    share: Annotated[float, Field(gt=0, le=100)] | None = Field(
        default=None, description="Per cent of a port's packets from which errors are critical; `null` for never."
    )

    @model_serializer(mode="wrap")
    def _said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # What was said and what was left out are two things: "critical: null" takes a wider place's limit away.
        return {name: value for name, value in handler(self).items() if name in self.model_fields_set}


class Check(Limit):
    """A check as it is shipped: which readings it judges and how."""

    kind: Literal["absence", "certificate", "disk", "errors", "levels", "memory", "optics", "ports", "states", "trend"]
    parameter: str
    below: bool = False
    needs: tuple[str, ...] = ()


class Checks(Model):
    """Limits for all targets, by check; ``by_profile`` has those for some."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Limit] = Field(init=False)

    by_profile: dict[str, dict[str, Limit]] = Field(
        default={}, description="Limits for the targets of one role or SNMP profile, by its name, then by check."
    )

    @property
    def everywhere(self) -> Mapping[str, Limit]:
        """The limits for all targets."""
        return self.__pydantic_extra__ or {}


class Shipped(Model):
    """The whole of ``limits.yaml``."""

    checks: dict[str, Check]
    by_profile: dict[str, dict[str, Limit]]


@cache
def shipped() -> Shipped:
    """Return the limits that are shipped."""
    marked = read(SHIPPED.read_text("utf-8"), SHIPPED.name)
    return Shipped.model_validate_json(json.dumps(marked.data))


def in_force(check: str, profiles: Iterable[str], written: Checks, own: Mapping[str, Limit]) -> Check:
    """Return one check as it stands for a target with these profiles and ``own`` limits: the narrowest place wins."""
    base = shipped()
    names = list(profiles)
    places = [
        *(base.by_profile.get(name, {}) for name in names),
        written.everywhere,
        *(written.by_profile.get(name, {}) for name in names),
        own,
    ]
    changes: dict[str, Any] = {}
    for place in places:
        if (limit := place.get(check)) is not None:
            changes |= {name: getattr(limit, name) for name in limit.model_fields_set}
    return base.checks[check].model_copy(update=changes)
