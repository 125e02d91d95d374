"""A file with a list of devices, of whatever form: told apart by its name and by what stands at its top."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from config.lists import prometheus, workbook, zabbix
from config.lists.entry import LARGEST, Listed
from duty.errors import Problem, SettingsError

FORMS: Final = "an XLSX or CSV list, a Zabbix export (YAML, JSON, XML), or targets of Prometheus (YAML, JSON)"
_DEEPEST: Final = 50
# Texts only: PyYAML makes a number of 20:00 and false of no. libyaml's reader where PyYAML was built with it.
_Loader: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_list(path: Path) -> Listed:
    """Read a list. Raises SettingsError where it is none as a whole; what is wrong in it is in ``problems``."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise _none(path, f"cannot be read: {error.strerror}", "a list of devices") from None
    if len(content) > LARGEST:
        raise _none(path, "the file is too large", f"{LARGEST} bytes at most")
    into = Listed(path.name)
    suffix = path.suffix.lower()
    if content.startswith(b"PK\x03\x04"):
        workbook.read_workbook(content, into)
    elif suffix in (".csv", ".tsv", ".txt"):
        workbook.read_csv(content, into)
    elif content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        zabbix.read_xml(content, into)
    elif suffix in (".yaml", ".yml", ".json"):
        _tree(_parsed(content, path), into, path)
    else:
        raise _none(path, "no list that is known here", FORMS)
    return into


def _tree(tree: object, into: Listed, path: Path) -> None:
    if isinstance(tree, list):
        prometheus.read_targets(tree, into)
    elif isinstance(tree, dict) and isinstance(tree.get("zabbix_export"), dict):
        zabbix.read_export(tree["zabbix_export"], into)
    elif isinstance(tree, dict) and "scrape_configs" in tree:
        prometheus.read_prometheus(tree, into)
    else:
        raise _none(path, "no list that is known here", FORMS)


def _parsed(content: bytes, path: Path) -> object:
    try:
        text = content.decode("utf-8-sig")
        if path.suffix.lower() == ".json":
            return json.loads(text)
        _bounded(yaml.parse(text, Loader=_Loader), path)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # it makes texts, lists and mappings, nothing else
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else getattr(error, "lineno", 0)
        raise SettingsError([Problem(str(path), line, "", "neither YAML nor JSON in UTF-8", FORMS)]) from None


def _bounded(events: Iterator[Any], path: Path) -> None:
    """Refuse what grows without end when it is read."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise _none(path, "an alias (*)", "the value itself")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _none(path, "nested too deep", f"{_DEEPEST} levels at most")


def _none(path: Path, what: str, expected: str) -> SettingsError:
    return SettingsError([Problem(str(path), 0, "", what, expected)])
