"""The incident report on paper: all that is known stands on it, in either language, and it says whose turn it is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader

from duty.filing import LEADERS, Report, ReportState
from duty.incident_report import (
    CourseLine,
    CyberLevel,
    FieldLine,
    ReportContent,
    ReportField,
    ReportVerdict,
    ReviewLine,
    StepLine,
)
from duty.incidents import Grade
from exporters.papers.course_text import LONGEST_TEXT, course_text
from exporters.papers.docx import docx
from exporters.papers.incident_report import report_file_name, report_paper
from exporters.papers.paper import Cell, Entry, Mark, Pairs, Paper, Table
from exporters.papers.pdf import pdf
from exporters.papers.xlsx import workbook
from exporters.words import LANGUAGES, words
from tests.exporters.papers.incident_samples import (
    BEGAN,
    EQUIPMENT,
    FILED,
    HANDLED,
    HOUR,
    MINUTE,
    WRITTEN,
    away,
    content,
    report,
)
from tests.exporters.papers.samples import HOSTILE

EN, ZH = words("en"), words("zh")
OF_THE_RECORD = (
    "TF-20261124-01;杭州一机房;2026-11-24 03:10;2026-11-24 03:11;2026-11-24 03:57;关键设备中断 15 分钟;"
    "S12708;2102350DLR10J8000123;ZC-2021-0042;华为至 2027-06;S5735-L24T4X-A;21980107142SK9900017;"
    "在机房，主控板无灯，准备切备板;核心网络中断预案;第一次失败，重试成功;从备用链路绕行;现场处置;马上到场;"
    "重大首报;214 台恢复 198 台;2026-11-24 04:15;主控板照片.jpg;9f86d081884c;13800000001;丙客服;"
    "根本原因请附厂商结论;已知悉，配合整改;同意。整改完成后报我。;孙主任 2026-11-25 08:49;综合管理部;"
    "2026-YJ-017;2031-11-26;AB12-CD34-EF56"
)


def in_pdf(paper: Paper) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf(paper))).pages)


def in_word(paper: Paper) -> str:
    book = Document(BytesIO(docx(paper)))
    # A cell that is merged of three is told three times.
    cells = [text for table in book.tables for row in table.rows for text in dict.fromkeys(c.text for c in row.cells)]
    edges = [*book.sections[0].header.paragraphs, *book.sections[0].footer.paragraphs]
    return "\n".join([paragraph.text for paragraph in (*book.paragraphs, *edges)] + cells)


def squeezed(text: str) -> str:
    """Return a text without the places where its lines were broken."""
    return "".join(text.split())


def fields(paper: Paper) -> dict[str, Cell]:
    """Return what stands behind each name."""
    found = dict(paper.head.pairs)
    for section in paper.sections:
        for block in section.blocks:
            if isinstance(block, Pairs):
                found.update(block.pairs)
            elif isinstance(block, Entry):
                found[block.name] = Cell(" ".join(cell.text for cell in block.said))
    return found


def table(paper: Paper, title: str) -> list[list[str]]:
    (one,) = (
        block
        for section in paper.sections
        for block in section.blocks
        if isinstance(block, Table) and title in (block.title, section.title)
    )
    return [[cell.text for cell in row] for row in one.rows]


def of(made: ReportContent, **said: str) -> ReportContent:
    """Return a content with other texts in its fields."""
    lines = {ReportField(name): FieldLine(text, "甲工", HANDLED) for name, text in said.items()}
    return replace(made, fields={**made.fields, **lines})


@pytest.mark.parametrize("read", [in_pdf, in_word])
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_stands_in_the_report_is_on_the_paper(language: str, read: Callable[[Paper], str]) -> None:
    state, made = away()
    text = squeezed(read(report_paper(state, made, words(language), FILED + 30 * HOUR)))
    coded = {ReportField.CAUSE_CLASS, ReportField.CYBER, ReportField.PERSONAL_DATA}
    said = [text for field, text in WRITTEN.items() if field not in coded] + OF_THE_RECORD.split(";")
    assert [one for one in said if squeezed(one) not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("empty", [False, True])
def test_every_word_of_the_report_is_known(language: str, empty: bool, caplog: pytest.LogCaptureFixture) -> None:
    say = words(language)
    with caplog.at_level(logging.WARNING):
        paper = report_paper(report(filed=False), replace(content(empty=empty), rehearsal=empty), say, FILED)
        assert "{" not in in_pdf(paper) + in_word(paper)
        course_text(content(), say, FILED)
    assert caplog.messages == []


def test_both_clocks_and_the_class_are_said_in_words() -> None:
    paper = report_paper(report(), content(), ZH, FILED + HOUR)
    found = fields(paper)
    assert paper.summary is not None
    assert paper.summary.text == "已提交，待审核；处理完毕后 23 小时 50 分钟 提交，未超时限"
    assert found["原因类别"].text == "设备"
    assert found["影响时长"].text == "47 分钟"
    assert found["事件等级"].text == "重大"
    assert found["是否属网络安全事件"].text == "否"
    assert found["法定时限"].text == "不适用：不属于网络安全事件"
    assert found["实际报告时间、接收单位"].text == "不适用"


@pytest.mark.parametrize(
    ("state", "late", "now", "said", "mark"),
    [
        pytest.param(report(filed=False), False, HANDLED + 21 * HOUR, "3 h left", Mark.WARNING, id="there is time"),
        pytest.param(report(filed=False), True, HANDLED + 26 * HOUR, "overdue by 2 h", Mark.CRITICAL, id="overdue"),
        pytest.param(
            replace(report(), submitted_at=HANDLED + 25 * HOUR), True, HANDLED + 40 * HOUR,
            "filed 1 d 1 h after handling, late by 1 h", Mark.CRITICAL, id="filed late",
        ),
        pytest.param(report(), False, FILED, "filed 23 h 50 min after handling, in time", Mark.PLAIN, id="in time"),
    ],
)  # fmt: skip
def test_it_says_whether_it_is_in_time(state: Report, late: bool, now: datetime, said: str, mark: Mark) -> None:
    summary = report_paper(state, replace(content(), late=late), EN, now).summary
    assert summary is not None
    assert said in summary.text
    assert summary.mark is mark


def test_the_clock_of_the_law_is_on_it_until_the_authorities_know() -> None:
    due = BEGAN + MINUTE + 4 * HOUR
    attack = replace(of(content(), cyber="yes", cyber_level=CyberLevel.SERIOUS), legal_due=due)

    def line(made: ReportContent, now: datetime) -> Cell:
        return fields(report_paper(report(), made, EN, now))["By law"]

    assert line(attack, due - HOUR) == Cell("by 2026-11-24 07:11 (from discovery), 1 h left", Mark.WARNING)
    assert line(attack, due + 2 * HOUR) == Cell("by 2026-11-24 07:11 (from discovery), passed 2 h ago", Mark.CRITICAL)
    told = of(attack, reported_outside="浙江省网信办 05:10")
    assert line(told, due + HOUR) == Cell("by 2026-11-24 07:11 (from discovery)")
    small = of(content(), cyber="yes", cyber_level=CyberLevel.GENERAL)
    assert line(small, due) == Cell("none: below considerable nothing is reported outside")
    assert line(of(content(), cyber=""), due).mark is Mark.WARNING, "nobody has judged it yet"


def test_a_draft_says_so_on_each_page_and_what_the_system_wrote_is_to_be_checked() -> None:
    paper = report_paper(report(filed=False), content(empty=True), ZH, BEGAN + HOUR)
    assert paper.title == "突发事件报告表（草稿）"
    assert "草稿，未提交" in paper.foot
    assert "校验码 尚未定稿" in paper.foot
    assert fields(paper)["事件名称"].text == "杭州一机房核心交换机 HZ1-CORE-01 失联 （系统起草，待填表人核对）"
    assert fields(paper)["根本原因"].text == ""
    assert [line.signed for line in paper.signatures] == [""] * 4


def test_a_rehearsal_cannot_be_taken_for_a_real_one() -> None:
    paper = report_paper(report(), replace(content(), rehearsal=True), EN, FILED)
    assert paper.title == "Incident report (rehearsal)"
    assert paper.summary is not None
    assert paper.summary.text.startswith("Filled in as a rehearsal, this did not happen")
    assert "rehearsal" in paper.foot


def test_who_signs_what() -> None:
    state, made = away()
    lines = report_paper(state, made, ZH, FILED + 30 * HOUR).signatures
    assert [(line.role, line.signed, *line.lines) for line in lines] == [
        ("填表人", "甲工 2026-11-25 03:49"),
        ("值班经理审核", "乙经理 2026-11-25 06:49", "意见：同意"),
        ("网络部 会签", "孙主任 2026-11-25 08:49", "意见：已知悉，配合整改"),
        ("领导小组意见", "李总 2026-11-25 10:49", "意见：同意。整改完成后报我。"),
    ]


def test_an_approval_of_before_the_report_came_back_does_not_count() -> None:
    state, made = away()
    back = ReviewLine(FILED + 9 * HOUR, "孙主任", ReportVerdict.RETURNED, "原因不符")
    again = replace(state, state=ReportState.SUBMITTED, countersigns=())
    made = replace(made, reviews=(*made.reviews, back), countersigns=(), archive=None)
    paper = report_paper(again, made, ZH, FILED + 12 * HOUR)
    assert [bool(line.signed) for line in paper.signatures] == [True, False, False, False]
    assert [row[2] for row in table(paper, "审核记录")] == ["退回", "通过", "退回"]


def test_a_general_one_needs_no_word_of_the_leading_group() -> None:
    paper = report_paper(replace(report(), roles=()), replace(content(grade=Grade.GENERAL), told_leaders=()), ZH, FILED)
    assert [line.role for line in paper.signatures] == ["填表人", "值班经理审核", "相关部门会签"]
    assert "一般事件无须报告领导小组。" in in_pdf(paper)


def test_what_people_add_to_the_course_stands_under_what_the_record_has() -> None:
    paper = report_paper(report(), of(content(), course="03:12 机房断续闻到焦味"), ZH, FILED)
    assert len(table(paper, "事件经过")) == 4
    assert fields(paper)["经过补充"].text == "03:12 机房断续闻到焦味"


def test_times_are_those_of_the_site() -> None:
    paper = report_paper(report(), replace(content(), zone="Europe/Berlin"), EN, FILED)
    assert fields(paper)["Began"].text == "2026-11-23 20:10"


@pytest.mark.parametrize("read", [in_pdf, in_word])
def test_a_field_of_ten_thousand_characters_is_all_there(read: Callable[[Paper], str]) -> None:
    text = read(report_paper(report(), of(content(), root_cause="囍" * 10_000), ZH, FILED))
    assert text.count("囍") == 10_000


@pytest.mark.parametrize("read", [in_pdf, in_word])
def test_five_hundred_lines_of_the_course_are_all_there(read: Callable[[Paper], str]) -> None:
    lines = tuple(CourseLine(BEGAN + n * MINUTE, "甲工", "", f"第{n:03}步 " + "查" * 60) for n in range(500))
    paper = report_paper(report(), replace(content(), course=lines), ZH, FILED)
    text = squeezed(read(paper))
    assert [n for n in range(500) if f"第{n:03}步" not in text] == []


def test_a_line_as_long_as_people_may_write_is_not_cut() -> None:
    line = CourseLine(BEGAN, "甲工", "", "长" * 999 + "尾")
    assert "尾" in in_pdf(report_paper(report(), replace(content(), course=(line,)), ZH, FILED))


def test_a_field_without_end_says_that_it_was_cut() -> None:
    text = in_pdf(report_paper(report(), of(content(), root_cause="断\n" * 4000), ZH, FILED))
    assert "篇幅所限" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_breaks_the_report(language: str) -> None:
    say, text, made = words(language), HOSTILE[6], content()
    said = {field.value: HOSTILE[n % len(HOSTILE)] for n, field in enumerate(ReportField)}
    made = replace(
        of(made, **said), name=text, site_title=text, rule=text, overruled_by=text, why=text, finder=text,
        equipment=tuple(replace(EQUIPMENT[0], name=each, serial=each, maintainer=each) for each in HOSTILE),
        course=tuple(CourseLine(BEGAN, each, each, each, {"who": each}) for each in HOSTILE),
        measures=tuple(StepLine(BEGAN, each, each, each, each) for each in HOSTILE),
    )  # fmt: skip
    paper = report_paper(replace(report(), roles=(*HOSTILE, LEADERS)), made, say, FILED)
    assert in_pdf(paper)
    word = in_word(paper)
    assert not any(0x202A <= ord(c) <= 0x202E or c in "\x00\x1b" for c in word), "a text stands in its own direction"
    assert workbook([("1", paper)])
    assert course_text(made, say, FILED)
    assert "/" not in report_file_name(made, say, "docx")


def test_a_file_has_the_name_of_its_report() -> None:
    assert report_file_name(content(), ZH, "docx") == "突发事件报告表_TF-20261124-01.docx"
    assert report_file_name(content(), EN, "pdf") == "incident-report_TF-20261124-01.pdf"


def test_a_vendor_learns_what_failed_and_what_was_tried() -> None:
    text = course_text(content(), EN, FILED)
    assert "HZ1-CORE-01, model S12708, serial no. 2102350DLR10J8000123" in text
    assert "2026-11-24 03:13" in text
    assert "主控板无灯" in text
    assert "手动倒换到备用主控 198 台恢复 第一次失败，重试成功" in text


def test_a_vendor_learns_nobodys_name_or_number() -> None:
    tried = StepLine(BEGAN, "甲工", "甲工请Manager B拨 138-0000-0009，邮件 b@example.com，李总已知", "done")
    made = replace(content(), measures=(tried,), overruled_by="Manager B")
    text = course_text(made, ZH, FILED)
    for name in ("甲工", "乙经理", "丁工", "丙客服", "李总", "Manager B", "甲方集团", "0000", "example", "12 万"):
        assert name not in text
    assert "[工作人员]请[工作人员]拨 [号码]，邮件 [号码]，[工作人员]已知" in text


def test_a_ticket_ends() -> None:
    lines = tuple(CourseLine(BEGAN + n * timedelta(seconds=1), "", "", "长" * 500) for n in range(500))
    text = course_text(replace(content(), course=lines), ZH, FILED)
    assert len(text) < LONGEST_TEXT + 100
    assert text.endswith("篇幅所限，其余略。\n")
