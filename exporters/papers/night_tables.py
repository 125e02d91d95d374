"""The tables of the night's inspection sheet, each a chapter of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from duty.figures import Figure
from duty.night_log import Handled, NightLog, NightRound, Trouble
from duty.rounds import RoundState, SheetState
from exporters.papers.clerk import COUNTED, SEVERITY_MARKS, STATE_MARKS, Clerk, star
from exporters.papers.paper import Block, Cell, Mark, Table, Words
from exporters.words import Say

FIGURES: Final = ("cpu", "memory", "hottest", "fullest", "ports", "uptime")
FIGURE_MARKS: Final = {"warning": Mark.WARNING, "critical": Mark.CRITICAL}
MOST_DEEDS: Final = 6


def summary(log: NightLog, clerk: Clerk) -> Iterator[Block]:
    """Yield a row for each round, those to come too."""
    say = clerk.say
    head = [say(f"paper.round.{name}") for name in ("no", "slot", "state", "begun", "ended", "expected")]
    head += [say(f"sheet.{state}") for state in COUNTED]
    head += [say("paper.technician"), say("paper.read_by"), say("paper.note")]
    rows = [(line.round.slot, _round(line, log, clerk)) for line in log.rounds]
    blank = Cell(say("paper.to_come"), Mark.QUIET)
    rows += [
        (slot, [Cell(""), Cell(clerk.clock(slot)), blank, *(Cell("") for _ in range(len(head) - 3))])
        for slot in log.to_come
    ]
    yield Table(
        head,
        [row for _, row in sorted(rows, key=lambda row: row[0])],
        widths=(14, 13, 30, 13, 13, 11, *(11 for _ in COUNTED), 20, 26, 26),
        empty=say("paper.no_rounds"),
    )
    yield from _left(log.left.rounds, say)
    if log.by_hand:
        yield Table(head, [_round(line, log, clerk) for line in log.by_hand], title=say("paper.by_hand"))


def _round(line: NightRound, log: NightLog, clerk: Clerk) -> list[Cell]:
    say, round_, counts = clerk.say, line.round, line.counts
    reads = [say("paper.signed", who=log.title(r.person), at=clerk.clock(r.at)) for r in line.reads[:5]]
    over = round_.ended is not None
    return [
        Cell(str(round_.number), value=round_.number),
        Cell(clerk.clock(round_.slot)),
        clerk.round_state(round_),
        Cell(clerk.clock(round_.begun)),
        Cell(clerk.clock(round_.ended) if round_.begun else ""),
        clerk.count(counts.expected) if counts.of else Cell(""),
        *(
            replace(clerk.count(counts[state]), mark=STATE_MARKS[state] if counts[state] else Mark.PLAIN)
            if counts.of
            else Cell("")
            for state in COUNTED
        ),
        Cell(names(log, line.technicians, say)),
        Cell(say("paper.semicolon").join(reads) if reads else say("paper.not_read") if over else ""),
        Cell(say("paper.semicolon").join(read.note for read in line.reads if read.note)),
    ]


def matrix(log: NightLog, clerk: Clerk) -> Iterator[Block]:
    """Yield a row for each target with a sign for each round, and what the signs mean."""
    say = clerk.say
    signs = {state: say(f"paper.cell.{state}") for state in SheetState}
    # One cell for each state and no more: a thousand targets by twelve rounds are made of these.
    cells = {state: Cell(signs[state], STATE_MARKS[state]) for state in SheetState}
    missed, absent = Cell(say("paper.cell.missed"), Mark.CRITICAL), Cell("")
    gone = [line.round.state is RoundState.MISSED for line in log.rounds]
    legend = [say("paper.sign", sign=signs[state], means=say(f"sheet.{state}")) for state in COUNTED]
    legend[COUNTED.index(SheetState.NOT_REACHED)] = say("paper.cell_not_reached")
    legend += [
        say("paper.sign", sign=say("paper.cell.missed"), means=say("round_state.missed")),
        say("paper.sign", sign=say("paper.cell.none"), means=say("tonight.not_in_round")),
    ]
    yield Words(say("paper.pair", name=say("tonight.legend"), text="  ".join(legend)))
    yield Table(
        [say("paper.line.no"), say("paper.line.target"), say("paper.line.place")]
        + [clerk.clock(line.round.slot) for line in log.rounds],
        [
            (
                Cell(str(number), value=number),
                Cell(star(target) + target.name),
                Cell(clerk.place(target)),
                *(
                    missed if over else absent if state is None else cells[state]
                    for over, state in zip(gone, log.states.get(target.name, ()), strict=False)
                ),
            )
            for number, target in enumerate(log.targets, 1)
        ],
        widths=(11, 38, 34, *(12 for _ in log.rounds)),
        empty=say("tonight.no_targets"),
    )
    yield from _left(log.left.targets, say)


def troubles(log: NightLog, clerk: Clerk) -> Iterator[Block]:
    """Yield what the rounds found wrong, and the alerts with what was done."""
    say, known = clerk.say, {target.name: target for target in log.targets}
    yield Table(
        [say(f"paper.trouble.{name}") for name in ("no", "target", "place", "state", "from", "to", "rounds", "what")]
        + [say("paper.trouble.alerts")],
        [
            (
                Cell(str(number), value=number),
                Cell(star(known.get(trouble.stretch.target)) + trouble.stretch.target),
                Cell(clerk.place(known[trouble.stretch.target]) if trouble.stretch.target in known else ""),
                clerk.state(trouble.stretch.state),
                Cell(clerk.clock(log.rounds[trouble.stretch.first].round.slot)),
                Cell(clerk.clock(log.rounds[trouble.stretch.last].round.slot)),
                clerk.count(trouble.stretch.rounds),
                Cell(_found(trouble, clerk)),
                Cell(say("paper.comma").join(say("message.number", n=f"{n:02d}") for n in trouble.alerts[:6])),
            )
            for number, trouble in enumerate(log.troubles, 1)
        ],
        widths=(10, 32, 26, 12, 12, 12, 11, 60, 18),
        title=say("paper.found_wrong"),
        empty=say("paper.none_wrong"),
    )
    yield from _left(log.left.troubles, say)
    yield Table(
        [say(f"paper.alert.{name}") for name in ("number", "target", "grade", "what", "opened", "told", "taken")]
        + [say("paper.alert.done"), say("paper.alert.resolved")],
        [_alert(handled, log, clerk) for handled in log.alerts],
        widths=(11, 30, 12, 40, 26, 22, 22, 52, 26),
        title=say("paper.alerts_title"),
        empty=say("paper.no_alerts"),
    )
    yield from _left(log.left.alerts, say)


def _found(trouble: Trouble, clerk: Clerk) -> str:
    if trouble.findings:
        return clerk.findings(trouble.findings[:3])
    if trouble.gaps:
        return clerk.say("paper.semicolon").join(clerk.say(f"gap.{code}") for code in trouble.gaps[:3])
    return clerk.say(f"sheet_means.{trouble.stretch.state}")


def _alert(handled: Handled, log: NightLog, clerk: Clerk) -> Sequence[Cell]:
    say, alert = clerk.say, handled.alert

    def signed(name: str, at: str) -> str:
        return say("paper.signed", who=log.title(name), at=at)

    deeds = [
        say(f"paper.deed.{deed.kind}", at=clerk.clock(deed.at), who=_actor(log, deed.by, say), text=deed.text).strip()
        for deed in handled.deeds[-MOST_DEEDS:]
    ]
    if alert.word and not any(alert.word in deed for deed in deeds):
        deeds.append(alert.word)
    open_ = Cell(say("paper.alert.still_open"), Mark.WARNING)
    return (
        Cell(clerk.alert_number(alert)),
        Cell(("★ " if alert.key_equipment else "") + alert.key[0]),
        Cell(say(f"severity.{alert.severity.name.lower()}"), SEVERITY_MARKS.get(alert.severity, Mark.PLAIN)),
        Cell(clerk.wrong(alert)),
        Cell(clerk.stamp(alert.opened)),
        Cell(signed(handled.told, clerk.clock(handled.told_at)) if handled.told_at else ""),
        Cell(signed(alert.taken_by, clerk.clock(alert.taken_at)) if alert.taken_by else ""),
        Cell(say("paper.semicolon").join(deeds)),
        Cell(clerk.stamp(alert.resolved)) if alert.resolved else open_,
    )


def _actor(log: NightLog, name: str, say: Say) -> str:
    return say("paper.agent") if name == "agent" else log.title(name)


def key(log: NightLog, clerk: Clerk) -> Iterator[Block]:
    """Yield the figures of key equipment by the hour."""
    say, known = clerk.say, {target.name: target for target in log.targets}
    rows = []
    for line in log.key:
        for name in FIGURES:
            values = [getattr(figures, name) if figures else None for figures in line.of]
            if not any(value is not None for value in values):
                continue
            cells = [
                _figure(name, value, clerk, again=figures is not None and figures.restarted)
                for value, figures in zip(values, line.of, strict=True)
            ]
            numbers = [cell.value for cell in cells if cell.value is not None]
            highest = max(numbers) if numbers else None
            rows.append(
                [
                    Cell(star(known.get(line.target)) + line.target),
                    Cell(say(f"paper.figure.{name}")),
                    *cells,
                    Cell(f"{highest:g}" if highest is not None else "", value=highest),
                ]
            )
    yield Table(
        [say("paper.line.target"), say("paper.parameter"), *_slots(log, clerk), say("paper.highest")],
        rows,
        widths=(34, 26, *(12 for _ in log.rounds), 13),
        empty=say("paper.no_key"),
    )
    yield from _left(log.left.key, say)


def _figure(name: str, value: object, clerk: Clerk, *, again: bool) -> Cell:
    """Return the cell of one figure; its unit stands in the row's name, so that it can be counted with."""
    if isinstance(value, Figure):
        number = round(value.reading.value, 1)
        return Cell(f"{number:g}", FIGURE_MARKS.get(value.severity, Mark.PLAIN), number)
    if value is None:
        return Cell(clerk.say("value.unknown"), Mark.QUIET)
    if name == "ports":
        up, expected = getattr(value, "up", 0), getattr(value, "expected", 0)
        return Cell(f"{up}/{expected}", Mark.WARNING if getattr(value, "newly_down", ()) else Mark.PLAIN)
    days = round(float(getattr(value, "value", 0)) / 86400, 1)
    return Cell(f"{days:g}", Mark.WARNING if again else Mark.PLAIN, days)


