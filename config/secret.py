"""A secret by reference, which never prints."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any, Final, NoReturn

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from duty.errors import Problem, SettingsError

LONGEST: Final = 4096
"""Bytes; what is longer is some other file."""

_REFERENCE: Final = re.compile(
    r"env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:/[^\x00-\x1f\x7f]{1,1000}|credential:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
)
_EXPECTED: Final = "a reference to it: env:NAME, file:/absolute/path, or credential:NAME (systemd)"


class Secret:
    """A reference to a secret: ``env:NAME``, ``file:PATH`` or ``credential:NAME`` (systemd). ``reveal()`` reads it.

    The value is read anew each time and kept nowhere, so nothing that prints, pickles or dumps the settings can show
    it. Raises ValueError for anything but a reference, and does not repeat what was given.
    """

    __slots__ = ("reference",)

    def __init__(self, reference: str) -> None:
        if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
            raise ValueError("the secret itself stands here; expected " + _EXPECTED)
        self.reference = reference

    def reveal(self) -> str:
        """Return the secret itself. Raises SettingsError when the reference leads nowhere."""
        try:
            value = self._read()
            value.encode()  # a variable of other bytes than UTF-8 reads as half characters
        except OSError as error:
            raise _unread(f"cannot read {self.reference}: {error.strerror}", "a file that the agent can read") from None
        except UnicodeError:
            raise _unread(f"{self.reference} is not UTF-8 text", "the secret as text") from None
        if not value:
            raise _unread(f"{self.reference} is empty", "the secret")
        return value

    def _read(self) -> str:
        where, _, name = self.reference.partition(":")
        if where == "env":
            if name not in os.environ:
                raise _unread(f"the environment has no {name}", "the secret in this variable")
            return os.environ[name]
        if where == "file":
            return _contents(Path(name), private=True)
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise _unread(f"{self.reference}: systemd passed no credentials", f"LoadCredential={name}:... in the unit")
        # systemd keeps the folder to the service alone; the mode of a file in it says nothing.
        return _contents(Path(folder) / name, private=False)

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reference == self.reference

    def __hash__(self) -> int:
        return hash(self.reference)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read a reference from the settings, and write the reference back."""
        return core_schema.no_info_plain_validator_function(
            _parse,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda secret: secret.reference),
        )


class Typed(Secret):
    """A secret that somebody typed instead of a reference to it; it stands in no file and prints as little."""

    __slots__ = ("_typed",)

    def __init__(self, typed: str) -> None:
        """Take the secret itself."""
        self.reference = "typed"
        self._typed = typed

    def _read(self) -> str:
        return self._typed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Typed) and other._typed == self._typed

    def __hash__(self) -> int:
        return hash(self._typed)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a typed secret is kept nowhere")


def is_reference(text: str) -> bool:
    """Say whether a text refers to a secret rather than being one."""
    return _REFERENCE.fullmatch(text) is not None


def _parse(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    try:
        return Secret(value)  # type: ignore[arg-type]  # it refuses what is not text
    except ValueError:
        what = "a secret must not stand in this file"
        raise PydanticCustomError("mistake", "mistake", {"what": what, "expected": _EXPECTED}) from None


def _contents(path: Path, *, private: bool) -> str:
    # Non-blocking, for opening a pipe waits for its writer; and the mode is asked of what was opened, not of the name.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise _unread(f"{path} is not a file", "a file with the secret in it")
        if private and stat.S_IMODE(status.st_mode) & 0o077:
            raise _unread(f"others may read {path} (mode {stat.S_IMODE(status.st_mode):04o})", "mode 0600 or 0400")
        content = file.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise _unread(f"{path} is longer than {LONGEST} bytes", "a file with the secret alone in it")
    return content.decode().removesuffix("\n").removesuffix("\r")


def _unread(what: str, expected: str) -> SettingsError:
    return SettingsError([Problem("secret", 0, "", what, expected)])
