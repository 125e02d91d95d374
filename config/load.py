"""Settings from a YAML file: every mistake at once, as ``file:line: path: what, expected what``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config import crosscheck, doubts
from config.marked import LARGEST, Marked, read, shown
from config.schema import Settings
from config.wording import word
from duty.errors import Problem, SettingsError

MOST = 200
"""Mistakes that are told; a file with more is some other file."""


def load(path: Path) -> Settings:
    """Load the settings from a file. Raises SettingsError with all that is wrong in it."""
    return parse(_text(path), str(path))


def check(path: Path) -> Settings:
    """Load the settings and read every secret that they refer to. Raises SettingsError, also for what is not there."""
    text = _text(path)
    settings = parse(text, str(path))
    marked = read(text, str(path))
    if problems := [marked.problem(*mistake) for mistake in crosscheck.unresolved(settings)]:
        raise SettingsError(problems)
    return settings


def warned(path: Path) -> list[Problem]:
    """Return what should be thought over in a file that has no mistakes, by lines. Raises SettingsError."""
    text = _text(path)
    settings = parse(text, str(path))
    marked = read(text, str(path))
    problems = [marked.problem(*doubt) for doubt in doubts.warnings(settings)]
    return sorted(problems, key=lambda problem: (problem.line, problem.path))


def parse(text: str, file: str) -> Settings:
    """Make settings of a file's text; ``file`` is its name for messages. Raises SettingsError.

    What is wrong in form (a type, a key, a range) is told first; what is wrong between settings (a name that leads
    nowhere) is looked for once the form is right.
    """
    marked = read(text, file)
    problems = list(marked.problems)
    try:
        settings = Settings.model_validate_json(json.dumps(marked.data))
    except ValidationError as error:
        problems += _worded(error, marked)
    else:
        problems += [marked.problem(*mistake) for mistake in crosscheck.mistakes(settings)]
        if not problems:
            return settings
    problems.sort(key=lambda problem: (problem.line, problem.path))
    if len(problems) > MOST:
        problems[MOST:] = [Problem(file, problems[MOST].line, "", f"and {len(problems) - MOST} more mistakes")]
    raise SettingsError([replace(p, what=shown(p.what)) for p in problems])


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(4 * LARGEST + 1)
    except OSError as error:
        problem = Problem(str(path), 1, "", f"cannot be read: {error.strerror}", "a file that the agent can read")
        raise SettingsError([problem]) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError([Problem(str(path), line, "", "not UTF-8", "text in UTF-8")]) from None


def _worded(error: ValidationError, marked: Marked) -> list[Problem]:
    problems = []
    details = error.errors(include_url=False)
    for detail in details:
        what, expected = word(detail, Settings)
        path = tuple(step for step in detail["loc"] if step != "[key]")
        if path[:1] in (("targets",), ("channels",)) and len(path) > 2:
            # The kind stands in the path of the errors, but not in the file.
            path = (*path[:2], *path[3:])
        if any(path[:depth] in marked.unread for depth in range(len(path) + 1)):
            continue
        if detail["type"] == "too_short" and any(_is_inside(other, detail) for other in details):
            continue  # it is short only of the items that are told by themselves
        # An unknown key and a missing one are named by the words; the path leads to where they (should) stand.
        if detail["type"] == "extra_forbidden":
            problems.append(Problem(marked.file, marked.line(path), marked.words(path[:-1]), what, expected))
        else:
            problems.append(marked.problem(path, what, expected))
    return problems


def _is_inside(inner: ErrorDetails, outer: ErrorDetails) -> bool:
    depth = len(outer["loc"])
    return len(inner["loc"]) > depth and inner["loc"][:depth] == outer["loc"]
