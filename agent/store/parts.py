"""Parts of a query that would name too much at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, TypeVar

T = TypeVar("T")

MOST_NAMED: Final = 500
"""Names in one query; SQLite takes a bounded number of parameters."""


def in_parts(of: Collection[T]) -> Iterator[list[T]]:
    """Yield these in parts that a query can name."""
    every = list(of)
    for first in range(0, len(every), MOST_NAMED):
        yield every[first : first + MOST_NAMED]
