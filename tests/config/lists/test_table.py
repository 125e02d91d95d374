"""Workbooks and texts with separators: titles in two languages, encodings, and what cannot be read, row by row."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from config.lists.entry import Asked, Listed
from config.lists.opening import read_list
from duty.errors import SettingsError

CHINESE = (
    "名称,IP,端口,分组,机房,型号,团体字,备注,上级,采购日期\n"
    "核心-1,10.0.0.1,161,核心交换机、一期,A机房,S5735,n0t-public,主用,,2020\n"
    "\n"
    '接入-1,10.0.0.2,,,,,n0t-public,"两行\n备注",核心-1,\n'
)
ENGLISH = "Name;IP Address;Port;Group;Room;Type;Credential;Remark;Depends on\ncore;10.0.0.1;161;core;A;S1;switches;;\n"


def listed(folder: Path, content: str | bytes, name: str = "list.csv") -> Listed:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_list(file)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_list_in_every_encoding(tmp_path: Path, codec: str) -> None:
    found = listed(tmp_path, CHINESE.encode(codec))
    core, access = found.entries
    assert (core.name, core.address, core.port, core.groups, core.room, core.model) == (
        "核心-1", "10.0.0.1", "161", ("核心交换机", "一期"), "A机房", "S5735",
    )  # fmt: skip
    assert core.asked == access.asked == Asked(secret="n0t-public")
    assert (access.place, access.depends_on) == ("row 4", ("核心-1",))
    assert found.dropped == {'column "采购日期"': 1}
    assert found.problems == []


def test_an_english_list_with_other_separators(tmp_path: Path) -> None:
    (core,) = listed(tmp_path, ENGLISH).entries
    assert (core.name, core.address, core.groups, core.asked) == ("core", "10.0.0.1", ("core",), Asked("switches"))
    (same,) = listed(tmp_path, ENGLISH.replace(";", "\t"), "list.tsv").entries
    assert same == core


def workbook(*sheets: tuple[str, list[list[object]]], hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    if hidden:
        book[hidden].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_of_several_sheets_with_a_title_above(tmp_path: Path) -> None:
    content = workbook(
        ("交换机", [["设备台账 2026"], [], ["主机名", "管理IP", "SNMP端口"],
                    ["sw-1", "10.0.0.1", 161], ["sw-2", "10.0.0.2", 161.0]]),
        ("服务器", [["设备名称(必填)", "IPv4 地址"], [1001, "10.0.0.3"]]),
        ("备件", [["名称", "数量"], ["光模块", 3]]),
        ("旧", [["名称", "地址"], ["old", "10.0.0.9"]]),
        hidden="旧",
    )  # fmt: skip
    found = listed(tmp_path, content, "台账.xlsx")
    assert [(e.place, e.name, e.address, e.port) for e in found.entries] == [
        ("交换机 row 4", "sw-1", "10.0.0.1", "161"),
        ("交换机 row 5", "sw-2", "10.0.0.2", "161"),
        ("服务器 row 2", "1001", "10.0.0.3", ""),
    ]
    assert found.dropped == {"sheets that are hidden": 1}
    assert [(p.path, p.what) for p in found.problems] == [("备件", "no row of titles")]


def test_what_stands_in_a_column_of_names_and_is_none_is_not_repeated(tmp_path: Path) -> None:
    found = listed(tmp_path, "name,ip,credential\na,10.0.0.1,s3cret word!\n")
    assert "s3cret" not in str(found.problems)
    assert str(found.problems[0]).startswith("list.csv: row 2: the credential is no name")
    assert found.entries[0].asked is None


BROKEN = workbook(("a", [["名称", "地址"]]))[:-200]


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 210_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("a.xlsx", BROKEN, "no workbook that can be read", id="a broken workbook"),
        pytest.param("a.xlsx", b"PK\x03\x04", "no workbook that can be read", id="the beginning of one"),
        pytest.param("a.csv", b"\xff\xff\xff", "text that nobody can read", id="no text"),
        pytest.param("a.doc", b"word", "no list that is known here", id="something else"),
        pytest.param("a.csv", b"a" * 20_000_001, "too large", id="too large"),
    ],
)
def test_what_is_no_list_gets_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        listed(tmp_path, content, name)
    assert len(raised.value.problems) == 1


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="unpacks to too much"):
        listed(tmp_path, _bomb(), "a.xlsx")


def test_a_list_without_titles_is_told(tmp_path: Path) -> None:
    found = listed(tmp_path, "1,2,3\n4,5,6\n")
    assert (found.entries, len(found.problems)) == ([], 1)
