"""Read the log of one tour: every round of it, every target in each, what was wrong and who saw to it. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection

from agent.services.night_incidents import night_incidents
from agent.services.orders import Orders
from agent.services.station import Station
from agent.store import nights, people, sheets, shifts
from agent.store.timeline import AlertEvent, EventKind
from duty.alerts import Alert
from duty.changes import changes
from duty.figures import Figures, figures
from duty.night_log import (
    Deed,
    Handled,
    KeyFigures,
    Left,
    NightLog,
    NightRound,
    PowerLine,
    States,
    Trouble,
    in_order,
    stretches,
)
from duty.people import Post
from duty.readings import Reading
from duty.roster import Shift, on_duty
from duty.rounds import BY_HAND, Round, RoundState, Sheet, SheetState, count
from duty.targets import Target
from duty.tours import Tour, Turn, tours

MOST_ROUNDS: Final = 48
MOST_TARGETS: Final = 2000
MOST_TROUBLES: Final = 500
MOST_ALERTS: Final = 500
MOST_DEEDS: Final = 12
MOST_KEY: Final = 60
MOST_POWER: Final = 40
MOST_MANUAL: Final = 500

POWER: Final = ("on_battery", "battery_charge", "battery_time_left")
"""By these a target is known to be a power supply."""

DEEDS: Final = (
    EventKind.TAKEN,
    EventKind.GIVEN_BACK,
    EventKind.EXPIRED,
    EventKind.SNOOZED,
    EventKind.HANDED,
    EventKind.CLOSED,
    EventKind.COMMENTED,
    EventKind.DECLINED,
)


async def read_night(station: Station, site: str, day: date, turn: Turn = Turn.NIGHT) -> NightLog | None:
    """Return the log of a tour by its site and date; None for a site that there is not, and a tour to come."""
    tour = tour_of(station.orders, site, day, turn)
    now = station.clock.now()
    if tour is None or tour.begin > now:
        return None
    return await read_tour(station, tour)


async def read_tour(station: Station, tour: Tour) -> NightLog:
    """Return the log of a tour."""
    return await station.store.read(night_log, station.orders, tour, station.clock.now())


def tour_of(orders: Orders, site: str, day: date, turn: Turn) -> Tour | None:
    """Return the tour of a site that has a date; None for a site or a date that there is not."""
    if site not in orders.sites or not date.min + timedelta(days=9) < day < date.max - timedelta(days=9):
        return None
    noon = datetime.combine(day, time(12), UTC)
    around = tours(orders.night_of(site), site, noon - timedelta(days=2), noon + timedelta(days=2))
    return next((tour for tour in around if (tour.turn, tour.day) == (turn, day)), None)


def night_log(conn: Connection, agent: str, orders: Orders, tour: Tour, now: datetime) -> NightLog:
    """Read the log of a tour, all of it in one moment of the record."""
    every = nights.rounds_of(conn, agent, tour.begin, tour.end)
    planned = [round_ for round_ in every if round_.cadence != BY_HAND]
    asked = [round_ for round_ in every if round_.cadence == BY_HAND][-MOST_ROUNDS:]
    cells = sheets.sheet_states(conn, agent, [round_.number for round_ in (*planned[-MOST_ROUNDS:], *asked)])
    targets = _targets(orders, tour.site, cells)
    here = {target.name: target for target in targets}
    planned = [round_ for round_ in planned if _concerns(round_, cells.get(round_.number), orders, here)]
    shown = planned[-MOST_ROUNDS:]
    states = {name: tuple(cells[round_.number].get(name) for round_ in shown) for name in here}
    crew = shifts.shifts_between(conn, agent, tour.begin, tour.end)
    found, alerts_left = nights.alerts_of(conn, agent, tour.site, tour.begin, tour.end, MOST_ALERTS)
    troubles, troubles_left = _troubles(conn, agent, shown, states, here, found)
    key, key_left = _key(conn, agent, shown, targets)
    power, power_left = _power(conn, agent, shown, here)
    numbers = [round_.number for round_ in (*shown, *asked)]
    manual = nights.manual_of(conn, agent, tour.site, numbers, MOST_MANUAL + 1)
    reads = nights.reads_of(conn, agent, numbers)

    def line(round_: Round) -> NightRound:
        counted = count(state for name, state in cells[round_.number].items() if name in here)
        technicians = on_duty(crew, tour.site, Post.TECHNICIAN, round_.slot)
        return NightRound(round_, counted, reads.get(round_.number, ()), technicians)

    return NightLog(
        tour=tour,
        site_title=orders.sites[tour.site].title if tour.site in orders.sites else tour.site,
        zone=orders.zone_of(tour.site).key,
        now=now,
        rounds=tuple(map(line, shown)),
        by_hand=tuple(line(round_) for round_ in asked if cells[round_.number].keys() & here.keys()),
        to_come=_to_come(orders, tour, planned, here),
        targets=targets[:MOST_TARGETS],
        states=states,
        troubles=tuple(troubles),
        alerts=tuple(handled(conn, agent, found, tour.begin, tour.end)),
        key=tuple(key),
        power=tuple(power),
        manual=tuple(manual[-MOST_MANUAL:]),
        technicians=_held(crew, tour, Post.TECHNICIAN),
        managers=_held(crew, tour, Post.MANAGER),
        titles=people.titles(conn, agent),
        incidents=night_incidents(conn, agent, orders, tour, now),
        left=Left(
            rounds=len(planned) - len(shown),
            targets=max(0, len(targets) - MOST_TARGETS),
            troubles=troubles_left,
            alerts=alerts_left,
            key=key_left,
            power=power_left,
            manual=max(0, len(manual) - MOST_MANUAL),
        ),
    )


def _targets(orders: Orders, site: str, cells: Mapping[int, Mapping[str, SheetState]]) -> tuple[Target, ...]:
    """Return the targets of a site, key equipment first; what has left the settings since counts for the first site."""
    found = [target for target in orders.targets.values() if target.site == site]
    if site == orders.site_or_first(""):
        gone = {name for states in cells.values() for name in states} - orders.targets.keys()
        found += [Target(name, "", (), site) for name in gone]
    return tuple(sorted(found, key=lambda target: (not target.key, target.name)))


def _concerns(
    round_: Round, states: Mapping[str, SheetState] | None, orders: Orders, here: Mapping[str, Target]
) -> bool:
    """Say whether a round is about any target of the site; one that was missed is, if its cadence would have been."""
    if states:
        return bool(states.keys() & here.keys())
    named = next((c.targets for c in orders.cadences if c.name == round_.cadence), None)
    return named is None or bool(set(named) & here.keys())


def _to_come(orders: Orders, tour: Tour, made: Sequence[Round], here: Mapping[str, Target]) -> tuple[datetime, ...]:
    instant = timedelta(microseconds=1)
    written = {(round_.cadence, round_.slot) for round_ in made}
    found = [
        slot
        for cadence in orders.cadences
        if cadence.targets is None or set(cadence.targets) & here.keys()
        for slot in cadence.slots(tour.begin - instant, tour.end - instant)
        if (cadence.name, slot) not in written
    ]
    return tuple(sorted(found)[:MOST_ROUNDS])


def _troubles(
    conn: Connection,
    agent: str,
    shown: Sequence[Round],
    states: Mapping[str, States],
    here: Mapping[str, Target],
    alerts: Sequence[Alert],
) -> tuple[list[Trouble], int]:
    every = in_order(stretches(states), here)
    kept = every[:MOST_TROUBLES]
    wanted: dict[int, set[str]] = {}
    for stretch in kept:
        wanted.setdefault(shown[stretch.worst].number, set()).add(stretch.target)
    numbers: dict[str, list[int]] = {}
    for alert in alerts:
        numbers.setdefault(alert.key[0], []).append(alert.number)
    read = {number: sheets.read_some(conn, agent, number, names) for number, names in wanted.items()}
    found = []
    for stretch in kept:
        sheet = read[shown[stretch.worst].number].get(stretch.target)
        bad = sorted((f for f in sheet.findings if f.severity), key=lambda f: -f.severity) if sheet else []
        gaps = dict.fromkeys(gap.code for gap in sheet.look.gaps) if sheet and sheet.look else {}
        found.append(Trouble(stretch, tuple(bad[:5]), tuple(gaps)[:5], tuple(numbers.get(stretch.target, ()))))
    return found, len(every) - len(kept)


def _key(
    conn: Connection, agent: str, shown: Sequence[Round], targets: Sequence[Target]
) -> tuple[list[KeyFigures], int]:
    names = [target.name for target in targets if target.key]
    kept = names[:MOST_KEY]
    rows: dict[str, list[Figures | None]] = {name: [] for name in kept}
    before: dict[str, Sheet] = {}
    for round_ in shown:
        read = sheets.read_some(conn, agent, round_.number, kept)
        for name in kept:
            sheet, old = read.get(name), before.get(name)
            rows[name].append(figures(sheet, changes([old], [sheet]) if old else ()) if sheet else None)
        before |= read
    return [KeyFigures(name, tuple(row)) for name, row in rows.items() if any(row)], len(names) - len(kept)


def _power(
    conn: Connection, agent: str, shown: Sequence[Round], here: Mapping[str, Target]
) -> tuple[list[PowerLine], int]:
    newest = next((r for r in reversed(shown) if r.state not in (RoundState.MISSED, RoundState.OPEN)), None)
    if newest is None:
        return [], 0
    names = [name for name in nights.targets_that_tell(conn, newest.number, POWER) if name in here]
    kept = names[:MOST_POWER]
    rows: dict[tuple[str, str], list[Reading | None]] = {(name, p): [] for name in kept for p in POWER}
    for round_ in shown:
        read = sheets.read_some(conn, agent, round_.number, kept)
        for (name, parameter), row in rows.items():
            look = read[name].look if name in read else None
            row.append(next(look.about((parameter,)), None) if look else None)
    found = [PowerLine(name, parameter, tuple(row)) for (name, parameter), row in rows.items() if any(row)]
    return found, len(names) - len(kept)


def handled(conn: Connection, agent: str, found: Sequence[Alert], begin: datetime, end: datetime) -> list[Handled]:
    """Return alerts with what was done about each between two moments."""
    happened = nights.events_of(conn, agent, [alert.number for alert in found], (*DEEDS, EventKind.TOLD), begin, end)
    return [_with_deeds(alert, happened.get(alert.number, [])) for alert in found]


def _with_deeds(alert: Alert, events: Sequence[AlertEvent]) -> Handled:
    deeds = [Deed(e.at, e.kind.value, e.actor, e.text) for e in events if e.kind is not EventKind.TOLD]
    told = next((event for event in events if event.kind is EventKind.TOLD), None)
    if told is None:
        return Handled(alert, tuple(deeds[-MOST_DEEDS:]))
    return Handled(alert, tuple(deeds[-MOST_DEEDS:]), str(told.data.get("person", "")), told.at)


def _held(crew: Sequence[Shift], tour: Tour, post: Post) -> tuple[str, ...]:
    """Return who held a post of the site in the tour, in the order in which they came."""
    of = [s for s in crew if s.site == tour.site and s.post is post]
    return tuple(dict.fromkeys(s.person for s in sorted(of, key=lambda s: (s.begin, s.person))))
