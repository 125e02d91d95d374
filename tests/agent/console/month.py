"""A month to look at: rounds by the hour, a switch that was down twice, a night without the agent, forms, contracts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from agent import bootstrap
from agent.services.muster import muster
from agent.store import alerts, forms, schema, silences, states, timeline
from agent.store.journal import AGENT
from agent.store.timeline import EventKind
from config.load import parse
from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.fold import State, Transition
from duty.handover import Form, Signature, Signer, Verdict
from duty.operations import Month
from duty.people import Post
from duty.roster import Night
from duty.rounds import RoundState, SheetState
from duty.signing import signed
from duty.silences import SilenceKind
from duty.tours import Turn, tours
from tests.agent.console.desk import Desk

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGIN, END = Month(2026, 11).span(ZoneInfo("Asia/Shanghai"))
AWAY: Final = (BEGIN + 9 * DAY + 14 * HOUR, BEGIN + 9 * DAY + 16 * HOUR)
"""When the agent did not run."""
LOST = Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout")
PORT = Finding("port", "XGE0/0/1", Severity.CRITICAL, "ports.down", "port_up", 0, "bool")
FULL = Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.14, "%", 85.0)

SETTINGS = """
agent: {name: hz-monitor}
sites:
  hz1: {title: 杭州一机房, zone: Asia/Shanghai}
  hz2: {title: 杭州二机房, zone: Asia/Shanghai}
credentials: {v2: {version: 2c, community: "env:COMMUNITY"}}
targets:
  - {name: HZ1-CORE-01, kind: snmp, credential: v2, address: 10.1.0.1, site: hz1, key: true, room: 机房A,
     business: "官网, APP 登录", maintainer: 华为服务,
     ports: [{match: XGE0/0/1, uplink: true, circuit: HZ-8842, carrier: 中国电信, contract_ends: 2027-01-31},
             {match: XGE0/0/9, uplink: true, circuit: HZ-9001, carrier: 中国联通}]}
  - {name: HZ1-ACC-31, kind: icmp, address: 10.1.3.31, site: hz1, depends_on: [HZ1-CORE-01], maintainer: 旧维保}
  - {name: HZ1-DB-01, kind: icmp, address: 10.1.9.11, site: hz1, business: 订单库}
  - {name: HZ1-WEB-01, kind: icmp, address: 10.1.9.12, site: hz1}
  - {name: HZ2-UPS-02, kind: icmp, address: 10.2.0.9, site: hz2, key: true}
maintainers:
  华为服务: {hotline: 400-000-0000, contract_ends: 2026-12-31}
  旧维保: {hotline: 400-000-0001, contract_ends: 2026-10-31}
channels: {sms: {kind: command, path: /bin/true}}
fallback: [{channel: sms, address: "9"}]
people:
  - {name: wangfang, title: 王芳, posts: [technician], phone: "13800000001"}
  - {name: lina, title: 李娜, posts: [technician], phone: "13800000002"}
  - {name: zhaolei, title: 赵磊, posts: [manager], phone: "13800000003"}
