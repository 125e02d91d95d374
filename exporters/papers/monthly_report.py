"""The monthly operations report 月度运行报告: for a manager on top, for whoever asks further below."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from duty.operations import Month, MonthReport
from exporters.papers import monthly_people, monthly_tables
from exporters.papers.clerk import Clerk
from exporters.papers.evidence import Evidence
from exporters.papers.monthly_cells import NOT_WORTH, Book, minutes, percent
from exporters.papers.paper import Cell, Mark, Pairs, Paper, Section, Words
from exporters.words import Say, shown
from exporters.words.codes import CHAPTERS

_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\s]+')


def monthly_paper(report: MonthReport, say: Say, evidence: Evidence | None = None, *, whole: bool = False) -> Paper:
    """Lay out the report as one paper; ``whole`` lists every target and not only those worth a line."""
    clerk = Clerk(say, report.now, ZoneInfo(report.zone))
    book = Book(report, clerk, evidence or Evidence(), whole)
    blocks = (
        monthly_tables.summary(book),
        monthly_tables.targets(book),
        monthly_tables.outages(book),
        monthly_tables.circuits(book),
        monthly_people.alerts(book),
        monthly_people.rounds(book),
        monthly_people.forms(book),
        monthly_people.contracts(book),
        monthly_tables.days(book),
        monthly_people.notes(book),
    )
    return Paper(
        title=say("monthly.title"),
        number=say("monthly.number", n=report.number),
        head=_head(report, book),
        sections=[
            Section(say(f"monthly.chapter.{name}"), list(those)) for name, those in zip(CHAPTERS, blocks, strict=True)
        ],
        foot=say("monthly.foot", n=report.number, printed=clerk.printed()),
        landscape=True,
        summary=Words(*conclusion(report, say)),
        phrases=clerk.phrases(),
        made=report.now,
    )


def monthly_papers(report: MonthReport, say: Say) -> list[tuple[str, Paper]]:
    """Lay out the workbook: a sheet for each chapter, with every target in it."""
    paper = monthly_paper(report, say, whole=True)
    return [
        (
            section.title,
            replace(
                paper,
                title=say("paper.and_chapter", title=paper.title, chapter=section.title),
                head=paper.head if place == 0 else Pairs(paper.head.pairs[:2]),
                sections=[replace(section, title="")],
                summary=paper.summary if place == 0 else None,
            ),
        )
        for place, section in enumerate(paper.sections)
    ]


def monthly_file_name(report: MonthReport, say: Say, ending: str) -> str:
    """Return the name of the file, the same however often it is made."""
    site = report.site_title if say.language == "zh" else report.site
    name = say("monthly.file", month=str(report.month), site=shown(site, 60))
    return _UNSAFE.sub("-", name).strip("-.") + f".{ending}"


def month_name(month: Month, say: Say) -> str:
    """Say a month: "Nov 2026"."""
    return say("monthly.name", year=month.year, month=say(f"month.{month.month}"))


def conclusion(report: MonthReport, say: Say) -> tuple[str, Mark]:
    """Say in a line how the month was, and how much that line knows."""
    share, worst = report.share, report.worst
    if not report.targets:
        text, mark = say("monthly.no_targets"), Mark.PLAIN
    elif share is None:
        text, mark = say("monthly.nothing_seen"), Mark.WARNING
    elif not worst:
        text = say("monthly.well", n=f"{len(report.targets):,}", alerts=f"{report.alerts:,}")
        mark = Mark.PLAIN
    else:
        text = say(
            "monthly.lost_some",
            share=_percent(share, say),
            down=f"{len(worst):,}",
            all=f"{len(report.targets):,}",
            minutes=minutes(report.lost),
            worst=worst[0].target.name,
            alerts=f"{report.alerts:,}",
        )
        mark = Mark.WARNING
    unseen = _unseen(report)
    if share is not None and unseen > NOT_WORTH:
        text = say("paper.semicolon").join((text.rstrip("。."), say("monthly.unseen_too", share=_percent(unseen, say))))
    return (say("monthly.so_far_said", text=text) if report.running else text), mark


def _head(report: MonthReport, book: Book) -> Pairs:
    say, clerk = book.say, book.clerk
    month = month_name(report.month, say)
    if report.running:
        month = say("monthly.month_so_far", month=month, at=clerk.stamp(report.until))
    share, rounds = report.share, report.rounds
    signed = sum(line.in_time for line in report.forms)
    unseen = clerk.value(report.unseen.total_seconds(), "s") if report.unseen > timedelta(0) else "0"
    return Pairs(
        [
            (say("monthly.month"), Cell(month)),
            (say("monthly.site"), Cell(report.site_title)),
            (say("monthly.period"), Cell(f"{clerk.stamp(report.begin)} – {clerk.stamp(report.until)}")),
            (
                say("monthly.all_targets"),
                Cell(say("monthly.targets_down", down=f"{len(report.worst):,}", all=f"{len(report.targets):,}")),
            ),
            (say("monthly.availability"), Cell(_percent(share, say) if share is not None else "—")),
            (say("monthly.lost"), Cell(minutes(report.lost), value=round(report.lost / timedelta(minutes=1), 1))),
            (
                say("monthly.not_seen"),
                Cell(say("monthly.not_seen_said", length=unseen, share=_percent(_unseen(report), say))),
            ),
            (say("monthly.alerts"), Cell(f"{report.alerts:,}", value=report.alerts, link=book.evidence.alerts())),
            (say("monthly.rounds"), Cell(say("monthly.of", n=f"{rounds.made:,}", all=f"{rounds.due:,}"))),
            (say("monthly.forms"), Cell(say("monthly.of", n=signed, all=len(report.forms)))),
        ]
    )


def _unseen(report: MonthReport) -> float:
    """Return which share of the time of all targets was not seen."""
    whole = len(report.targets) * (report.until - report.begin)
    return report.unseen / whole if whole else 0.0


def _percent(share: float, say: Say) -> str:
    return say("monthly.share", n=f"{percent(share):.3f}")
