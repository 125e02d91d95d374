"""The page of known devices, made from the profiles and the last measured scores.

``python -m docs.devices > docs/devices.md``
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from agent.console.families import ORDER, family_of
from config.document import publish
from config.profile import Profile, chain
from config.profiles import load_profiles
from duty.parameters import PARAMETERS
from exporters.words import words

PAGE: Final = Path(__file__).with_name("devices.md")
SCORES: Final = Path(__file__).with_name("scores.json")
_SAY: Final = words("en")
_KINDS: Final = ("processors", "memory", "storage", "sensors", "ports")

_INTRO: Final = """\
# Devices

What the profiles in [config/profiles](../config/profiles) read, made from them (`python -m docs.devices`). A device is
known by its sysObjectID or sysDescr; one that no profile is about is asked for the standard MIBs. `nightduty look
ADDRESS` shows what is read of yours, `nightduty record` and `nightduty replay` what is not; a new device is one file
([CONTRIBUTING.md](../CONTRIBUTING.md)).
"""

_MEASURED: Final = """\
## How much is seen

Recordings of real devices with what a mature monitoring system reads from them, 761 devices, read by
`nightduty look --targets` and compared by value and name (`python -m tests.bench.recordings`). The first figure is the
share that we read as well, the second the number of values.
"""


def page() -> str:
    """Return the whole page."""
    profiles = load_profiles()
    about = {name: profile for name, profile in profiles.items() if profile.match}
    general = {name: profile for name, profile in profiles.items() if not profile.match}
    parts = [_INTRO]
    if SCORES.exists():
        parts.append(_MEASURED + "\n" + "\n".join(_scores(json.loads(SCORES.read_text("utf-8")))) + "\n")
    parts.append("## Makers\n\n" + "\n".join(_makers(profiles, about)) + "\n")
    parts.append("## General profiles\n\nOthers extend them, and targets may name them.\n\n")
    parts[-1] += "\n".join(_table(profiles, general)) + "\n"
    return "\n".join(parts)


def _scores(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "| |" + "".join(f" {kind} |" for kind in _KINDS)
    yield "|---|" + "---:|" * len(_KINDS)
    yield _score("**all**", figures["all"]["total"])
    yield _score("**important makers**", figures["important"]["total"])
    for maker, kinds in sorted(figures["all"]["makers"].items()):
        yield _score(maker, kinds)


def _score(title: str, kinds: Mapping[str, str]) -> str:
    said = (_share(kinds.get(kind, "0 of 0")) for kind in _KINDS)
    return f"| {title} |" + "".join(f" {text} |" for text in said)


def _share(figures: str) -> str:
    found, answers = map(int, figures.split(" of "))
    return f"{100 * found / answers:.0f} % of {answers}" if answers else ""


def _makers(profiles: Mapping[str, Profile], about: Mapping[str, Profile]) -> Iterator[str]:
    yield "| Maker | Family | What is read | Profile |"
    yield "|---|---|---|---|"
    for name, profile in sorted(about.items(), key=lambda item: (_maker(profiles, item[0]).lower(), item[0])):
        family = next((p.family for p in reversed(chain(profiles, [name])) if p.family), "")
        yield f"| {_maker(profiles, name)} | {family} | {_read(profiles, name)} | {_link(name)}: {profile.title} |"


def _maker(profiles: Mapping[str, Profile], name: str) -> str:
    return next((p.vendor for p in reversed(chain(profiles, [name])) if p.vendor), "") or "several"


def _table(profiles: Mapping[str, Profile], some: Mapping[str, Profile]) -> Iterator[str]:
    yield "| Profile | For | What is read |"
    yield "|---|---|---|"
    for name, profile in sorted(some.items()):
        yield f"| {_link(name)} | {profile.title} | {_read(profiles, name)} |"


def _link(name: str) -> str:
    return f"[{name}](../config/profiles/{name}.yaml)"


def _read(profiles: Mapping[str, Profile], name: str) -> str:
    """Say what is read, by family and in the order of a sheet; ports are read of all devices that have any."""
    given = {parameter for profile in chain(profiles, [name]) for parameter in _given(profile)}
    found = dict.fromkeys(family_of(parameter) for parameter in sorted(given))
    return ", ".join(_SAY(f"family.{family}").lower() for family in ORDER if family in found and family != "reach")


def _given(profile: Profile) -> Iterator[str]:
    tables = profile.tables.values()
    objects = (*profile.scalars.values(), *(column for table in tables for column in table.columns.values()))
    recipes = (*profile.computed, *(made for table in tables for made in table.computed))
    yield from (given.parameter for given in objects if given.parameter in PARAMETERS)
    yield from (made.parameter for made in recipes)
    yield from (given.fact for given in objects if given.fact == "neighbour")


if __name__ == "__main__":
    sys.exit(publish(page(), PAGE))
