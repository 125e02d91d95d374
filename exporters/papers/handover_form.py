"""The handover form 《夜班值守工作交接表》 on paper: its chapters in the order of the form, what is new, who signed.

The chapters of the other posts (customers, security) come with their work; until then their numbers are
left free, so that a chapter is called the same on every form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from duty.form_content import FormContent, Who
from duty.handover import HEADS_UPS, Field, Form, Signature, Signer
from exporters.papers.clerk import Clerk
from exporters.papers.evidence import ON_PAPER, Evidence
from exporters.papers.form_incidents import incidents
from exporters.papers.form_tables import FormTables
from exporters.papers.paper import Block, Cell, Mark, Pairs, Paper, Section, SignatureLine, Table, Words
from exporters.words import Say

CONCLUSION_MARKS: Final = {"remains": Mark.WARNING, "handling": Mark.CRITICAL}


def form_paper(
    form: Form,
    content: FormContent,
    say: Say,
    now: datetime,
    titles: Mapping[str, str],
    evidence: Evidence = ON_PAPER,
) -> Paper:
    """Lay out a form as it stands at ``now``; ``titles`` say who signed. What came after ``news_since`` is new."""
    return _Layout(form, content, Clerk(say, now, ZoneInfo(content.zone)), titles, evidence).paper()


class _Layout:
    """One form while it is laid out."""

    def __init__(
        self, form: Form, content: FormContent, clerk: Clerk, titles: Mapping[str, str], evidence: Evidence
    ) -> None:
        self._evidence = evidence
        self._form = form
        self._content = content
        self._clerk = clerk
        self._say = clerk.say
        self._titles = titles
        self._tables = FormTables(content, clerk, form.news_since, titles, evidence)

    def paper(self) -> Paper:
        """Return the whole form."""
        say, form = self._say, self._form
        return Paper(
            title=say(f"paper.form.{self._content.turn}_title"),
            number=say("paper.number", n=form.name),
            head=self._head(),
            sections=[
                Section(say("paper.form.equipment"), list(self._tables.equipment())),
                Section(say("paper.form.tasks"), [self._tasks()]),
                Section(
                    say("paper.form.incidents"),
                    list(incidents(self._content.incidents, self._clerk, self._evidence, self._tables.is_new)),
                ),
                Section(say("paper.form.other"), list(self._other())),
                Section(say("paper.form.signatures"), list(self._returned())),
            ],
            signatures=[self._signature(signer) for signer in Signer],
            foot=say(
                "paper.form.foot",
                version=form.revision,
                printed=self._clerk.printed(),
                code=form.code or say("paper.form.no_code"),
            ),
            summary=self._summary(),
            phrases=self._clerk.phrases(),
            made=self._clerk.now,
        )

    def _stamp(self, at: datetime | None) -> Cell:
        return Cell(self._clerk.stamp(at))

    def _head(self) -> Pairs:
        say, content, form = self._say, self._content, self._form
        taken_over = form.by(Signer.INCOMING)
        pairs = [
            (say("paper.date"), Cell(self._clerk.day(content.day))),
            (say("paper.shift"), Cell(f"{self._clerk.stamp(content.begin)} – {self._clerk.stamp(content.end)}")),
            (say("paper.site"), Cell(content.site_title)),
            (say("paper.form.state"), Cell(say(f"paper.form.states.{form.state}"))),
            *self._people("outgoing", content.outgoing),
            *self._people("incoming", content.incoming),
            *self._people("manager", content.manager),
            (say("paper.form.opened"), self._stamp(form.opened)),
            (say("paper.form.taken_over"), self._stamp(taken_over.at if taken_over else None)),
        ]
        return Pairs(pairs)

    def _people(self, role: str, these: Sequence[Who]) -> Iterator[tuple[str, Cell]]:
        say = self._say
        if not these:
            yield say(f"paper.form.{role}"), Cell(say("paper.form.nobody"), Mark.WARNING)
        for who in these:
            parts = [who.title or who.name]
            parts += [say("paper.form.staff_number", n=who.staff_number)] if who.staff_number else []
            parts += [say("paper.form.phone", n=who.phone)] if who.phone else []
            yield say(f"paper.form.{role}"), Cell("  ".join(parts))
            if who.due is not None:
                late = who.arrived is not None and who.arrived > who.due
                arrived = self._clerk.stamp(who.arrived) or say("paper.form.not_arrived")
                text = say("paper.form.arrival", due=self._clerk.clock(who.due), arrived=arrived)
                if late:
                    text = say("paper.and", one=text, other=say("paper.form.late"))
                yield say("paper.form.arrived"), Cell(text, Mark.WARNING if late else Mark.PLAIN)

    def _summary(self) -> Words:
        say, code = self._say, self._content.equipment.conclusion
        own = self._content.by_hand.get(Field.CONCLUSION)
        text = say(f"paper.form.conclusions.{code}")
        if own is not None and own.text:
            text = say("paper.and_chapter", title=text, chapter=own.text)
        line = say("paper.pair", name=say("round_page.conclusion"), text=text)
        return Words(line, CONCLUSION_MARKS.get(code, Mark.PLAIN), new=own is not None and self._tables.is_new(own.at))

    def _tasks(self) -> Table:
        say, clerk = self._say, self._clerk
        names = ("no", "title", "priority", "owner", "due", "so_far", "next", "needs", "carried")

        def due(at: datetime | None) -> Cell:
            return Cell(clerk.stamp(at), Mark.WARNING if at is not None and at <= clerk.now else Mark.PLAIN)

        return Table(
            [say(f"paper.task.{name}") for name in names],
            [
                (
                    Cell(
                        str(line.number),
                        value=line.number,
                        link=self._evidence.tasks(),
                        new=self._tables.is_new(line.opened),
                    ),
                    Cell(line.title),
                    Cell(say(f"paper.task.priorities.{line.priority}")),
                    Cell(line.owner) if line.owner else Cell(say("paper.form.free"), Mark.WARNING),
                    due(line.due),
                    Cell(line.done),
                    Cell(line.next),
                    Cell(line.needs),
                    clerk.count(line.carried),
                )
                for line in self._content.tasks
            ],
            widths=(10, 32, 11, 13, 26, 24, 22, 20, 12),
            empty=say("paper.task.none"),
        )

    def _other(self) -> Iterator[Block]:
        say = self._say
        heads = [self._content.by_hand.get(field) for field in HEADS_UPS]
        said = [line for line in heads if line is not None and line.text]
        for number, line in enumerate(said, 1):
            text = say("paper.form.heads_up", n=number, text=line.text, by=line.by)
            yield Words(text, Mark.CRITICAL, new=self._tables.is_new(line.at))
        if not said:
            yield Words(say("paper.form.no_heads_up"), Mark.QUIET)
        for field in (Field.THINGS, Field.ORDERS, Field.CLEANLINESS):
            yield from self._tables.by_hand(field)
        yield Table(
            [say("paper.at"), say("paper.by"), say("paper.log.text"), say("paper.log.alert")],
            [
                (
                    Cell(self._clerk.stamp(line.at), new=self._tables.is_new(line.written)),
                    Cell(line.by),
                    Cell(line.text),
                    Cell(say("message.number", n=f"{line.alert:02d}") if line.alert is not None else ""),
                )
                for line in self._content.log
            ],
            widths=(20, 14, 76, 10),
            title=say("paper.log.title"),
            empty=say("paper.log.none"),
        )

    def _returned(self) -> Iterator[Block]:
        back = self._form.returned
        if back is not None:
            who, at = self._titles.get(back.person, back.person), self._clerk.stamp(back.at)
            yield Words(self._say("paper.form.returned", who=who, at=at, why=back.reason), Mark.WARNING)

    def _signature(self, signer: Signer) -> SignatureLine:
        say, given = self._say, self._form.by(signer)
        role = say(f"paper.form.signers.{signer}")
        if given is None:
            return SignatureLine(role)
        who = self._titles.get(given.person, given.person)
        signed = say("paper.signed", who=who, at=self._clerk.stamp(given.at))
        return SignatureLine(role, signed, list(self._said(given)))

    def _said(self, given: Signature) -> Iterator[str]:
        """Yield what was said with a signature: the verdict, in whose place, what was passed over and why."""
        say = self._say
        if given.verdict is not None:
            yield say(f"paper.form.verdicts.{given.verdict}", due=self._clerk.stamp(given.due))
        if given.on_behalf:
            yield say("paper.form.on_behalf", who=self._titles.get(given.on_behalf, given.on_behalf))
        for code in given.override:
            yield say("paper.form.override", what=self._clerk.known(f"paper.form.hindrances.{code}", code))
        if given.reason:
            yield say("paper.form.reason", text=given.reason)
        for code in given.checked:
            yield say("paper.form.checked", what=self._clerk.known(f"handover.check.{code}", code))
        if given.remark:
            yield say("paper.form.remark", text=given.remark)
