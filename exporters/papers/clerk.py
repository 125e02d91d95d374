"""A clerk who fills in papers: one language, one site's clock, and what every paper says alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from duty.alerts import Alert
from duty.findings import Finding, Severity
from duty.readings import Look
from duty.round_review import ManualLine
from duty.rounds import BY_HAND, Round, RoundState, SheetState
from duty.targets import Site, Target
from exporters.papers.paper import Cell, Mark, Phrases, Table
from exporters.words import Say, format_value, say_alert, say_finding, shown
from exporters.words.events import say_number

COUNTED: Final = (
    SheetState.OK,
    SheetState.ABNORMAL,
    SheetState.PARTIAL,
    SheetState.NOT_REACHED,
    SheetState.SUPPRESSED,
    SheetState.NOT_INSPECTED,
)
"""The states of which papers say how many there are, in this order: none is pending once a round is over."""
STATE_MARKS = {
    SheetState.OK: Mark.PLAIN,
    SheetState.ABNORMAL: Mark.WARNING,
    SheetState.PARTIAL: Mark.WARNING,
    SheetState.NOT_REACHED: Mark.CRITICAL,
    SheetState.NOT_INSPECTED: Mark.WARNING,
    SheetState.SUPPRESSED: Mark.QUIET,
    SheetState.PENDING: Mark.QUIET,
}
SEVERITY_MARKS = {Severity.WARNING: Mark.WARNING, Severity.CRITICAL: Mark.CRITICAL}
ROUND_MARKS = {RoundState.MISSED: Mark.CRITICAL, RoundState.INTERRUPTED: Mark.WARNING, RoundState.PARTIAL: Mark.WARNING}


@dataclass(frozen=True, slots=True)
class Clerk:
    """Says things as they stand on paper, where they are read on another day: each moment with its date."""

    say: Say
    now: datetime
    zone: ZoneInfo

    def phrases(self) -> Phrases:
        """Return what a paper says by itself."""
        say = self.say
        return Phrases(
            language="zh-CN" if say.language == "zh" else say.language,
            new=say("paper.new"),
            page=say.template("paper.page"),
            left=say.template("paper.left"),
            cut=say("paper.cut"),
            signature=say("paper.signature"),
            time=say("paper.time"),
        )

    def stamp(self, at: datetime | None) -> str:
        """Say a moment in full: 2026-11-23 20:00; "" for none."""
        return f"{at.astimezone(self.zone):%Y-%m-%d} {self.clock(at)}" if at else ""

    def clock(self, at: datetime | None) -> str:
        """Say the hour alone, in columns of one night; an hour that comes twice names its offset."""
        if at is None:
            return ""
        local = at.astimezone(self.zone)
        twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        return f"{local:%H:%M}" + (f" ({local:%Z})" if twice else "")

    def day(self, day: date) -> str:
        """Say a date with its weekday."""
        return self.say("paper.day", date=f"{day:%Y-%m-%d}", weekday=self.say(f"weekday.{day.isoweekday()}"))

    def printed(self) -> str:
        """Say when this was printed, and by which clock."""
        return self.say("paper.printed", at=self.stamp(self.now), zone=self.zone.key)

    def value(self, value: float | None, unit: str, parameter: str = "") -> str:
        return format_value(value, unit, self.say, parameter)

    def finding(self, finding: Finding, look: Look | None = None) -> str:
        return say_finding(finding, self.say, look)

    def findings(self, these: Iterable[Finding], look: Look | None = None) -> str:
        """Say several findings in one cell."""
        return self.say("paper.between").join(self.finding(finding, look) for finding in these)

    def wrong(self, alert: Alert) -> str:
        return say_alert(alert, self.say)

    def alert_number(self, alert: Alert) -> str:
        return say_number(alert, self.say)

    def state(self, state: SheetState) -> Cell:
        """Return the cell that says how a target was."""
        return Cell(self.say(f"sheet.{state}"), STATE_MARKS[state])

    def round_state(self, round_: Round) -> Cell:
        """Return the cell that says how a round ended, and why it was missed or cut short."""
        say, text = self.say, self.say(f"round_state.{round_.state}")
        if round_.reason:
            text = say("paper.because", what=text, why=say(f"round_reason.{round_.reason}"))
        if round_.late:
            text = say("paper.and", one=text, other=say("round_page.late"))
        return Cell(text, ROUND_MARKS.get(round_.state, Mark.PLAIN))

    def way(self, round_: Round) -> str:
        """Say who began a round: the plan, or somebody by hand."""
        return self.say("round_page.by_hand" if round_.cadence == BY_HAND else "round_page.automatic")

    def count(self, number: int) -> Cell:
        """Return a cell with a number to count with."""
        return Cell(f"{number:,}", value=number)

    def place(self, target: Target, sites: Mapping[str, Site] | None = None) -> str:
        """Say where a target stands; its site where there are several."""
        site = sites[target.site].title if sites and target.site in sites else ""
        return " ".join(part for part in (site, target.room, target.rack, target.unit) if part)

    def known(self, code: str, otherwise: str) -> str:
        """Say a code, or what it is about where there are no words for it."""
        return self.say(code) if code in self.say else shown(otherwise, 60)

    def manual(self, lines: Iterable[ManualLine], titles: Mapping[str, str], since: datetime | None = None) -> Table:
        """Lay out what was seen by hand; what is later than ``since`` is new."""
        say = self.say
        return Table(
            [say(f"paper.{name}") for name in ("at", "room", "item", "state", "seen", "by")],
            [
                (
                    Cell(self.stamp(line.at), new=since is not None and line.at > since),
                    Cell(line.room),
                    Cell(say(f"paper.items.{line.item}")),
                    Cell(
                        say("paper.well" if line.well else "paper.not_well"), Mark.PLAIN if line.well else Mark.WARNING
                    ),
                    Cell(line.value),
                    Cell(titles.get(line.by) or line.by),
                )
                for line in lines
            ],
            widths=(16, 16, 12, 9, 30, 12),
            empty=say("paper.no_manual"),
            title=say("paper.manual"),
        )


def star(target: Target | None) -> str:
    """Return the sign of key equipment before its name."""
    return "★ " if target is not None and target.key else ""
