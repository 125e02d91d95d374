"""One alert: how it stands, what is wrong, whom to ring, what was done, and what can be done now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.alert_lines import Line, stand
from agent.console.alert_plot import draw, rule_of
from agent.console.desk import Refused, asker, back, known, me, number_in, office_of, reader_of, word_in
from agent.console.incident_words import handled_now
from agent.console.render import language_of, page, target_url
from agent.console.roster_days import PAGE, gap_url
from agent.console.story import story
from agent.console.tasks import open_by, typed_in
from agent.console.voice import Voice, voice_of
from agent.console.when import as_field, until
from agent.services import take
from agent.services.alert_board import Case, dependents, read_case
from agent.services.alert_list import Roster
from agent.services.task_board import read_tasks_of
from duty.alerts import Alert
from duty.errors import NightdutyError, NotFound, RecordRefused
from duty.findings import Rule
from duty.overrides import KINDS
from duty.own_alerts import gap_of
from duty.people import ROSTERED
from duty.rights import Right
from duty.roster import Night
from duty.tasks import LONGEST_TITLE, Priority
from exporters.words import Say, say_next, words
from exporters.words.codes import NOTES
from exporters.words.events import say_length

MOST_DEPENDENTS = 12
DONE: Final = ("taken", "given_back", "handed", "snoozed", "commented", "closed", "tasked")

Form = Mapping[str, str]


async def show(request: Request) -> Response:
    """Show one alert."""
    return await _page(request, number_in(request))


async def take_it(request: Request, form: Form) -> Response:
    """Take it, or take it over from who had it when the page was made."""
    number, by = number_in(request), me(request)
    seen = form.get("seen", "")
    return await _act(request, form, "taken", lambda a: take.take(a, number, by, seen=seen, asker=asker(request)))


async def give_back(request: Request, form: Form) -> Response:
    """Give it back: it calls for somebody again."""
    number, by = number_in(request), me(request)
    return await _act(request, form, "given_back", lambda a: take.give_back(a, number, by, asker=asker(request)))


async def hand(request: Request, form: Form) -> Response:
    """Ask somebody to take it."""
    number, by, to, word = number_in(request), me(request), form.get("to", ""), word_in(form)
    if not to:
        return await _refuse(request, form, Refused("nobody_chosen"))
    typist = asker(request)
    return await _act(request, form, "handed", lambda a: take.hand(a, number, by, to, word, asker=typist))


async def snooze(request: Request, form: Form) -> Response:
    """Put it off until a moment."""
    number, by, word, station = number_in(request), me(request), word_in(form), office_of(request).station
    case, now = await _read(request, number), station.clock.now()
    at = until(form.get("length", ""), form.get("until", ""), now, case.board.zone(case.alert.site))
    if at is None:
        return await _refuse(request, form, Refused("no_time"))
    if at <= now:
        return await _refuse(request, form, Refused("past"))
    if at - now > take.LONGEST_SNOOZE:
        return await _refuse(request, form, Refused("too_long", n=take.LONGEST_SNOOZE.days))
    typist = asker(request)
    return await _act(request, form, "snoozed", lambda a: take.snooze(a, number, by, at, word, asker=typist))


async def comment(request: Request, form: Form) -> Response:
    """Add a note: a ready phrase, or words of their own."""
    number, by, phrase = number_in(request), me(request), form.get("phrase", "")
    say = words(language_of(request))
    word = say(f"desk.phrase.{phrase}") if phrase in NOTES else word_in(form)
    if not word:
        return await _refuse(request, form, Refused("no_word"))
    logged = bool(form.get("log")) and reader_of(request).may(Right.RECORD)
    typist = asker(request)
    return await _act(
        request, form, "commented", lambda a: take.comment(a, number, by, word, asker=typist, logged=logged)
    )


async def close(request: Request, form: Form) -> Response:
    """End it by hand, with a word on what was done."""
    number, by, word = number_in(request), me(request), word_in(form)
    if not word:
        return await _refuse(request, form, Refused("no_word"))
    return await _act(request, form, "closed", lambda a: take.close(a, number, by, word, asker=asker(request)))


async def make_task(request: Request, form: Form) -> Response:
    """Make a task of it, over or not: what is restored may still have to be repaired."""
    number, station = number_in(request), office_of(request).station
    case = await _read(request, number)
    try:
        await open_by(request, form, station, number, case.board.zone(case.alert.site))
    except RecordRefused as why:
        return await _refuse(request, form, why)
    return back(form, f"/alerts/{number}", done="tasked", n=number)


async def _act(request: Request, form: Form, done: str, action: Callable[..., Awaitable[Alert]]) -> Response:
    number = number_in(request)
    try:
        await action(office_of(request).station)
    except NightdutyError as error:
        return await _refuse(request, form, await _why(request, number, done, error))
    return back(form, f"/alerts/{number}", done=done, n=number)


async def _why(request: Request, number: int, done: str, error: NightdutyError) -> Refused | RecordRefused:
    """Say in the reader's words why it was not done, from how the alert stands now."""
    if isinstance(error, RecordRefused):
        return error
    line = stand((case := await _read(request, number)).alert, case.board)
    if not line.alert.open:
        return Refused("over")
    if done == "taken" and line.alert.taken_by not in ("", me(request)):
        return Refused("forestalled", person=line.who)
    if done == "given_back" and not line.alert.taken_by:
        return Refused("nobody_has")
    return Refused("not_told" if done == "handed" else "changed", why=error)


