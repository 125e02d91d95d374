"""Targets that are proposed: written as YAML, put into the text of the settings, shown as a diff. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import unified_diff
from typing import Final, Literal

from config.amend import amended
from config.units import NAME_LENGTH, is_name

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
    return merged("", "", targets, credentials).lstrip("\n")


def merged(text: str, file: str, targets: Sequence[Proposed], credentials: Sequence[ProposedCredential] = ()) -> str:
    """Return the text of settings with what is proposed in it; the text is one that ``config.load.parse`` took.

    Raises SettingsError as ``amended`` does. Whether the result is good, ``parse`` tells.
    """
    text = amended(text, file, "credentials", [line for each in credentials for line in _credential(each)])
    return amended(text, file, "targets", [line for each in targets for line in _target(each)])


def difference(before: str, after: str, file: str) -> str:
    """Return a unified diff between two texts of a settings file, "" where they are the same; ``patch`` takes it."""
    diff = unified_diff(_lines(before), _lines(after), file, file)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in diff)


def _target(target: Proposed) -> Iterator[str]:
    if target.comment:
        yield f"# {printable(target.comment)}"
    order = ("kind", "name", *(f.name for f in fields(Proposed) if f.name not in ("kind", "name", "comment")))
    for name in order:
        if value := getattr(target, name):
            yield f"{'- ' if name == 'kind' else '  '}{name}: {_value(value)}"


def _credential(credential: ProposedCredential) -> Iterator[str]:
    if credential.comment:
        yield f"# {printable(credential.comment)}"
    yield f"{scalar(credential.name)}:"
    for name, value in credential.settings.items():
        yield f"  {name}: {scalar(printable(value))}"


def printable(text: str) -> str:
    """Return a text on one line, without what does not print."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _value(value: str | int | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(scalar(printable(each)) for each in value)}]"
    return scalar(printable(value)) if isinstance(value, str) else str(value)


def scalar(text: str) -> str:
    """Write a word of YAML, in quotes wherever it might be read as anything else."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)
