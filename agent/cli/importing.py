"""The command that proposes targets from a list that was kept elsewhere: a diff of the settings, nothing changed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.discovery_terms import present_settings
from agent.cli.options import Language, SettingsToAmend
from config.crosscheck import device_profiles
from config.lists.entry import Listed
from config.lists.opening import FORMS, read_list
from config.lists.settle import Settled, counted, settle
from config.load import parse
from config.propose import difference, fragment, merged
from duty.errors import NightdutyError
from exporters.words import Say, shown, words


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=f"The list: {FORMS}.")],
    lang: Language,
    config: SettingsToAmend = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="NEW", help="Write the new entries there, not a diff; it must not exist."),
    ] = None,
) -> int:
    """Propose targets from a list: an XLSX or CSV file, a Zabbix export, targets of Prometheus. Changes nothing.

    Prints a diff of the settings, for `patch`. Exit status: 0 all was read, 1 something in the list could not be.
    """
    if output is not None and output.exists():
        raise typer.BadParameter(f"{output} is there already; a new file", param_hint="--output")
    say = words(lang)
    present = present_settings(config)
    text = present.text or f"# {say('import.begun')}\nsites:\n  main: {{zone: UTC}}  # {say('discover.yaml_zone')}\n"
    settings = present.settings or parse(text, "")
    listed = read_list(file)
    done = settle(listed, settings, sorted(device_profiles(settings)))
    proposed = _text(text, present.file, done, say, whole_diff=output is None)
    if output is not None and proposed:
        _write(output, proposed)
    else:
        print(proposed, end="")
    _tell(listed, done, output, present.file, say)
    return 1 if listed.problems else 0


# The word is one of the language.
import_.__name__ = "import"


def _text(text: str, file: str, done: Settled, say: Say, *, whole_diff: bool) -> str:
    """Return what is proposed: a diff, the new entries alone, or whole settings; "" where nothing is new."""
    if not done.targets:
        return ""
    if file and not whole_diff:
        return fragment(done.targets, done.credentials)
    after = merged(text, file, done.targets, done.credentials)
    parse(after, say("import.proposed", file=file))
    return difference(text, after, file) if file else after


def _write(output: Path, text: str) -> None:
    try:
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise NightdutyError(f"{output}: cannot be written: {error.strerror}") from None


def _tell(listed: Listed, done: Settled, output: Path | None, config: str, say: Say) -> None:
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
        lines.append(say("import.next_diff" if config and not output else "import.next_file", file=output or config))
    for line in lines:
        print(line, file=sys.stderr)


COMMANDS = (import_,)
