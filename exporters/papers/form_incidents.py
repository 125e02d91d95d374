"""Chapter four of the handover form, incidents: what happened, who was told, which report is still to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from duty.filing import ReportState
from duty.night_incidents import NightIncident, Said
from exporters.papers.clerk import Clerk
from exporters.papers.evidence import Evidence
from exporters.papers.paper import Block, Cell, Mark, Table
from exporters.words.incident_fields import say_title

STANDING_MARKS = {"open": Mark.CRITICAL, "restored": Mark.WARNING}


def incidents(
    these: Sequence[NightIncident], clerk: Clerk, evidence: Evidence, is_new: Callable[..., bool], title: str = ""
) -> Iterator[Block]:
    """Yield the chapter (29 to 31)."""
    say = clerk.say
    names = ("number", "title", "grade", "began", "state", "report")
    yield Table(
        [say(f"paper.incident.{name}") for name in names],
        [
            (
                Cell(line.name, link=evidence.incident(line.number), new=is_new(line.began, line.handled)),
                Cell(say_title(line.title, line.target, line.finding, line.kind, say)),
                Cell(
                    say(
                        "paper.incident.graded",
                        kind=say(f"incident.class.{line.kind}"),
                        grade=say(f"incident.grade.{line.grade}"),
                    )
                ),
                Cell(clerk.stamp(line.began)),
                _state(line, clerk),
                _report(line, clerk, evidence),
            )
            for line in these
        ],
        widths=(29, 38, 19, 26, 26, 38),
        empty=say("paper.incident.none"),
        title=title,
    )
    told = [line for line in these if line.told or line.instructions]
    if told:
        yield Table(
            [say(f"paper.incident.{name}") for name in ("number", "told", "instructions")],
            [
                (
                    Cell(line.name),
                    Cell(say("paper.comma").join(_said(one, clerk) for one in line.told)),
                    Cell("\n".join(_said(one, clerk, text=True) for one in line.instructions), new=_new(line, is_new)),
                )
                for line in told
            ],
            widths=(29, 66, 81),
            title=say("paper.incident.telling"),
        )


def _new(line: NightIncident, is_new: Callable[..., bool]) -> bool:
    return is_new(*(one.at for one in line.instructions))


def _state(line: NightIncident, clerk: Clerk) -> Cell:
    text = clerk.say(f"incident.standing.{line.standing}")
    over: datetime | None = line.handled or line.restored
    if over is not None:
        text = f"{text} {clerk.stamp(over)}"
    return Cell(text, STANDING_MARKS.get(line.standing, Mark.PLAIN))


def _report(line: NightIncident, clerk: Clerk, evidence: Evidence) -> Cell:
    say = clerk.say
    state = say(f"incident_report.states.{line.report}")
    author = line.author or say("incident_report.no_author")
    if line.due is None:
        text = say("paper.incident.not_due", author=author, state=state)
    else:
        code = "due" if line.to_file else "filed"
        text = say(f"paper.incident.{code}", author=author, state=state, at=clerk.stamp(line.due))
    late = line.to_file and line.due is not None and line.due < clerk.now
    mark = Mark.CRITICAL if late else Mark.PLAIN if line.report is ReportState.ARCHIVED else Mark.WARNING
    return Cell(text, mark, link=evidence.incident_report(line.number))


def _said(one: Said, clerk: Clerk, *, text: bool = False) -> str:
    said = clerk.say("paper.signed", who=one.who, at=clerk.stamp(one.at) if text else clerk.clock(one.at))
    return clerk.say.template("incident_report.said").format(name=said, text=one.text) if text else said
