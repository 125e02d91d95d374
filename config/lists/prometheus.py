"""Targets of Prometheus: a file of targets (file_sd), or the static ones of a prometheus.yml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from config.lists.entry import MOST, Asked, Entry, Listed, list_of, text_of
from config.propose import Kind

_NAMES: Final = ("name", "hostname", "host", "instance_name", "device", "sysname", "nodename", "alias", "instance")
_SITES: Final = ("site", "dc", "datacenter", "region")
_GROUPS: Final = ("group", "groups", "team", "env")
_AUTH: Final = ("__param_auth", "auth", "snmp_auth")
_MODULE: Final = ("__param_module", "module", "snmp_module")
_PROBES: Final[Mapping[str, Kind]] = {"icmp": "icmp", "ping": "icmp", "tcp": "tcp", "http": "http"}


def read_targets(groups: list[object], into: Listed) -> None:
    """Read a file of targets."""
    for number, group in enumerate(groups, start=1):
        if isinstance(group, dict):
            _group(group, {}, f"group {number}", into)
        else:
            into.problem(f"group {number}", "not a group of targets", "targets: [...] with labels: {...}")


def read_prometheus(settings: Mapping[str, object], into: Listed) -> None:
    """Read the static targets of a prometheus.yml."""
    for job in list_of(settings, "scrape_configs"):
        name = text_of(job, "job_name") or "job"
        labels = {"job": name, "__metrics_path__": text_of(job, "metrics_path"), "__scheme__": text_of(job, "scheme")}
        params = job.get("params")
        for key, values in params.items() if isinstance(params, dict) else ():
            value = values[0] if isinstance(values, list) and len(values) == 1 else values
            labels[f"__param_{key}"] = text_of({"": value}, "")
        if any(text_of(each, "target_label") == "__param_target" for each in list_of(job, "relabel_configs")):
            labels["__relabelled__"] = "yes"
        static = list_of(job, "static_configs")
        for group in static:
            _group(group, labels, f"job {name}", into)
        others = [key for key in job if str(key).endswith("_sd_configs")]
        into.drop("targets that are found by " + ", ".join(sorted(others)), len(others))
    if not into.entries and not into.problems:
        into.problem("", "no static targets", "static_configs below scrape_configs, or a file of targets")


def _group(group: Mapping[str, object], job: Mapping[str, str], place: str, into: Listed) -> None:
    labels = group.get("labels")
    said = {**job, **{str(k): text_of({"": v}, "") for k, v in (labels.items() if isinstance(labels, dict) else ())}}
    targets = group.get("targets")
    if not isinstance(targets, list):
        into.problem(place, "a group without targets", "targets: [...]")
        return
    for number, target in enumerate(targets, start=1):
        if len(into.entries) >= MOST:
            into.problem(place, f"more than {MOST} devices", "fewer; the rest is left out")
            return
        if not isinstance(target, str) or not target.strip():
            into.problem(place, "a target that is no text", "an address, with its port where it has one")
            continue
        into.entries.append(_entry(target.strip(), said, _place(place, target.strip(), number)))


def _place(place: str, target: str, number: int) -> str:
    """Say where a target stands; one with a password in it is not repeated."""
    return f"{place}: target {number}" if "@" in target else f"{place}: {target}"[:120]


def _entry(target: str, labels: Mapping[str, str], place: str) -> Entry:
    kind = _kind(target, labels)
    url = f"{labels.get('__scheme__') or 'http'}://{target}{labels.get('__metrics_path__') or '/metrics'}"
    probed = kind == "http" and "://" not in target
    return Entry(
        place,
        name=_first(labels, _NAMES),
        address="" if kind in ("exposition", "http") else target,
        url=url if kind == "exposition" else f"http://{target}" if probed else target if kind == "http" else "",
        kind=kind,
        asked=Asked(_first(labels, _AUTH) or "public_v2") if kind == "snmp" else None,
        groups=tuple(labels[key] for key in _GROUPS if labels.get(key)),
        site=_first(labels, _SITES),
        room=labels.get("room", ""),
        rack=labels.get("rack", ""),
        model=labels.get("model", "") or (_first(labels, _MODULE) if kind == "snmp" else ""),
    )


def _kind(target: str, labels: Mapping[str, str]) -> Kind:
    """Return how a target is looked at: what its exporter asks, or the page of the exporter itself."""
    path, module = labels.get("__metrics_path__", ""), _first(labels, _MODULE)
    host, _, port = target.rpartition(":")
    if path == "/probe" or "://" in target:
        return next((kind for word, kind in _PROBES.items() if word in module), "http" if "://" in target else "icmp")
    through = labels.get("__relabelled__") or path == "/snmp" or _first(labels, _AUTH)
    if through or port == "161" or not host or "snmp" in labels.get("job", ""):
        return "snmp"
    return "exposition" if port == "9100" or "node" in labels.get("job", "") else "tcp"


def _first(labels: Mapping[str, str], keys: tuple[str, ...]) -> str:
    return next((labels[key] for key in keys if labels.get(key)), "")
