"""A disk that loses its power: what a process wrote, replayed from strace's log into what could be left of it.

The model: what was synced is there. Of the writes since, each sector of 512 bytes got to the disk or did not, in any
order. Names are made, moved and removed in the order in which that was asked for, and a directory that was synced holds
all that was asked for before.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
CALLS = "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename,link"

LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)", re.DOTALL)
HALF = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$", re.DOTALL)
REST = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$", re.DOTALL)
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
OPENED = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that changes a disk, or a line said on standard output (``name`` is "said")."""

    name: str
    path: str
    data: bytes = b""
    at: int = 0
    to: str = ""


def record(command: Sequence[str], log: Path) -> list[Call]:
    """Run a command to its end under strace, and return what it did to the disk and said."""
    strace = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(log)]
    subprocess.run([*strace, *command], check=True, stdout=subprocess.PIPE)
    return [call for line in _whole_lines(log) if (call := _call(line)) is not None]


def _whole_lines(log: Path) -> Iterator[str]:
    """Yield the log's lines, each call where it ended: a call of one thread may be cut by one of another."""
    halves: dict[str, str] = {}
    with log.open() as lines:
        for text in lines:
            line = text.rstrip("\n")
            if half := HALF.match(line):
                halves[half[1]] = half[2]
            elif rest := REST.match(line):
                yield f"{rest[1]} {halves.pop(rest[1])}{rest[2]}"
            else:
                yield line


def _plain(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def _call(line: str) -> Call | None:
    found = LINE.match(line)
    if found is None or int(found[4]) < 0:
        return None
    name, arguments = found[2], found[3]
    texts = [_plain(text) for text in TEXT.findall(arguments)]
    if name == "openat":
        return Call("create", texts[0].decode()) if "O_CREAT" in arguments else None
    if name in {"unlink", "rename", "link"}:
        return Call(name, texts[0].decode(), to=texts[1].decode() if len(texts) > 1 else "")
    opened = OPENED.match(arguments)
    assert opened is not None, line[:200]
    path = _plain(opened[2]).decode()
    if name == "write":
        return Call("said", "", texts[0]) if opened[1] == "1" else None
    if name == "pwrite64":
        assert int(found[4]) == len(texts[0]), "a write was cut short"
        return Call(name, path, texts[0], int(arguments.rsplit(", ", 1)[1]))
    if name == "ftruncate":
        return Call(name, path, at=int(arguments.rsplit(", ", 1)[1]))
    return Call("sync", path)


@dataclass(slots=True)
class _File:
    """What is on the disk for sure, and what was asked for since."""

    synced: bytearray = field(default_factory=bytearray)
    asked: list[Call] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Move:
    """A change of names: ``file`` gets the name ``to`` ("" for none) and loses the name ``path`` ("" for none)."""

    file: _File
    path: str
    to: str


class Disk:
    """The files below one directory, as the calls leave them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[str, _File] = {}
        self._synced: dict[str, _File] = {}
        self._moves: list[_Move] = []

    def do(self, call: Call) -> bool:
        """Take one call in, and say whether it changed this disk."""
        if call.path == str(self._root):
            self._synced, self._moves = dict(self._names), []
            return True
        # SQLite makes its shared index anew from the log, and a lock file holds nothing.
        if Path(call.path).parent != self._root or call.path.endswith(("-shm", ".lock")):
            return False
        if call.name == "create":
            if call.path in self._names:
                return False
            self._move(_Move(_File(), "", call.path))
        elif call.name == "link":
            self._move(_Move(self._names[call.path], "", call.to))
        elif call.name in {"rename", "unlink"}:
            self._move(_Move(self._names[call.path], call.path, call.to))
        elif call.name == "sync":
            file = self._names[call.path]
            for asked in file.asked:
                _write(file.synced, asked)
            file.asked.clear()
        else:
            self._names[call.path].asked.append(call)
        return True

    def _move(self, move: _Move) -> None:
        self._moves.append(move)
        _rename(self._names, move)

    def left(self, chance: random.Random, kept: float) -> dict[str, bytes]:
        """Return the files, by name, that a loss of power may leave; ``kept`` is how likely a sector was written."""
        names = dict(self._synced)
        many = len(self._moves) if kept == 1 else 0 if kept == 0 else chance.randint(0, len(self._moves))
        for move in self._moves[:many]:
            _rename(names, move)
        return {Path(path).name: _torn(file, chance, kept) for path, file in names.items()}


def _rename(names: dict[str, _File], move: _Move) -> None:
    if move.path:
        del names[move.path]
    if move.to:
        names[move.to] = move.file


def _torn(file: _File, chance: random.Random, kept: float) -> bytes:
    content = bytearray(file.synced)
    for asked in file.asked:
        if asked.name == "ftruncate":
            if chance.random() < kept:
                _write(content, asked)
            continue
        end = asked.at + len(asked.data)
        for at in range(asked.at - asked.at % SECTOR, end, SECTOR):
            if chance.random() < kept:
                begin, stop = max(at, asked.at), min(at + SECTOR, end)
                part = asked.data[begin - asked.at : stop - asked.at]
                _write(content, Call("pwrite64", asked.path, part, begin))
    return bytes(content)


def _write(content: bytearray, call: Call) -> None:
    if call.name == "ftruncate":
        del content[call.at :]
        content.extend(bytes(call.at - len(content)))
        return
    content.extend(bytes(max(0, call.at - len(content))))
    content[call.at : call.at + len(call.data)] = call.data
