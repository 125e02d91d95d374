"""What the commands print: how much was read and lost, what to do, and nothing that sounds better than it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from agent.cli.sayings import print_overview, print_round
from agent.cli.sheet import print_sheet
from agent.services.overview import Abnormal, Health, Overview, RoundColumn, RoundView, SheetView
from duty.findings import Finding, Severity
from duty.readings import Gap, Look, Reading
from duty.rounds import Counts, Round, RoundState, Sheet, SheetState, count
from duty.targets import Maintainer, Site, Target

NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
SITES = {"hz1": Site("hz1", "杭州一", "Asia/Shanghai")}
DB = Target(
    "db-1", "10.0.0.1", ("snmp",), "hz1", "机房A", "C01", maintainer=Maintainer("维保", "400"), business="订单库"
)
CHILD = Target("child", "10.0.0.2", ("snmp",), "hz1", depends_on=("core-1",))
FULL = Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.0, "%", 85.0)
LOST = Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout")


def look(target: str, *gaps: str, reached: bool = True) -> Look:
    readings = (Reading("cpu_used", "", 12.0, "%"), Reading("disk_used", "/var", 93.0, "%")) if reached else ()
    return Look(
        target, NOW, timedelta(seconds=1), reached, readings, gaps=tuple(Gap("temperature", "", g) for g in gaps)
    )


def view(*sheets: Sheet) -> RoundView:
    made = Round("inspection", NOW, RoundState.COMPLETE, begun=NOW, ended=NOW, number=7)
    column = RoundColumn(made, count(sheet.state for sheet in sheets))
    return RoundView(column, sheets, (), {"db-1": DB, "child": CHILD}, made)


def said(view: RoundView, language: str = "en") -> str:
    text = StringIO()
    print_round(Console(file=text, width=200), view, SITES, language)
    return text.getvalue()


def test_only_gaps_that_matter_are_counted() -> None:
    assert "readings: 2\n" in said(view(Sheet("db-1", SheetState.OK, look("db-1", "first_look", "not_offered"))))
    lost = Sheet("db-1", SheetState.PARTIAL, look("db-1", "first_look", "malformed"))
    assert "readings: 2, could not be read: 1\n" in said(view(lost))
    assert "the answer makes no sense → Look at the device by hand" in said(view(lost))


def test_a_round_says_its_number_and_what_to_do_once() -> None:
    text = said(view(*(Sheet(name, SheetState.ABNORMAL, look(name), (FULL,)) for name in ("a", "b"))))
    assert text.startswith("Round 7 ")
    assert text.count("WARNING: disk /var is 93.0 % full (limit 85 %)") == 2
    assert text.count("→ Make room") == 1


def test_what_is_suppressed_names_its_parents_and_raises_no_alarm() -> None:
    text = said(view(Sheet("child", SheetState.SUPPRESSED, look("child", "timeout", reached=False), (LOST,))))
    assert "depends on: core-1" in text
    assert "CRITICAL" not in text


def test_chinese_has_its_own_punctuation() -> None:
    text = said(view(Sheet("db-1", SheetState.ABNORMAL, look("db-1", "malformed"), (FULL,))), "zh")
    assert "读数 2 项\uff0c未能读到 1 项" in text
    assert "警告\uff1a磁盘 /var 已用 93.0%" in text


def test_a_sheet_says_who_it_is_and_whom_to_ring() -> None:
    text = StringIO()
    sheet = Sheet("db-1", SheetState.ABNORMAL, look("db-1", "malformed"), (FULL,))
    shown = SheetView(DB, Round("inspection", NOW, RoundState.COMPLETE, number=7), sheet, None, ())
    print_sheet(Console(file=text, width=200), shown, SITES, "en")
    for word in ("杭州一", "机房A", "C01", "维保 400", "订单库", "CPU used", "12.0 %", "/var  used 93.0 %"):
        assert word in text.getvalue()


def board(*abnormal: Abnormal, health: tuple[Health, ...] = (), state: SheetState = SheetState.OK) -> Overview:
    made = Round("inspection", NOW, RoundState.COMPLETE, begun=NOW, ended=NOW, number=7)
    return Overview(
        agent="a", site_zone="Asia/Shanghai", now=NOW, targets=(DB, CHILD), sites=SITES,
        rounds=(RoundColumn(made, Counts({state: 2})),), cells={}, next_slot=NOW + timedelta(minutes=48),
        abnormal=abnormal, running=None, health=health,
    )  # fmt: skip


def told(board: Overview) -> str:
    text = StringIO()
    print_overview(Console(file=text, width=200), board, "en")
    return text.getvalue()


def test_all_is_well_only_where_it_is() -> None:
    assert told(board()).startswith("All is well\n")
    assert "All is well" not in told(board(state=SheetState.ABNORMAL))
    assert "All is well" not in told(board(health=(Health("record", False, "12"),)))
    assert "All is well" not in told(replace(board(), rounds=()))


def test_without_an_agent_nothing_is_promised() -> None:
    text = told(board(health=(Health("daemon", False),)))
    assert text.startswith("No agent runs, so nothing is inspected")
    assert "Next round" not in text
    assert "All is well" not in text


@pytest.mark.parametrize(
    ("suppressed", "headline"), [(False, "Not all is well: 1"), (True, "All is well")], ids=["wrong", "suppressed"]
)
def test_what_is_suppressed_is_shown_and_not_counted(suppressed: bool, headline: str) -> None:
    state = Abnormal("child", "reach", "", Severity.CRITICAL, None, None, "", None, "absence.not_reached", suppressed)
    text = told(board(state))
    assert text.startswith(headline)
    assert "not reached" in text
    assert ("suppressed" in text) == suppressed
