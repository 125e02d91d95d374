"""A night, a round and a form to print: with the usual troubles of a small house, or of a thousand targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from duty.alerts import Alert, AlertState
from duty.changes import Change
from duty.figures import Figures, figures
from duty.findings import Finding, Severity
from duty.form_content import (
    AlertLine,
    ChannelLine,
    CircuitLine,
    Equipment,
    FormContent,
    HandLine,
    KeyLine,
    NoteLine,
    RoundLine,
    SilenceLine,
    TaskLine,
    Who,
)
from duty.handover import Field, Form, FormState, Signature, Signer, Verdict
from duty.night_log import (
    Deed,
    Handled,
    KeyFigures,
    NightLog,
    NightRound,
    PowerLine,
    States,
    Trouble,
    in_order,
    stretches,
)
from duty.parameters import PARAMETERS
from duty.readings import Fact, Gap, Look, Reading
from duty.round_record import RoundRecord
from duty.round_review import Item, ManualLine, RoundRead
from duty.rounds import Round, RoundState, Sheet, SheetState, count
from duty.silences import SilenceKind
from duty.targets import Site, Target
from duty.tasks import Origin, Priority
from duty.tours import Tour, Turn

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
EVENING = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""20:00 in Shanghai."""
MORNING = EVENING + 12 * HOUR
TOUR = Tour("hz1", Turn.NIGHT, date(2026, 11, 23), EVENING, MORNING)
SITES = {"hz1": Site("hz1", "杭州一机房", "Asia/Shanghai"), "hz2": Site("hz2", "杭州二机房", "Asia/Shanghai")}
TITLES = {"wangfang": "王芳", "zhaolei": "赵磊", "lina": "李娜"}
HOSTILE = (
    "a" * 500,
    '=HYPERLINK("http://evil","x")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\x1b[31mred\x00\u202eevil\ud800",
    "🔥🚒 مرحبا بالعالم עולם",
    "长" * 600,
    "</w:t><script>alert(1)</script>",
)
HOT = Finding("temperature", "MPU 1", Severity.WARNING, "levels.high", "temperature", 63.0, "Cel", 60.0)
FAN = Finding("fan", "Fan 2", Severity.CRITICAL, "states.bad", "fan_health", 2, "health")
LOST = Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout")
FULL = Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.14, "%", 85.0)

SMALL = (
    Target("HZ1-CORE-01", "10.1.0.1", ("snmp",), "hz1", "机房A", "A07", "U40", "ZC-2021-0042", key=True),
    Target("HZ1-UPS-02", "10.1.0.9", ("snmp",), "hz1", "动力室", key=True),
    Target("HZ1-ACC-31", "10.1.3.31", ("snmp",), "hz1", "机房A", "B02"),
    Target("HZ1-DB-01", "10.1.9.11", ("snmp",), "hz1", "机房A", "C01"),
    Target("HZ1-SRV-07", "10.1.9.17", ("snmp",), "hz1", "机房A", "C03"),
)


def reading(parameter: str, value: float, instance: str = "") -> Reading:
    return Reading(parameter, instance, value, PARAMETERS[parameter])


def look_at(name: str, at: datetime, load: float) -> Look:
    """Return a look at something that has every figure."""
    ports = [reading("port_up", int(n % 5 != 3), f"GE0/0/{n}") for n in range(1, 25)]
    readings = (
        reading("uptime", 86400 * 212.0),
        reading("cpu_used", load),
        reading("memory_used", 61.5),
        reading("temperature", 63.0, "MPU 1"),
        reading("disk_used", 93.14, "/var"),
        *ports,
    )
    return Look(name, at, timedelta(seconds=1), True, readings, (Fact("model", "", "S5735-L24T4X-A"),))


def state_of(place: int, hour: int) -> SheetState:
    """Say what a target was in the hour of the night: mostly well."""
    troubles: Mapping[int, Mapping[int, SheetState]] = {
        0: dict.fromkeys(range(7, 10), SheetState.ABNORMAL),
        1: {5: SheetState.PARTIAL},
        2: {6: SheetState.SUPPRESSED, 7: SheetState.NOT_REACHED, 8: SheetState.NOT_REACHED},
        3: dict.fromkeys(range(12), SheetState.ABNORMAL),
        4: {2: SheetState.NOT_INSPECTED},
    }
    if place % 97 == 60 and hour > place % 7:
        return SheetState.ABNORMAL
    return troubles.get(place, {}).get(hour, SheetState.OK)


