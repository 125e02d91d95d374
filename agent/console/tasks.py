"""Tasks: what is open, whose it is, by when, for how many shifts; one is opened, changed, closed or opened again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.alert_lines import LONGEST_NUMBER
from agent.console.desk import asker, back, me, number_in, office_of, reader_of, word_in
from agent.console.render import language_of, page
from agent.console.when import as_field, moment
from agent.services import task
from agent.services.station import Station
from agent.services.task_board import TaskBoard, read_tasks
from duty.errors import NotFound, RecordRefused
from duty.tasks import Plan, Priority, Task
from exporters.words import words

PAGE: Final = "/tasks"
FIELDS: Final = ("title", "site", "owner", "due", "priority", "done", "next", "needs", "word", "seen")
LONGEST_FIELD: Final = 500
DONE: Final = ("opened", "changed", "closed", "reopened")

Form = Mapping[str, str]


async def show(request: Request) -> Response:
    """Show the open tasks; ``?show=mine`` only the reader's, ``?edit=7`` opens one to be changed or closed."""
    return await _page(request)


async def make(request: Request, form: Form) -> Response:
    """Open one by hand."""
    return await _act(request, form, "opened", None, lambda station: open_by(request, form, station))


async def change(request: Request, form: Form) -> Response:
    """Change one."""
    number, by, seen = number_in(request), me(request), form.get("seen", "")

    async def changed(station: Station) -> Task:
        before = await read_one(station, number)
        plan = plan_in(form, station.orders.zone_of(before.site).key)
        return await task.change_task(station, number, by, plan, seen=seen, asker=asker(request))

    return await _act(request, form, "changed", number, changed)


async def close(request: Request, form: Form) -> Response:
    """Close one, with a word."""
    number, by, word = number_in(request), me(request), word_in(form)
    typist = asker(request)
    return await _act(request, form, "closed", number, lambda s: task.close_task(s, number, by, word, asker=typist))


async def reopen(request: Request, form: Form) -> Response:
    """Open a closed one again."""
    number, by = number_in(request), me(request)
    typist = asker(request)
    return await _act(request, form, "reopened", number, lambda s: task.reopen_task(s, number, by, asker=typist))


async def open_by(request: Request, form: Form, station: Station, alert: int | None = None, zone: str = "") -> Task:
    """Open the task that a form describes. Raises RecordRefused."""
    site = form.get("site", "")
    plan = plan_in(form, zone or station.orders.zone_of(site).key)
    return await task.open_task(station, me(request), plan, site=site, alert=alert, asker=asker(request))


def plan_in(form: Form, zone: str) -> Plan:
    """Return the plan that a form describes, its times by a site's clock. RecordRefused where a time is none."""
    due = moment(form["due"], zone) if form.get("due") else None
    if form.get("due") and due is None:
        raise task.refused("no_time")
    asked = form.get("priority", "")
    return Plan(
        title=word_in(form, "title"),
        owner=form.get("owner", ""),
        due=due,
        priority=Priority(asked) if asked in list(Priority) else Priority.NORMAL,
        done=word_in(form, "done"),
        next=word_in(form, "next"),
        needs=word_in(form, "needs"),
    )


def typed_in(form: Form) -> dict[str, str]:
    """Return what was typed, to be shown again."""
    return {name: form.get(name, "")[:LONGEST_FIELD] for name in FIELDS}


def typed_of(one: Task, zone: str) -> dict[str, str]:
    """Return what a task's form begins with."""
    plan, due = one.plan, "" if one.due is None else as_field(one.due, zone)
    texts = {"title": plan.title, "owner": plan.owner, "done": plan.done, "next": plan.next, "needs": plan.needs}
    return {**typed_in({}), **texts, "due": due, "priority": plan.priority.value, "seen": plan.mark}


async def read_one(station: Station, number: int) -> Task:
    """Return a task. HTTPException 404 where there is none of this number."""
    try:
        return await task.read_task(station, number)
    except NotFound:
        raise HTTPException(404) from None


async def _act(
    request: Request, form: Form, done: str, number: int | None, action: Callable[[Station], Awaitable[Task]]
) -> Response:
    try:
        made = await action(office_of(request).station)
    except NotFound:
        raise HTTPException(404) from None
    except RecordRefused as why:
        response = await _page(request, why, form, number)
        response.status_code = 409
        return response
    return back(form, PAGE, done=done, n=made.number)


async def _page(
    request: Request, refused: RecordRefused | None = None, form: Form | None = None, number: int | None = None
) -> Response:
    board, visitor = await read_tasks(office_of(request).station), reader_of(request)
    say, asked = words(language_of(request)), request.query_params
    edited = _edited(board, asked.get("edit", "") if number is None else str(number))
    mine = asked.get("show") == "mine"
    typed = typed_in(form or {})
    if edited is not None and (form is None or "title" not in form):
        typed = typed_of(edited, board.zone(edited.site)) | {"word": typed["word"]}
    elif edited is not None and refused is not None and refused.code.endswith(".changed"):
        # What somebody else wrote stands above the form now, so that to send it again is to have seen it.
        typed["seen"] = edited.plan.mark
    return await page(
        request,
        "tasks.html",
        board,
        board=board,
        found=[one for one in board.open if not mine or one.owner == me(request) or one == edited],
        mine=mine,
        mine_many=sum(one.owner == me(request) for one in board.open),
        late=sum(one.overdue(board.now) for one in board.open),
        edited=edited,
        typed=typed,
        typed_none=typed_in({}),
        lost=_lost(typed) if number is not None and edited is None else (),
        site=typed["site"] or board.site_of(visitor.person),
        priorities=[priority.value for priority in Priority],
        refused=say(refused.code, **refused.fields) if refused else "",
        # A form that was refused stands open: the one of a task, else the one of a new one.
        renew=refused is not None and number is None,
        done=_done(asked, board),
        now_field=lambda site: as_field(board.now, board.zone(site)),
        back=PAGE + ("?show=mine" if mine else ""),
    )


def _lost(typed: Form) -> list[str]:
    """Return what somebody wrote of a task that was closed in the meantime, so that they have it still."""
    return [typed[name] for name in ("done", "next", "needs", "word") if typed[name]]


def _edited(board: TaskBoard, asked: str) -> Task | None:
    return next((one for one in board.open if str(one.number) == asked), None)


def _done(asked: Mapping[str, str], board: TaskBoard) -> tuple[str, Task] | None:
    """Return what was done last, as far as it is so: an address alone makes nothing true."""
    code, number = asked.get("done", ""), asked.get("n", "")[:LONGEST_NUMBER]
    among = board.closed if code == "closed" else board.open
    one = next((each for each in among if str(each.number) == number), None)
    return (code, one) if code in DONE and one is not None else None
