"""Columns of another table, led to by a row's own words or a part of its index; and tables that stand in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collectors.snmp.naming import rows_of
from collectors.snmp.port import Fetched, Value
from config.profile import Object, Profile, Table


def join(profiles: Iterable[Profile], fetched: Fetched) -> None:
    """Write the columns of other tables into what was fetched, by the rows of the tables that ask for them."""
    for profile in profiles:
        for table in profile.tables.values():
            others = [column for column in table.columns.values() if column.by]
            rows = rows_of(table, fetched) if others else ()
            for column in others:
                _join(column, table, rows, fetched)


def _join(column: Object, table: Table, rows: Iterable[str], fetched: Fetched) -> None:
    cells = fetched.columns.get(column.oid, {})
    way = fetched.columns.get(table.columns[column.by].key, {}) if isinstance(column.by, str) else {}
    led = ((row, cells.get(_other(row, column.by, way))) for row in rows)
    fetched.columns[column.key] = {row: value for row, value in led if value is not None}
    if code := fetched.gaps.get(column.oid):
        fetched.gaps[column.key] = code


def _other(row: str, by: int | str, way: Mapping[str, Value]) -> str:
    """Return the row of the other table that a row leads to."""
    if isinstance(by, str):
        return str(way.get(row, ""))
    arcs = row.split(".")
    return ".".join(arcs[:by] if by > 0 else arcs[by:])


def stands_back(table: Table, profiles: Iterable[Profile], fetched: Fetched) -> bool:
    """Say whether a table does not count, for the device has the one that it stands in for."""
    if not table.instead_of:
        return False
    theirs = (profile.tables for profile in profiles)
    first = next(tables[table.instead_of] for tables in theirs if any(other is table for other in tables.values()))
    made_of = {name for made in first.computed for name in made.of}
    return any(
        fetched.columns.get(column.oid) for name, column in first.columns.items() if column.parameter or name in made_of
    )
