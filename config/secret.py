"""A secret by reference, which never prints."""

from __future__ import annotations


class Secret:
    """A reference to a secret: ``env:NAME``, ``file:PATH`` or ``credential:NAME`` (systemd). ``reveal()`` reads it."""

    __slots__ = ("reference",)

    def __init__(self, reference: str) -> None:
        self.reference = reference

    def reveal(self) -> str:
        """Return the secret itself. Raises SettingsError when the reference leads nowhere."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return "Secret(***)"
