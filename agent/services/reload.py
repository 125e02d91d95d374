"""Go on under new settings; what is broken leaves the old ones in force."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from agent.services.look import Looker
from agent.services.muster import muster
from agent.services.orders import Orders
from agent.services.station import Station
from agent.store import journal
from duty.errors import SettingsError, StoreError
from duty.overrides import all_overridden

log = logging.getLogger(__name__)

MOST_PROBLEMS = 20


async def take_over(station: Station, orders: Orders, looker: Looker) -> None:
    """Put new settings in force. Open rounds go on; a target that went away is not inspected in them.

    Raises StoreError when the record cannot say so; then the old settings stay in force, and their collectors.
    """
    now = station.clock.now()
    said = {"settings": orders.digest, "before": station.orders.digest, "targets": len(orders.targets)}
    try:
        await station.store.write(_in_force, orders, said, now)
    except StoreError:
        await looker.close()
        raise
    station.orders = station.recorder.orders = orders
    old, station.looker = station.looker, looker
    # Limits that somebody raised stay raised until their end, whatever else the settings say now.
    station.memory.settle(orders.targets, all_overridden(orders.rules, station.overrides, now))
    station.settings_accepted, station.settings_at = True, now
    for opened in station.open_rounds.values():
        opened.waiting &= orders.targets.keys()
    log.info("settings in force targets=%d digest=%s", len(orders.targets), orders.digest[:12])
    await old.close()


async def refuse(station: Station, error: SettingsError) -> None:
    """Keep the settings in force, and say what is wrong with the new ones."""
    now = station.clock.now()
    station.settings_accepted, station.settings_at = False, now
    problems = [str(problem) for problem in error.problems[:MOST_PROBLEMS]]
    for problem in problems:
        log.error("settings rejected, the old ones stay in force: %s", problem)
    await station.store.write(
        journal.append, "settings_rejected", now, journal.AGENT, "refused", {"problems": problems}
    )


def _in_force(conn: Connection, agent: str, orders: Orders, said: Mapping[str, object], now: datetime) -> None:
    journal.append(conn, agent, "settings_in_force", now, journal.AGENT, "ok", said)
    muster(conn, agent, orders, now)
