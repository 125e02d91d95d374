"""The command that marks a round as read: read."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli.alerting import As, Note, tell
from agent.cli.options import Language, SettingsFile, paper


def read(
    number: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The round's number; `nightduty rounds` has it.")],
    config: SettingsFile,
    lang: Language,
    by: As = None,
    note: Note = "",
) -> None:
    """Mark a round as read, with a note if there is something to say; a missed round wants one."""
    whose = {} if by is None else {"as": by}
    for line in tell(config, "mark_read", number=number, note=note, lang=lang, **whose):
        paper().print(line, markup=False)


COMMANDS = (read,)