def alerts_of_the_night() -> tuple[Handled, ...]:
    """Return an alert that was handled, and one that nobody has taken."""
    fan = Alert(
        7, ("HZ1-CORE-01", "fan", "Fan 2"), "hz1", Severity.CRITICAL, AlertState.RESOLVED, EVENING + 7 * HOUR,
        EVENING + 7 * HOUR, FAN, key_equipment=True, taken_by="wangfang", taken_at=EVENING + 7 * HOUR + 3 * MINUTE,
        resolved=EVENING + 9 * HOUR, word="更换风扇，已恢复",
    )  # fmt: skip
    lost = Alert(
        8, ("HZ1-ACC-31", "reach", ""), "hz1", Severity.CRITICAL, AlertState.FIRING, EVENING + 7 * HOUR,
        EVENING + 7 * HOUR, LOST,
    )  # fmt: skip
    deeds = (
        Deed(EVENING + 7 * HOUR + 3 * MINUTE, "taken", "wangfang", "在去机房路上"),
        Deed(EVENING + 9 * HOUR, "closed", "wangfang", "更换风扇，已恢复"),
    )
    return (
        Handled(fan, deeds, "wangfang", EVENING + 7 * HOUR + MINUTE),
        Handled(lost, (), "wangfang", EVENING + 7 * HOUR + MINUTE),
    )


MANUAL = (
    ManualLine(1, 1, "hz1", "机房A", Item.TEMPERATURE, True, "23 ℃，湿度 45%", "wangfang", EVENING + 20 * MINUTE),
    ManualLine(2, 1, "hz1", "动力室", Item.GENERATOR, False, "油位偏低，约三分之一", "wangfang", EVENING + 30 * MINUTE),
)


def night(targets: int = 5, *, hostile: tuple[str, ...] = (), hours: int = 12) -> NightLog:
    """Return a night of twelve rounds, ``hours`` of them made; the fifth was missed, and half of them were read."""
    known = [*SMALL[:targets]]
    known += [Target(text, text, ("snmp",), "hz1", text, text, key=True) for text in hostile]
    known += [
        Target(
            f"HZ1-SRV-{n:04}", f"10.9.{n // 250}.{n % 250}", ("snmp",), "hz1", "机房A", f"D{n % 30:02}", key=n % 50 == 0
        )
        for n in range(len(known), targets)
    ]
    rounds: list[NightRound] = []
    rows: dict[str, list[SheetState | None]] = {target.name: [] for target in known}
    key: dict[str, list[Figures | None]] = {target.name: [] for target in known if target.key}
    charge: list[Reading | None] = []
    for hour in range(hours):
        slot, missed = EVENING + hour * HOUR, hour == 4
        for place, target in enumerate(known):
            rows[target.name].append(None if missed else state_of(place, hour))
        for place, name in enumerate(key):
            look = look_at(name, slot, 20.0 + 3 * hour + place % 7)
            key[name].append(None if missed else figures(Sheet(name, SheetState.OK, look), ()))
        charge.append(None if missed else reading("battery_charge", 100.0 - hour))
        state = RoundState.MISSED if missed else RoundState.COMPLETE
        began = None if missed else slot + timedelta(seconds=2)
        made = Round("inspection", slot, state, "agent_down" if missed else "", began, slot + MINUTE, number=101 + hour)
        read = (RoundRead(made.number, "wangfang", slot + 9 * MINUTE, "已看" if hour == 7 else ""),) if hour < 6 else ()
        counted = count(row[-1] for row in rows.values() if row[-1] is not None)
        rounds.append(NightRound(made, counted, read, ("wangfang",)))
    states: dict[str, States] = {name: tuple(row) for name, row in rows.items()}
    by_name = {target.name: target for target in known}
    found = {0: (FAN, HOT), 2: (LOST,), 3: (FULL,)}
    troubles = tuple(
        Trouble(
            s, found.get(list(by_name).index(s.target), ()), ("timeout",), (7,) if s.target == known[0].name else ()
        )
        for s in in_order(stretches(states), by_name)[:500]
    )
    return NightLog(
        TOUR, "杭州一机房", "Asia/Shanghai", MORNING + 5 * MINUTE, tuple(rounds),
        to_come=tuple(EVENING + hour * HOUR for hour in range(hours, 12)), targets=tuple(known), states=states,
        troubles=troubles, alerts=alerts_of_the_night(),
        key=tuple(KeyFigures(name, tuple(row)) for name, row in key.items())[:60],
        power=(PowerLine("HZ1-UPS-02", "battery_charge", tuple(charge)),),
        manual=MANUAL, technicians=("wangfang",), managers=("zhaolei",), titles=TITLES,
    )  # fmt: skip


