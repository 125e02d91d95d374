"""Targets that are proposed: written as YAML, put into the text of the settings, shown as a diff. Nothing is changed.

The text of the settings keeps every line and comment that it has; what is new comes after the last of its kind.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import unified_diff
from typing import Any, Final, Literal

import yaml

from config.units import NAME_LENGTH, is_name
from duty.errors import Problem, SettingsError

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: Final = re.compile(
    r"[A-Za-z\u3400-\u4dbf\u4e00-\u9fff](?:[\w./-]| (?=[\w(]))*"
    r"|(?:env|file|credential):[\w./-]+|(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
)
_WORDS: Final = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
"""What some reader of YAML takes for something other than text."""
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._\u3400-\u4dbf\u4e00-\u9fff-]+")

Kind = Literal["snmp", "icmp", "tcp", "http", "exposition"]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A target that is proposed; the fields are those of ``config.targets``, and what is empty or 0 is not written.

    ``comment`` stands above it, as a line that begins with ``#``.
    """

    name: str
    kind: Kind = "snmp"
    address: str = ""
    url: str = ""
    port: int = 0
    credential: str = ""
    profiles: tuple[str, ...] = ()
    site: str = ""
    role: str = ""
    room: str = ""
    rack: str = ""
    unit: str = ""
    asset: str = ""
    serial: str = ""
    business: str = ""
    depends_on: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ProposedCredential:
    """A credential that is proposed, with the fields of ``SnmpCredential``; a secret among them is a reference."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""


def named(wanted: str, taken: Collection[str]) -> str:
    """Return a name that the settings take, as near to what is wanted as can be; ``taken`` are names, casefolded."""
    name = wanted if is_name(wanted) else _fit(wanted)
    found, count = name, 1
    while found.casefold() in taken:
        count += 1
        found = f"{name[: NAME_LENGTH - 1 - len(str(count))]}-{count}"
    return found


def _fit(wanted: str) -> str:
    text = _UNFIT.sub("-", unicodedata.normalize("NFKC", wanted)).lstrip("._-")[:NAME_LENGTH].rstrip("._-")
    return text or "device"


def fragment(targets: Sequence[Proposed], credentials: Sequence[ProposedCredential] = ()) -> str:
    """Write what is proposed as a piece of a settings file."""
    return merged("", targets, credentials)


def merged(text: str, targets: Sequence[Proposed], credentials: Sequence[ProposedCredential] = ()) -> str:
    """Return the text of settings with what is proposed in it. ``text`` is one that ``config.load.parse`` took.

    Raises SettingsError where the file as a whole stands in braces. Whether the result is good, ``parse`` tells.
    """
    if credentials:
        text = _put(text, "credentials", [_credential(each) for each in credentials])
    return _put(text, "targets", [_target(each) for each in targets]) if targets else text


def difference(before: str, after: str, file: str) -> str:
    """Return a unified diff between two texts of a settings file, "" where they are the same; ``patch`` takes it."""
    diff = unified_diff(_lines(before), _lines(after), file, file)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in diff)


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing to put in: ``head`` is what stands before it in a block, ``key`` what it is called in a mapping."""

    values: dict[str, Any]
    key: str = ""
    comment: str = ""

    def block(self, indent: str) -> Iterator[str]:
        """Yield its lines in the style of blocks."""
        yield from self._comment(indent)
        if self.key:
            yield f"{indent}{_scalar(self.key)}:"
        for place, (name, value) in enumerate(self.values.items()):
            lead = "  " if self.key or place else "- "
            yield f"{indent}{lead}{name}: {_value(value)}"

    def flow(self) -> Iterator[str]:
        """Yield its lines within brackets."""
        yield from self._comment("  ")
        inner = json.dumps(self.values, ensure_ascii=False)
        yield f"  {json.dumps(self.key, ensure_ascii=False)}: {inner}," if self.key else f"  {inner},"

    def _comment(self, indent: str) -> Iterator[str]:
        if self.comment:
            yield f"{indent}# {printable(self.comment)}"


def _target(target: Proposed) -> _Item:
    order = ("kind", "name", *(f.name for f in fields(Proposed) if f.name not in ("kind", "name", "comment")))
    values = {name: value for name in order if (value := getattr(target, name))}
    return _Item({name: _printed(value) for name, value in values.items()}, comment=target.comment)


def _credential(credential: ProposedCredential) -> _Item:
    values = {name: printable(value) for name, value in credential.settings.items()}
    return _Item(values, credential.name, credential.comment)


def _printed(value: str | int | tuple[str, ...]) -> str | int | list[str]:
    if isinstance(value, tuple):
        return [printable(each) for each in value]
    return printable(value) if isinstance(value, str) else value


def printable(text: str) -> str:
    """Return a text on one line, without what does not print."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _value(value: str | int | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    return _scalar(value) if isinstance(value, str) else str(value)


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def _put(text: str, key: str, items: Sequence[_Item]) -> str:
    """Put items at the end of the list or mapping that stands at a key of the file."""
    end = "\r\n" if "\r\n" in text else "\n"
    root = yaml.compose(text, Loader=_Loader)
    if root is not None and not isinstance(root, yaml.MappingNode):
        return text
    if root is not None and root.flow_style:
        raise SettingsError([Problem("settings", 1, "", "all of it stands in braces", "a key on each line")])
    found = next((pair for pair in (root.value if root else ()) if pair[0].value == key), None)
    if found is None:
        gap = end if text.strip() else ""
        return _ended(text, end) + gap + end.join((f"{key}:", *_block(items, "  "), ""))
    node = found[1]
    start, stop = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.CollectionNode) and node.flow_style and (node.value or "#" in text[start:stop]):
        inner = (line for item in items for line in item.flow())
        return text[: start + 1] + end + end.join(inner) + end + "  " + text[start + 1 :].lstrip(" ")
    if not node.value:
        text = text[:start].rstrip(" ") + text[stop:]
        at, indent = _after(text, found[0].end_mark.index, 1), "  "
    else:
        at, indent = _after(text, *_last(node)), " " * node.start_mark.column
    head = _ended(text[:at], end)
    # Where the others stand apart, these do.
    apart = [""] if re.search(r"\n[ \t]*\r?\n[ \t]*-", text[start:at]) else []
    lines = [*apart, *_block(items, indent, apart)]
    return head + end.join((*lines, "")) + text[at:]


def _block(items: Sequence[_Item], indent: str, apart: Sequence[str] = ()) -> list[str]:
    lines: list[str] = []
    for item in items:
        lines += [*(apart if lines else ()), *item.block(indent)]
    return lines


def _last(node: Any) -> tuple[int, int]:
    """Return where the last thing within a node ends, and its column; the mark of a block lies beyond its comments."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node.end_mark.index, node.end_mark.column


def _after(text: str, index: int, column: int) -> int:
    """Return where the next line begins; a block of text ends where one does."""
    if column == 0:
        return index
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _ended(text: str, end: str) -> str:
    return text if not text or text.endswith("\n") else text + end


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)
