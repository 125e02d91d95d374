"""The handover form 《夜班值守工作交接表》: its life, and who must sign it (policy 4.2, 6.1). How: ``duty/signing.py``.

A form is drafted before the change of shift and lives until the next shift has taken over: then its content stands for
good, and the duty manager agrees, returns it, or lets it pass with open faults and a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from duty.people import Post
from duty.roster import Shift, on_duty
from duty.tours import Tour, Turn

INSTANT: Final = timedelta(microseconds=1)


class Signer(StrEnum):
    """Who signs a form, in this order."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"
    MANAGER = "manager"


class Verdict(StrEnum):
    """What the duty manager says of a form."""

    AGREED = "agreed"
    RETURNED = "returned"
    WITH_FAULTS = "with_faults"


class FormState(StrEnum):
    """How far a form is: each but the last waits for the next signature."""

    DRAFT = "draft"
    SIGNED = "signed"
    TAKEN_OVER = "taken_over"
    CLOSED = "closed"


class Field(StrEnum):
    """What people write into a form by hand (FORMS A.1, the fields marked H)."""

    CONCLUSION = "conclusion"
    STANDBY = "standby"
    CHANGES = "changes"
    BACKUPS = "backups"
    THINGS = "things"
    ORDERS = "orders"
    CLEANLINESS = "cleanliness"
    HEADS_UP_1 = "heads_up_1"
    HEADS_UP_2 = "heads_up_2"
    HEADS_UP_3 = "heads_up_3"


HEADS_UPS: Final = (Field.HEADS_UP_1, Field.HEADS_UP_2, Field.HEADS_UP_3)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature. ``digest`` is of the content that was signed.

    ``on_behalf`` names whom it was signed for, where that is somebody else; ``override`` what stood in the way and was
    passed over, as codes of ``hindrances``; ``reason`` says why, in words. ``remark`` is the incoming shift's objection
    or addition, ``checked`` what it found when it looked before taking over (policy 4.2).
    """

    signer: Signer
    person: str
    at: datetime
    digest: str
    revision: int
    on_behalf: str = ""
    override: tuple[str, ...] = ()
    reason: str = ""
    remark: str = ""
    checked: tuple[str, ...] = ()
    verdict: Verdict | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one tour. ``number`` is the record's, ``name`` what stands on paper (JB-20261123-N).

    ``revision`` counts how often it was begun: one that is returned begins anew, and its signatures no longer count.
    ``digest`` is of the content that stands for good, "" while it still lives.
    """

    number: int
    name: str
    tour: Tour
    opened: datetime
    state: FormState = FormState.DRAFT
    revision: int = 1
    digest: str = ""
    closed: datetime | None = None
    signatures: tuple[Signature, ...] = ()

    @property
    def standing(self) -> tuple[Signature, ...]:
        """The signatures that count."""
        return tuple(s for s in self.signatures if s.revision == self.revision)

    @property
    def returned(self) -> Signature | None:
        """The return that this revision answers, None where it was not returned."""
        before = (s for s in reversed(self.signatures) if s.revision == self.revision - 1)
        return next((s for s in before if s.verdict is Verdict.RETURNED), None)

    @property
    def live(self) -> bool:
        """Whether its content still follows what happens."""
        return self.state in (FormState.DRAFT, FormState.SIGNED)

    def by(self, signer: Signer) -> Signature | None:
        """Return the signature of a signer that counts."""
        return next((s for s in reversed(self.standing) if s.signer == signer), None)

    @property
    def news_since(self) -> datetime:
        """From when on what is in it is marked as new: since it was opened, then since the outgoing shift signed it."""
        signed = self.by(Signer.OUTGOING)
        return signed.at if signed else self.opened

    @property
    def code(self) -> str:
        """The check code that stands in small print: the beginning of the digest, in groups that can be read out."""
        return "-".join(self.digest[at : at + 4].upper() for at in (0, 4, 8)) if self.digest else ""


@dataclass(frozen=True, slots=True)
class Expected:
    """Who must sign by the roster, by name; empty where nobody holds the post."""

    outgoing: tuple[str, ...] = ()
    incoming: tuple[str, ...] = ()
    manager: tuple[str, ...] = ()

    def of(self, signer: Signer) -> tuple[str, ...]:
        """Return who must sign as this signer."""
        return {Signer.OUTGOING: self.outgoing, Signer.INCOMING: self.incoming, Signer.MANAGER: self.manager}[signer]


def expected(tour: Tour, shifts: Sequence[Shift]) -> Expected:
    """Say who signs: who holds the technician's post when the tour ends, who holds it then on, and who manages it."""
    last = tour.end - INSTANT
    return Expected(
        on_duty(shifts, tour.site, Post.TECHNICIAN, last),
        on_duty(shifts, tour.site, Post.TECHNICIAN, tour.end),
        on_duty(shifts, tour.site, Post.MANAGER, last),
    )


def wanted(tour: Tour, shifts: Sequence[Shift]) -> bool:
    """Say whether a tour needs a form: each night, and a day that somebody holds as technician."""
    of = [s for s in shifts if s.site == tour.site and s.post is Post.TECHNICIAN]
    return bool(of) if tour.turn is Turn.NIGHT else any(s.begin < tour.end and s.end > tour.begin for s in of)


@dataclass(frozen=True, slots=True)
class HandoverTerms:
    """The times of a change of shift: how long before it the form is ready, and after it somebody must have signed."""

    ready: timedelta = timedelta(minutes=20)
    signed_within: timedelta = timedelta(minutes=30)
    arrive_early: timedelta = timedelta(minutes=15)


def overdue(form: Form, terms: HandoverTerms, now: datetime) -> bool:
    """Say whether a form should have been signed by now; a returned one has as long again from its return."""
    begin = form.returned.at if form.returned else form.tour.end
    return form.state is not FormState.CLOSED and now >= max(begin, form.tour.end) + terms.signed_within
