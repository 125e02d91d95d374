"""The reading behind an alert over the last hours, with the limit that it passed and the moment when it did."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from agent.console.voice import Voice
from agent.services.history import NIGHT, SPANS, history
from agent.services.station import Station
from duty.alerts import Alert
from duty.findings import Limits, Rule
from duty.fold import REACH
from duty.overrides import KINDS, overridden
from duty.parameters import PARAMETERS
from exporters.plots import NARROW, WIDE, Mark, plot
from exporters.words.events import say_number

ANSWERS: Final = ("ping_time", "snmp_time", "http_time", "tcp_time")
"""What shows when a target stopped to answer: the time in which it did."""
TRENDS: Final = "trend"


async def draw(station: Station, alert: Alert, voice: Voice) -> tuple[Markup, ...]:
    """Return the plot for a telephone and for a desk; nothing where the reading is not known, or has no past."""
    rule = rule_of(station, alert)
    if rule is None or alert.source:
        return ()
    parameters = ANSWERS if alert.key[1] == REACH else (rule.parameter,)
    instance = "" if alert.key[1] == REACH else alert.key[2]
    wanted = [(name, instance) for name in parameters if name in PARAMETERS]
    found = await history(station, alert.key[0], wanted, NIGHT, voice.now)
    series = next((found[place] for place in wanted if found[place].runs), None)
    if series is None:
        return ()
    marks = [Mark(alert.opened, alert.severity, say_number(alert, voice.say))]
    if alert.resolved is not None:
        marks.append(Mark(alert.resolved, alert.severity, say_number(alert, voice.say), over=True))
    drawn = (
        plot(
            series,
            voice.now - SPANS[NIGHT],
            voice.now,
            say=voice.say,
            zone=voice.zone,
            limits=limits_of(rule, instance),
            marks=marks,
            frame=frame,
            name=name,
        )
        for frame, name in ((NARROW, "plot"), (WIDE, "plot-wide"))
    )
    return tuple(Markup(picture) for picture in drawn)  # noqa: S704 escaped where it was drawn


def rule_of(station: Station, alert: Alert) -> Rule | None:
    """Return the rule by which an alert of ours was found, with the limits that were raised for a while."""
    target, check, _ = alert.key
    rules = overridden(station.orders.rules.get(target, ()), station.overrides, target, station.clock.now())
    return next((rule for rule in rules if rule.name == check), None)


def limits_of(rule: Rule, instance: str) -> Limits | None:
    """Return the limits to draw; a trend's are on the time that is left and not on the reading."""
    if rule.kind not in KINDS or rule.kind == TRENDS:
        return None
    return rule.raised_at(instance) or rule.limits
