"""Commands that keep the record: verify, backup, restore, doctor, version."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from agent import bootstrap
from agent.cli.options import AsJson, Language, SettingsFile, paper
from agent.cli.reach import daemon_listens
from agent.control.client import RemoteReader
from agent.services.examine import Line, examine
from agent.store import backup as copies
from agent.store import verify as chain
from config.load import load
from exporters.words import words

BROKEN = 1


def verify(config: SettingsFile, lang: Language) -> int:
    """Walk the journal's chain and every sheet's digest; name the first bad entry."""
    store = bootstrap.open_store(load(config), readonly=True)
    try:
        found = asyncio.run(store.read(chain.verify))
    finally:
        store.close()
    say = words(lang)
    if found.first_bad is not None:
        print(say("cli.chain_broken", seq=found.first_bad, why=found.why))
        return BROKEN
    print(say("cli.chain_whole", n=found.entries, head=found.head))
    return 0


def backup(
    to: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    config: SettingsFile,
    lang: Language,
) -> None:
    """Copy the record while the agent runs, and verify the copy."""
    copies.backup(bootstrap.database_url(load(config)), to)
    print(words(lang)("cli.written", file=to))


def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="A file that `nightduty backup` wrote.")],
    config: SettingsFile,
    lang: Language,
) -> None:
    """Put a copy in the record's place. The agent must be stopped; what was there is kept beside it."""
    kept = copies.restore(source, bootstrap.database_url(load(config)))
    say = words(lang)
    done = say("cli.restored")
    print(say("cli.and", first=done, second=say("cli.kept", file=kept)) if kept else done)


def doctor(config: SettingsFile, lang: Language, as_json: AsJson = False) -> int:
    """Examine the agent itself: settings, database, clock, disk, versions, queues."""
    lines = asyncio.run(_examined(config))
    if as_json:
        print(json.dumps([asdict(line) for line in lines], indent=1, ensure_ascii=False))
        return 0 if all(line.ok for line in lines) else BROKEN
    say, out = words(lang), paper()
    for line in lines:
        sign, style = ("✓", "green") if line.ok else ("✗", "bold red")
        ill = f"health_ill.{line.what}"
        code = ill if not line.ok and ill in say else f"doctor.{line.what}"
        out.print(Text(f"{sign} {say(code, figure=line.figure)}".rstrip(": ："), style=style))
        if line.next:
            out.print(f"    → {say('doctor_next.' + line.next)}", markup=False)
    return 0 if all(line.ok for line in lines) else BROKEN


async def _examined(config: Path) -> list[Line]:
    settings = load(config)
    path = bootstrap.socket_path(settings)
    board = await RemoteReader(path).overview() if await daemon_listens(path) else None
    store = bootstrap.open_store(settings, readonly=True)
    try:
        return await examine(store, bootstrap.state_dir(settings), board)
    finally:
        store.close()


def version() -> None:
    """Print the version."""
    print(version_of("nightduty"))


COMMANDS = (verify, backup, restore, doctor, version)
