"""Keep the record within its retention: bodies go, headers, digests and the chain stay."""

from __future__ import annotations

import logging
from datetime import datetime

from agent.services.station import Station
from agent.store import journal, prune

log = logging.getLogger(__name__)

BATCH = 500


async def tidy(station: Station, now: datetime) -> None:
    """Delete what is older than the settings keep, in small transactions, so that rounds never wait for it."""
    orders, gone = station.orders, 0
    while True:
        deleted = await station.store.write(
            prune.prune,
            sheets_before=now - orders.keep_sheets,
            looks_before=now - orders.keep_looks,
            now=now,
            batch=BATCH,
        )
        gone += deleted
        if deleted < BATCH:
            break
    if gone:
        await station.store.write(prune.shrink)
        log.info("retention deleted %d bodies", gone)
    head = await station.store.read(journal.head)
    if head is not None:
        # The log is the place outside the record where the chain's end is kept: it shows a tail that was cut off.
        log.info("journal entries=%d head=%s", head.seq, head.hash)
