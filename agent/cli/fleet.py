"""Looking at many devices at once, without settings: a line of JSON for each, for other programs and for measuring."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.progress import Progress

from collectors.snmp.device import SnmpCollector
from collectors.snmp.engine import OwnEngine
from collectors.snmp.identify import Said, profile_about
from config.build import build_targets
from config.profile import Profile, chain
from config.profiles import load_profiles
from config.secret import Typed
from config.single import NAME, single
from duty.errors import CollectError, Problem, SettingsError
from duty.readings import Notes, Origin

BUDGET: Final = timedelta(minutes=2)
AT_ONCE: Final = 50
MOST: Final = 10_000
_FORM: Final = "NAME HOST:PORT COMMUNITY"

_SENSORS: Final[Mapping[str, tuple[str, float]]] = {
    "temperature": ("temperature", 1),
    "part_temperature": ("temperature", 1),
    "optical_temperature": ("temperature", 1),
    "fan_speed": ("fanspeed", 1),
    "voltage": ("voltage", 1),
    "current": ("current", 1),
    "power": ("power", 1),
    "humidity": ("humidity", 1),
    "optical_rx": ("dbm", 1),
    "optical_tx": ("dbm", 1),
    "battery_charge": ("charge", 1),
    "battery_time_left": ("runtime", 1 / 60),
    "ups_load": ("load", 1),
    "fan_level": ("percent", 1),
    "apparent_power": ("power", 1),
    "power_factor": ("power_factor", 1),
    "frequency": ("frequency", 1),
    "energy": ("power_consumed", 1),
    "count": ("count", 1),
    "share": ("percent", 1),
}
"""The class of each sensor, and what its number is multiplied by there."""
_STATES: Final = {"fan_health": "Fan", "power_health": "Power supply", "health": "", "peer_health": "Neighbour"}
Key = tuple[str, str]
"""(parameter, instance)"""
Parts = Callable[[str], Iterator[tuple[str, int | float, dict[str, str]]]]
"""Gives the instances of a parameter with their values and where these come from."""
_HEALTH: Final = ("ok", "warning", "critical")


class Wanted(NamedTuple):
    """One device of the list."""

    name: str
    host: str
    port: int
    community: str


def read_list(path: Path) -> list[Wanted]:
    """Read the list of devices. Raises SettingsError with the first line that is none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([Problem(str(path), 0, "", f"cannot be read: {error}", "a list of devices")]) from None
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            try:
                name, place, community = line.split()
                host, _, port = place.rpartition(":")
                found.append(Wanted(name, host.strip("[]"), int(port), community))
            except ValueError:
                raise SettingsError([Problem(str(path), number, "", "not a device", _FORM)]) from None
        if len(found) > MOST:
            raise SettingsError([Problem(str(path), number, "", f"more than {MOST} devices", "fewer")])
    return found


async def look_at_all(devices: list[Wanted], err: Console, *, quiet: bool) -> Iterator[str]:
    """Look at all, so many at once; return a line for each, in the order of the list."""
    engine, window, profiles = OwnEngine(), asyncio.Semaphore(AT_ONCE), load_profiles()
    with Progress(console=err, disable=quiet, transient=True) as bar:
        task = bar.add_task("", total=len(devices))

        async def one(device: Wanted) -> str:
            async with window:
                line = await _line(device, engine, profiles)
            bar.advance(task)
            return line

        try:
            return iter(await asyncio.gather(*map(one, devices)))
        finally:
            await engine.close()


async def _line(device: Wanted, engine: OwnEngine, profiles: Mapping[str, Profile]) -> str:
    settings = single({"address": device.host, "port": device.port}, {"community": Typed(device.community)})
    notes = Notes(origins={})
    try:
        async with asyncio.timeout(BUDGET.total_seconds()):
            await SnmpCollector(settings, engine).collect(
                build_targets(settings)[NAME], notes, budget=BUDGET, full=True
            )
    except CollectError as error:
        return json.dumps({"recording": device.name, "error": error.code})
    except TimeoutError:
        pass  # what came until then was seen
    told = described(notes)
    told["system"]["vendor"] = filed_as(told["system"], profiles)
    return json.dumps({"recording": device.name, **told}, ensure_ascii=False)


def filed_as(system: Mapping[str, str], profiles: Mapping[str, Profile]) -> str:
    """Return what comparisons call the maker: by the profile that is about the device, else by what it says itself."""
    name = profile_about(profiles, Said(system.get("sysObjectID", ""), system.get("sysDescr", "")))
    known = chain(profiles, [name] if name else [])
    for profile in reversed(known):
        if profile.filed_as:
            return profile.filed_as
        if profile.vendor:
            return _plain(profile.vendor)
    return _plain(system.get("vendor", ""))


def _plain(maker: str) -> str:
    return re.sub("[^0-9a-z]+", "", maker.lower())


