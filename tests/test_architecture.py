"""The floors of the house: who may import whom, what is pure, how files are called and how long they are."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("agent", "checks", "collectors", "config", "duty", "exporters")

LONG: Final = MappingProxyType(
    {
        "agent/store/schema.py": "the tables are one list, read from top to bottom",
        "collectors/snmp/reference.py": "pysnmp is worked round in one place, which can be taken out as a whole",
    }
)
"""Files of more than 300 lines, each with the reason why it is not two."""

OUTSIDE: Final = frozenset(
    {"asyncio", "http", "io", "logging", "os", "pathlib", "random", "shutil", "socket", "sqlite3", "ssl", "subprocess"}
    | {"tempfile", "threading", "time", "urllib"}
)
"""Parts of the standard library that reach out of the process, or whose answer is another one each time."""


def files(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def modules(*rooms: str) -> Iterator[tuple[str, Path]]:
    for path in files(*rooms):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imported(path: Path) -> set[str]:
    """Return the top-level names of all that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return {name.split(".")[0] for name in names}


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def layers() -> set[str]:
    read = configparser.ConfigParser()
    read.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = read["importlinter:contract:floors"]["layers"].splitlines()
    return {layer.strip() for line in lines for layer in line.split("|") if layer.strip()}


def test_the_contracts_of_the_floors_are_kept() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_stands_on_a_floor() -> None:
    floors = layers()
    homeless = [
        name
        for name, path in modules(*ROOMS)
        # A package that only says what it is stands nowhere.
        if not any(name == floor or name.startswith(floor + ".") for floor in floors) and imported(path)
    ]
    assert homeless == [], "a module on none of the layers in setup.cfg is not watched"


def test_every_floor_has_somebody_on_it() -> None:
    known = {name for name, _ in modules(*ROOMS)}
    assert layers() <= known


@pytest.mark.parametrize("room", ROOMS)
def test_nobody_else_has_a_room_of_the_same_name(room: str) -> None:
    assert set(metadata.packages_distributions()[room]) == {"nightduty"}


@pytest.mark.parametrize(
    ("room", "others"),
    [
        pytest.param("duty", {"duty"}, id="the rules of duty know themselves alone"),
        pytest.param("checks", {"duty", "checks"}, id="the checks know the rules of duty"),
    ],
)
def test_the_pure_floors_need_no_more_than_python(room: str, others: set[str]) -> None:
    allowed = (sys.stdlib_module_names - OUTSIDE) | others
    foreign = {str(path.relative_to(ROOT)): more for path in files(room) if (more := imported(path) - allowed)}
    assert foreign == {}


def test_the_pure_floors_ask_no_clock_and_open_no_file() -> None:
    asked = {
        str(path.relative_to(ROOT)): name
        for path in files("duty", "checks")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)).split(".")[-1] in ("now", "today", "open")
    }
    assert asked == {}


def test_a_file_is_called_by_what_it_is_about() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
    assert [path for path in files(*ROOMS, "tests") if {path.stem, path.parent.name} & vague] == []


def test_every_file_says_what_it_is_about() -> None:
    assert [
        path for path in files(*ROOMS, "tests") if not docstring(path).partition("\n")[0].endswith((".", ":"))
    ] == []


def test_a_long_file_has_a_reason() -> None:
    long = [path for path in files(*ROOMS) if len(path.read_text(encoding="utf-8").splitlines()) > 300]
    assert [str(path.relative_to(ROOT)) for path in long if str(path.relative_to(ROOT)) not in LONG] == []


def test_tests_hold_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
