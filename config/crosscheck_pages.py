"""What does not go together in how pages and TLS ports are asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from config.exposition import SHIPPED
from config.marked import Path
from config.mistake import Mistake
from config.schema import ExpositionTarget, HttpTarget, Settings, TcpTarget
from config.wording import one_of


def _certificates_are_asked_for(settings: Settings) -> Iterator[Mistake]:
    keys: tuple[str, ...]
    for index, target in enumerate(settings.targets):
        at: Path = ("targets", index)
        if isinstance(target, TcpTarget):
            tls, keys, what, expected = target.tls, ("verify", "ca"), "without tls", "tls: true"
        elif isinstance(target, HttpTarget | ExpositionTarget):
            tls, keys, what, expected = target.url.startswith("https:"), ("ca",), "at an http URL", "https"
        else:
            continue
        for key in keys if not tls else ():
            if key in target.model_fields_set:
                yield Mistake((*at, key), f"{key} {what}", f"{expected}, or no {key}")
        if tls and target.ca is not None and not target.verify:
            yield Mistake((*at, "ca"), "a ca, and nothing is verified", "verify: true, or no ca")


def _maps_are_there(settings: Settings) -> Iterator[Mistake]:
    there = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
    for index, target in enumerate(settings.targets):
        if isinstance(target, ExpositionTarget) and target.map not in there:
            what = f"no map is called '{target.map}'"
            yield Mistake(("targets", index, "map"), what, one_of(target.map, there))


def _one_way_to_sign_in(settings: Settings) -> Iterator[Mistake]:
    for index, target in enumerate(settings.targets):
        if not isinstance(target, ExpositionTarget):
            continue
        if target.token is not None and (target.user or target.password is not None):
            yield Mistake(("targets", index, "token"), "a token and a user", "one of the two")
        elif bool(target.user) != (target.password is not None):
            key, other = ("user", "password") if target.user else ("password", "user")
            yield Mistake(("targets", index, key), f"{key} without {other}", "both, or neither")


CHECKS: Final = (_certificates_are_asked_for, _maps_are_there, _one_way_to_sign_in)
