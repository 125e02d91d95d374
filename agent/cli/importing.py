"""The command that proposes targets from a list that was kept elsewhere: a diff of the settings, nothing changed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import Language, SettingsFile
from config.crosscheck import device_profiles
from config.lists.entry import Listed
from config.lists.opening import FORMS, read_list
from config.lists.settle import Settled, counted, settle
from config.load import parse, settings_text
from config.propose import difference, merged
from duty.errors import NightdutyError
from exporters.words import Say, shown, words


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=f"The list: {FORMS}.")],
    config: SettingsFile,
    lang: Language,
    output: Annotated[
        Path | None,
        typer.Option(metavar="NEW", help="Write the settings with the targets in them into a new file."),
    ] = None,
) -> int:
    """Propose targets from a list: an XLSX or CSV file, a Zabbix export, targets of Prometheus. Changes nothing.

    Prints a diff of the settings, for `patch`. Exit status: 0 all was read, 1 something in the list could not be.
    """
    if output is not None and output.exists():
        raise typer.BadParameter(f"{output} is there already; a new file", param_hint="--output")
    say = words(lang)
    text = settings_text(config)
    settings = parse(text, str(config))
    listed = read_list(file)
    done = settle(listed, settings, sorted(device_profiles(settings)))
    after = merged(text, done.targets, done.credentials)
    if after != text:
        parse(after, say("import.proposed", file=config))
    if output is not None:
        _write(output, after)
    else:
        print(difference(text, after, str(config)), end="")
    _tell(listed, done, output, config, say)
    return 1 if listed.problems else 0


# The word is one of the language.
import_.__name__ = "import"


def _write(output: Path, text: str) -> None:
    try:
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise NightdutyError(f"{output}: cannot be written: {error.strerror}") from None


def _tell(listed: Listed, done: Settled, output: Path | None, config: Path, say: Say) -> None:
    """Say aside what could not be read, what was kept and dropped, and what is left to do."""
    lines = [str(problem) for problem in listed.problems]
    lines += [say("import.renamed", place=shown(p), before=shown(b), name=n) for p, b, n in done.renamed]
    lines += [say("import.dropped", what=shown(what), n=n) for what, n in counted(listed.dropped)]
    if done.there:
        lines.append(say("import.there", n=done.there))
    if done.pinged:
        lines.append(say("import.pinged", n=done.pinged))
    kinds = ", ".join(say("import.kind", kind=kind, n=n) for kind, n in counted(done.kept))
    lines.append(say("import.kept", n=len(done.targets), kinds=kinds) if done.targets else say("import.nothing"))
    for credential in done.credentials:
        for reference in credential.settings.values():
            if reference.startswith("file:"):
                path = reference.removeprefix("file:")
                lines.append(say("import.fill_in", credential=credential.name, path=path))
    if done.targets:
        lines.append(say("import.next_file", file=output) if output else say("import.next_diff", file=config))
    for line in lines:
        print(line, file=sys.stderr)


COMMANDS = (import_,)
