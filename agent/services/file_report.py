"""File an incident report: submitted, reviewed, countersigned, archived (policy 4.4c).

Each signature is given with the password again, over the content that whoever signs had before them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from agent.services.door import Door
from agent.services.draft_report import content_of, roles_of
from agent.services.handle_incident import refused
from agent.services.open_incident import note
from agent.services.orders import Orders
from agent.services.sign_in import ask_again
from agent.services.tell_incident import To, audience, departments, news_of, tell
from agent.services.write_report import put_author
from agent.store import accounts, incident_reports, incidents, journal
from agent.store.accounts import Account
from agent.store.incident_events import IncidentEventKind
from duty.errors import HandoverRefused
from duty.filing import (
    LEADERS,
    Report,
    ReportState,
    approved,
    archived,
    countersigned,
    missing,
    returned,
    submitted,
)
from duty.incident_news import NewsKind
from duty.incident_report import Archive
from duty.incidents import Incident
from duty.people import Post
from duty.rights import Right, may
from exporters.words import Say


class Move(StrEnum):
    """What somebody does with a report."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    COUNTERSIGN = "countersign"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to do. ``seen`` is the digest of the content that they had before them."""

    move: Move
    seen: str
    password: str = field(repr=False)
    remark: str = ""
    role: str = ""


async def sign_report(door: Door, number: int, account: Account, wanted: Wanted, say: Say, address: str) -> Report:
    """Submit, return, approve or countersign a report. Raises NotFound, RecordRefused, HandoverRefused (password)."""
    if wanted.move is not Move.SUBMIT and not may(account.posts, _right(wanted)):
        raise refused("report_post")
    why = await ask_again(door, account, wanted.password, address)
    if why is not None:
        raise HandoverRefused(f"password_{why.code}", {"n": int(why.wait.total_seconds())})
    station = door.station
    return await station.store.write(_sign, station.orders, number, account, wanted, say, station.clock.now())


def _right(wanted: Wanted) -> Right:
    """A department's signature is given by whoever signs; the review and the leading group's word are not."""
    return Right.SIGN if wanted.move is Move.COUNTERSIGN and wanted.role != LEADERS else Right.COMMAND


def _sign(
    conn: Connection, agent: str, orders: Orders, number: int, account: Account, wanted: Wanted, say: Say, now: datetime
) -> Report:
    fresh = accounts.get_account(conn, agent, account.name)
    if fresh is None or fresh.disabled or fresh.password_hash != account.password_hash:
        raise HandoverRefused("password_wrong")
    if wanted.role == LEADERS and Post.LEADER not in fresh.posts:
        raise refused("report_post")
    incident = incidents.get_incident(conn, agent, number)
    report = incident_reports.get_report(conn, agent, number)
    content = content_of(conn, agent, orders, incident, report, say, now)
    mark = report.digest or incident_reports.mark_of(content)
    if wanted.seen != mark:
        raise refused("report_changed")
    if incident.open:
        raise refused("report_open")
    by = account.person or account.name
    if wanted.move is Move.APPROVE and by == report.author:
        # Two pairs of eyes: what a duty manager wrote is for the leading group, or for another duty manager.
        raise refused("own")
    if wanted.move is Move.SUBMIT:
        if not report.author:
            report = put_author(conn, agent, report, by)
        after = submitted(report, by, now, mark, missing(content))
        after = replace(after, roles=roles_of(incident, orders))
        incident_reports.put_content(conn, agent, content)
    elif wanted.move is Move.RETURN:
        after = returned(report, by, now, wanted.remark)
    elif wanted.move is Move.APPROVE:
        after = approved(report, by, now, wanted.remark)
    else:
        after = countersigned(report, wanted.role, by, now, wanted.remark)
    _kept(conn, agent, report, after)
    data = {"digest": mark, "revision": report.revision, "role": wanted.role, "account": account.name}
    note(conn, agent, incident, EVENTS[wanted.move], by, now, wanted.remark, data)
    after = _archive(conn, agent, orders, incident, after, now)
    _tell(conn, agent, orders, incident, after, wanted, by, now)
    return after


EVENTS: Final = {
    Move.SUBMIT: IncidentEventKind.SUBMITTED,
    Move.RETURN: IncidentEventKind.RETURNED,
    Move.APPROVE: IncidentEventKind.APPROVED,
    Move.COUNTERSIGN: IncidentEventKind.COUNTERSIGNED,
}


def _kept(conn: Connection, agent: str, before: Report, after: Report) -> None:
    if not incident_reports.change_report(conn, agent, before, after):
        raise refused("report_changed")


def _archive(conn: Connection, agent: str, orders: Orders, incident: Incident, report: Report, now: datetime) -> Report:
    """Archive a report as soon as the last of those who must has signed."""
    if not report.reviews or report.unsigned or report.state is not ReportState.APPROVED:
        return report
    terms = orders.incidents
    day = now.astimezone(orders.zone_of(incident.site)).date()
    kept = Archive(terms.archive or orders.agent, incident.name, day, day + terms.keep_reports)
    after = archived(report, kept)
    _kept(conn, agent, report, after)
    data = {"digest": report.digest, "department": kept.department, "kept_until": f"{kept.kept_until}"}
    note(conn, agent, incident, IncidentEventKind.ARCHIVED, journal.AGENT, now, "", data)
    return after


def _tell(
    conn: Connection,
    agent: str,
    orders: Orders,
    incident: Incident,
    report: Report,
    wanted: Wanted,
    by: str,
    now: datetime,
) -> None:
    there = audience(conn, agent, orders, incident.site, now)
    author = there.people(report.author)
    news = news_of(conn, agent, orders, incident, by=by, text=wanted.remark)
    mark = f"{report.revision}.{now.timestamp():.0f}"
    if report.archive is not None:
        concerned = departments(there, incident)
        tell(conn, agent, incident, NewsKind.ARCHIVED, news, [*author, *concerned], now, mark=mark)
    elif wanted.move is Move.SUBMIT:
        tell(conn, agent, incident, NewsKind.REVIEW, news, there.post(Post.MANAGER), now, mark=mark)
    elif wanted.move is Move.RETURN:
        tell(conn, agent, incident, NewsKind.RETURNED, news, author, now, mark=mark)
    elif wanted.move is Move.APPROVE:
        to: list[To] = there.post(Post.LEADER) if LEADERS in report.unsigned else []
        concerned = departments(there, incident)
        tell(conn, agent, incident, NewsKind.COUNTERSIGN, news, [*to, *concerned], now, mark=mark)
