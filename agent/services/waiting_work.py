"""What else waits for somebody tonight beside the alerts: forms to sign, tasks, channels that fail. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from agent.services.form_board import Waiting, waiting
from agent.services.station import Station
from agent.store import channels, tasks
from duty.channels import ChannelState


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """The forms that wait for a signature, how many tasks are open and how many of them late, and the channels."""

    forms: tuple[Waiting, ...]
    tasks: int
    late: int
    channels: Mapping[str, ChannelState]


async def read_work(station: Station) -> WaitingWork:
    """Return what waits, in one moment of the record: the first page must not read it piece by piece."""
    return await station.store.read(_work, station)


def _work(conn: Connection, agent: str, station: Station) -> WaitingWork:
    many, late = tasks.count_open(conn, agent, station.clock.now())
    return WaitingWork(waiting(conn, agent), many, late, channels.load_channels(conn, agent))
