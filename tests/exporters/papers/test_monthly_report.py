"""The monthly report on paper and as a workbook: legible, whole, honest about what was not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from duty.availability import course
from duty.findings import Severity
from duty.operations import (
    AlertCounts,
    CircuitMonth,
    Contract,
    DayFigures,
    Handling,
    Month,
    MonthReport,
    Outage,
    RoundsMonth,
    TargetMonth,
    Times,
)
from duty.rounds import Round, RoundState, SheetState
from duty.targets import Target
from exporters.papers.evidence import Evidence
from exporters.papers.monthly_cells import percent
from exporters.papers.monthly_report import conclusion, monthly_file_name, monthly_paper, monthly_papers
from exporters.papers.monthly_tables import MOST_TARGETS
from exporters.papers.paper import Paper, Table
from exporters.papers.pdf import pdf
from exporters.papers.xlsx import workbook
from exporters.words import LANGUAGES, words
from tests.exporters.papers.samples import HOSTILE

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN, END = Month(2026, 11).span(ZONE)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CRITICAL, OK = Severity.CRITICAL, Severity.OK
UNSEEN = CircuitMonth("HZ1-CORE-01", "XGE*", "", "HZ-1", None)


def line(name: str, down: float = 0, unseen: float = 0, *, key: bool = False) -> TargetMonth:
    at = BEGIN + 3 * DAY
    changes = [(at, CRITICAL), (at + down * MINUTE, OK)] if down else []
    away = [(BEGIN, BEGIN + unseen * HOUR)]
    return TargetMonth(
        Target(name, "", (), "hz1", key=key, business=name),
        course(BEGIN, END, OK, changes, unknown=away),
        int(bool(down)),
    )


def report(targets: int = 4, hostile: bool = False) -> MonthReport:
    lines = [line("HZ1-CORE-01", 47, key=True), line("HZ1-DB-01", 12.5), line("HZ1-NEW-01", unseen=240)]
    lines += [line(f"HZ1-SRV-{n:04}") for n in range(targets - len(lines))]
    if hostile:
        lines += [line(text, 1) for text in HOSTILE]
    at = BEGIN + 3 * DAY
    names = HOSTILE if hostile else ("HZ1-CORE-01",)
    return MonthReport(
        agent="hz-monitor", site="hz1", site_title="杭州一机房", several_sites=True, zone=ZONE.key,
        month=Month(2026, 11), now=END + HOUR, begin=BEGIN, end=END, until=END, targets=tuple(lines),
        circuits=(*(CircuitMonth(n, n, n, "HZ-8842", lines[0].course) for n in names), UNSEEN),
        outages=(*(Outage(n, at, at + HOUR, HOUR, 7, key=True) for n in names), Outage("b", at, None, HOUR)),
        alerts=3, last_alert=9, by_target=tuple(AlertCounts(n, 2, 1) for n in names),
        by_check=tuple(AlertCounts(n, 2, 1) for n in ("reach", *names)),
        handling=(Handling(CRITICAL, 3, Times(2, 3 * MINUTE, 5 * MINUTE, 7), Times(), 1, 1, 0),),
        rounds=RoundsMonth(
            {RoundState.COMPLETE: 718, RoundState.MISSED: 2}, 3, {"agent_down": 2}, 300, dict.fromkeys(names, 300),
            {SheetState.OK: 2868, SheetState.ABNORMAL: 12},
            (Round("inspection", at, RoundState.MISSED, "agent_down", number=73),),
        ),
        contracts=tuple(Contract("maintainer", n, n, date(2026, 12, 31), n, 3) for n in names),
        per_day=tuple(DayFigures(date(2026, 11, 1 + n), 1 if n == 3 else 0, 0, (n == 3) * HOUR) for n in range(30)),
        absent=((BEGIN, BEGIN + HOUR),),
    )  # fmt: skip


def text_of(paper: Paper) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf(paper))).pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_on_top_says_what_was_lost_and_what_was_not_seen(language: str) -> None:
    text, _ = conclusion(report(), words(language))
    assert "HZ1-CORE-01" in text
    assert "8.333" in text
    assert "60" in text
    assert percent(1 - 59.5 / (4 * 720 * 60 - 240 * 60)) == 99.962


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_month_that_still_runs_says_so(language: str) -> None:
    say = words(language)
    running = replace(report(), until=END - DAY, now=END - DAY)
    assert say("monthly.so_far_said", text="")[:4] in conclusion(running, say)[0]
    assert "2026-11-30 00:00" in text_of(monthly_paper(running, say))


@pytest.mark.parametrize("language", LANGUAGES)
def test_well_empty_and_unseen_months_have_each_their_line(language: str) -> None:
    say = words(language)
    well = replace(report(), targets=(line("a"),))
    assert conclusion(well, say)[0] == say("monthly.well", n=1, alerts=3)
    assert conclusion(replace(well, targets=()), say)[0] == say("monthly.no_targets")
    unseen = replace(well, targets=(line("a", unseen=720),))
    assert conclusion(unseen, say)[0] == say("monthly.nothing_seen")


def test_nothing_that_was_down_is_100_per_cent() -> None:
    assert percent(1.0) == 100.0
    assert percent(1 - 1 / (720 * 3600)) == 99.999


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_has_every_chapter_and_its_number(language: str) -> None:
    say = words(language)
    paper = monthly_paper(report(), say)
    text = text_of(paper).replace(" ", "").replace("\n", "")
    for chapter in ("summary", "targets", "outages", "circuits", "alerts", "rounds", "forms", "contracts", "notes"):
        assert say(f"monthly.chapter.{chapter}").replace(" ", "") in text
    assert "YB-202611-hz1" in text
    assert pdf(paper) == pdf(paper)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_has_numbers_to_count_with_and_every_target(language: str) -> None:
    say = words(language)
    book = load_workbook(BytesIO(workbook(monthly_papers(report(200), say))))
    assert len(book.sheetnames) == 10
    page = book[say("monthly.chapter.targets")]
    rows = [row for row in page.iter_rows(values_only=True) if row[0] and "HZ1-" in str(row[0])]
    assert len(rows) == 200
    core = next(row for row in rows if "CORE" in str(row[0]))
    assert core[1:4] == (99.891, 47, 1)
    new = next(row for row in rows if "NEW" in str(row[0]))
    assert new[1:6] == (100, 0, 0, 0, 14400)


def test_on_paper_stand_only_the_targets_worth_a_line() -> None:
    say = words("en")
    whole = report(1000)
    text = text_of(monthly_paper(whole, say))
    assert "997 more targets answered" in text
    assert "HZ1-SRV-0500" not in text
    many = replace(whole, targets=tuple(line(f"T{n}", 5) for n in range(MOST_TARGETS + 5)))
    assert "5 more are not listed here" in text_of(monthly_paper(many, say))
    assert "7 more are not listed here" in text_of(monthly_paper(replace(whole, circuits_left=7), say))


class Addressed(Evidence):
    """Gives each figure an address that tells what it is of."""

    def target(self, name: str) -> str:
        return f"target {name}"

    def alert(self, number: int) -> str:
        return f"alert {number}"

    def alerts(self, target: str = "", check: str = "") -> str:
        return f"alerts {target} {check}"

    def round(self, number: int) -> str:
        return f"round {number}"


def test_figures_lead_to_their_evidence() -> None:
    paper = monthly_paper(report(), words("en"), Addressed())
    links = {
        cell.link
        for section in paper.sections
        for block in section.blocks
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
    }
    assert {
        "target HZ1-CORE-01",
        "alerts HZ1-CORE-01 reach",
        "alerts HZ1-CORE-01 port",
        "alerts  reach",
        "alert 7",
        "round 73",
    } <= links
    assert "alerts HZ1-NEW-01 reach" not in links, "nought has no evidence"


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_harm_neither_paper_nor_workbook(language: str) -> None:
    say, bad = words(language), report(hostile=True)
    assert len(PdfReader(BytesIO(pdf(monthly_paper(bad, say)))).pages) > 1
    book = load_workbook(BytesIO(workbook(monthly_papers(bad, say))))
    kinds = {cell.data_type for page in book for row in page.iter_rows() for cell in row}
    assert "f" not in kinds, "what a device calls itself never becomes a formula"


def test_the_file_has_the_same_name_each_time() -> None:
    assert monthly_file_name(report(), words("zh"), "pdf") == "月度运行报告_2026-11_杭州一机房.pdf"
    assert monthly_file_name(replace(report(), site="../x y"), words("en"), "xlsx").count("/") == 0
