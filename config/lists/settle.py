"""The entries of a list made into targets: names valid and unique, addresses that are some, nothing that is there."""

from __future__ import annotations

import graphlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from config.lists.credentials import Keyring
from config.lists.entry import Entry, Listed, quoted
from config.lists.meaning import Sorted, fitted, kind_of, role_of, sort_groups, split_address
from config.propose import Kind, Proposed, ProposedCredential, named, printable
from config.schema import Settings
from config.targets import ExpositionTarget, HttpTarget, SnmpTarget, TcpTarget

_MOST_PARENTS: Final = 16
_PORTS: Final = {"snmp": "161"}


@dataclass(slots=True)
class Settled:
    """What a list comes to. ``renamed`` are names that could not stay, ``kept`` counts the targets by kind.

    ``there`` are in the settings already; ``pinged`` are only pinged because the list does not say how to ask them.
    """

    targets: list[Proposed] = field(default_factory=list)
    credentials: list[ProposedCredential] = field(default_factory=list)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)
    there: int = 0
    pinged: int = 0


def settle(listed: Listed, settings: Settings, profiles: Sequence[str]) -> Settled:
    """Make targets of a list, beside those of the settings; what cannot be made into one is a problem of the list."""
    settling = _Settling(listed, settings, frozenset(profiles))
    for entry in listed.entries:
        settling.take(entry)
    return settling.settled()


