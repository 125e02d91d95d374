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

from duty.standstill import Room
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
    never steps. ``looks``, ``failures`` (by gap code) and ``clock_steps`` are counted since the start. ``beaten`` is
    when the last beat was written, ``escalated`` when the open alerts were last gone through, ``unwritten`` how long
    nothing can be written.
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
    beaten: datetime | None = None
    escalated: datetime | None = None
    unwritten: timedelta = timedelta(0)
    room: Room | None = None
    clock_steps: int = 0


def stalled(health: Health, within: timedelta = STALLED) -> list[str]:
    """Name each part that has not moved within the time, one line for each; an empty list means that all work."""
    causes = [
        f"the {part} has not moved for {idle.total_seconds():.0f} s, allowed are {within.total_seconds():.0f} s"
        for part, idle in sorted(health.idle.items())
        if idle > within
    ]
    if health.unwritten > within:
        causes.append(f"the record cannot be written for {health.unwritten.total_seconds():.0f} s")
    return causes


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
        yield from _doing(now)
        if now.traps is not None:
            yield from _traps(now.traps)


Samples = Mapping[tuple[str, ...], int | float]


def _doing(now: Health) -> Iterator[Metric]:
    """Say whether the agent does what it is there for: it beats, it escalates, it writes, its clock is steady."""
    for name, words, at in (
        ("beat", "When the last sign of life was written into the record.", now.beaten),
        ("escalated", "When the open alerts were last gone through for whom they must call.", now.escalated),
    ):
        yield _gauge(f"{name}_timestamp_seconds", words, (), {(): at.timestamp()} if at is not None else {})
    words = "How long nothing can be written into the record; 0 while it can."
    yield _gauge("record_failing_seconds", words, (), {(): now.unwritten.total_seconds()})
    room = now.room
    yield _gauge("state_free_bytes", "Room in the state folder.", (), {(): room.free} if room is not None else {})
    share: Samples = {(): room.share / 100} if room is not None else {}
    yield _gauge("state_free_ratio", "Room in the state folder, of the whole.", (), share)
    yield _counter("clock_steps", "Steps of the clock, above 5 s, since the start.", (), {(): now.clock_steps})


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