def described(notes: Notes) -> dict[str, Any]:
    """Return what was seen of a device: what it is, then its parts by kind, each with the object it comes from."""
    facts = {(fact.parameter, fact.instance): fact.text for fact in notes.facts}
    numbers = {(r.parameter, r.instance): r.value for r in notes.readings}
    origins = notes.origins or {}

    def parts(parameter: str) -> Iterator[tuple[str, int | float, dict[str, str]]]:
        """Yield the instances of a parameter with their values and where these come from."""
        for (name, instance), value in numbers.items():
            if name == parameter:
                origin = origins.get((name, instance))
                yield instance, value, {"oid": origin.oid} if origin else {}

    cores = list(parts("cpu_core_used"))
    # What is the mean of cores says nothing more.
    behind = {oid.get("oid") for _, _, oid in cores}
    totals = [each for each in parts("cpu_used") if not (cores and each[2].get("oid") in behind)]
    return {
        "system": {
            title: facts[name, ""]
            for title, name in (
                ("sysDescr", "description"), ("sysObjectID", "object_id"), ("sysName", "name"), ("vendor", "vendor"),
                ("hardware", "model"), ("version", "version"), ("serial", "serial"),
            )
            if (name, "") in facts
        },
        "ports": [_port(name, oid, numbers, facts) for name, oid in _ports(numbers, origins).items()],
        "processors": [
            {"descr": name or "CPU", "usage": value, **oid}
            for name, value, oid in (*cores, *totals)
        ],
        "memory": [*_memory(parts, numbers)],
        "storage": [
            {"descr": name, "perc": value, **_size("disk", "free", name, numbers), **oid}
            for name, value, oid in (*parts("disk_used"), *parts("image_used"))
        ],
        "sensors": [
            {"class": kind, "descr": name, "value": round(value * scale, 6), **oid}
            for parameter, (kind, scale) in _SENSORS.items()
            for name, value, oid in parts(parameter)
        ] + [
            _state(key, facts.get(key, ""), numbers.get(key), origins.get(key, Origin("")))
            for key in dict.fromkeys((*numbers, *facts))
            if key[0] in _STATES
        ],
    }  # fmt: skip


def _state(key: Key, word: str, health: float | None, origin: Origin) -> dict[str, str]:
    """Return a state: the device's code and word for it, and how it is judged, each where it is known."""
    said = {
        "value": origin.code or word,
        "text": word,
        "state": "" if health is None else _HEALTH[int(health)],
        "oid": origin.oid,
    }
    descr = f"{_STATES[key[0]]} {key[1]}".strip()
    return {"class": "state", "descr": descr} | {name: text for name, text in said.items() if text}


def _memory(parts: Parts, numbers: Mapping[Key, int | float]) -> Iterator[dict[str, Any]]:
    """Yield memory, pools within it, and swap."""
    for name, value, oid in parts("memory_used"):
        sizes = _size("memory", "available", name, numbers)
        yield {"descr": name or "Physical memory", "perc": value, **sizes, **oid}
    for parameter, size, title in (("pool_used", "pool_size", ""), ("swap_used", "swap_size", "Swap space")):
        for name, value, oid in parts(parameter):
            yield {"descr": name or title, "perc": value, **_share(numbers.get((size, name)), value), **oid}


def _size(what: str, left: str, name: str, numbers: Mapping[Key, int | float]) -> dict[str, int | float]:
    """Return the bytes that there are and that are used, where both are known."""
    size, free = numbers.get((f"{what}_size", name)), numbers.get((f"{what}_{left}", name))
    return {} if size is None or free is None else {"size": size, "total": size, "used": size - free}


def _share(size: float | None, used: float) -> dict[str, int | float]:
    """Return the bytes of a whole of which so many per cent are used, where it is known."""
    return {} if size is None else {"total": size, "used": round(size * used / 100)}


def _ports(numbers: Mapping[Key, int | float], origins: Mapping[Key, Origin]) -> dict[str, str]:
    """Return the ports, also those that do not say whether they are up, with an identifier that ends in their index."""
    seen = [key for key in numbers if key[0] in ("port_up", "port_enabled", "port_mtu")]
    return {name: origins.get((parameter, name), Origin("")).oid for parameter, name in reversed(seen)}


def _up(up: float | None, word: str) -> str:
    """Say how a port is, in the words of IF-MIB."""
    return word or ("unknown" if up is None else "up" if up else "down")


def _port(name: str, oid: str, numbers: Mapping[Key, int | float], facts: Mapping[Key, str]) -> dict[str, Any]:
    up = numbers.get(("port_up", name))
    said: dict[str, Any] = {"ifName": name, "ifOperStatus": _up(up, facts.get(("port_state", name), ""))}
    index = oid.rpartition(".")[2]
    if index.isdecimal():
        said["ifIndex"] = int(index)
    if (enabled := numbers.get(("port_enabled", name))) is not None:
        said["ifAdminStatus"] = "up" if enabled else "down"
    for title, parameter in (("ifSpeed", "port_speed"), ("ifMtu", "port_mtu")):
        if (value := numbers.get((parameter, name))) is not None:
            said[title] = value
    for title, fact in (("ifAlias", "port_alias"), ("ifPhysAddress", "port_address")):
        if (text := facts.get((fact, name))) is not None:
            said[title] = text
    return said
