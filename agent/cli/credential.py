"""The options by which a device is asked that stands in no settings: its credential, its port, patience with it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from config.schema import Settings, SnmpCredential
from config.secret import Secret, Typed, is_reference
from config.single import NAME, single
from duty.errors import SettingsError

_CLEAR: Final = "Typed in clear it shows in the list of processes and in the shell's history."

Community = Annotated[
    str, typer.Option(metavar="SECRET", help=f"Versions 1 and 2c: itself, or env:NAME, file:/PATH. {_CLEAR}")
]
Version = Annotated[
    str,
    typer.Option("--snmp-version", metavar="1|2c|3", help="2c, or 3 where there is a user.", show_default=False),
]
User = Annotated[str, typer.Option(metavar="NAME", help="Version 3: the user.")]
Auth = Annotated[str, typer.Option(metavar="ALGORITHM", help="md5, sha, sha224, sha256, sha384 or sha512.")]
AuthPassword = Annotated[
    str | None, typer.Option(metavar="SECRET", help=f"env:NAME or file:/PATH; without it you are asked. {_CLEAR}")
]
Priv = Annotated[str, typer.Option(metavar="ALGORITHM", help="des, aes, aes192 or aes256.")]
PrivPassword = Annotated[str | None, typer.Option(metavar="SECRET", help="As --auth-password.")]
Context = Annotated[str, typer.Option(metavar="NAME", help="Version 3: the context.")]
SnmpPort = Annotated[int, typer.Option(min=1, max=65535, help="The UDP port of its SNMP agent.")]
Timeout = Annotated[float, typer.Option(min=0.1, max=30, metavar="SECONDS", help="For each question.")]
Retries = Annotated[int, typer.Option(min=0, max=10, help="How often a question is asked again.")]


def typed(
    community: str,
    version: str,
    user: str,
    auth: str,
    auth_password: str | None,
    priv: str,
    priv_password: str | None,
    context: str,
) -> dict[str, Any]:
    """Return a credential as it was typed; whoever gave no password is asked where there is a terminal."""
    kind = version or ("3" if user else "2c")
    given = {"user": user, "auth": auth, "priv": priv, "context": context}
    if kind == "3":
        passwords = _password("auth", auth, auth_password) | _password("priv", priv, priv_password)
        return {"version": kind, **given, **passwords}
    community_ = {"community": _secret("--community", community)} if community else {}
    return {"version": kind, **community_, **{name: text for name, text in given.items() if text not in ("", "none")}}


def checked(target: Mapping[str, Any], credential: Mapping[str, Any]) -> Settings:
    """Check what was asked for, and that every secret can be read. Raises SettingsError for those alone."""
    try:
        settings = single(target, credential)
    except SettingsError as error:
        told = [f"{_option(p.path)}: {p.what}, expected {p.expected}" for p in error.problems]
        raise typer.BadParameter("; ".join(told)) from None
    reveal(settings.credentials[NAME])
    return settings


def reveal(credential: SnmpCredential) -> None:
    """Read every secret of a credential. Raises SettingsError for one that is not there."""
    for name in ("community", "auth_password", "priv_password"):
        secret = getattr(credential, name)
        if secret is not None:
            secret.reveal()


def _option(setting: str) -> str:
    named = {"profiles": "profile", "version": "snmp-version"}
    return "ADDRESS" if setting == "address" else f"--{named.get(setting, setting).replace('_', '-')}"


def _password(way: str, algorithm: str, given: str | None) -> dict[str, Secret]:
    """Return the password of one way to protect messages; whoever gave none is asked where there is a terminal."""
    if given is None and algorithm != "none" and sys.stdin.isatty():
        given = typer.prompt(f"--{way}-password", hide_input=True, err=True)
    return {} if given is None else {f"{way}_password": _secret(f"--{way}-password", given)}


def _secret(option: str, text: str) -> Secret:
    if is_reference(text):
        return Secret(text)
    if text.startswith(("env:", "file:", "credential:")):
        raise typer.BadParameter("not a reference; env:NAME or file:/absolute/path", param_hint=option)
    return Typed(text)
