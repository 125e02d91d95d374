"""The roster: who is on duty now and on the coming days, when nobody is, and what a manager can change in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.desk import asker, me, office_of, reader_of, word_in
from agent.console.render import language_of, page
from agent.console.roster_days import PAGE, lay, put_url, span
from agent.console.voice import Voice, voice_of
from agent.console.when import as_field, moment
from agent.services import substitute as change
from agent.services.duty_calendar import DutyCalendar, read_calendar
from duty.errors import RosterRefused
from duty.people import ROSTERED, Post
from duty.rights import Right
from duty.roster import Shift, on_duty
from duty.substitutes import beside, holders
from exporters.words import words
from exporters.words.codes import SHIFT_REASONS
from exporters.words.roster import say_roster_refused

FIELDS: Final = ("site", "post", "person", "begin", "end", "for", "shift", "since", "phrase", "why")
LONGEST_FIELD = 500
"""As long as anything that a form here sends may be."""

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is about to be changed: a shift that is there, or a time at a post that somebody is put to."""

    site: str
    post: Post
    zone: str
    shift: Shift | None
    now_field: str
    beside_url: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What was done last: the shift, what else its person does in that time, whether nobody is left."""

    code: str
    shift: Shift
    beside: tuple[Shift, ...] = ()
    left: bool = False


async def show(request: Request) -> Response:
    """Show the coming days; the address may open a shift or a gap."""
    asked = {name: value[:LONGEST_FIELD] for name, value in request.query_params.items() if name in FIELDS}
    return await _page(request, asked)


async def put(request: Request, form: Form) -> Response:
    """Put somebody on duty."""
    station = office_of(request).station
    try:
        site, post = form.get("site", ""), _post(form)
        zone = station.orders.zone_of(site).key
        begin, end = moment(form.get("begin", ""), zone), moment(form.get("end", ""), zone)
        if begin is None or end is None:
            raise RosterRefused("no_time")
        made = await change.put_on_duty(
            station,
            me(request),
            site=site,
            post=post,
            person=_person(form),
            begin=begin,
            end=end,
            why=word_in(form, "why"),
            asker=asker(request),
        )
    except RosterRefused as why:
        return await _refuse(request, form, why)
    return _lead_back("put", made)


async def substitute(request: Request, form: Form) -> Response:
    """Have somebody stand in for another."""
    station = office_of(request).station
    try:
        shift = await _shift(request, form)
        made = await change.substitute(
            station,
            me(request),
            shift=shift,
            person=_person(form),
            why=_why(request, form),
            since=_since(form, station.orders.zone_of(shift.site).key),
            asker=asker(request),
        )
    except RosterRefused as why:
        return await _refuse(request, form, why)
    return _lead_back("substituted", made)


async def withdraw(request: Request, form: Form) -> Response:
    """Take somebody off a shift."""
    station = office_of(request).station
    try:
        shift = await _shift(request, form)
        why = _why(request, form)
        since = _since(form, station.orders.zone_of(shift.site).key)
        await change.take_off(station, me(request), shift=shift, why=why, since=since, asker=asker(request))
    except RosterRefused as error:
        return await _refuse(request, form, error)
    return _lead_back("withdrawn", shift)


def _post(form: Form) -> Post:
    try:
        return Post(form.get("post", ""))
    except ValueError:
        raise RosterRefused("gone") from None


def _person(form: Form) -> str:
    if not form.get("person"):
        raise RosterRefused("no_person")
    return form["person"]


async def _shift(request: Request, form: Form) -> Shift:
    """Return the shift that a form names, as it stands. RosterRefused where it is not there any more."""
    found = _named(form, await read_calendar(office_of(request).station))
    if found is None:
        raise RosterRefused("gone")
    return found


def _named(asked: Form, calendar: DutyCalendar) -> Shift | None:
    wanted = tuple(asked.get(name, "") for name in ("site", "post", "for", "shift"))
    return next((s for s in calendar.every_shift() if (s.site, s.post.value, s.person, span(s)) == wanted), None)


def _since(form: Form, zone: str) -> datetime | None:
    if not form.get("since"):
        return None
    since = moment(form["since"], zone)
    if since is None:
        raise RosterRefused("no_time")
    return since


def _why(request: Request, form: Form) -> str:
    """Return the reason: a ready phrase in the words of who chose it, words of their own, or both."""
    say, own, phrase = words(language_of(request)), word_in(form, "why"), form.get("phrase", "")
    ready = say(f"rostering.reason.{phrase}") if phrase in SHIFT_REASONS else ""
    return say("cli.pair", name=ready, text=own) if ready and own else ready or own


def _lead_back(code: str, shift: Shift) -> Response:
    said = {"done": code, "site": shift.site, "post": shift.post.value, "of": shift.person, "at": span(shift)}
    return RedirectResponse(f"{PAGE}?{urlencode(said, errors='replace')}", 303)


async def _refuse(request: Request, form: Form, why: RosterRefused) -> Response:
    response = await _page(request, form, why)
    response.status_code = 409
    return response


async def _page(request: Request, typed: Form, refused: RosterRefused | None = None) -> Response:
    office = office_of(request)
    calendar, on = await read_calendar(office.station), await office.alerts.roster()
    visitor, voice = reader_of(request), voice_of(calendar, language_of(request))
    done = _done(request, calendar)
    choice = _choice(typed, calendar) if visitor.may(Right.ROSTER) and done is None else None
    return await page(
        request,
        "roster.html",
        calendar,
        calendar=calendar,
        sites=lay(calendar, visitor.person),
        roster=on,
        choice=choice,
        people=holders(choice.post, calendar.people) if choice else (),
        typed={name: typed.get(name, "")[:LONGEST_FIELD] for name in FIELDS},
        reasons=SHIFT_REASONS,
        trying=request.url.path.rpartition("/")[2] if refused else "",
        refused=_refusal(refused, choice, voice) if refused else "",
        done=done,
        fill_url=_fill_url(done, calendar) if done and done.left else "",
    )


def _refusal(refused: RosterRefused, choice: Choice | None, voice: Voice) -> str:
    zone = ZoneInfo(choice.zone) if choice else voice.zone
    return say_roster_refused(refused, voice.now, zone, voice.say)


def _choice(asked: Form, calendar: DutyCalendar) -> Choice | None:
    """Return what the reader has opened; None where it names nothing that can be changed."""
    site, post = asked.get("site", ""), asked.get("post", "")
    if site not in calendar.sites or post not in ROSTERED:
        return None
    zone = calendar.sites[site].zone
    now_field = as_field(calendar.now, zone)
    if "shift" not in asked:
        return Choice(site, Post(post), zone, None, now_field)
    shift = _named(asked, calendar)
    if shift is None:
        return None
    others = [s for s in calendar.every_shift() if s != shift]
    return Choice(
        site=site,
        post=shift.post,
        zone=zone,
        shift=shift,
        now_field=now_field,
        beside_url=put_url(site, shift.post, max(shift.begin, calendar.now), shift.end, zone),
        alone=not on_duty(others, site, shift.post, max(shift.begin, calendar.now)),
    )


def _done(request: Request, calendar: DutyCalendar) -> Done | None:
    """Return what was done last, as far as it is so: an address alone makes nothing true."""
    code, asked = request.query_params.get("done", ""), request.query_params
    wanted = {name: asked.get(place, "") for name, place in (("site", "site"), ("post", "post"), ("for", "of"))}
    if code in ("put", "substituted"):
        found = _named(wanted | {"shift": asked.get("at", "")}, calendar)
        return None if found is None else Done(code, found, beside(found, calendar.every_shift()))
    if code != "withdrawn" or wanted["site"] not in calendar.sites or wanted["post"] not in ROSTERED:
        return None
    times = _span(asked.get("at", ""))
    if times is None or wanted["for"] not in calendar.titles:
        return None
    gone = Shift(wanted["site"], Post(wanted["post"]), wanted["for"], *times)
    there = on_duty(calendar.every_shift(), gone.site, gone.post, max(gone.begin, calendar.now))
    return None if gone.person in there else Done(code, gone, left=not there and gone.end > calendar.now)


def _span(text: str) -> tuple[datetime, datetime] | None:
    try:
        begin, _, end = text.partition("/")
        times = datetime.fromisoformat(begin), datetime.fromisoformat(end)
    except ValueError:
        return None
    sound = all(time.utcoffset() == timedelta(0) for time in times) and 1970 < times[0].year < 9000
    return times if sound and times[0] < times[1] < times[0] + timedelta(days=2) else None


def _fill_url(done: Done, calendar: DutyCalendar) -> str:
    shift = done.shift
    begin = max(shift.begin, calendar.now)
    return put_url(shift.site, shift.post, begin, shift.end, calendar.sites[shift.site].zone)
