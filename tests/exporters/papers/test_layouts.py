"""What stands on the papers: the round's record, the night's sheet, the handover form."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from duty.night_log import Left
from exporters.papers.handover_form import form_paper
from exporters.papers.night_sheet import file_name, night_paper, night_papers
from exporters.papers.paper import Cell, Entry, Mark, Pairs, Paper, Table, Words
from exporters.papers.pdf import pdf
from exporters.papers.round_sheet import round_file_name, round_paper
from exporters.papers.xlsx import workbook
from exporters.words import LANGUAGES, words
from tests.exporters.papers.samples import HOSTILE, MORNING, TITLES, content, form, night, record

EN, ZH = words("en"), words("zh")


def cells(paper: Paper) -> list[Cell]:
    """Return every cell of a paper, with its head."""
    found = [cell for _, cell in paper.head.pairs]
    for section in paper.sections:
        for block in section.blocks:
            if isinstance(block, Pairs):
                found += [cell for _, cell in block.pairs]
            elif isinstance(block, Table):
                found += [cell for row in block.rows for cell in row]
            elif isinstance(block, Entry):
                found += block.said
            else:
                found.append(Cell(block.text, block.mark, new=block.new))
    return found


def texts(paper: Paper) -> str:
    return "\n".join(cell.text for cell in cells(paper))


def tables(paper: Paper) -> list[Table]:
    return [block for section in paper.sections for block in section.blocks if isinstance(block, Table)]


def printed(paper: Paper) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf(paper))).pages)


def test_the_workbook_has_the_five_sheets_that_the_people_keep_today() -> None:
    assert [name for name, _ in night_papers(night(), ZH)] == [
        "汇总",
        "设备×时段",
        "异常与处理",
        "关键设备参数",
        "动环",
    ]


def test_the_first_sheet_has_a_row_for_each_round_of_the_night() -> None:
    _, first = night_papers(night(), ZH)[0]
    (table,) = tables(first)
    assert [row[1].text for row in table.rows] == [f"{hour % 24:02}:00" for hour in range(20, 32)]
    missed = table.rows[4]
    assert missed[2].text == "漏检（巡检程序未运行）"
    assert missed[5].text == "", "what was not counted is not nought"
    assert table.rows[7][5].value == 5


def test_rounds_to_come_stand_in_their_place() -> None:
    (table,) = tables(night_papers(night(hours=7), ZH)[0][1])
    assert len(table.rows) == 12
    assert [row[2].text for row in table.rows[7:]] == ["未到时"] * 5


def test_the_matrix_has_a_sign_for_each_target_and_hour_and_says_what_they_mean() -> None:
    _, matrix = night_papers(night(), ZH)[1]
    (table,) = tables(matrix)
    by_name = {row[1].text: "".join(cell.text for cell in row[3:]) for row in table.rows}
    assert by_name["★ HZ1-CORE-01"] == "√√√√漏√√×××√√"
    assert by_name["HZ1-ACC-31"] == "√√√√漏√抑未达未达√√√"
    assert by_name["HZ1-SRV-07"] == "√√—√漏√√√√√√√"
    (legend,) = (block for block in matrix.sections[0].blocks if isinstance(block, Words))
    for said in ("√ 正常", "× 异常", "△ 部分", "未达：无应答", "抑 抑制", "— 未检", "漏 漏检", "空 不在该轮之内"):
        assert said in legend.text


def test_troubles_say_what_by_which_limit_who_was_told_and_what_was_done() -> None:
    text = texts(night_papers(night(), ZH)[2][1])
    for said in ("磁盘 /var 已用 93.1%（限值 85%）", "王芳 03:01", "03:03 王芳认领 在去机房路上", "未恢复", "A07"):
        assert said in text


def test_key_figures_are_numbers_that_a_spreadsheet_counts_with() -> None:
    book = load_workbook(BytesIO(workbook(night_papers(night(), ZH))))
    rows = [[cell.value for cell in row] for row in book["关键设备参数"].iter_rows()]
    (cpu,) = (row for row in rows if row[:2] == ["★ HZ1-CORE-01", "CPU（%）"])
    assert cpu[2:6] == [20, 23, 26, 29]
    assert cpu[6] == "—", "the round that was missed"
    assert cpu[14] == 53, "the highest of the night"


def test_rooms_tell_what_was_seen_by_hand_and_how_power_was() -> None:
    text = texts(night_papers(night(), ZH)[4][1])
    for said in ("油位偏低，约三分之一", "柴油机", "100.0%"):
        assert said in text


def test_a_quiet_night_says_that_nothing_was_wrong() -> None:
    quiet = replace(night(hours=4), troubles=(), alerts=())
    paper = night_paper(quiet, EN)
    assert paper.summary is not None
    assert paper.summary.text == "4 rounds, nothing wrong was found."
    assert paper.summary.mark is Mark.PLAIN
    assert "各轮巡检均未发现异常。" in printed(night_paper(quiet, ZH))


def test_what_is_left_off_is_said() -> None:
    paper = night_paper(replace(night(), left=Left(targets=17, alerts=3)), ZH)
    assert "另有 17 行未列出，请到系统中查看。" in texts(paper)
    assert "另有 3 行未列出，请到系统中查看。" in texts(paper)


def test_a_night_has_one_file_name_however_often_it_is_made() -> None:
    assert file_name(night(), ZH, "xlsx") == "夜班巡检表_2026-11-23_杭州一机房.xlsx"
    assert file_name(night(), EN, "xlsx") == "night-inspection_2026-11-23_hz1.xlsx"
    assert file_name(replace(night(), site_title='../a\\b:"c" d'), ZH, "pdf") == "夜班巡检表_2026-11-23_..-a-b-c-d.pdf"


def test_the_record_of_a_round_has_a_line_for_each_target_the_worst_first() -> None:
    paper = round_paper(record(), ZH)
    lines = tables(paper)[0]
    assert [row[3].text for row in lines.rows] == ["未达", "异常", "异常", "正常", "正常"]
    core = [cell.text for cell in lines.rows[1]]
    assert core[1] == "★ HZ1-CORE-01 10.1.0.1 S5735-L24T4X-A ZC-2021-0042"
    assert core[2] == "杭州一机房 机房A A07 U40"
    assert core[4] == "37.0%"
    assert core[7] == "19 / 24 新断 GE0/0/3"
    assert core[10] == "风扇 Fan 2：严重；温度 MPU 1 63.0 ℃（限值 60 ℃）"
    assert core[11] == "A07 已通知王芳 03:01 王芳 03:03 认领 更换风扇，已恢复"


def test_who_has_read_a_round_is_on_it_and_else_there_is_a_line_to_sign_on() -> None:
    assert "王芳 2026-11-24 03:09" in printed(round_paper(record(), ZH))
    (line,) = round_paper(record(read=False), ZH).signatures
    assert line.signed == ""
    assert round_file_name(record(), ZH, "pdf") == "巡检记录表_108_2026-11-24_0300.pdf"


def test_the_form_has_its_chapters_in_order_and_leaves_the_numbers_of_the_others_free() -> None:
    paper = form_paper(form(), content(), ZH, MORNING, TITLES)
    assert [section.title for section in paper.sections] == [
        "一、设备运行情况", "二、未处理完的工作任务", "四、突发事件", "六、其他交接", "七、确认",
    ]  # fmt: skip
    text = printed(paper)
    for said in ("编号：JB-20261123-N", "王芳 工号 0017 电话 13800000001", "应巡 12，已巡 11，漏检 1，迟巡 0"):
        assert said in text.replace("  ", " ")
    for said in ("HZ-8842", "77.0%", "更换 HZ1-DB-01 的磁盘", "华为工程师到场", "特别提醒 1：03:00 起 ACC-31 未达"):
        assert said in text


def test_a_form_that_is_not_signed_has_lines_to_sign_on_and_no_check_code() -> None:
    paper = form_paper(form(), content(), ZH, MORNING, TITLES)
    assert [line.signed for line in paper.signatures] == ["", "", ""]
    assert "校验码 尚未定稿" in paper.foot


def test_a_form_that_is_signed_says_who_in_whose_place_and_what_was_passed_over() -> None:
    paper = form_paper(form(signed=True), content(), ZH, MORNING, TITLES)
    out, in_, manager = paper.signatures
    assert out.signed == "王芳 2026-11-24 07:55"
    assert list(in_.lines) == [
        "越过：重大故障正在处理",
        "原因：主管电话同意",
        "接班检查：钥匙、门禁卡、值班手机、工具齐全",
        "异议或补充：ACC-31 由本班继续处理",
    ]
    assert list(manager.lines) == ["审核意见：带问题交接，2026-11-24 12:00 前处理完毕", "原因：等待备件"]
    assert "校验码 AB12-CD34-EF56" in paper.foot


def test_what_came_after_the_outgoing_shift_signed_is_new() -> None:
    paper = form_paper(form(signed=True), content(), ZH, MORNING, TITLES)
    new = [cell.text for cell in cells(paper) if cell.new]
    assert new == ["特别提醒 1：03:00 起 ACC-31 未达，先查光纤跳线（王芳）"]
    assert paper.summary is not None
    assert paper.summary.new


def test_a_field_that_nobody_filled_in_says_so() -> None:
    text = texts(form_paper(form(), content(), EN, MORNING, TITLES))
    assert "Backup jobs: (not filled in)" in text


def test_who_came_late_is_marked_by_a_word() -> None:
    paper = form_paper(form(), content(), EN, MORNING + timedelta(minutes=1), TITLES)
    (arrival,) = (cell for name, cell in paper.head.pairs if name == "Incoming's arrival")
    assert arrival.text == "due 07:45, came 2026-11-24 07:51, late"
    assert arrival.mark is Mark.WARNING


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_papers_is_known(language: str, caplog: pytest.LogCaptureFixture) -> None:
    say = words(language)
    with caplog.at_level(logging.WARNING):
        for paper in (
            round_paper(record(), say),
            night_paper(night(), say),
            form_paper(form(signed=True), content(), say, MORNING, TITLES),
        ):
            assert "{" not in printed(paper)
    assert caplog.messages == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_of_a_device_breaks_a_paper_or_becomes_a_formula(language: str) -> None:
    say = words(language)
    log = night(hostile=HOSTILE)
    assert pdf(round_paper(record(hostile=HOSTILE), say))
    assert pdf(night_paper(log, say))
    book = load_workbook(BytesIO(workbook(night_papers(log, say))))
    assert {c.data_type for page in book for row in page.iter_rows() for c in row} <= {"s", "n"}
