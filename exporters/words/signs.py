"""The sign of each state: with its colour and its word, the same on every page, terminal and sheet of paper."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from duty.rounds import SheetState

SIGNS: Final = MappingProxyType(
    {
        SheetState.PENDING: "…",
        SheetState.OK: "✓",
        SheetState.ABNORMAL: "!",
        SheetState.PARTIAL: "◐",
        SheetState.NOT_REACHED: "×",
        SheetState.SUPPRESSED: "‖",
        SheetState.NOT_INSPECTED: "○",
    }
)
"""Characters that common fonts have and that no telephone turns into a coloured picture."""
