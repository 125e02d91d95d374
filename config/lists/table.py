"""A list as a table: a row of titles in Chinese or English, then a row for each device."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from config.lists.entry import MOST, Asked, Entry, Listed, quoted
from config.units import is_name

_TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("名称", "主机名", "主机名称", "设备名", "设备名称",
             "name", "host", "hostname", "device", "devicename", "sysname"),
    "address": ("ip", "ip地址", "地址", "管理地址", "管理ip", "设备ip",
                "address", "ipaddress", "ipaddr", "managementip", "mgmtip", "url"),
    "port": ("端口", "snmp端口", "udp端口", "port", "snmpport", "udpport"),
    "groups": ("分组", "组", "群组", "设备组", "主机组", "group", "groups", "hostgroup"),
    "site": ("站点", "园区", "site"),
    "room": ("机房", "房间", "机房名称", "room"),
    "rack": ("机柜", "机柜号", "rack", "cabinet"),
    "unit": ("u位", "机位", "unit", "rackunit"),
    "asset": ("资产编号", "资产号", "固定资产编号", "asset", "assetnumber", "assetno"),
    "serial": ("序列号", "sn", "serial", "serialnumber", "serialno"),
    "model": ("类型", "型号", "设备类型", "设备型号", "type", "model"),
    "community": ("团体字", "团体名", "共同体", "读团体字", "只读团体字", "snmp团体字", "snmp团体名", "团体字/凭据",
                  "community", "snmpcommunity", "readcommunity", "rocommunity"),
    "credential": ("凭据", "凭证", "凭据名", "credential", "credentials", "credentialname"),
    "business": ("业务", "业务系统", "用途", "business", "service"),
    "remark": ("备注", "说明", "描述", "remark", "remarks", "note", "notes", "comment", "description"),
    "depends_on": ("上级", "上级设备", "上联", "上联设备", "依赖", "dependson", "parent", "uplink"),
}  # fmt: skip
_KEYS: Final = {title: key for key, titles in _TITLES.items() for title in titles}
_LIKE: Final = (("address", re.compile(r"^ip|ip$|ip地址")), ("name", re.compile(r"设备名|主机名|hostname|devicename")))
"""What a title is that is none of these but has such a word in it."""
_TITLES_WITHIN: Final = 20
"""Rows from the top among which the titles are looked for."""
_SEVERAL: Final = re.compile(r"[,;、，；|\n]+")


def read_table(rows: Iterable[Sequence[str]], into: Listed, sheet: str = "") -> None:
    """Read the rows of a table into a list; ``sheet`` is the name of its sheet where there are several."""
    where = f"{sheet} row" if sheet else "row"
    titles: dict[int, str] = {}
    for number, row in enumerate(rows, start=1):
        if not any(row):
            continue
        if not titles:
            titles = _titles(row, into)
            if not titles and number >= _TITLES_WITHIN:
                break
            continue
        if len(into.entries) >= MOST:
            into.problem(f"{where} {number}", f"more than {MOST} devices", "fewer; the rest is left out")
            return
        into.entries.append(_entry(row, titles, f"{where} {number}", into))
    if not titles:
        into.problem(
            sheet, "no row of titles", "a row with titles like 名称, IP, 分组 or name, address, group at its top"
        )


def _titles(row: Sequence[str], into: Listed) -> dict[int, str]:
    """Return which column is what; none where this is no row of titles."""
    found: dict[int, str] = {}
    strange = []
    for place, text in enumerate(row):
        word = re.sub(r"[\s_*:()\-]", "", unicodedata.normalize("NFKC", text)).lower()
        key = _KEYS.get(word) or next((key for key, words in _LIKE if words.search(word)), None)
        if key is not None and key not in found.values():
            found[place] = key
        elif word:
            strange.append(text)
    if "address" not in found.values():
        return {}
    for text in strange:
        into.drop(f"column {quoted(text)}")
    return found


def _entry(row: Sequence[str], titles: Mapping[int, str], place: str, into: Listed) -> Entry:
    said = {key: row[column].strip() for column, key in titles.items() if column < len(row)}
    community, credential = said.get("community", ""), said.get("credential", "")
    asked = None
    if credential and not is_name(credential):
        # It may be a community in the wrong column, so it is not repeated.
        into.problem(place, "the credential is no name", "what a credential is called; its secret stands elsewhere")
    elif credential:
        asked = Asked(name=credential)
    elif community:
        asked = Asked(secret=community)
    return Entry(
        place,
        asked=asked,
        groups=_parts(said.get("groups", "")),
        depends_on=_parts(said.get("depends_on", "")),
        name=said.get("name", ""),
        address=said.get("address", ""),
        port=said.get("port", ""),
        site=said.get("site", ""),
        room=said.get("room", ""),
        rack=said.get("rack", ""),
        unit=said.get("unit", ""),
        asset=said.get("asset", ""),
        serial=said.get("serial", ""),
        model=said.get("model", ""),
        business=said.get("business", ""),
        remark=said.get("remark", ""),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _SEVERAL.split(text) if part.strip())[:16]
