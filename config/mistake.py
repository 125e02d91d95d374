"""Something wrong between settings: where it stands, what it is, what was expected."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from config.marked import Path
from config.wording import one_of


class Mistake(NamedTuple):
    """Where something is wrong (keys and indices from the top), what it is, what was expected."""

    path: Path
    what: str
    expected: str = ""


def known(name: str | None, what: str, names: Collection[str], path: Path) -> Iterator[Mistake]:
    """Yield a mistake where a name leads nowhere; no name leads nowhere wrong."""
    if name is not None and name not in names:
        yield Mistake(path, f"no {what} is called '{name}'", one_of(name, names) if names else f"a {what} of this file")
