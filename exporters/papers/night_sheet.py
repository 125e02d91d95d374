"""The night's inspection sheet: its rounds, every target by the hour, what was wrong, key figures, power and rooms.

A sheet of the workbook for each; on paper, chapters of one record. It is what the people have kept by hand so far.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from duty.night_log import NightLog
from duty.rounds import RoundState
from exporters.papers import night_tables
from exporters.papers.clerk import Clerk
from exporters.papers.evidence import ON_PAPER
from exporters.papers.form_incidents import incidents
from exporters.papers.paper import Block, Cell, Mark, Pairs, Paper, Section, SignatureLine, Words
from exporters.words import Say, shown

_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\s]+')


def night_papers(log: NightLog, say: Say) -> list[tuple[str, Paper]]:
    """Lay out the workbook: a sheet's name and what stands on it."""
    whole = night_paper(log, say)
    return [
        (
            section.title,
            replace(
                whole,
                title=say("paper.and_chapter", title=whole.title, chapter=section.title),
                sections=[replace(section, title="")],
                signatures=whole.signatures if place == 0 else (),
                summary=whole.summary if place == 0 else None,
            ),
        )
        for place, section in enumerate(whole.sections)
    ]


def night_paper(log: NightLog, say: Say) -> Paper:
    """Lay out the night as one paper."""
    clerk = Clerk(say, log.now, ZoneInfo(log.zone))
    return Paper(
        title=say(f"paper.{log.tour.turn}_title"),
        number=say("paper.number", n=log.tour.number.replace("JB", "XJ", 1)),
        head=_head(log, clerk),
        sections=[
            Section(say("paper.sheets.summary"), list(night_tables.summary(log, clerk))),
            Section(say("paper.sheets.matrix"), list(night_tables.matrix(log, clerk))),
            Section(say("paper.sheets.troubles"), [*night_tables.troubles(log, clerk), *_incidents(log, clerk)]),
            Section(say("paper.sheets.key"), list(night_tables.key(log, clerk))),
            Section(say("paper.sheets.environment"), list(night_tables.environment(log, clerk))),
        ],
        signatures=[SignatureLine(say("paper.technician")), SignatureLine(say("paper.manager"))],
        foot=say("paper.night_foot", printed=clerk.printed()),
        landscape=True,
        summary=Words(*_conclusion(log, say)),
        phrases=clerk.phrases(),
        made=log.now,
    )


def file_name(log: NightLog, say: Say, ending: str) -> str:
    """Return the name of a night's file, the same however often it is made; only what every system takes as a name."""
    site = log.site_title if say.language == "zh" else log.tour.site
    name = say(f"paper.{log.tour.turn}_file", day=f"{log.tour.day:%Y-%m-%d}", site=shown(site, 60))
    return _UNSAFE.sub("-", name).strip("-.") + f".{ending}"


def _head(log: NightLog, clerk: Clerk) -> Pairs:
    say, tour = clerk.say, log.tour
    due = len(log.rounds) + len(log.to_come) + log.left.rounds
    made = sum(line.round.state is not RoundState.MISSED for line in log.rounds)
    return Pairs(
        [
            (say("paper.date"), Cell(clerk.day(tour.day))),
            (say("paper.shift"), Cell(f"{clerk.stamp(tour.begin)} – {clerk.stamp(tour.end)}")),
            (say("paper.site"), Cell(log.site_title)),
            (say("paper.technicians"), Cell(night_tables.names(log, log.technicians, say))),
            (say("paper.manager"), Cell(night_tables.names(log, log.managers, say))),
            (say("paper.rounds_made"), Cell(say("page.of", n=made, all=due))),
        ]
    )


def _conclusion(log: NightLog, say: Say) -> tuple[str, Mark]:
    missed = sum(line.round.state is RoundState.MISSED for line in log.rounds)
    bad = len({trouble.stretch.target for trouble in log.troubles})
    still = sum(handled.alert.open for handled in log.alerts)
    if not missed and not bad and not log.alerts:
        return say("paper.night_well", n=len(log.rounds)), Mark.PLAIN
    text = say("paper.night_bad", missed=missed, bad=bad, alerts=len(log.alerts) + log.left.alerts, open=still)
    return text, Mark.WARNING


def _incidents(log: NightLog, clerk: Clerk) -> Iterator[Block]:
    """Yield the incidents of the night, nothing where there was none."""
    if log.incidents:
        yield from incidents(
            log.incidents, clerk, ON_PAPER, lambda *moments: False, clerk.say("paper.incident.title_of")
        )
