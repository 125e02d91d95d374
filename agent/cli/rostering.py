"""The command that changes the roster: substitute."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli.alerting import As, Note, tell
from agent.cli.options import Language, SettingsFile, paper


def substitute(
    config: SettingsFile,
    lang: Language,
    post: Annotated[str, typer.Option("--post", help="technician, reserve, manager or leader.")],
    begin: Annotated[str, typer.Option("--begin", metavar="TIME", help='By the site\'s clock: "2026-11-24 20:00".')],
    person: Annotated[str, typer.Option("--person", metavar="NAME", help="Who is on duty then.")],
    site: Annotated[str, typer.Option("--site", help="Of which site; may be left out where there is one.")] = "",
    end: Annotated[
        str | None,
        typer.Option("--end", metavar="TIME", help='"2026-11-25 08:00" or "08:00"; else the change of shift.'),
    ] = None,
    instead_of: Annotated[
        str | None, typer.Option("--for", metavar="NAME", help="For whom they stand in, to the end of that shift.")
    ] = None,
    by: As = None,
    note: Note = "",
) -> None:
    """Put somebody on duty where nobody is, or (--for) in another's place for one shift, with a note on why."""
    given = {"end": end, "for": instead_of, "as": by}
    args = {name: value for name, value in given.items() if value is not None}
    lines = tell(config, "substitute", site=site, post=post, begin=begin, person=person, note=note, lang=lang, **args)
    for line in lines:
        paper().print(line, markup=False)


COMMANDS = (substitute,)