def environment(log: NightLog, clerk: Clerk) -> Iterator[Block]:
    """Yield power by the hour, and what was seen by hand."""
    say, known = clerk.say, {target.name: target for target in log.targets}
    yield Table(
        [say("paper.line.target"), say("paper.parameter"), *_slots(log, clerk)],
        [
            [
                Cell(star(known.get(line.target)) + line.target),
                Cell(say(f"parameter.{line.parameter}")),
                *(
                    Cell(say("value.unknown"), Mark.QUIET)
                    if reading is None
                    else Cell(
                        clerk.value(reading.value, reading.unit, reading.parameter),
                        Mark.CRITICAL if reading.parameter == "on_battery" and reading.value else Mark.PLAIN,
                        None if reading.unit in ("bool", "s") else round(reading.value, 1),
                    )
                    for reading in line.of
                ),
            ]
            for line in log.power
        ],
        widths=(34, 22, *(13 for _ in log.rounds)),
        title=say("paper.power"),
        empty=say("paper.no_power"),
    )
    yield from _left(log.left.power, say)
    yield clerk.manual(log.manual, log.titles)
    yield from _left(log.left.manual, say)


def _slots(log: NightLog, clerk: Clerk) -> Iterator[str]:
    return (clerk.clock(line.round.slot) for line in log.rounds)


def _left(many: int, say: Say) -> Iterator[Block]:
    if many > 0:
        yield Words(say("paper.left", n=many), Mark.WARNING)


def names(log: NightLog, these: Sequence[str], say: Say) -> str:
    """Say who somebody is, or that nobody was there."""
    return say("paper.comma").join(map(log.title, these)) or say("value.unknown")
