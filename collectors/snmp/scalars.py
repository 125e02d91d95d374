"""Getting single objects by our own engine, in batches; what a device refuses is narrowed down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Final, cast

from collectors.snmp.ber import encode_oid
from collectors.snmp.messages import Question, Reply, question
from collectors.snmp.port import Fetched, Oid, Value
from collectors.snmp.tables import ERRORS, NO_SUCH_NAME, Missing, NoAnswer, Request

_BATCH: Final = 20

Ask = Callable[[Question], Awaitable[Reply]]
"""Sends one request and brings its answer. Raises NoAnswer."""


async def get(ask: Ask, oids: Sequence[Oid], into: Fetched) -> None:
    """Ask for single objects, in batches. Raises NoAnswer, with the gaps of the unanswered written."""
    for at in range(0, len(oids), _BATCH):
        try:
            await _get(ask, tuple(oids[at : at + _BATCH]), into)
        except NoAnswer as failure:
            for oid in oids[at:]:
                if oid not in into.scalars:
                    into.gaps.setdefault(oid, failure.code)
            raise


@lru_cache(maxsize=4096)
def _asking(oids: tuple[Oid, ...]) -> tuple[Question, list[bytes]]:
    names = [encode_oid(oid) for oid in oids]
    return question(Request.GET, names), names


async def _get(ask: Ask, oids: tuple[Oid, ...], into: Fetched) -> None:
    asked, names = _asking(oids)
    reply = await ask(asked)
    if reply.error:
        # Version 1 refuses the whole request for one name; any other trouble is narrowed down by halves.
        if reply.error == NO_SUCH_NAME and 1 <= reply.at <= len(oids):
            parts = [oids[: reply.at - 1], oids[reply.at :]]
            into.gaps[oids[reply.at - 1]] = "not_offered"
        elif len(oids) == 1:
            parts = []
            into.gaps[oids[0]] = ERRORS.get(reply.error, "agent_fault")
        else:
            parts = [oids[: len(oids) // 2], oids[len(oids) // 2 :]]
        for part in parts:
            if part:
                await _get(ask, part, into)
    elif reply.plain and reply.names == names:
        into.scalars.update(zip(oids, cast(list[Value], reply.values), strict=True))
    else:
        for place, oid in enumerate(oids):
            value = reply.values[place] if reply.names[place : place + 1] == names[place : place + 1] else None
            if value is None:
                into.gaps[oid] = "agent_fault"
            elif isinstance(value, Missing):
                into.gaps[oid] = value.value
            else:
                into.scalars[oid] = value
