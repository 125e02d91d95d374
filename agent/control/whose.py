"""In whose name something is done that the command line asks for."""

from __future__ import annotations

from agent.control.server import Asked
from agent.services.station import Station
from agent.store import people
from duty.errors import NotFound


async def whose(station: Station, asked: Asked) -> str:
    """Return the person who is named, else the account which asks. NotFound for a name that nobody has."""
    if "as" not in asked.args:
        return asked.actor
    name, there = asked.text("as"), await station.store.read(people.load_people)
    if name not in there:
        raise NotFound(f"there is nobody named {name}; there are: {', '.join(there) or 'none'}")
    return name
