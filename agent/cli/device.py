"""One device named on the command line: how it is asked, and the settings that come of it."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated, Any, Final

import typer

from config.schema import Settings
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
    str | None,
    typer.Option(metavar="SECRET", help=f"env:NAME or file:/PATH; without it you are asked. {_CLEAR}"),
]
Priv = Annotated[str, typer.Option(metavar="ALGORITHM", help="des, aes, aes192 or aes256.")]
PrivPassword = Annotated[str | None, typer.Option(metavar="SECRET", help="As --auth-password.")]
Context = Annotated[str, typer.Option(metavar="NAME", help="Version 3: the context.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The UDP port of its SNMP agent.")]
Timeout = Annotated[float, typer.Option(min=0.1, max=30, metavar="SECONDS", help="For each question.")]
Retries = Annotated[int, typer.Option(min=0, max=10, help="How often a question is asked again.")]


def credential_of(
    version: str, community: str, user: str, auth: str, auth_password: str | None, priv: str,
    priv_password: str | None, context: str,
) -> dict[str, Any]:  # fmt: skip
    """Return the credential that the options make; whoever gave no password is asked where there is a terminal."""
    kind = version or ("3" if user else "2c")
    credential: dict[str, Any] = {"version": kind}
    if kind == "3":
        credential |= {"user": user, "auth": auth, "priv": priv, "context": context}
        return credential | _password("auth", auth, auth_password) | _password("priv", priv, priv_password)
    given = {"user": user, "auth": auth, "priv": priv, "context": context}
    return (
        credential
        | {"community": _secret("--community", community)}
        | {name: text for name, text in given.items() if text not in ("", "none")}
    )


def settings_for(
    address: str, port: int, timeout: float, retries: int, credential: dict[str, Any], **more: Any
) -> Settings:
    """Check what was asked for, and that every secret can be read. Raises SettingsError for those alone."""
    asked = {"address": address, "port": port, "timeout": timedelta(seconds=timeout), "retries": retries, **more}
    try:
        settings = single(asked, credential)
    except SettingsError as error:
        told = [f"{_option(p.path)}: {p.what}, expected {p.expected}" for p in error.problems]
        raise typer.BadParameter("; ".join(told)) from None
    secrets_of(settings)
    return settings


def secrets_of(settings: Settings) -> list[str]:
    """Return the secrets by which the device is asked. Raises SettingsError."""
    credential = settings.credentials[NAME]
    given = (credential.community, credential.auth_password, credential.priv_password)
    return [secret.reveal() for secret in given if secret is not None]


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
