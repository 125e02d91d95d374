"""Commands on profiles of devices: profile check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import Language
from config.profiles import check_profile
from exporters.words import shown, words

app = typer.Typer(name="profile", help="What devices are asked for: files of config/profiles and of your own.")


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A profile, NAME.yaml.")],
    lang: Language,
) -> None:
    """Check a profile, and say what it asks for; every mistake is told with its line."""
    profile = check_profile(file)
    columns = sum(len(table.columns) for table in profile.tables.values())
    say = words(lang)
    print(
        say("cli.profile", title=shown(profile.title), scalars=len(profile.scalars), columns=columns,
            fits=say("cli.profile_fits", n=len(profile.match)) if profile.match else say("cli.profile_by_name"))
    )  # fmt: skip


app.command()(check)
