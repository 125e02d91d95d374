"""Adding to a settings file as its owner would: new entries behind the present ones, everything else untouched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import yaml

from duty.errors import Problem, SettingsError

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def amended(text: str, file: str, key: str, entries: Sequence[str]) -> str:
    """Return the text with lines added at the end of what stands under a key of the file.

    The lines are those of entries that stand by themselves at the left edge. The text is that of settings without
    mistakes. Raises SettingsError where the entries are written in brackets, for then there is no line to add.
    """
    if not entries:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    written, value = _written(text, key)
    if written is None:
        return "".join([*lines, *_added(["", f"{key}:"], 0, newline), *_added(entries, 2, newline)])
    nothing = isinstance(value, yaml.ScalarNode) or not value.value
    if nothing:
        at = written.start_mark.line
        if value.start_mark.index != value.end_mark.index:  # {}, [] or null
            line = lines[value.start_mark.line]
            lines[at] = line[: value.start_mark.column].rstrip() + line[value.end_mark.column :]
        return "".join([*lines[: at + 1], *_added(entries, 2, newline), *lines[at + 1 :]])
    if value.flow_style:
        what, expected = "written in brackets", "a line for each entry, or --output FILE and your own hand"
        raise SettingsError([Problem(file, value.start_mark.line + 1, key, what, expected)])
    at = _last_line(value, lines) + 1
    first = value.value[0] if isinstance(value, yaml.SequenceNode) else value.value[0][0]
    indent = _indent(lines, first.start_mark.line, dash=isinstance(value, yaml.SequenceNode))
    return "".join([*lines[:at], *_added(entries, indent, newline), *lines[at:]])


def _written(text: str, key: str) -> tuple[Any, Any]:
    """Return the nodes of a key and of its value; None where it is not written."""
    root = yaml.compose(text, Loader=_Loader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next(((name, value) for name, value in pairs if name.value == key), (None, None))


def _added(entries: Sequence[str], indent: int, newline: str) -> list[str]:
    return [(" " * indent + line).rstrip() + newline for line in entries]


def _last_line(node: Any, lines: Sequence[str]) -> int:
    """Return the last line of a node. Where a block ends is only known by what is last in it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last, lines)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        # Its end is where the next thing begins; comments and empty lines before that are not its own.
        at: int = node.end_mark.line - 1
        while at > node.start_mark.line and lines[at].strip()[:1] in ("", "#"):
            at -= 1
        return at
    line: int = node.end_mark.line
    return line


def _indent(lines: Sequence[str], at: int, *, dash: bool) -> int:
    while dash and at > 0 and not lines[at].lstrip().startswith("-"):
        at -= 1
    return len(lines[at]) - len(lines[at].lstrip())
