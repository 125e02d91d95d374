"""A night on duty with a clock that is driven: the real agent on a real database, only the targets are played."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from agent import bootstrap
from agent.services import make_round, reload
from agent.services.deliver import Deliverer
from agent.services.look import Looker
from agent.services.overview import Overview, RoundView
from agent.services.pulse import Pulse
from agent.services.read import LiveReader
from agent.services.station import Station
from agent.store import sheets, tallies, verify
from agent.store.engine import Store
from agent.store.rounds import list_rounds
from agent.ticks import Ticks
from collectors.replay import ReplayCollector
from config.load import parse
from config.schema import Settings
from duty.errors import CollectError, NotifyError
from duty.people import Contact
from duty.readings import Notes, Reading
from duty.rounds import Counts, Due, Round, RoundState, SheetState, due
from duty.targets import Target
from exporters.notify.port import Message, Receipt

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

Shown = Callable[[datetime], Iterable[Reading]]
"""What a target shows at a moment; CollectError where it does not answer."""


class DrivenClock:
    """A clock that stands until it is told to go on; the wall beside it can be set away from it."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._step = timedelta(0)

    def now(self) -> datetime:
        return self._now

    def step(self) -> timedelta:
        return self._step

    def adopt(self) -> timedelta:
        step, self._step = self._step, timedelta(0)
        self._now += step
        return step

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by

    def set_wall(self, by: timedelta) -> None:
        """Set the machine's wall clock away from ours, as ``date -s`` does."""
        self._step += by


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a channel accepted: when by local time, on which channel, to whom, its first line and its key."""

    at: str
    channel: str
    address: str
    title: str
    text: str
    key: str


class Phone:
    """A channel that notes what it is given, or refuses as ``night.broken`` says."""

    def __init__(self, name: str, night: Night) -> None:
        self._name = name
        self._night = night

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Take a message."""
        if self._name in self._night.broken:
            raise self._night.broken[self._name]
        at = f"{self._night.clock.now().astimezone(self._night.zone):%d %H:%M}"
        self._night.sent.append(
            Sent(at, self._name, contact.address, message.title, "\n".join(message.lines), message.key)
        )
        return Receipt("noted")

    async def close(self) -> None:
        """Nothing is kept open."""