async def _refuse(request: Request, form: Form, why: Refused | RecordRefused) -> Response:
    response = await _page(request, number_in(request), why, form)
    response.status_code = 409
    return response


async def _read(request: Request, number: int) -> Case:
    try:
        return await read_case(office_of(request).station, number)
    except NotFound:
        raise HTTPException(404) from None


async def _page(
    request: Request, number: int, refused: Refused | RecordRefused | None = None, typed: Form | None = None
) -> Response:
    office, case = office_of(request), await _read(request, number)
    line, roster = stand(case.alert, case.board), await office.alerts.roster()
    entries, earlier = story(case)
    below = dependents(case.alert.key[0], case.board.targets)
    say, zone = words(language_of(request)), case.board.zone(case.alert.site)
    made = await read_tasks_of(office.station, number)
    voice = voice_of(case.board, say.language).by(zone)
    trying = request.url.path.rpartition("/")[2] if refused else ""
    return await page(
        request,
        "alert.html",
        case.board,
        board=case.board,
        line=line,
        alert=case.alert,
        target=line.target,
        entries=entries,
        earlier=earlier,
        below=below[:MOST_DEPENDENTS],
        below_all=len(below),
        roster=roster,
        on_duty=_on_duty(roster, case.alert.site),
        others=_others(case, roster, me(request)),
        mine=case.alert.taken_by == me(request),
        step=say_next(case.alert.finding, say),
        lasted=say_length((case.alert.resolved or case.board.now) - case.alert.opened, say),
        told=lambda event: known(f"desk.told.{event}", event, say),
        error=lambda code: known(f"message.result.{code}", code, say),
        reason=lambda code: say(code) if code in say else "",
        now_field=as_field(case.board.now, zone),
        trying=trying,
        handled=await handled_now(office.station, say),
        tasks=made,
        task_typed=typed_in(typed or {}) if trying == "task" else _task_of(case, voice),
        priorities=[priority.value for priority in Priority],
        raise_url=_raise_url(rule_of(office.station, case.alert), case.alert),
        plots=await draw(office.station, case.alert, voice),
        silence_url="/silences?" + _query(target=case.alert.key[0], check=case.alert.key[1]) + "#new",
        roster_url=_roster_url(request, case.alert),
        back=f"/alerts/{number}",
        done=_done(request, line, tasked=bool(made.open or made.closed)),
        refused=_said(refused, say) if refused else "",
        typed=typed or {},
    )


def _said(refused: Refused | RecordRefused, say: Say) -> str:
    code = refused.code if isinstance(refused, RecordRefused) else f"desk.refused.{refused.code}"
    return say(code, **refused.fields)


def _task_of(case: Case, voice: Voice) -> dict[str, str]:
    """Return what the form of a task made of an alert begins with."""
    what = voice.say("cli.pair", name=case.alert.key[0], text=voice.wrong(case.alert))
    return typed_in({"title": what[:LONGEST_TITLE], "owner": case.alert.taken_by})


def _done(request: Request, line: Line, *, tasked: bool) -> str:
    """Return what was done last, as far as the alert still shows it: an address alone makes nothing true."""
    code, mine = request.query_params.get("done", ""), line.alert.taken_by == me(request)
    holds = {"taken": mine, "given_back": not line.alert.taken_by, "closed": not line.alert.open, "tasked": tasked}
    return code if code in DONE and holds.get(code, True) else ""


def _on_duty(roster: Roster, site: str) -> list[tuple[str, str, str]]:
    """Return who is on duty at a site: the post, the title and the number to ring."""
    return [
        (held.post.value, roster.titles.get(shift.person, shift.person), roster.phones.get(shift.person, ""))
        for held in roster.posts
        if held.site == site
        for shift in held.now
    ]


def _others(case: Case, roster: Roster, mine: str) -> list[tuple[str, str]]:
    """Return to whom it can be handed: whoever may stand on the roster, those on duty first."""
    here = {shift.person for held in roster.posts for shift in held.now}
    there = [
        person
        for person in case.board.people.values()
        if person.name in roster.titles and person.name != mine and set(person.posts) & set(ROSTERED)
    ]
    return [(p.name, p.title or p.name) for p in sorted(there, key=lambda p: (p.name not in here, p.title or p.name))]


def _raise_url(rule: Rule | None, alert: Alert) -> str:
    """Return where the limit behind an alert can be raised for a while; "" where no limit of ours is behind it."""
    if alert.source or rule is None or rule.kind not in KINDS:
        return ""
    asked = _query(parameter=rule.parameter, instance=alert.key[2])
    return f"{target_url(alert.key[0])}?{asked}#limit"


def _roster_url(request: Request, alert: Alert) -> str:
    """Return where somebody is found for the time that an alert about the roster is of; "" for any other alert."""
    orders = office_of(request).station.orders
    gap = gap_of(alert, orders.zone_of(alert.key[0]))
    if gap is None or not alert.open:
        return ""
    if not reader_of(request).may(Right.ROSTER) or gap.site not in orders.sites:
        return PAGE
    night = Night(*orders.night, orders.zone_of(gap.site).key)
    return gap_url(gap, night, office_of(request).station.clock.now())


def _query(**asked: str) -> str:
    # A device's name may hold half a character, which no address can.
    return urlencode(asked, errors="replace")
