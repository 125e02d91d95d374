"""The credentials of a list: kept by their names; of a secret that stands there only that there is one."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from config.lists.entry import Asked
from config.propose import ProposedCredential, named

FOLDER: Final = "/etc/nightduty/credentials"
"""Where secrets are kept, a file of mode 0600 each."""

_SHORTEST: Final = 4


@dataclass(slots=True)
class Keyring:
    """Which credential each device has. ``known`` are the names in the settings; they are taken as they stand there."""

    known: Collection[str]
    _given: dict[Asked, str] = field(default_factory=dict)
    _secrets: set[str] = field(default_factory=set)
    _proposed: dict[str, ProposedCredential] = field(default_factory=dict)

    def hear(self, asked: Asked) -> None:
        """Hear of the secrets of a device, so that they are hidden wherever they stand."""
        self._secrets.update(each for each in asked.secret.split("\0") if len(each) >= _SHORTEST)

    def name(self, asked: Asked, place: str) -> str:
        """Return the name of the credential by which a device is asked; the first time, it is proposed."""
        if asked in self._given:
            return self._given[asked]
        # In a column of communities may stand the name of a credential that we have.
        wanted = asked.name or (asked.secret if asked.secret in self.known else "")
        same = next((name for name in self.known if wanted and name.casefold() == wanted.casefold()), "")
        name = same or self._new(wanted)
        self._given[asked] = name
        if not same:
            settings = dict(asked.settings)
            for need in asked.needs:
                settings[need] = f"file:{FOLDER}/{name}" + ("" if need == "community" else f"-{need.partition('_')[0]}")
            self._proposed[name] = ProposedCredential(
                name, settings, f"the one of {place}; its secret goes into the file"
            )
        return name

    def _new(self, wanted: str) -> str:
        taken = {name.casefold() for name in (*self.known, *self._proposed)}
        if wanted:
            return named(wanted, taken)
        number = 1
        while f"community-{number}" in taken:
            number += 1
        return f"community-{number}"

    def proposed(self) -> list[ProposedCredential]:
        """Return the credentials that are not in the settings yet."""
        return [*self._proposed.values()]

    def hidden(self, text: str) -> str:
        """Return a text without the secrets of the list that somebody has written into it."""
        for secret in sorted(self._secrets - {"public", "private"}, key=len, reverse=True):
            if secret.casefold() in text.casefold():
                text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
        return text
