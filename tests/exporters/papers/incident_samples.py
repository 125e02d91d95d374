"""An incident report to print: the night on which a core switch fell silent, filled in as people do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from duty.bulletins import BulletinKind
from duty.filing import LEADERS, Report, ReportState
from duty.incident_report import (
    Archive,
    AttachmentLine,
    AuthorLine,
    BulletinLine,
    CountersignLine,
    CourseLine,
    EquipmentLine,
    FieldLine,
    PersonLine,
    PlanLine,
    ReportContent,
    ReportField,
    ReportVerdict,
    ReviewLine,
    StepLine,
    ToldLine,
)
from duty.incidents import Found, Grade, IncidentClass

BEGAN = datetime(2026, 11, 23, 19, 10, tzinfo=UTC)
"""03:10 in Shanghai, on the 24th."""
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SECOND = BEGAN + 35 * MINUTE
HANDLED = BEGAN + 49 * MINUTE
FILED = HANDLED + 24 * HOUR - 10 * MINUTE
WRITTEN = {
    ReportField.TITLE: "杭州一机房核心交换机 HZ1-CORE-01 失联",
    ReportField.COMPANY_LEVEL: "P1",
    ReportField.PLACE: "杭州一机房 机房A A07 机柜 U40",
    ReportField.SERVICES: "官网、APP 登录、下联 214 台设备",
    ReportField.AFFECTED: "约 12 万用户；企业客户 甲方集团",
    ReportField.MINUTES: "47",
    ReportField.INJURY: "无",
    ReportField.FIRST_CAUSE: "主控板 MPU 1 硬件故障，未自动倒换到备板",
    ReportField.ROOT_CAUSE: "主控板电容老化（厂商初步结论，待返厂检测报告）",
    ReportField.CAUSE_CLASS: "device",
    ReportField.RESOURCES: "备件库主控板 1 块；华为技术支持 1 人",
    ReportField.INSTRUCTIONS: "李总：先恢复业务再查原因，03:45 前再报一次。已落实。",
    ReportField.OUTSIDE: "华为 SR-771920，03:22 报障，工程师 05:30 到场",
    ReportField.RESULT: "手动倒换到备用主控，下联设备全部恢复",
    ReportField.VERIFICATION: "官网、APP 登录各验证 3 次正常；甲工 03:59",
    ReportField.REMAINS: "主控无冗余，今日 10:00 前更换故障板",
    ReportField.CORRECTIVE: "同型号 6 台设备逐台检查主控板批次；责任人 甲工；12 月 5 日前",
    ReportField.LESSONS: "倒换演练应每季度一次",
    ReportField.CUSTOMERS: "客服 04:20 起逐一告知企业客户，未提出补偿",
    ReportField.CYBER: "no",
    ReportField.PERSONAL_DATA: "no",
}
EQUIPMENT = (
    EquipmentLine("HZ1-CORE-01", "ZC-2021-0042", "S12708", "2102350DLR10J8000123", "华为至 2027-06", "机房A A07 U40"),
    EquipmentLine("HZ1-ACC-31", "ZC-2022-0117", "S5735-L24T4X-A", "21980107142SK9900017", "", "机房A B02"),
)
COURSE = (
    CourseLine(BEGAN, "", "核心交换机 HZ1-CORE-01 三次无应答"),
    CourseLine(BEGAN + 3 * MINUTE, "甲工", "认领", "在机房，主控板无灯，准备切备板，电话 13800000001"),
    CourseLine(BEGAN + 5 * MINUTE, "乙经理", "启动预案", "由我指挥"),
    CourseLine(BEGAN + 47 * MINUTE, "", "HZ1-CORE-01 恢复"),
)
MEASURES = (
    StepLine(BEGAN + 6 * MINUTE, "甲工", "确认供电与风扇，查看主控板指示灯", "done", "", "主控 1 无灯，主控 2 备用"),
    StepLine(BEGAN + 20 * MINUTE, "甲工", "手动倒换到备用主控", "done", "第一次失败，重试成功", "198 台恢复"),
    StepLine(None, "丁工", "从备用链路绕行", "skipped", "已恢复，无须执行"),
)


def content(*, grade: Grade = Grade.MAJOR, empty: bool = False) -> ReportContent:
    """Return what stands in the report: all of it, or only what the record knows by itself."""
    drafted = {
        ReportField.TITLE: FieldLine(WRITTEN[ReportField.TITLE]),
        ReportField.MINUTES: FieldLine("47"),
    }
    written = {field: FieldLine(text, "甲工", HANDLED + 20 * HOUR) for field, text in WRITTEN.items()}
    written[ReportField.CUSTOMERS] = FieldLine(WRITTEN[ReportField.CUSTOMERS], "丙客服", HANDLED + HOUR)
    made = ReportContent(
        name="TF-20261124-01", site="hz1", site_title="杭州一机房", zone="Asia/Shanghai", kind=IncidentClass.NETWORK,
        grade=grade, began=BEGAN, found=BEGAN + MINUTE, found_by=Found.ALERT, finder="甲工",
        rule="关键设备中断 15 分钟",
        restored=BEGAN + 47 * MINUTE, handled=HANDLED, equipment=EQUIPMENT, course=COURSE, measures=MEASURES,
        plan=PlanLine("核心网络中断预案", BEGAN + 5 * MINUTE, "乙经理"),
        people=(PersonLine("乙经理", "manager", "指挥"), PersonLine("甲工", "technician", "现场处置")),
        told_manager=(ToldLine(BEGAN + 3 * MINUTE, "yi", "乙经理", "manager", "电话", "核心交换机失联", "马上到场"),),
        told_leaders=(ToldLine(BEGAN + 8 * MINUTE, "li", "李总", "leader", "短信", "重大首报", "已收到"),),
        bulletins=(
            BulletinLine(BulletinKind.FIRST, 1, BEGAN + 8 * MINUTE, "乙经理", "核心网络中断，预案已启动", SECOND),
            BulletinLine(BulletinKind.PROGRESS, 1, SECOND, "乙经理", "214 台恢复 198 台", SECOND + 30 * MINUTE),
            BulletinLine(BulletinKind.FINAL, 1, HANDLED, "乙经理", "全部恢复，业务已验证"),
        ),
        attachments=(
            AttachmentLine("主控板照片.jpg", "image/jpeg", 2_345_678, "9f86d081884c" * 5, "甲工", HANDLED + HOUR),
        ),
        fields=drafted if empty else written, due=HANDLED + 24 * HOUR,
        author=AuthorLine("甲工", "technician", "13800000001", None if empty else FILED - MINUTE),
    )  # fmt: skip
    if not empty:
        return made
    return replace(
        made, restored=None, handled=None, due=None, equipment=(), course=(), measures=(), plan=None, people=(),
        told_manager=(), told_leaders=(), bulletins=(), attachments=(), author=None,
    )  # fmt: skip


def report(*, filed: bool = True) -> Report:
    """Return the report of it, as a draft or as it was filed."""
    draft = Report(7, "jia", ("网络部", LEADERS))
    if not filed:
        return draft
    return replace(draft, state=ReportState.SUBMITTED, submitted_at=FILED, digest="ab12cd34ef56" + "0" * 52)


def away() -> tuple[Report, ReportContent]:
    """Return the report as it was archived: returned once, then signed by all."""
    reviews = (
        ReviewLine(FILED + HOUR, "乙经理", ReportVerdict.RETURNED, "根本原因请附厂商结论"),
        ReviewLine(FILED + 3 * HOUR, "乙经理", ReportVerdict.APPROVED, "同意"),
    )
    signed = (
        CountersignLine("网络部", "孙主任", FILED + 5 * HOUR, "已知悉，配合整改"),
        CountersignLine(LEADERS, "李总", FILED + 7 * HOUR, "同意。整改完成后报我。"),
    )
    archive = Archive("综合管理部", "2026-YJ-017", date(2026, 11, 26), date(2031, 11, 26))
    last = replace(content(), reviews=reviews, countersigns=signed, archive=archive)
    state = replace(report(), state=ReportState.ARCHIVED, revision=2, reviews=reviews, countersigns=signed)
    return replace(state, archive=archive), last