class _Settling:
    def __init__(self, listed: Listed, settings: Settings, profiles: frozenset[str]) -> None:
        self._listed = listed
        self._profiles = profiles
        self._done = Settled()
        self._keys = Keyring([*settings.credentials])
        self._sites = {
            word.casefold(): name for name, site in settings.sites.items() for word in (site.title, name) if word
        }
        self._taken = {target.name.casefold() for target in settings.targets}
        self._known = {_spot_of(target): target.name for target in settings.targets}
        self._called = {target.name.casefold(): target.name for target in settings.targets}
        self._first: dict[tuple[str, str, str], str] = {}
        self._wanted: list[tuple[Entry, Proposed]] = []

    def take(self, entry: Entry) -> None:
        """Take one entry: a target, or a problem, or nothing new."""
        if entry.asked is not None:
            self._keys.hear(entry.asked)
        made = self._made(entry)
        if made is None:
            return
        spot = (made.kind, made.url or made.address.casefold(), str(made.port or _PORTS.get(made.kind, "")))
        wanted = entry.name or made.address or urlsplit(made.url).netloc.replace(":", "-")
        if (there := self._known.get(spot)) is not None:
            self._done.there += 1
            self._called.setdefault(wanted.casefold(), there)
            return
        if (first := self._first.setdefault(spot, entry.place)) != entry.place:
            self._problem(entry, f"{quoted(made.url or made.address)} stands there twice", f"it once; kept is {first}")
            return
        name = named(wanted, self._taken)
        if entry.name and name != wanted:
            self._done.renamed.append((entry.place, wanted, name))
        self._taken.add(name.casefold())
        self._called.setdefault(wanted.casefold(), name)
        self._called.setdefault(made.address.casefold(), name)
        # Not before: a device that is there already needs no credential that is not.
        credential = self._keys.name(entry.asked, entry.place) if made.kind == "snmp" and entry.asked else ""
        self._wanted.append((entry, replace(made, name=name, credential=credential)))

    def _made(self, entry: Entry) -> Proposed | None:
        """Return the target of an entry, still without its name and parents; None where there can be none."""
        url = entry.url or (entry.address if "://" in entry.address else "")
        if url and (entry.kind or kind_of(entry.model) or "http") not in ("http", "exposition"):
            # A page that is to be pinged, or connected to: its host is.
            url, entry = "", replace(entry, url="", address=_host_of(url))
        address, port = "", entry.port
        if not url:
            try:
                address, behind = split_address(entry.address)
            except ValueError:
                said = f"{quoted(entry.address)} is no address" if entry.address else "no address stands there"
                self._problem(entry, said, "an IP address or a host name")
                return None
            port = port or behind
        if port and not (port.isascii() and port.isdecimal() and len(port) < 6 and 1 <= int(port) <= 65535):
            self._problem(entry, f"{quoted(port)} is no port", "a number from 1 to 65535")
            return None
        kind: Kind = self._kind(entry, url, port)
        if kind in ("http", "exposition") and not _is_url(url):
            said = "a URL with a password" if "@" in url else quoted(url or entry.address)
            self._problem(entry, f"{said} is no page", "a URL without a user or password")
            return None
        if kind == "tcp" and not port:
            self._problem(entry, "a port to connect to stands nowhere", "its number")
            return None
        groups = sort_groups(entry.groups, self._sites)
        site, room = self._place(entry, groups)
        return Proposed(
            "",
            kind,
            address="" if url else address,
            url=url,
            port=int(port) if port and kind in ("snmp", "tcp") and port != _PORTS.get(kind) else 0,
            profiles=(entry.model,) if kind == "snmp" and entry.model in self._profiles else (),
            role=role_of(entry.model) or groups.role,
            site=site,
            room=fitted(room),
            rack=fitted(entry.rack),
            unit=fitted(entry.unit),
            asset=fitted(entry.asset),
            serial=fitted(entry.serial),
            business=fitted(entry.business or groups.business),
        )

    def _kind(self, entry: Entry, url: str, port: str) -> Kind:
        kind = entry.kind or kind_of(entry.model) or ("http" if url else None)
        if kind == "snmp" and entry.asked is None:
            kind = None
        if kind is None:
            kind = "snmp" if entry.asked else "tcp" if port and port != "161" else "icmp"
            self._done.pinged += kind == "icmp"
        return kind

    def _place(self, entry: Entry, groups: Sorted) -> tuple[str, str]:
        """Return the site and the room of a target. A site that is not in the settings is kept as a room."""
        site, room = groups.site, entry.room
        for said in (entry.site, entry.room):
            if said.casefold() in self._sites:
                site = self._sites[said.casefold()]
                room = "" if room == said else room
        if entry.site and entry.site.casefold() not in self._sites:
            room = room or entry.site
        return site, room or groups.room

    def settled(self) -> Settled:
        """Return what came of it, with the parents by the names that they have here."""
        parents = {target.name: self._parents(entry) for entry, target in self._wanted}
        self._open_circles(parents)
        hidden = self._keys.hidden
        for entry, target in self._wanted:
            said = [entry.place, *entry.groups, entry.model, entry.remark]
            self._done.targets.append(
                replace(
                    target,
                    room=hidden(target.room),
                    rack=hidden(target.rack),
                    unit=hidden(target.unit),
                    asset=hidden(target.asset),
                    serial=hidden(target.serial),
                    business=hidden(target.business),
                    depends_on=parents[target.name],
                    comment=hidden(printable("; ".join(filter(None, said))))[:300],
                )
            )
            self._done.kept[target.kind] += 1
        self._done.credentials = self._keys.proposed()
        return self._done

    def _parents(self, entry: Entry) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for said in entry.depends_on[:_MOST_PARENTS]:
            parent = self._called.get(said.casefold())
            if parent is None:
                self._problem(entry, f"nothing here is called {quoted(said)}", "a name of this list or of the settings")
            else:
                found[parent] = None
        return tuple(found)

    def _open_circles(self, parents: dict[str, tuple[str, ...]]) -> None:
        while True:
            try:
                graphlib.TopologicalSorter(parents).prepare()
            except graphlib.CycleError as error:
                name: str = error.args[1][0]
                self._listed.problem(name, "depends on itself, by way of others", "parents that lead away; left out")
                parents[name] = ()
            else:
                return

    def _problem(self, entry: Entry, what: str, expected: str) -> None:
        self._listed.problem(entry.place, what, expected)


def _spot_of(target: object) -> tuple[str, str, str]:
    """Return what makes a target of the settings the same as one of a list: how it is looked at, and where."""
    kind: str = getattr(target, "kind", "")
    if isinstance(target, HttpTarget | ExpositionTarget):
        return kind, target.url, ""
    port = str(target.port) if isinstance(target, SnmpTarget | TcpTarget) else ""
    return kind, str(getattr(target, "address", "")).casefold(), port


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_url(text: str) -> bool:
    try:
        page = HttpTarget.model_validate({"kind": "http", "name": "page", "url": text})
        return bool(split_address(urlsplit(page.url).hostname or ""))
    except ValueError:
        return False


def counted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return what was counted, the most first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
