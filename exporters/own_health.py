"""The agent's own health: what it tells Prometheus about itself, and when it counts as working."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from duty.traps import TrapHealth
from exporters.metric_names import clean

STALLED: timedelta = timedelta(seconds=60)
"""How long the writer or the ticker may stand still before the agent counts as not working."""

STATES: Final = ("firing", "acknowledged")
SEVERITIES: Final = ("warning", "critical")


@dataclass(frozen=True, slots=True)
class Desk:
    """How it stands with people: open alerts by (state, severity), whether each channel fails, and since when the
    letter that has waited longest has waited.
    """

    alerts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    failing: Mapping[str, bool] = field(default_factory=dict)
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How the agent is ``at`` the moment of asking.

    ``idle`` has for each part that must keep moving ("writer", "ticker") the time since it last did, by a clock that
    never steps. ``looks`` and ``failures`` (by gap code) are counted since the start.
    """

    at: datetime
    started: datetime
    version: str
    settings_accepted: bool
    settings_read: datetime
    idle: Mapping[str, timedelta] = field(default_factory=dict)
    queues: Mapping[str, int] = field(default_factory=dict)
    journal_entries: int = 0
    looks: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk)
    traps: TrapHealth | None = None


def stalled(health: Health, within: timedelta = STALLED) -> list[str]:
    """Name each part that has not moved within the time, one line for each; an empty list means that all work."""
    return [
        f"the {part} has not moved for {idle.total_seconds():.0f} s, allowed are {within.total_seconds():.0f} s"
        for part, idle in sorted(health.idle.items())
        if idle > within
    ]


class OwnMetrics:
    """Writes the agent's own metrics, fresh at each scrape, with those of its process."""

    def __init__(self, health: Callable[[], Health]) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_HealthCollector(health))
        ProcessCollector(namespace="nightduty_agent", registry=self._registry)

    def text(self) -> bytes:
        """Return the text in the format 0.0.4."""
        return generate_latest(self._registry)


class _HealthCollector(Collector):
    """Makes families from one ``Health`` and forgets them, so that no label outlives what it stood for."""

    def __init__(self, health: Callable[[], Health]) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        now = self._health()
        yield _gauge(
            "build_info", "The running version.", ("version", "python"), {(now.version, platform.python_version()): 1}
        )
        yield _gauge("agent_start_timestamp_seconds", "When the agent started.", (), {(): now.started.timestamp()})
        yield _gauge("agent_time_seconds", "The agent's clock at the scrape.", (), {(): now.at.timestamp()})
        yield _gauge(
            "agent_idle_seconds",
            "Time since this part of the agent last moved.",
            ("worker",),
            {(part,): idle.total_seconds() for part, idle in now.idle.items()},
        )
        yield _gauge(
            "config_last_reload_success",
            "Whether the last settings read were accepted (1); if not (0), the ones before are in force.",
            (),
            {(): int(now.settings_accepted)},
        )
        yield _gauge(
            "config_last_reload_timestamp_seconds",
            "When settings were last read.",
            (),
            {(): now.settings_read.timestamp()},
        )
        yield _gauge(
            "queue_depth", "How much waits in each queue.", ("queue",), {(name,): n for name, n in now.queues.items()}
        )
        yield _gauge("journal_entries", "Entries in the journal.", (), {(): now.journal_entries})
        desk = now.desk
        yield _gauge(
            "alerts",
            "Open alerts; acknowledged are those that somebody has.",
            ("state", "severity"),
            {(state, severity): desk.alerts.get((state, severity), 0) for state in STATES for severity in SEVERITIES},
        )
        yield _gauge(
            "channel_failing",
            "Whether a channel accepts nothing (1) or works (0); one that was never used is missing.",
            ("channel",),
            {(name,): int(failing) for name, failing in desk.failing.items()},
        )
        waited = (now.at - desk.oldest).total_seconds() if desk.oldest is not None else 0.0
        yield _gauge(
            "oldest_letter_seconds",
            "How long the letter that has waited longest has waited; 0 when none waits.",
            (),
            {(): max(0.0, waited)},
        )
        yield _counter("looks", "Looks made since the start.", (), {(): now.looks})
        yield _counter(
            "looks_failed",
            "Looks since the start that reached nothing, by reason.",
            ("code",),
            {(code,): n for code, n in now.failures.items()},
        )
        if now.traps is not None:
            yield from _traps(now.traps)


Samples = Mapping[tuple[str, ...], int | float]


def _traps(traps: TrapHealth) -> Iterator[Metric]:
    listening = int(not traps.trouble)
    yield _gauge("traps_listening", "Whether the port for traps is open (1) or not (0).", (), {(): listening})
    yield _counter(
        "traps",
        "Datagrams at the port for traps since the start, by what became of them.",
        ("outcome",),
        {(outcome,): many for outcome, many in traps.outcomes.items()},
    )
    yield _counter(
        "traps_lost", "Datagrams that the kernel threw away for want of room in front of us.", (), {(): traps.lost}
    )
    yield _counter("trap_looks", "Looks that a trap started.", (), {(): traps.looks})


def _gauge(name: str, words: str, names: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(f"nightduty_{name}", words, labels=names)
    for values, value in samples.items():
        family.add_metric([clean(each) for each in values], value)
    return family


def _counter(name: str, words: str, names: tuple[str, ...], samples: Samples) -> Metric:
    family = CounterMetricFamily(f"nightduty_{name}", words, labels=names)
    for values, value in samples.items():
        family.add_metric([clean(each) for each in values], value)
    return family
