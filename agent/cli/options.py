"""The options that several commands share."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from exporters.words import LANGUAGES

SYSTEM = Path("/etc/nightduty/nightduty.yaml")


def default_settings() -> Path:
    """Return the settings file to use when none is named: the system's, else the example beside the program."""
    return SYSTEM if SYSTEM.exists() else Path(str(files("config") / "example.yaml"))


def _language() -> str:
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if named.startswith("zh") else "en"


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language} is not spoken here; choose one of {', '.join(LANGUAGES)}")
    return language


SettingsFile = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        envvar="NIGHTDUTY_CONFIG",
        default_factory=default_settings,
        help="The settings file.",
        show_default="/etc/nightduty/nightduty.yaml, else the example",
        dir_okay=False,
        readable=False,
    ),
]
SettingsToAmend = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="NIGHTDUTY_CONFIG",
        help="The settings to add to; without any, whole settings are written.",
        show_default="/etc/nightduty/nightduty.yaml, where it is",
        dir_okay=False,
        readable=False,
    ),
]
Language = Annotated[
    str, typer.Option("--lang", default_factory=_language, callback=_known, help="zh or en.", show_default="by LANG")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


def paper() -> Console:
    """Return where answers are printed; plain text when it is no terminal."""
    return Console(highlight=False, soft_wrap=True)


WIDE: Final = 200
"""Columns of the wide paper at the least, so that a table of ports is not folded."""


def wide_paper() -> Console:
    """Return where tables are printed: a terminal wraps a line that is too long; a table made to fit cuts numbers."""
    wide = Console(highlight=False)
    wide.width = max(wide.width, WIDE)
    return wide
