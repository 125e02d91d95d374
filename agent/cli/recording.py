"""Commands that write into the record of the night, and read of it: log, tasks, task add, task close."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from agent.cli.alerting import LAST, As, tell
from agent.cli.options import Language, SettingsFile, paper

app = typer.Typer(name="task", help="Open a task, or close one.", no_args_is_help=True)


def _number(text: str) -> int:
    """Read a task's number as the pages write it (T07) or as it is."""
    if not re.fullmatch(r"[Tt]?[0-9]{1,19}", text) or not 1 <= (number := int(text.lstrip("Tt"))) <= LAST:
        raise typer.BadParameter(f"{text} is no task's number; `nightduty tasks` lists them")
    return number


Site = Annotated[str, typer.Option("--site", help="Of which site; may be left out where there is one.")]


def log(
    config: SettingsFile,
    lang: Language,
    text: Annotated[str, typer.Argument(help="What happened. Without it the log of this shift is printed.")] = "",
    site: Site = "",
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help='When it happened: "2026-11-24 02:10"; else now.')
    ] = None,
    by: As = None,
) -> None:
    """Write a line into the duty log, or print the log of this shift."""
    if text.strip():
        _print(tell(config, "log_write", text=text, site=site, lang=lang, **_given(at=at), **_whose(by)))
    else:
        _print(tell(config, "log", site=site, lang=lang))


def tasks(config: SettingsFile, lang: Language) -> None:
    """List the open tasks, the most urgent first: whose they are, until when, for how many shifts."""
    _print(tell(config, "tasks", lang=lang))


@app.command()
def add(
    title: Annotated[str, typer.Argument(help="What is to be done.")],
    config: SettingsFile,
    lang: Language,
    site: Site = "",
    owner: Annotated[str, typer.Option("--owner", metavar="NAME", help="Who does it.")] = "",
    due: Annotated[
        str | None, typer.Option("--due", metavar="TIME", help='By the site\'s clock: "2026-11-24 12:00".')
    ] = None,
    priority: Annotated[str, typer.Option("--priority", help="urgent, normal or low.")] = "normal",
    by: As = None,
) -> None:
    """Open a task; it is carried from shift to shift until somebody closes it."""
    given = {"title": title, "site": site, "owner": owner, "priority": priority, "lang": lang}
    _print(tell(config, "task_add", **given, **_given(due=due), **_whose(by)))


@app.command()
def close(
    number: Annotated[int, typer.Argument(parser=_number, metavar="NUMBER", help="The task's number, like T07 or 7.")],
    word: Annotated[str, typer.Argument(help="What came of it.")],
    config: SettingsFile,
    lang: Language,
    by: As = None,
) -> None:
    """Close a task, with a word on what came of it."""
    _print(tell(config, "task_close", number=number, word=word, lang=lang, **_whose(by)))


def _given(**args: str | None) -> dict[str, str]:
    return {name: value for name, value in args.items() if value is not None}


def _whose(by: str | None) -> dict[str, str]:
    return {} if by is None else {"as": by}


def _print(lines: list[str]) -> None:
    for line in lines:
        paper().print(line, markup=False)


COMMANDS = (log, tasks)
