"""What a list says of one device, as it stands there, and what of the list could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.propose import Kind
from duty.errors import Problem

MOST = 10_000
"""Devices of one list."""

LARGEST = 20_000_000
"""Bytes of a file, and of what is packed in it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a device is asked, as a list has it.

    ``name`` is what the credential is called there, "" where only the secret stands. ``secret`` tells credentials of
    one name apart and is written nowhere. ``settings`` are fields of ``SnmpCredential`` without the secrets, ``needs``
    those of its fields that are secrets.
    """

    name: str = ""
    secret: str = field(default="", repr=False)
    settings: tuple[tuple[str, str], ...] = (("version", "2c"),)
    needs: tuple[str, ...] = ("community",)


@dataclass(frozen=True, slots=True)
class Entry:
    """One device of a list; ``place`` is where it stands, in words: ``row 7``. What is not said is empty."""

    place: str
    name: str = ""
    address: str = ""
    port: str = ""
    url: str = ""
    kind: Kind | None = None
    asked: Asked | None = None
    groups: tuple[str, ...] = ()
    site: str = ""
    room: str = ""
    rack: str = ""
    unit: str = ""
    asset: str = ""
    serial: str = ""
    model: str = ""
    business: str = ""
    remark: str = ""
    depends_on: tuple[str, ...] = ()


@dataclass(slots=True)
class Listed:
    """A list that was read. ``dropped`` is what was left out on purpose, each in words, with how many of it."""

    file: str
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)

    def problem(self, place: str, what: str, expected: str = "") -> None:
        """Note what cannot be read."""
        self.problems.append(Problem(self.file, 0, place, what, expected))

    def drop(self, what: str, count: int = 1) -> None:
        """Note what is left out."""
        if count:
            self.dropped[what] = self.dropped.get(what, 0) + count


def quoted(text: str) -> str:
    """Return what a list says, to be shown in a line for people."""
    shown = "".join(c if c.isprintable() else "?" for c in text[:80])
    return f'"{shown}{"…" if len(text) > 80 else ""}"'


def text_of(tree: Mapping[str, object], key: str) -> str:
    """Return the text at a key of what was read, "" where there is none or something else."""
    value = tree.get(key)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def list_of(tree: Mapping[str, object], key: str) -> list[dict[str, object]]:
    """Return the mappings in the list at a key, none where there is no list."""
    value = tree.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
