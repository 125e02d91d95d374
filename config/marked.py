"""YAML by its core schema, with the line on which each value stands.

PyYAML's own loaders read ``20:00`` as 1200, ``no`` as false, and let an alias of 342 bytes grow to 600 MB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

import yaml

from duty.errors import Problem, SettingsError

LARGEST: Final = 1_000_000
"""Bytes; a file of a thousand targets has a fifth of it."""

DEEPEST: Final = 20
LONGEST: Final = 4000
"""Characters of one value."""

Path = tuple[str | int, ...]
"""Keys and indices from the top of the file to a value."""

# libyaml's parser where PyYAML was built with it: ten times as fast, the same events.
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INT: Final = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,300}(?:\.[0-9]{0,300})?)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Marked:
    """What a file says, and the line of each key and item."""

    file: str
    data: Any
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[Path] = field(default_factory=set)
    """What could not be read as it is written, so that its absence is not a mistake of its own."""

    def line(self, path: Path) -> int:
        """Return the line of a value, or of the nearest thing around it that is written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def at(self, path: Path) -> Any:
        """Return the value at a path, or None where there is none."""
        value = self.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def words(self, path: Path) -> str:
        """Write a path as people read it: ``targets[core-1].address``; a thing with a name is called by it."""
        text = ""
        for depth, step in enumerate(path):
            if isinstance(step, int):
                name = self.at((*path[: depth + 1], "name"))
                text += f"[{name}]" if isinstance(name, str) and name and len(name) <= 64 else f"[{step}]"
            else:
                text += f".{step[:100]}" if text else step[:100]
        return shown(text)

    def problem(self, path: Path, what: str, expected: str = "") -> Problem:
        """Make the problem of what stands at a path."""
        return Problem(self.file, self.line(path), self.words(path), what, expected)


def shown(text: str) -> str:
    """Make text that quotes the file fit for one line of a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text[:500])


def read(text: str, file: str) -> Marked:
    """Read a file's text. Raises SettingsError when it is not YAML; mistakes short of that are in ``problems``."""
    if len(text) > LARGEST:
        raise SettingsError([Problem(file, 1, "", "the file is too large", f"{LARGEST} characters at most")])
    found = Marked(file, None)
    composer = _Composer(found)
    try:
        data = composer.document(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        indent = re.match(r"\s*", next(islice(text.splitlines(), line, None), ""))
        if indent and "\t" in indent[0]:
            raise SettingsError([Problem(file, line + 1, "", "a tab", "spaces before a key")]) from None
        raise SettingsError([Problem(file, line + 1, "", f"not YAML: {error.problem or error.context}")]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        raise SettingsError([Problem(file, line, "", f"not YAML: {error.reason}")]) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise SettingsError([Problem(file, 1, "", "not YAML", "text in UTF-8, not nested without end")]) from None
    return replace(found, data=data)


class _Composer:
    """Makes plain values of the parser's events, and notes the line of each."""

    def __init__(self, found: Marked) -> None:
        self.found = found

    def document(self, events: Iterator[Any]) -> Any:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._mistake((), event, "a second document begins here", "one document, without '---'")
                    break
                data = self._value(next(events), events, ())
        return {} if data is None else data

    def _value(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        self.found.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            self._mistake(path, event, "an alias (*)", "the value itself; this file has no aliases")
            self.found.unread.add(path)
            return None
        if event.anchor is not None:
            self._mistake(path, event, "an anchor (&)", "the value alone; this file has no anchors")
        if event.tag is not None:
            self._mistake(path, event, "a tag (!)", "the value alone; text stands in quotes")
            self.found.unread.add(path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if len(path) >= DEEPEST:
            self._mistake(path[:2], event, "nested too deep", f"{DEEPEST} levels at most")
            raise SettingsError(self.found.problems)
        return self._mapping(events, path) if isinstance(event, yaml.MappingStartEvent) else self._list(events, path)

    def _list(self, events: Iterator[Any], path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._value(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        firsts: dict[str, int] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                self._mistake(path, event, "a key that is not a word", "a key like 'name:'")
                self._value(event, events, (*path, "?"))
                self._value(next(events), events, (*path, "?"))
                continue
            key = self._clean(event, path)
            if key in firsts:
                self._mistake((*path, key), event, f"written twice, first on line {firsts[key]}", "each key once")
                self._value(next(events), events, (*path, "?"))
                continue
            firsts[key] = self.found.lines[*path, key] = line
            values[key] = self._value(next(events), events, (*path, key))
        return values

    def _scalar(self, event: Any, path: Path) -> Any:
        text = self._clean(event, path)
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text, 0 if text[:2] in ("0o", "0x") else 10)
        return float(text) if _FLOAT.fullmatch(text) else text

    def _clean(self, event: Any, path: Path) -> str:
        text: str = event.value
        if len(text) > LONGEST:
            self._mistake(path, event, "too long", f"{LONGEST} characters at most")
        if _CONTROL.search(text):
            self._mistake(path, event, "characters that do not print", "plain text")
            self.found.unread.add(path)
        return _CONTROL.sub("", text[:LONGEST])

    def _mistake(self, path: Path, event: Any, what: str, expected: str) -> None:
        words = self.found.words(path)
        self.found.problems.append(Problem(self.found.file, event.start_mark.line + 1, words, what, expected))