def record(targets: int = 5, *, hostile: tuple[str, ...] = (), read: bool = True) -> RoundRecord:
    """Return the round of 03:00."""
    log = night(targets, hostile=hostile)
    slot = EVENING + 7 * HOUR
    sheets = []
    for place, target in enumerate(log.targets):
        state = log.states[target.name][7]
        wrong = {0: (FAN, HOT), 2: (LOST,), 3: (FULL,)}.get(place, ())
        look = look_at(target.name, slot, 37.0)
        if state is SheetState.NOT_REACHED:
            look = replace(look, reached=False, readings=(), gaps=(Gap("snmp", "", "timeout"),))
        text = hostile[place % len(hostile)] if hostile else ""
        if hostile:
            wrong = (Finding(text, text, Severity.WARNING, text, text, 1.0, text, 2.0),)
        sheets.append(Sheet(target.name, state or SheetState.OK, look, wrong))
    alerts: dict[str, tuple[Handled, ...]] = {}
    for handled in log.alerts:
        alerts[handled.alert.key[0]] = (handled,)
    changes = (
        Change("HZ1-CORE-01", "reading", "port_up", "GE0/0/3", "1", "0"),
        Change("HZ1-ACC-31", "state", "", "", "suppressed", "not_reached"),
        *(Change(text, "fact", "version", text, text, text) for text in hostile),
    )
    return RoundRecord(
        log.rounds[7].round, count(s.state for s in sheets), "Asia/Shanghai", slot + 12 * MINUTE, tuple(sheets),
        changes, True, {target.name: target for target in log.targets}, SITES, {"hz1": ("wangfang",), "hz2": ()},
        (RoundRead(108, "wangfang", slot + 9 * MINUTE, "已看，风扇已报修"),) if read else (), MANUAL, alerts, TITLES,
    )  # fmt: skip


def content() -> FormContent:
    """Return what stands in the form of the night."""
    log = night()
    fan, lost = (handled.alert for handled in log.alerts)

    def line(alert: Alert, standing: str) -> AlertLine:
        return AlertLine(
            alert.number, alert.key[0], alert.finding, alert.severity, alert.opened, standing,
            TITLES.get(alert.taken_by, ""), alert.resolved, alert.word, alert.key_equipment,
        )  # fmt: skip

    rounds = tuple(
        RoundLine(
            r.round.number, r.round.slot, r.round.state, r.round.reason, False, r.counts.of,
            "王芳" if r.reads else "", r.reads[0].at if r.reads else None,
        )
        for r in log.rounds
    )  # fmt: skip
    return FormContent(
        "JB-20261123-N", "hz1", "杭州一机房", "Asia/Shanghai", Turn.NIGHT, TOUR.day, EVENING, MORNING,
        (Who("wangfang", "王芳", "0017", "13800000001"),),
        (Who("lina", "李娜", "0021", "13800000002", MORNING - 15 * MINUTE, MORNING - 9 * MINUTE),),
        (Who("zhaolei", "赵磊", "0003", "13800000003"),),
        Equipment(
            "remains", rounds, 12, log.rounds[11].counts.of, log.rounds[11].round.slot,
            (KeyLine("HZ1-CORE-01", SheetState.ABNORMAL, (FAN, HOT)), KeyLine("HZ1-UPS-02", SheetState.OK)),
            (CircuitLine("HZ1-CORE-01", "XGE0/0/1", "电信", "HZ-8842", True, 41.2, 77.0),
             CircuitLine("HZ1-CORE-01", "XGE0/0/2", "联通", "HZ-9001", False)),
            MANUAL, (line(lost, "firing"),), 1, (line(fan, "resolved"),),
            (SilenceLine(3, SilenceKind.MAINTENANCE, "HZ1-SRV*", "hz1", "*", EVENING, MORNING, "赵磊", "更换电池"),),
            (ChannelLine("dingtalk", EVENING + 7 * HOUR, "timeout", EVENING, "accepted"), ChannelLine("sms")),
            1,
        ),
        (TaskLine(4, "更换 HZ1-DB-01 的磁盘", Origin.ALERT, Priority.URGENT, EVENING, "王芳", MORNING - HOUR, 7,
                  "已清理旧日志", "等备件", "华为服务", 2),),
        (NoteLine(EVENING + 8 * HOUR, "王芳", "华为工程师到场，更换风扇", EVENING + 8 * HOUR, 7),),
        {
            Field.CONCLUSION: HandLine("接入交换机 HZ1-ACC-31 待查", "王芳", MORNING - 3 * MINUTE),
            Field.THINGS: HandLine("钥匙 3 把，值班手机电量 90%，对讲机 2 台完好", "王芳", MORNING - 10 * MINUTE),
            Field.HEADS_UP_1: HandLine("03:00 起 ACC-31 未达，先查光纤跳线", "王芳", MORNING - 2 * MINUTE),
        },
    )  # fmt: skip


def form(*, signed: bool = False) -> Form:
    """Return the form of the night, as a draft or with all three signatures."""
    draft = Form(12, "JB-20261123-N", TOUR, MORNING - 20 * MINUTE)
    if not signed:
        return draft
    given = (
        Signature(Signer.OUTGOING, "wangfang", MORNING - 5 * MINUTE, "d", 1),
        Signature(Signer.INCOMING, "lina", MORNING + MINUTE, "d", 1, override=("major",), reason="主管电话同意",
                  checked=("keys",),
                  remark="ACC-31 由本班继续处理"),
        Signature(Signer.MANAGER, "zhaolei", MORNING + 9 * MINUTE, "d", 1, verdict=Verdict.WITH_FAULTS,
                  reason="等待备件", due=MORNING + 4 * HOUR),
    )  # fmt: skip
    digest = "ab12cd34ef56" + "0" * 52
    return replace(draft, state=FormState.CLOSED, digest=digest, closed=MORNING + 9 * MINUTE, signatures=given)
