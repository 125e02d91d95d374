"""What the command line can ask of emergency plans: which are in force, and to rehearse one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.control.server import Asked, Verb
from agent.control.wire import plain
from agent.control.worded import entitled, optional, worded
from agent.services.rehearse import Rehearsal, rehearse
from agent.services.station import Station
from duty.plans import Plan
from duty.rights import Right

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlansInForce:
    """The plans in the order in which they are asked, and the commands that may be run."""

    plans: tuple[Plan, ...]
    commands: tuple[str, ...]


class PlanVerbs:
    """The daemon's answers about plans, a method a verb."""

    def __init__(self, station: Station) -> None:
        self._station = station

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Every verb by its name."""
        return {"plans": self.plans, "plan_rehearse": self.rehearse}

    async def plans(self, asked: Asked) -> AsyncIterator[Message]:
        """The plans in force."""
        terms = self._station.orders.incidents
        yield {"answer": plain(PlansInForce, PlansInForce(terms.plans, tuple(sorted(terms.commands))))}

    async def rehearse(self, asked: Asked) -> AsyncIterator[Message]:
        """Rehearse a plan; answer with what it will do."""
        by = await entitled(self._station, asked, Right.RECORD)
        with worded(asked):
            made = await rehearse(
                self._station,
                by,
                asked.text("plan"),
                optional(asked, "target"),
                optional(asked, "site"),
                asker=asked.actor,
            )
        yield {"answer": plain(Rehearsal, made)}
