"""What a device is, by what it says of itself: which profile is about it, who made it, what runs on it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from collectors.snmp.measure import text
from collectors.snmp.port import Oid, Value
from collectors.text import clean
from config.profile import STANDARD, Match, Profile, Table, chain
from duty.readings import Fact

DESCRIPTION: Final = "1.3.6.1.2.1.1.1.0"
OBJECT_ID: Final = "1.3.6.1.2.1.1.2.0"
WHO: Final = frozenset({"vendor", "family", "model", "version", "serial"})
"""The facts that tell what a device is."""


class Said(NamedTuple):
    """sysObjectID and sysDescr (SNMPv2-MIB), "" for what a device does not say."""

    object_id: str
    description: str


def said_in(scalars: Mapping[Oid, Value]) -> Said:
    """Return what a device has said of itself."""
    return Said(*(text(scalars[oid]) if oid in scalars else "" for oid in (OBJECT_ID, DESCRIPTION)))


def about(profiles: Mapping[str, Profile], said: Said) -> tuple[Profile, ...]:
    """Return the profiles to ask a device for: those that are about it, else those of the standard MIBs."""
    name = profile_about(profiles, said)
    return chain(profiles, (name,) if name else STANDARD)


def profile_about(profiles: Mapping[str, Profile], said: Said) -> str:
    """Return the name of the profile that is about a device, or "" for none.

    Of several that fit, the one that fits most closely: by the longest beginning of the identifier, then by the words.
    """
    fits = {
        name: max(_closeness(match, said) for match in profile.match)
        for name, profile in profiles.items()
        if profile.match
    }
    best = max(fits, key=lambda name: (fits[name], name), default=None)
    return "" if best is None or not any(fits[best]) else best


def _closeness(match: Match, said: Said) -> tuple[int, int]:
    """Say how closely a device fits: arcs of the identifier that are the same, letters of the words; (0, 0) for not."""
    arcs = [prefix.count(".") for prefix in match.object_id if f"{said.object_id}.".startswith(f"{prefix}.")]
    words = [len(pattern) for pattern in match.description if fnmatchcase(said.description, pattern)]
    if (match.object_id and not arcs) or (match.description and not words):
        return 0, 0
    return max(arcs, default=0), max(words, default=0)


def portrait(profiles: Iterable[Profile]) -> tuple[Profile, ...]:
    """Return what is left of the profiles where a device is only asked who it is: facts about itself, no readings."""
    return tuple(
        Profile.model_validate(
            {
                "title": profile.title,
                "scalars": {name: given for name, given in profile.scalars.items() if given.fact in WHO},
                "tables": {title: _portrait(table) for title, table in profile.tables.items() if _tells_who(table)},
            }
        )
        for profile in profiles
    )


def _tells_who(table: Table) -> bool:
    return table.single and any(column.fact in WHO for column in table.columns.values())


def _portrait(table: Table) -> Table:
    told = {name: c for name, c in table.columns.items() if c.fact in WHO or name in table.naming}
    ways = {column.by for column in told.values()}
    wanted = {name: c for name, c in table.columns.items() if name in told or name in ways}
    # Made anew, not copied: a copy would remember what the whole table was made of.
    rows = {"instance": table.instance, "single": True, "only_if": table.only_if, "unless": table.unless}
    return Table.model_validate({"columns": wanted, **rows})


def identity(profiles: Iterable[Profile], said: Said) -> Iterator[Fact]:
    """Yield what the profiles know of a device and what they find in its words, the more special one last."""
    for profile in profiles:
        for name, words in (("vendor", profile.vendor), ("family", profile.family)):
            if words:
                yield Fact(name, "", words)
        for name, pattern in profile.tells.items():
            if found := re.search(pattern, said.description):
                yield Fact(name, "", clean(found[1] or ""))
