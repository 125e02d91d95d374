"""Alerts that another program found and handed to us, in the form that Alertmanager gives them (version 4).

Theirs and ours live side by side: the check of theirs is named after who found it ("alertmanager:HostDiskFull"), which
no check of ours can be, so that neither ends the other's alert; and whoever reads a list sees where to look.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from duty.alerts import Alert
from duty.findings import Finding, Severity
from duty.fold import Key, Transition
from duty.targets import Site, Target

REASON: Final = "external.fires"
"""The reason of every finding that is not ours; what is wrong stands in the alert's ``said``."""

ALERTMANAGER, ZABBIX = "alertmanager", "zabbix"

_CRITICAL: Final = frozenset(
    {"critical", "page", "disaster", "high", "emergency", "fatal", "p1", "sev1", "严重", "灾难", "紧急"}
)
_IGNORED: Final = frozenset({"info", "information", "informational", "none", "debug", "not classified", "信息"})
_NAMES_A_TARGET: Final = ("instance", "host", "nodename", "node", "job")
"""Labels that may say what it is about, the surest first; a job where an alert is about no single machine."""

_NOT_ITSELF: Final = frozenset({"alertname", "severity", "site", "wake", "source"})
"""Labels that do not tell one failure of a target from another."""

LONGEST_NAME, LONGEST_SAID = 80, 200
MOST_LABELS: Final = 64


@dataclass(frozen=True, slots=True)
class Handed:
    """One of their alerts as we understand it. ``severity`` is what it says of itself, also once it is over."""

    key: Key
    site: str
    firing: bool
    severity: Severity
    source: str
    said: str
    key_equipment: bool
    wakes: bool


Clean = Callable[[str, int], str]
"""Makes words from outside safe to keep: on one line, without what cannot be seen, not longer than so many."""


class Directory:
    """Finds which of our targets an alert is about: by its name, else by its address."""

    def __init__(self, targets: Mapping[str, Target], sites: Mapping[str, Site]) -> None:
        self.sites = sites
        self._named = {name.casefold(): target for name, target in targets.items()}
        self._at: dict[str, Target] = {}
        for target in targets.values():
            self._at.setdefault(host_of(target.address), target)
        self._at.pop("", None)

    def find(self, text: str) -> Target | None:
        """Return the target that a label means: "core", "10.0.0.1", "10.0.0.1:9100", "http://10.0.0.1/"."""
        host = host_of(text)
        return self._named.get(text.casefold()) or self._named.get(host) or self._at.get(host)


_HOST: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/?#@]*@)?(?:\[([^\]]*)\]|([^/?#:\[]*))")


def host_of(text: str) -> str:
    """Return the host of an address, with or without a port or a whole URL around it; "" where there is none."""
    if text.count(":") > 1 and "[" not in text and "://" not in text:
        return text.casefold()  # an IPv6 address by itself
    found = _HOST.match(text)
    return (found[1] or found[2] or "").casefold() if found else ""


def read(alert: object, directory: Directory, clean: Clean) -> Handed | None:
    """Read one alert of a request; None for what wakes nobody by its own words, and for what is none."""
    if not isinstance(alert, Mapping):
        return None
    labels, notes = _texts(alert.get("labels")), _texts(alert.get("annotations"))
    name, status = labels.get("alertname", ""), alert.get("status")
    severity = severity_of(labels.get("severity", ""))
    if not name or status not in ("firing", "resolved") or severity is None:
        return None
    source = ZABBIX if labels.get("source", "").casefold() == ZABBIX else ALERTMANAGER
    target, label = _about(labels, directory)
    about = target.name if target else clean(labels.get(label, ""), LONGEST_NAME) or source
    site = target.site if target else labels.get("site", "")
    said = notes.get("summary") or notes.get("description") or notes.get("message") or ""
    key_equipment = target is not None and target.key
    urgent = key_equipment or labels.get("wake", "").casefold() == "true"
    return Handed(
        key=(about, f"{source}:{clean(name, LONGEST_NAME)}", _itself(alert, labels, label, source)),
        site=site if site in directory.sites else next(iter(directory.sites)),
        firing=status == "firing",
        severity=severity,
        source=source,
        said=clean(said, LONGEST_SAID),
        key_equipment=key_equipment,
        wakes=severity is Severity.CRITICAL and urgent,
    )


def severity_of(word: str) -> Severity | None:
    """Return how bad a word is; None for what nobody need take. A word that nobody knows is a warning, not nothing."""
    plain = word.strip().casefold()
    if plain in _IGNORED:
        return None
    return Severity.CRITICAL if plain in _CRITICAL else Severity.WARNING


def moves(before: Alert | None, reports: Iterable[Handed], at: datetime) -> Transition | None:
    """Return what the reports of one key make of its alert, or None where they change nothing.

    Rules for a warning and for critical often bear one name and fire together: Prometheus then has two alerts where we
    have one. The worst that fires counts, and it is over when the last has ended. Zabbix has one problem, and its
    newest word counts.
    """
    reports = list(reports)
    was = before.severity if before is not None else Severity.OK
    firing = _firing(before)
    for report in reports:
        if report.source == ZABBIX:
            firing = {report.severity} if report.firing else set()
        elif report.firing:
            firing |= {report.severity}
        else:
            firing -= {report.severity}
    if firing == _firing(before):
        return None
    newest, now = reports[-1], max(firing, default=Severity.OK)
    target, check, instance = newest.key
    # The least that still fires stands in the finding: it is what remains when the worse one ends.
    found = Finding(check, instance, min(firing, default=Severity.OK), REASON)
    return Transition((target, check, instance), at, was, now, found)


def _firing(alert: Alert | None) -> set[Severity]:
    """Return the severities that an alert of theirs is known to fire with; one that is kept open may be well."""
    return {alert.severity, alert.finding.severity} if alert is not None and alert.calm_since is None else set()


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    pairs: Mapping[Any, Any] = value
    # Zabbix sends numbers now and then.
    return {
        str(name): str(text) for name, text in list(pairs.items())[:MOST_LABELS] if isinstance(text, str | int | float)
    }


def _about(labels: Mapping[str, str], directory: Directory) -> tuple[Target | None, str]:
    """Return the target that the labels mean, where we know it, and the label that says so."""
    there = [label for label in _NAMES_A_TARGET if labels.get(label)]
    for label in there:
        if (target := directory.find(labels[label])) is not None:
            return target, label
    return None, there[0] if there else ""


def _itself(alert: Mapping[str, Any], labels: Mapping[str, str], about: str, source: str) -> str:
    """Return what tells this failure from another of the same name and target, the same each time.

    Not Alertmanager's fingerprint: that is another one when the severity is.
    """
    rest = {name: text for name, text in labels.items() if name not in _NOT_ITSELF and name != about}
    said = str(alert.get("fingerprint", "")) if source == ZABBIX else json.dumps(rest, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
