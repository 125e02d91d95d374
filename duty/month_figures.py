"""A month's figures made of what happened: how fast alerts were handled, which forms were in time, what ends soon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from duty.availability import Course
from duty.findings import Severity
from duty.handover import Form, FormState, HandoverTerms, Verdict
from duty.operations import (
    CERTIFICATE,
    CIRCUIT,
    ENDS_WITHIN,
    MAINTAINER,
    AlertCounts,
    AlertRow,
    Contract,
    DayFigures,
    FormLine,
    Handling,
    Month,
    Times,
)
from duty.readings import Look
from duty.spans import days
from duty.targets import Target

MICROSECOND = timedelta(microseconds=1)


def times(taken: Iterable[tuple[timedelta, int]]) -> Times:
    """Return the middle and the worst of how long alerts took; a clock that was set back makes no time negative."""
    each = [(max(took, timedelta(0)), number) for took, number in taken]
    if not each:
        return Times()
    longest, number = max(each, key=lambda pair: (pair[0], -pair[1]))
    return Times(len(each), timedelta(seconds=median(took.total_seconds() for took, _ in each)), longest, number)


def handling(rows: Sequence[AlertRow]) -> tuple[Handling, ...]:
    """Say how the alerts of each severity were handled, the worst first; a severity without any is left out."""
    found = []
    for severity in (Severity.CRITICAL, Severity.WARNING):
        of = [row for row in rows if row.severity is severity]
        if not of:
            continue
        restored = [row for row in of if row.resolved is not None and not row.by_hand]
        found.append(
            Handling(
                severity,
                len(of),
                times((row.taken - row.opened, row.number) for row in of if row.taken is not None),
                times((row.resolved - row.opened, row.number) for row in restored if row.resolved is not None),
                by_hand=sum(row.by_hand for row in of),
                never_taken=sum(row.taken is None for row in restored),
                waiting=sum(row.taken is None and row.resolved is None for row in of),
            )
        )
    return tuple(found)


def counted(rows: Iterable[AlertRow], part: int) -> tuple[AlertCounts, ...]:
    """Count alerts by a part of their key (0: target, 1: check), most first."""
    many: dict[str, Counter[bool]] = {}
    for row in rows:
        many.setdefault(row.key[part], Counter())[row.severity is Severity.CRITICAL] += 1
    found = [AlertCounts(name, of[True], of[False]) for name, of in many.items()]
    return tuple(sorted(found, key=lambda line: (-line.all, -line.criticals, line.name)))


def form_line(form: Form, terms: HandoverTerms, now: datetime) -> FormLine:
    """Say whether a form was signed in time; one that was returned was not, however soon it was signed anew."""
    closed = form.closed if form.state is FormState.CLOSED else None
    limit = form.tour.end + terms.signed_within
    returned = any(signature.verdict is Verdict.RETURNED for signature in form.signatures)
    after = max(closed - form.tour.end, timedelta(0)) if closed else None
    return FormLine(
        form,
        after,
        in_time=closed is not None and closed <= limit and not returned,
        returned=returned,
        overdue=closed is None and now > limit,
    )


def contracts(targets: Iterable[Target], month: Month) -> tuple[Contract, ...]:
    """Return the contracts that end within 90 days after the month, those that have ended already first."""
    last = month.last_day + ENDS_WITHIN
    maintained: dict[tuple[str, date], list[str]] = {}
    found: list[Contract] = []
    for target in targets:
        by = target.maintainer
        if by is not None and by.contract_ends is not None and by.contract_ends <= last:
            maintained.setdefault((by.name, by.contract_ends), []).append(target.name)
        found += [
            Contract(CIRCUIT, port.circuit or port.match, port.carrier, port.contract_ends, target.name)
            for port in target.ports
            if port.contract_ends is not None and port.contract_ends <= last
        ]
    found += [
        Contract(MAINTAINER, name, "", ends, min(names), len(names)) for (name, ends), names in maintained.items()
    ]
    return tuple(sorted(found, key=lambda c: (c.ends, c.kind, c.name, c.target)))


def certificates(looks: Iterable[Look], zone: ZoneInfo, month: Month) -> tuple[Contract, ...]:
    """Return the certificates that end within 90 days after the month, by the last look at each server."""
    found = []
    for look in looks:
        left = look.number("certificate_left")
        if left is None:
            continue
        ends = (look.began + timedelta(seconds=left)).astimezone(zone).date()
        if ends <= month.last_day + ENDS_WITHIN:
            told = {fact.parameter: fact.text for fact in look.facts}
            name = told.get("certificate_names", look.target)
            issuer = told.get("certificate_issuer", "")
            found.append(Contract(CERTIFICATE, name, issuer, ends, look.target))
    return tuple(sorted(found, key=lambda c: (c.ends, c.target)))


def per_day(
    begin: datetime, until: datetime, zone: ZoneInfo, rows: Iterable[AlertRow], courses: Iterable[Course]
) -> tuple[DayFigures, ...]:
    """Return the figures of each day between two moments."""
    opened = Counter((row.opened.astimezone(zone).date(), row.severity is Severity.CRITICAL) for row in rows)
    lost: Counter[date] = Counter()
    for down in (span for course in courses for span in course.down):
        for day, (since, to) in days(*down, zone):
            lost[day] += (to - since) // MICROSECOND
    return tuple(
        DayFigures(day, opened[day, True], opened[day, False], lost[day] * MICROSECOND)
        for day, _ in days(begin, until, zone)
    )
