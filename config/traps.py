"""What the traps of devices are called (``traps.yaml``), by their object identifiers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from config.marked import read
from config.model import Model
from config.units import mistake
from config.wording import one_of
from duty.traps import NAMES

SHIPPED: Final = Path(__file__).with_name("traps.yaml")


def _name(value: str) -> str:
    if value not in NAMES:
        raise mistake("not the name of a trap", one_of(value, NAMES))
    return value


Identifier = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)*$")]
"""An object identifier, or the end of one."""


class Mib(Model):
    """The traps of one MIB: what their identifiers begin with, and by the rest of each its name."""

    under: Identifier
    names: dict[Identifier, Annotated[str, AfterValidator(_name)]]


class TrapNames(Model):
    """The whole of ``traps.yaml``. ``about`` are the objects that name the part that a trap is about."""

    about: dict[Identifier, str]
    mibs: dict[str, Mib]


@cache
def shipped() -> TrapNames:
    """Return the names that are shipped."""
    marked = read(SHIPPED.read_text("utf-8"), SHIPPED.name)
    return TrapNames.model_validate_json(json.dumps(marked.data))


@cache
def names() -> Mapping[str, str]:
    """Return the name of each trap by its object identifier."""
    return {f"{mib.under}.{rest}": name for mib in shipped().mibs.values() for rest, name in mib.names.items()}
