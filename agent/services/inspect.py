"""Make a round by hand: somebody asked for it, now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.services import make_round
from agent.services.make_round import Progress
from agent.services.station import Station
from agent.store import journal
from duty.errors import NotFound, StoreError
from duty.rounds import BY_HAND

MOST_NAMED = 20


async def by_hand(station: Station, names: Sequence[str], actor: str, progress: Progress | None = None) -> int:
    """Inspect the named targets, or all, in a round of the cadence ``by_hand``; return its number.

    Raises NotFound for a name that is not in the settings, StoreError when the round cannot be recorded.
    """
    known = station.orders.targets
    unknown = sorted(set(names) - known.keys())
    if unknown:
        raise NotFound(f"no target named {', '.join(unknown)}; there are {_some(known)}")
    now = station.clock.now()
    await station.store.write(journal.append, "inspection_asked", now, actor, "ok", {"targets": sorted(names) or "all"})
    opened = await make_round.open_round(station, BY_HAND, now, names or known)
    if await make_round.carry_out(station, opened, progress) is None:
        raise StoreError("the round was made but cannot be recorded yet; `nightduty doctor` says why")
    return opened.number


def _some(names: Iterable[str]) -> str:
    """Name targets for who mistyped one; a thousand would hide the mistake."""
    named = sorted(names)
    return ", ".join(named[:MOST_NAMED]) + (f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else "")
