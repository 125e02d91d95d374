"""The command that looks for devices in ranges of addresses and proposes targets; it changes nothing by itself."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from agent import bootstrap
from agent.cli import discovery_yaml, sayings
from agent.cli.credential import (
    Auth,
    AuthPassword,
    Community,
    Context,
    Priv,
    PrivPassword,
    Retries,
    SnmpPort,
    Timeout,
    User,
    Version,
    typed,
)
from agent.cli.discovery_sheet import as_json as in_json
from agent.cli.discovery_sheet import print_survey
from agent.cli.discovery_terms import (
    Present,
    addresses_in,
    can_be_amended,
    credentials_to_try,
    present_settings,
)
from agent.cli.options import AsJson, Language, SettingsToAmend
from agent.services.survey import Survey, addresses_known, survey
from collectors.gateway import gateway
from collectors.snmp.survey import Way
from config.propose import difference
from config.schema import SnmpCredential
from duty.discovery import Found, Proposal, Unmet, propose
from duty.errors import Problem, SettingsError
from exporters.words import Say, words

WELL, PARTIAL, NOTHING = 0, 1, 2
_FEWEST_AT_ONCE: Final = 50
_MOST_AT_ONCE: Final = 400
_MOST_PORTRAITS: Final = 16


def discover(
    lang: Language,
    ranges: Annotated[
        list[str],
        typer.Argument(metavar="RANGE...", help="10.0.0.0/24, 10.0.0.1-10.0.0.50, 10.0.0.1 or 2001:db8::1."),
    ],
    config: SettingsToAmend = None,
    credential: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="One of the settings; may be given several times, tried in order. Without it and those below: all.",
        ),
    ] = None,
    community: Community = "",
    version: Version = "",
    user: User = "",
    auth: Auth = "none",
    auth_password: AuthPassword = None,
    priv: Priv = "none",
    priv_password: PrivPassword = None,
    context: Context = "",
    root: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME|ADDRESS", help="What the others are reached through; may be given several times."),
    ] = None,
    rate: Annotated[int, typer.Option(min=1, max=1000, metavar="PACKETS", help="At most so many a second.")] = 50,
    port: SnmpPort = 161,
    timeout: Timeout = 2.0,
    retries: Retries = 1,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the new entries there, not a diff; it must not exist.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Look for SNMP devices in the ranges named, and propose targets as a diff against the settings.

    Nobody else is asked, whatever neighbours are seen, and nothing is changed. Exit status: 0 devices were found, 1
    some of what answered could not be read, 2 nothing answered.
    """
    say, err = words(lang), sayings.aside()
    asked = addresses_in(ranges)
    if output is not None and output.exists():
        raise typer.BadParameter(f"{output} is there already", param_hint="--output")
    present = present_settings(config)
    given = bool(community or version or user)
    by_options = (
        typed(community, version, user, auth, auth_password, priv, priv_password, context) if given else None
    )  # fmt: skip
    credentials = credentials_to_try(present.settings, credential or (), by_options)
    can_be_amended(present, output, new_credential=by_options is not None)
    way = Way(port, timedelta(seconds=timeout), retries + 1, max(1, min(_MOST_PORTRAITS, rate // 5)))
    profiles = present.settings.polling.profiles if present.settings else None
    at_once = min(_MOST_AT_ONCE, max(_FEWEST_AT_ONCE, ceil(2 * rate * timeout)))

    async def go() -> tuple[Survey, Mapping[str, str]]:
        known = await addresses_known(present.settings, port) if present.settings else {}
        surveyor = bootstrap.make_surveyor(credentials, profiles, way, rate, at_once)
        with _progress(say, quiet=as_json or not sys.stderr.isatty()) as bar:
            task = bar.add_task(say("discover.progress", n=0), total=len(asked))
            met = 0

            def done(what: Found | Unmet) -> None:
                nonlocal met
                met += isinstance(what, Found)
                bar.update(task, advance=1, description=say("discover.progress", n=met))

            return await survey(surveyor, asked, min(at_once, len(asked)), done), known

    surveyed, known = asyncio.run(go())
    taken = [target.name for target in present.settings.targets] if present.settings else []
    proposal = propose(surveyed.found, known, taken, root or (), gateway())
    if not as_json:
        print_survey(err, surveyed, proposal, say)
    text = _text(proposal, credentials, present, port, say, whole_diff=output is None)
    if output is not None and text:
        _write(output, text)
        err.print(say("discover.written", file=output), markup=False)
    if as_json:
        print(in_json(surveyed, proposal, text))
    elif output is None:
        print(text, end="")
    if not surveyed.found:
        return PARTIAL if Unmet.REFUSED in surveyed.unmet.values() else NOTHING
    refused = Unmet.REFUSED in surveyed.unmet.values() or any(face.broken for face in surveyed.found)
    return PARTIAL if refused else WELL


def _text(
    proposal: Proposal,
    credentials: Mapping[str, SnmpCredential],
    present: Present,
    port: int,
    say: Say,
    *,
    whole_diff: bool,
) -> str:
    """Return what is proposed: a diff, the new entries alone, or whole settings; "" where nothing is new."""
    new = [device.faces[0].credential for device in proposal.devices if not device.known]
    if not new:
        return ""
    targets = discovery_yaml.target_lines(proposal, port, say)
    there = present.settings.credentials if present.settings else {}
    added = {name: credentials[name] for name in dict.fromkeys(new) if name not in there}
    entries = discovery_yaml.credential_lines(added, say)
    if present.settings is None:
        return discovery_yaml.whole(targets, entries, say)
    if not whole_diff:
        return discovery_yaml.fragment(targets, entries)
    after = discovery_yaml.amended_settings(present.text, present.file, targets, entries)
    return difference(present.text, after, present.file)


def _write(output: Path, text: str) -> None:
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise SettingsError([Problem(str(output), 0, "", f"cannot be written: {error.strerror}", "")]) from None


def _progress(say: Say, *, quiet: bool) -> Progress:
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    return Progress(*columns, console=sayings.aside(), disable=quiet, transient=True)


COMMANDS = (discover,)
