"""Which rows of a table count, and what each is called: remembered from look to look, for it seldom changes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from collectors.snmp.by_port import Ports, port_names
from collectors.snmp.measure import HARMLESS, text
from collectors.snmp.port import Fetched, Value
from collectors.text import clean
from config.profile import INDEX, NAME, Computed, Object, Profile, Table


class _Named(NamedTuple):
    """The names of a table's rows by index, and all that they were made of."""

    table: Table
    made_of: tuple[Any, ...]
    names: Mapping[str, str]


@dataclass(slots=True)
class Naming:
    """What the rows of one device's tables are called. Names are made anew when anything changed that they are made of.

    Of 50 ports that costs as much as reading them; to see that nothing changed costs almost nothing.
    """

    # By identity, for tables cannot be hashed; each is kept here, so that no other has its place.
    _known: dict[int, _Named]
    _ports: tuple[Mapping[str, str], Ports] | None

    def __init__(self) -> None:
        self._known = {}
        self._ports = None

    def names(
        self, table: Table, fetched: Fetched, *, keep_nameless: bool, ports: Ports | None = None
    ) -> Mapping[str, str]:
        """Return the rows that count, by index, with the instance that each of them is."""
        rows = rows_of(table, fetched)
        cells = [fetched.columns.get(table.columns[name].key) for name in table.naming]
        made_of = (keep_nameless, ports if table.port else None, rows, cells)
        known = self._known.get(id(table))
        if known is None or known.made_of != made_of:
            called = _called(table, fetched, rows, keep_nameless=keep_nameless)
            names = _told_apart(table, fetched, called, ports if table.port else None)
            known = self._known[id(table)] = _Named(table, made_of, names)
        return known.names

    def ports(self, profiles: Iterable[Profile], fetched: Fetched) -> Ports:
        """Return the ports as the table that has them calls them: the one that tells their indices."""
        tables = [table for profile in profiles for table in profile.tables.values()]
        if not any(table.port for table in tables):
            return Ports()
        for table in tables:
            if any(column.fact == "port_index" for column in table.columns.values()):
                return self._ports_of(table, fetched)
        return Ports()

    def _ports_of(self, table: Table, fetched: Fetched) -> Ports:
        code = broken(table, fetched)
        names = self.names(table, fetched, keep_nameless=not code)
        # The same names were made of the same words.
        if self._ports is None or self._ports[0] is not names or self._ports[1].broken != code:
            said = [
                (text(raw_of(table.columns, fetched, word, row)), name)
                for row, name in names.items()
                for word in table.instance
            ]
            often = Counter(words for words, _ in set(said))
            words = {words: name for words, name in said if words and often[words] == 1}
            self._ports = (names, Ports(names, words, code))
        return self._ports[1]


def rows_of(table: Table, fetched: Fetched) -> list[str]:
    """Return the indices of all rows of which anything is known, in the device's order."""
    rows: dict[str, None] = {}
    for column in table.own:
        cells = fetched.columns.get(column.oid)
        if cells and not cells.keys() <= rows.keys():
            rows |= dict.fromkeys(cells)
    return list(rows)


def broken(table: Table, fetched: Fetched) -> str:
    """Return why rows of a table cannot be named or told from others, or ""; such rows cannot be seen."""
    codes = (fetched.gaps.get(table.columns[name].key, "") for name in table.naming)
    return next((code for code in codes if code not in HARMLESS), "")


def _called(table: Table, fetched: Fetched, rows: Sequence[str], *, keep_nameless: bool) -> dict[str, list[str]]:
    """Return the rows that count, with all that each of them is called."""
    called: dict[str, list[str]] = {}
    for row in rows:
        words = [text(raw_of(table.columns, fetched, name, row)) for name in table.instance]

        def words_of(name: str, row: str = row, words: Sequence[str] = words) -> Sequence[str]:
            return words if name == NAME else [text(raw_of(table.columns, fetched, name, row))]

        if counts(table, words_of) and (any(words) or keep_nameless):
            called[row] = [_full(table.called, word) for word in words if word] or [_full(table.called, clean(row))]
    return called


def _full(called: str, name: str) -> str:
    """Put what a row is before a name that does not say so."""
    return name if not called or called.lower() in name.lower() else f"{called} {name}"


def _told_apart(table: Table, fetched: Fetched, called: dict[str, list[str]], ports: Ports | None) -> dict[str, str]:
    """Return the rows by index, each with a name that no other has."""
    if table.single:
        return dict.fromkeys(list(called)[:1], "")
    if ports is not None:
        called = {row: [name] for row, name in port_names(table, fetched, called, ports).items()}
    # Two of one name must stay apart, and stay what they are when the device sorts them anew: what else they are called
    # tells them apart better than their index, which may move.
    first = Counter(words[0] for words in called.values())
    often = Counter(word for words in called.values() for word in dict.fromkeys(words))
    names: dict[str, str] = {}
    taken: set[str] = set()
    for row, words in called.items():
        alone = words[:1] if first[words[0]] == 1 else [word for word in words[1:] if often[word] == 1]
        unique = alone[0] if alone else f"{words[0]}#{row}"
        while unique in taken:
            unique += f"#{row}"
        taken.add(unique)
        names[row] = unique
    return names


def counts(given: Table | Object | Computed, words_of: Callable[[str], Iterable[str]]) -> bool:
    """Say whether a row counts, for a whole table or one of its readings, by the words that stand under each name."""

    def fits(name: str, patterns: Sequence[str]) -> bool:
        return any(fnmatchcase(words, pattern) for words in words_of(name) for pattern in patterns)

    return all(fits(*condition) for condition in given.only_if.items()) and not any(
        fits(*condition) for condition in given.unless.items()
    )


def raw_of(columns: Mapping[str, Object], fetched: Fetched, name: str, row: str) -> Value:
    """Return what stands in a row under a name; "" for nothing."""
    return row if name == INDEX else fetched.columns.get(columns[name].key, {}).get(row, "")