"""


def move_in(desk: Desk, settings: str = SETTINGS) -> None:
    """Put the settings in force, and fill the record of the month up to now."""
    read, now = parse(settings, "month.yaml"), desk.clock.now()
    desk.station.orders = bootstrap.make_orders(read, dict.fromkeys(read.cadences, BEGIN - 3 * DAY))
    desk.station.store.write_now(muster, desk.station.orders, now)
    desk.account("lei", Post.MANAGER, person="zhaolei")
    desk.station.store.write_now(fill, list(desk.station.orders.targets), desk.station.run, now)


def fill(conn: Connection, agent: str, names: list[str], run: str, now: datetime) -> None:
    """Fill a record from three days before the month up to now."""
    _runs(conn, agent, run, now)
    _rounds(conn, agent, names, min(now, END + DAY))
    _failures(conn, agent)
    _maintenance(conn, agent)
    _forms(conn, agent, now)


def _runs(conn: Connection, agent: str, run: str, now: datetime) -> None:
    line = {"agent": agent, "version": "1", "reason": ""}
    conn.execute(
        schema.runs.insert(),
        [
            line | {"run_id": "before", "began": BEGIN - 4 * DAY, "beat": AWAY[0], "ended": None},
            line | {"run_id": run, "began": AWAY[1], "beat": now, "ended": None},
        ],
    )


def _rounds(conn: Connection, agent: str, names: Iterable[str], now: datetime) -> None:
    slot, number = BEGIN - 3 * DAY, 0
    made: list[dict[str, Any]] = []
    sheets: list[dict[str, Any]] = []
    reads: list[dict[str, Any]] = []
    while slot < now:
        number += 1
        missed = AWAY[0] <= slot < AWAY[1]
        state = RoundState.MISSED if missed else RoundState.COMPLETE
        made.append(
            {"number": number, "agent": agent, "cadence": "inspection", "slot": slot, "state": state.value,
             "reason": "agent_down" if missed else "", "begun": None if missed else slot, "ended": slot + MINUTE,
             "late": number % 100 == 0, "rules": ""}
        )  # fmt: skip
        how = SheetState.OK if number % 50 else SheetState.ABNORMAL
        sheets += [
            {"round": number, "target": name, "state": how.value,
             "began": slot + MINUTE / 2, "took_us": 1, "readings": 1, "gaps": 0, "warnings": 0, "criticals": 0}
            for name in names
            if not missed and not (name == "HZ1-WEB-01" and slot < BEGIN + 10 * DAY)
        ]  # fmt: skip
        if number % 2 and not missed:
            who = "wangfang" if number % 4 == 1 else "lina"
            reads.append({"agent": agent, "round": number, "person": who, "at": slot + HOUR, "note": ""})
        slot += HOUR
    conn.execute(schema.rounds.insert(), made)
    conn.execute(schema.sheets.insert(), sheets)
    conn.execute(schema.round_reads.insert(), reads)


def failure(
    conn: Connection,
    agent: str,
    target: str,
    finding: Finding,
    begin: datetime,
    end: datetime | None,
    taken: timedelta | None = None,
    *,
    by_hand: bool = False,
) -> int:
    """Write one failure as the agent would: its changes, its alert and what was done about it; return its number."""
    key, bad, well = (target, finding.check, finding.instance), finding.severity, Severity.OK
    changes = [Transition(key, begin, well, bad, finding)]
    if end is not None and not by_hand:
        changes.append(Transition(key, end, bad, well, finding))
    states.put_transitions(conn, agent, changes, None)
    states.put_states(conn, agent, {key: State(well if len(changes) == 2 else bad, end or begin)})
    state = AlertState.FIRING if end is None else AlertState.RESOLVED
    alert = Alert(0, key, target[:3].lower(), bad, state, begin, begin, finding, resolved=end)
    number = alerts.put_alert(conn, agent, alert).number
    timeline.add_event(conn, agent, number, begin, EventKind.FIRED, AGENT)
    if taken is not None:
        timeline.add_event(conn, agent, number, begin + taken, EventKind.TAKEN, "wangfang")
    if by_hand and end is not None:
        timeline.add_event(conn, agent, number, end, EventKind.CLOSED, "wangfang")
    return number


def _failures(conn: Connection, agent: str) -> None:
    down = BEGIN + 4 * DAY + 19 * HOUR
    failure(conn, agent, "HZ1-CORE-01", LOST, down, down + 47 * MINUTE, 3 * MINUTE)
    failure(conn, agent, "HZ1-CORE-01", PORT, down + 5 * DAY, down + 5 * DAY + 90 * MINUTE, 7 * MINUTE)
    failure(conn, agent, "HZ1-DB-01", LOST, down + 8 * DAY, down + 8 * DAY + 12 * MINUTE)
    failure(conn, agent, "HZ1-DB-01", FULL, down + 9 * DAY, down + 9 * DAY + 300 * MINUTE, 40 * MINUTE, by_hand=True)
    # While somebody works on it; and before the month, so that it only touches it.
    failure(conn, agent, "HZ1-ACC-31", LOST, down + 10 * DAY, down + 10 * DAY + 30 * MINUTE, MINUTE)
    failure(conn, agent, "HZ2-UPS-02", LOST, BEGIN - HOUR, BEGIN + HOUR, MINUTE)
    # Seen and never bad: the circuit is known by its state.
    states.put_states(conn, agent, {("HZ1-CORE-01", "port", "GE0/0/1"): State(value=1, unit="bool")})


def _maintenance(conn: Connection, agent: str) -> None:
    begin = BEGIN + 14 * DAY + 18 * HOUR
    silences.add_silence(
        conn, agent, begin, begin + 3 * HOUR, "lina", "换板", target="HZ1-ACC-*", kind=SilenceKind.MAINTENANCE
    )


def _forms(conn: Connection, agent: str, now: datetime) -> None:
    nights = [
        tour
        for tour in tours(Night(time(20), time(8), "Asia/Shanghai"), "hz1", BEGIN, min(now, END))
        if tour.turn is Turn.NIGHT and tour.day >= date(2026, 11, 1) and tour.end < now
    ]
    for place, tour in enumerate(nights):
        form = forms.open_form(conn, agent, tour, tour.end - 20 * MINUTE)
        if place == len(nights) - 1:
            continue
        if place == 3:
            form = _sign(conn, agent, form, Signer.OUTGOING, tour.end)
            form = _sign(conn, agent, form, Signer.MANAGER, tour.end + MINUTE, Verdict.RETURNED, "缺备份结果")
        form = _sign(conn, agent, form, Signer.OUTGOING, tour.end + 2 * MINUTE)
        late = 70 * MINUTE if place == 5 else 10 * MINUTE
        _sign(conn, agent, form, Signer.MANAGER, tour.end + late, Verdict.AGREED)


def _sign(
    conn: Connection,
    agent: str,
    form: Form,
    signer: Signer,
    at: datetime,
    verdict: Verdict | None = None,
    reason: str = "",
) -> Form:
    person = "zhaolei" if signer is Signer.MANAGER else "wangfang"
    done = signed(form, Signature(signer, person, at, "ab" * 32, form.revision, verdict=verdict, reason=reason))
    forms.put_signature(conn, agent, done)
    return done
