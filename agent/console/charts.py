"""Which readings of a target are drawn, within which limits and with which alerts; and the drawings themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from agent.console.families import Family, is_counter
from agent.console.voice import Voice
from agent.services.alert_list import AlertEntry
from agent.services.overview import Abnormal
from agent.services.target_record import TargetRecord
from agent.store.bodies import Place
from duty.findings import Limits, Rule
from duty.fold import REACH
from duty.parameters import PARAMETERS
from duty.readings import Look
from duty.series import Series
from exporters.plots import NARROW, WIDE, Mark, plot, sparkline
from exporters.words.events import say_number

MOST = 12
"""Plots that a page has by itself."""
MOST_SPARKS = 60
ANSWERS = ("ping_time", "http_time", "tcp_time", "snmp_time")
"""What tells how a target answers, where nothing else of it is read."""
DRAWN_KINDS = frozenset({"disk", "errors", "levels", "memory", "optics"})
"""Kinds of checks whose limits are on the reading itself; a trend's are on the time that is left."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One reading's plot. ``wide`` is the same for a large screen, where it was asked for."""

    place: Place
    narrow: Markup
    wide: Markup | None = None


def places(record: TargetRecord, shown: Look | None, wrong: Iterable[Abnormal]) -> list[Place]:
    """Return what a page would draw by itself: what is wrong, then how loaded, hot and full it is, then the uplinks.

    ``shown`` is the newest look that it answered. What has no past is left out when it is drawn.
    """
    by_check = {rule.name: rule.parameter for rule in record.rules}
    bad = ((by_check.get(state.check, state.parameter), state.instance) for state in wrong)
    chosen = [place for place in bad if place[0] in PARAMETERS][:MOST]
    chosen += [("cpu_used", ""), ("memory_used", "")]
    if shown is not None:
        chosen += [_worst(shown, parameter) for parameter in ("temperature", "disk_used")]
        chosen += _uplinks(record, shown)
    chosen += [(parameter, "") for parameter in (*ANSWERS, "battery_charge")]
    return list(dict.fromkeys(chosen))


def _worst(look: Look, parameter: str) -> Place:
    worst = max(look.about((parameter,)), key=lambda r: r.value, default=None)
    return (parameter, worst.instance if worst is not None else "")


def _uplinks(record: TargetRecord, look: Look) -> list[Place]:
    """Return the load of the uplinks both ways: of their speed or of what was bought, else as it is."""
    up = [r.instance for r in look.about(("port_up",)) if _is_uplink(record, r.instance)]
    known = {(r.parameter, r.instance) for r in look.readings}
    return [
        (f"port_{way}_used" if (f"port_{way}_used", port) in known else f"port_{way}_rate", port)
        for port in up[:3]
        for way in ("in", "out")
    ]


def _is_uplink(record: TargetRecord, name: str) -> bool:
    port = record.target.port(name)
    return port is not None and port.uplink


def sparks(families: Sequence[Family]) -> list[Place]:
    """Return what has a line of its own course: what stands by itself, and how full each disk is."""
    alone = [
        (r.parameter, r.instance)
        for family in families
        if family.name != "port"
        for r in (line.reading for line in family.single)
        if r is not None and r.unit not in ("bool", "health") and not is_counter(r)
    ]
    disks = [
        ("disk_used", instance)
        for family in families
        if family.name == "storage" and family.table is not None
        for instance, _ in family.table.rows
    ]
    return list(dict.fromkeys([*disks[: MOST_SPARKS // 2], *alone]))[:MOST_SPARKS]


def rules_of(record: TargetRecord, place: Place) -> list[Rule]:
    """Return the checks that judge a reading, those of the reading itself before its trend."""
    parameter, instance = place
    fitting = [rule for rule in record.rules if rule.parameter == parameter and rule.is_about(instance)]
    return sorted(fitting, key=lambda rule: (rule.kind == "trend", rule.limits.below))


def limits_of(record: TargetRecord, place: Place) -> Limits | None:
    """Return the limits in force that a plot of this reading shows."""
    rule = next((rule for rule in rules_of(record, place) if rule.kind in DRAWN_KINDS), None)
    return record.limits(rule, place[1]) if rule is not None else None


def marks_of(record: TargetRecord, place: Place, voice: Voice) -> list[Mark]:
    """Return when alerts about a reading began and were over, oldest first."""
    keys = {(rule.name, place[1]) for rule in rules_of(record, place)}
    # What was not reached showed none of its readings.
    keys.add((REACH, ""))
    found = []
    for entry in record.alerts:
        alert = entry.alert
        if alert.key[1:] in keys:
            found.append(Mark(alert.opened, alert.severity, _called(entry, voice)))
            if alert.resolved is not None:
                found.append(Mark(alert.resolved, alert.severity, _called(entry, voice), over=True))
    return sorted(found, key=lambda mark: mark.at)


def _called(entry: AlertEntry, voice: Voice) -> str:
    severity = voice.say(f"severity.{entry.alert.severity.name.lower()}")
    return f"{say_number(entry.alert, voice.say)} {severity}: {voice.wrong(entry.alert)}"


def draw(
    record: TargetRecord,
    series: Mapping[Place, Series],
    chosen: Sequence[Place],
    since: datetime,
    voice: Voice,
    *,
    wide: bool = False,
    name: str = "plot",
) -> list[Chart]:
    """Draw the plots of a page that have anything to show; with ``wide`` all, and each for a large screen as well."""
    drawn: list[Chart] = []
    for number, place in enumerate(chosen):
        if not (series[place].runs or wide) or len(drawn) == MOST:
            continue
        limits, marks = limits_of(record, place), marks_of(record, place, voice)
        svg = [
            plot(
                series[place],
                since,
                voice.now,
                say=voice.say,
                zone=voice.zone,
                limits=limits,
                marks=marks,
                frame=frame,
                name=f"{name}-{number}{end}",
            )
            for frame, end in ((NARROW, ""), *(((WIDE, "-wide"),) if wide else ()))
        ]
        # Every word in it was escaped where it was drawn.
        pictures = [Markup(picture) for picture in svg]  # noqa: S704
        drawn.append(Chart(place, pictures[0], pictures[1] if wide else None))
    return drawn


def draw_sparks(series: Mapping[Place, Series], since: datetime, voice: Voice) -> dict[Place, Markup]:
    """Draw the small lines beside the values."""
    return {
        place: Markup(sparkline(of, since, voice.now, say=voice.say))  # noqa: S704 escaped where it was drawn
        for place, of in series.items()
        if of.runs
    }
