"""What is asked of a survey, checked before the first packet leaves: addresses, settings, credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import typer

from agent.cli.credential import checked, reveal
from agent.cli.options import SYSTEM
from config.amend import amended
from config.load import load
from config.ranges import addresses
from config.schema import Settings, SnmpCredential
from config.single import NAME
from duty.errors import Problem, SettingsError

DISCOVERED: Final = "discovered"
"""What the credential is called that was given by options."""


class Present(NamedTuple):
    """The settings that there are: where they stand, as they are written, and what they say."""

    file: str = ""
    text: str = ""
    settings: Settings | None = None


def addresses_in(ranges: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses of the ranges that were named. Raises BadParameter."""
    try:
        found = addresses(ranges)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="RANGE") from None
    if not found:
        raise typer.BadParameter("no address in it", param_hint="RANGE")
    return found


def present_settings(config: Path | None) -> Present:
    """Return the settings that are named, else the system's, else none. Raises SettingsError."""
    path = config or (SYSTEM if SYSTEM.exists() else None)
    if path is None:
        return Present()
    settings = load(path)
    return Present(str(path), path.read_bytes().decode("utf-8"), settings)


def can_be_amended(present: Present, output: Path | None, *, new_credential: bool) -> None:
    """Raise SettingsError before anything is asked where what is found could not be written into the settings."""
    if present.settings is not None and output is None:
        for key in ("targets", *(("credentials",) if new_credential else ())):
            amended(present.text, present.file, key, ("#",))


def credentials_to_try(
    settings: Settings | None, names: Sequence[str], by_options: dict[str, object] | None
) -> dict[str, SnmpCredential]:
    """Return the credentials in the order in which they are tried, every secret of them read once."""
    present = settings.credentials if settings else {}
    for name in names:
        if name not in present:
            there = ", ".join(present) or "none"
            raise typer.BadParameter(f"{name} is not in the settings; there is {there}", param_hint="--credential")
    wanted = names or (() if by_options else tuple(present))
    found = {name: present[name] for name in wanted}
    for each in found.values():
        reveal(each)
    if by_options is not None:
        made = checked({"address": "localhost"}, by_options).credentials[NAME]
        name = next((name for name, each in present.items() if each == made), "")
        found[name or _new_name(present)] = made
    if not found:
        problem = Problem("credentials", 0, "", "there is none to try", "--community env:NAME, --user, or --credential")
        raise SettingsError([problem])
    return found


def _new_name(present: Mapping[str, object]) -> str:
    names = (DISCOVERED, *(f"{DISCOVERED}-{number}" for number in range(2, len(present) + 3)))
    return next(name for name in names if name not in present)