class Night:
    """The agent on duty. Time passes only in ``until`` and ``asleep_until``; targets show what ``shows`` says."""

    def __init__(self, folder: Path, settings: str, start: str, zone: str = "Asia/Shanghai") -> None:
        self.zone = ZoneInfo(zone)
        self.clock = DrivenClock(datetime.fromisoformat(start).replace(tzinfo=self.zone))
        self.shows: dict[str, Shown] = {}
        self._settings: Settings = parse(settings, "night.yaml")
        self._url = f"sqlite:///{folder / 'nightduty.db'}"
        self._ticks: Ticks | None = None
        self._store: Store | None = None
        self.sent: list[Sent] = []
        self.broken: dict[str, NotifyError] = {}

    @property
    def ticks(self) -> Ticks:
        assert self._ticks is not None, "the agent is not on duty"
        return self._ticks

    @property
    def station(self) -> Station:
        return self.ticks.station

    async def go_on_duty(self) -> None:
        """Start the agent, as the service manager does."""
        self._store = Store.open(self._url, self._settings.agent.name)
        station = await bootstrap.make_station(self._settings, self.clock, self._store, self._looker())
        phones = {name: Phone(name, self) for name in self._settings.channels}
        self._ticks = Ticks(station, Deliverer(station, phones, {}))
        await self.ticks.begin()
        await self.ticks.idle()

    async def stop(self) -> None:
        """Stop the agent in order."""
        await self.ticks.stop("stopped")
        self.die()

    def die(self) -> None:
        """End the agent without a word; what was not committed is lost."""
        assert self._store is not None
        self._store.close()
        self._ticks = self._store = None

    async def restart(self) -> None:
        """Die and start again."""
        self.die()
        await self.go_on_duty()

    async def reload(self, settings: str) -> None:
        """Put other settings in force, as SIGHUP does."""
        self._settings = parse(settings, "night.yaml")
        since = await bootstrap.in_force_since(self._settings, self.station.store, self.clock.now())
        orders = bootstrap.make_orders(self._settings, since)
        await reload.take_over(self.station, orders, self._looker())

    def at(self, text: str) -> datetime:
        """Return the next moment with this local time of day, or the moment of a full local date and time."""
        if len(text) > 5:
            return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)
        local = self.clock.now().astimezone(self.zone)
        hour, minute = text.split(":")
        then = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        return (then if then >= local else then + timedelta(days=1)).astimezone(UTC)

    async def until(self, text: str, step: timedelta = MINUTE) -> None:
        """Let the agent work until a local time, that moment included."""
        end = self.at(text)
        while self.clock.now() < end:
            # Ticks come each second; a story needs one for each minute, told apart from a pause of the machine.
            self.ticks.notice.last_tick = min(self.clock.now() + step, end)
            self.clock.advance(min(step, end - self.clock.now()))
            await self.tick()

    async def tick(self) -> None:
        """Let one tick pass, and everything that it sets going."""
        # What a look finds is decided upon a tick later, and sent one later still: seconds, which a story leaves out.
        for _ in range(3 if self._settings.channels else 1):
            await self.ticks.tick()
            await self.ticks.idle()

    def asleep_until(self, text: str) -> None:
        """Let time pass without the agent."""
        self.clock.advance(self.at(text) - self.clock.now())

    async def die_in_round(self, after: int) -> None:
        """Kill the agent in the middle of the round that is due now, when some sheets are written."""
        station = self.station
        (due,) = [d for d in self.due() if d.make]
        opened = await make_round.begin(station, due)
        for name in sorted(opened.waiting)[:after]:
            look = await station.looker.look(station.orders.targets[name], station.orders.budget, full=True)
            judged = station.memory.take(look)
            station.recorder.note(judged)
            make_round.put(station, opened, judged)
        await station.recorder.flush()
        self.die()

    def due(self) -> list[Due]:
        """Return what the cadences call for now."""
        station = self.station
        return due(station.orders.cadences, station.last, station.absences, self.clock.now())

    async def rounds(self, cadence: str = "inspection") -> dict[str, tuple[Round, Counts]]:
        """Return the rounds of a cadence by their local time, oldest first."""
        found = await self.station.store.read(list_rounds, 1000, cadence=cadence)
        return {f"{r.slot.astimezone(self.zone):%d %H:%M}": (r, counts) for r, counts in reversed(found)}

    async def count_rounds(self, cadence: str = "inspection") -> dict[RoundState, int]:
        """Return how many rounds of a cadence ended how."""
        found = await self.station.store.read(tallies.totals)
        return {state: many for (name, state), many in found.items() if name == cadence}

    async def sheet_states(self, when: str) -> dict[str, SheetState]:
        """Return the state of each target's sheet in the round of a local time."""
        number = (await self.rounds())[when][0].number
        return (await self.station.store.read(sheets.sheet_states, [number]))[number]

    async def board(self) -> Overview:
        """Return what the first page shows."""
        return await LiveReader(self.station, Pulse(self.station)).overview()

    async def read_round(self, when: str) -> RoundView:
        """Return a round as its page shows it."""
        found = await LiveReader(self.station, Pulse(self.station)).round((await self.rounds())[when][0].number)
        assert found is not None
        return found

    async def chain(self) -> verify.Verified:
        """Walk the journal."""
        return await self.station.store.read(verify.verify)

    def _looker(self) -> Looker:
        played = ReplayCollector(self._script)
        return Looker(dict.fromkeys(("exposition", "host", "http", "icmp", "snmp", "tcp"), played), self.clock)

    def _script(self, target: Target, full: bool) -> Notes:
        notes = Notes(reached=True)
        shown = self.shows.get(target.name)
        if shown is not None:
            notes.add(*shown(self.clock.now()))
        return notes


def silent(now: datetime) -> Iterable[Reading]:
    """Show nothing at all."""
    raise CollectError("timeout")
