"""Go on under new settings; what is broken leaves the old ones in force."""

from __future__ import annotations

import logging

from agent.services.look import Looker
from agent.services.station import Orders, Station
from agent.store import journal
from duty.errors import SettingsError

log = logging.getLogger(__name__)


async def take_over(station: Station, orders: Orders, looker: Looker) -> None:
    """Put new settings in force. Open rounds go on; a target that went away is not inspected in them."""
    before, station.orders = station.orders, orders
    old, station.looker = station.looker, looker
    station.memory.settle(orders.targets, orders.rules)
    now = station.clock.now()
    station.settings_accepted, station.settings_at = True, now
    for opened in station.open_rounds.values():
        opened.waiting &= orders.targets.keys()
    await station.store.write(
        journal.append,
        "settings_in_force",
        now,
        "",
        "ok",
        {"settings": orders.digest, "before": before.digest, "targets": len(orders.targets)},
    )
    log.info("settings in force targets=%d digest=%s", len(orders.targets), orders.digest[:12])
    await old.close()


async def refuse(station: Station, error: SettingsError) -> None:
    """Keep the settings in force, and say what is wrong with the new ones."""
    now = station.clock.now()
    station.settings_accepted, station.settings_at = False, now
    for problem in error.problems[:20]:
        log.error("settings rejected, the old ones stay in force: %s", problem)
    await station.store.write(
        journal.append, "settings_rejected", now, "", "refused", {"problems": [str(p) for p in error.problems[:20]]}
    )
