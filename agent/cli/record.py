"""The command that writes down what a device says, so that somebody else may have it: nothing in it tells who."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from agent.cli import sayings
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
    checked,
    typed,
)
from agent.cli.options import Language
from collectors.snmp.engine import OwnEngine
from collectors.snmp.identify import about, said_in
from collectors.snmp.port import Device
from collectors.snmp.recorded import Object, write_walk
from collectors.snmp.scrub import Scrubbed, scrub
from collectors.snmp.sweep import Swept
from collectors.snmp.telling import asked_for
from config.profile import Profile
from config.profiles import load_profiles
from config.schema import Settings, SnmpTarget
from config.single import NAME
from duty.errors import CollectError, NightdutyError
from exporters.words import Say, words

WRITTEN, PARTIAL, NOT_REACHED = 0, 1, 2

ROOTS: Final = ("1.3.6.1.2.1", "1.3.6.1.4.1", "1.0.8802.1.1.2")
"""The standard MIBs, those of the makers, LLDP."""
BUDGET: Final = timedelta(minutes=30)
_ROOT: Final = re.compile(r"\.?([012](?:\.[0-9]{1,9}){1,30})")
_DEEP: Final = 10
"""Arcs of an identifier that are shown of what is missing; further down its index may be an address."""


def record(
    address: Annotated[str, typer.Argument(help="The device: an IP address or a name.", show_default=False)],
    lang: Language,
    community: Community = "public",
    version: Version = "",
    user: User = "",
    auth: Auth = "none",
    auth_password: AuthPassword = None,
    priv: Priv = "none",
    priv_password: PrivPassword = None,
    context: Context = "",
    port: SnmpPort = 161,
    timeout: Timeout = 2.0,
    retries: Retries = 2,
    root: Annotated[
        list[str] | None,
        typer.Option(metavar="OID", help=f"Only what is below it; several times. Without it: {', '.join(ROOTS)}."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A new file; without it NAME.walk here, by what the device is."),
    ] = None,
) -> int:
    """Write a walk of a device, with stand-ins for names, addresses, serial numbers and secrets, to give it away.

    Exit status: 0 all was read, 1 something could not be read, 2 it did not answer.
    """
    folder = output.parent if output else Path()
    if output is not None and output.exists():
        raise typer.BadParameter(f"{output} is there already; a new file", param_hint="--output")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise typer.BadParameter(f"{folder} is no folder to write in", param_hint="--output")
    roots = [_root(each) for each in root or ROOTS]
    target = {"address": address, "port": port, "timeout": timedelta(seconds=timeout), "retries": retries}
    settings = checked(target, typed(community, version, user, auth, auth_password, priv, priv_password, context))
    say, err = words(lang), sayings.aside()
    seen = _swept(settings, roots, say, err)
    if not seen.objects:
        err.print(say("record.silent", address=address, why=say(f"gap.{seen.cut or 'not_offered'}")), markup=False)
        return NOT_REACHED
    profiles = load_profiles()
    done = scrub(seen.objects, _secrets(settings), asked=asked_for(profiles.values()), asked_as=address)
    missing = list(_missing(seen, say))
    file = _write(output, _kind(profiles, seen.objects), write_walk(done.objects, [*_head(roots, done, say), *missing]))
    _tell(file, done, missing, say, err)
    return PARTIAL if missing else WRITTEN


def _root(text: str) -> str:
    found = _ROOT.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text} is no identifier; one like {ROOTS[0]}", param_hint="--root")
    return found[1]


def _swept(settings: Settings, roots: Sequence[str], say: Say, err: Console) -> Swept:
    target = next(each for each in settings.targets if isinstance(each, SnmpTarget))
    device = Device(target.address, target.port, settings.credentials[NAME], target.timeout, target.retries)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not sys.stderr.isatty(), transient=True) as bar:
        line = bar.add_task(say("record.progress", n=0), total=None)
        into = Swept(lambda count: bar.update(line, description=say("record.progress", n=count)))
        asyncio.run(_sweep(device, roots, into))
    return into


async def _sweep(device: Device, roots: Sequence[str], into: Swept) -> None:
    engine = OwnEngine()
    try:
        await engine.sweep(device, roots, into, budget=BUDGET)
    except CollectError as error:
        into.cut = error.code
    finally:
        await engine.close()


def _secrets(settings: Settings) -> list[str]:
    credential = settings.credentials[NAME]
    given = (credential.community, credential.auth_password, credential.priv_password)
    return [secret.reveal() for secret in given if secret is not None] + [credential.user]


def _kind(profiles: Mapping[str, Profile], objects: Sequence[Object]) -> str:
    """Return what the device is by its profile; its own name must not be on the file."""
    chosen = about(profiles, said_in({each.oid: each.value for each in objects}))[-1]
    return next((name for name, profile in profiles.items() if profile is chosen and profile.match), "device")


def _head(roots: Sequence[str], done: Scrubbed, say: Say) -> Iterator[str]:
    yield say("record.head", version=version_of("nightduty"))
    yield say("record.below", roots=", ".join(roots), n=len(done.objects), left=done.counts.get("left_out", 0))


def _missing(seen: Swept, say: Say) -> Iterator[str]:
    """Yield what could not be seen, in words."""
    if seen.cut:
        yield say("record.cut", why=say("record.too_much") if seen.cut == "row_cap" else say(f"gap.{seen.cut}"))
    told = {(".".join(oid.split(".")[:_DEEP]), code): None for oid, code in seen.faults.items()}
    for oid, code in told:
        yield say("record.missing", oid=oid, why=say(f"gap.{code}"))


def _write(output: Path | None, kind: str, text: str) -> Path:
    """Write a new file, readable for its owner until it has been looked over, and return its path."""
    names = [output] if output else [Path(f"{kind}{f'-{n}' if n > 1 else ''}.walk") for n in range(1, 1000)]
    for path in names:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError as error:
            raise NightdutyError(f"{path}: cannot be written: {error.strerror}") from None
        return path
    raise NightdutyError(f"{names[-1]}: is there already")


def _tell(file: Path, done: Scrubbed, missing: Sequence[str], say: Say, err: Console) -> None:
    lines = [*missing, say("record.written", file=file, n=len(done.objects))]
    lines += [say("record.replaced", what=say(f"record.kind.{kind}"), n=n) for kind, n in sorted(done.counts.items())]
    for line in (*lines, say("record.look_over")):
        err.print(line, markup=False, soft_wrap=True)


COMMANDS = (record,)
