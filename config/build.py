"""From settings to the values of duty: sites, targets, cadences, and the rules in force for each target. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from config.limits import Check, in_force, shipped
from config.schema import AnyTarget, ExpositionTarget, HttpTarget, PortModel, Settings, SnmpTarget
from config.targets import limit_names
from duty.findings import Limits, Rule
from duty.rounds import Cadence
from duty.targets import Maintainer, Port, Site, Target


def build_sites(settings: Settings) -> dict[str, Site]:
    """Return the sites by name, the default one first."""
    return {name: Site(name, site.title or name, site.zone) for name, site in settings.sites.items()}


def build_targets(settings: Settings) -> dict[str, Target]:
    """Return the targets by name, as the file has them in order."""
    return {target.name: _target(target, settings) for target in settings.targets}


def _target(target: AnyTarget, settings: Settings) -> Target:
    maintainer = target.maintainer
    return Target(
        name=target.name,
        address=target.url if isinstance(target, HttpTarget | ExpositionTarget) else target.address,
        looks=looks(target),
        site=target.site or _default_site(settings),
        room=target.room,
        rack=target.rack,
        unit=target.unit,
        asset=target.asset,
        serial=target.serial,
        maintainer=_maintainer(settings, maintainer) if maintainer else None,
        business=target.business,
        key=target.key,
        depends_on=target.depends_on,
        redundant_with=target.redundant_with or "",
        ports=tuple(_port(port) for port in target.ports),
    )


def _maintainer(settings: Settings, name: str) -> Maintainer:
    found = settings.maintainers[name]
    return Maintainer(name, found.hotline, found.contract_ends)


def _port(port: PortModel) -> Port:
    return Port(port.match, port.uplink, port.key, port.rate, port.circuit, port.carrier, port.contract_ends)


def looks(target: AnyTarget) -> tuple[str, ...]:
    """Name the collectors that look at a target, the main one first."""
    return ("snmp", "icmp") if isinstance(target, SnmpTarget) and target.ping else (target.kind,)


def build_cadences(settings: Settings, since: Mapping[str, datetime] | datetime) -> tuple[Cadence, ...]:
    """Return the cadences; ``since`` is when each came into force, or one moment for all. Raises KeyError without."""
    return tuple(
        Cadence(
            name=name,
            interval=cadence.interval,
            zone=settings.sites[cadence.site or _default_site(settings)].zone,
            since=since if isinstance(since, datetime) else since[name],
            anchor=cadence.anchor,
            hours=cadence.hours,
            window=cadence.window,
            targets=cadence.targets,
        )
        for name, cadence in settings.cadences.items()
    )


def build_rules(settings: Settings, name: str) -> tuple[Rule, ...]:
    """Return the rules in force for one target, in the order of the shipped limits. Raises KeyError."""
    target = settings.target(name)
    names, present = limit_names(target), set(looks(target))
    checks = ((check, in_force(check, names, settings.checks, target.checks)) for check in shipped().checks)
    return tuple(
        _rule(check, values) for check, values in checks if not values.off and present.issuperset(values.needs)
    )


def _rule(name: str, check: Check) -> Rule:
    return Rule(
        name=name,
        kind=check.kind,
        parameter=check.parameter,
        limits=Limits(check.warning, check.critical, check.gap, check.below),
        match=check.match,
        looks_warning=check.looks_warning,
        looks_critical=check.looks_critical,
        looks_back=check.looks_back,
        wakes=check.wakes,
        floor=check.floor,
        drop=check.drop,
        share=check.share,
    )


def fingerprint(settings: Settings) -> str:
    """Return a digest (SHA-256, hex) of all that is in force, shipped limits included; of secrets, the references."""
    content = [settings.model_dump(mode="json"), shipped().model_dump(mode="json")]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _default_site(settings: Settings) -> str:
    return next(iter(settings.sites))
