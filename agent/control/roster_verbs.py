"""What the command line can change in the roster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agent.control.server import Asked, Verb
from agent.services import substitute as change
from agent.services.duty_calendar import DutyCalendar, read_calendar
from agent.services.station import Station
from duty.errors import NightdutyError, RosterRefused
from duty.people import Post
from duty.roster import Shift
from duty.substitutes import beside
from exporters.words import LANGUAGES, Say, format_time, shown, words
from exporters.words.roster import say_roster_refused

Message = dict[str, Any]


class RosterVerbs:
    """The daemon's answers about who is on duty when."""

    def __init__(self, station: Station) -> None:
        self._station = station

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Every verb by its name."""
        return {"substitute": self.substitute}

    async def substitute(self, asked: Asked) -> AsyncIterator[Message]:
        """Put somebody on duty, or in the place of somebody; answer with lines that say what was done."""
        calendar = await read_calendar(self._station)
        language = asked.args.get("lang")
        say = words(language if language in LANGUAGES else LANGUAGES[0])
        zone = ZoneInfo(calendar.site_zone)
        try:
            site = self._site(asked, calendar)
            zone = ZoneInfo(calendar.sites[site].zone)
            made = await self._change(asked, calendar, site, zone)
        except RosterRefused as why:
            raise NightdutyError(say_roster_refused(why, calendar.now, zone, say)) from None
        yield {"answer": _lines(made, await read_calendar(self._station), "for" in asked.args, say)}

    async def _change(self, asked: Asked, calendar: DutyCalendar, site: str, zone: ZoneInfo) -> Shift:
        by, post, person = _by(asked, calendar), _post(asked), asked.text("person")
        why, begin = shown(asked.text("note"), change.LONGEST_WHY).strip(), moment(asked.text("begin"), zone)
        if "for" in asked.args:
            if "end" in asked.args:
                raise RosterRefused("no_end")
            shift = _shift_of(asked.text("for"), site, post, begin, calendar)
            return await change.substitute(
                self._station, by, shift=shift, person=person, why=why, since=begin, asker=asked.actor
            )
        until = asked.text("end") if "end" in asked.args else ""
        end = _end(until, begin, zone) if until else calendar.nights[site].next_change(begin)
        return await change.put_on_duty(
            self._station, by, site=site, post=post, person=person, begin=begin, end=end, why=why, asker=asked.actor
        )

    @staticmethod
    def _site(asked: Asked, calendar: DutyCalendar) -> str:
        name = asked.args.get("site") or (next(iter(calendar.sites)) if len(calendar.sites) == 1 else "")
        if name not in calendar.sites:
            raise RosterRefused("no_site", {"who": tuple(calendar.sites)})
        return str(name)


def _by(asked: Asked, calendar: DutyCalendar) -> str:
    """Return in whose name it is done: the person's who is named, else that of the account which asks."""
    if "as" not in asked.args:
        return asked.actor
    name = asked.text("as")
    if name not in calendar.people:
        raise NightdutyError(f"there is nobody named {name}; there are: {', '.join(calendar.people) or 'none'}")
    return name


def _post(asked: Asked) -> Post:
    try:
        return Post(asked.text("post"))
    except ValueError:
        raise NightdutyError(f"{shown(asked.text('post'), 60)} is no post; there are: {', '.join(Post)}") from None


def moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a moment by the site's clock, like 2026-11-24 20:00."""
    try:
        local = datetime.strptime(text.replace("T", " "), "%Y-%m-%d %H:%M").replace(tzinfo=zone)
        return local.astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        raise RosterRefused("no_time") from None


def _end(text: str, begin: datetime, zone: ZoneInfo) -> datetime:
    """Read an end: a moment, or a time of day, which is the next one after the begin."""
    if len(text) > len("08:00"):
        return moment(text, zone)
    day = begin.astimezone(zone).date()
    end = moment(f"{day} {text}", zone)
    return end if end > begin else moment(f"{day + timedelta(days=1)} {text}", zone)


def _shift_of(person: str, site: str, post: Post, at: datetime, calendar: DutyCalendar) -> Shift:
    """Return the shift that somebody has at a moment. RosterRefused."""
    for shift in calendar.every_shift():
        if (shift.site, shift.post, shift.person) == (site, post, person) and shift.begin <= at < shift.end:
            return shift
    raise RosterRefused("no_shift", {"person": calendar.title(person), "post": post})


def _lines(made: Shift, calendar: DutyCalendar, instead: bool, say: Say) -> list[str]:
    zone = ZoneInfo(calendar.sites[made.site].zone)
    said = {
        "person": calendar.title(made.person),
        "post": say(f"post.{made.post}"),
        "begin": format_time(made.begin, calendar.now, zone, say),
        "end": format_time(made.end, calendar.now, zone, say),
    }
    lines = [say("rostering.done.substituted" if instead else "rostering.done.put", **said)]
    for other in beside(made, calendar.every_shift()):
        site = calendar.sites[other.site].title or other.site
        lines.append(say("rostering.beside", post=say(f"post.{other.post}"), site=site))
    return lines
