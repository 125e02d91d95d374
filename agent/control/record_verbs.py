"""What the command line can write into the record of the night, and read of it: the duty log, tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from agent.control.alert_verbs import acting
from agent.control.roster_verbs import moment
from agent.control.server import Asked, Verb
from agent.services import task
from agent.services.station import Station
from agent.services.task_board import TaskBoard, read_tasks
from agent.services.tour_log import TourLog, read_log
from agent.services.write_log import write_line
from duty.errors import NightdutyError, RecordRefused, RosterRefused
from duty.tasks import LONGEST_TEXT, Plan, Priority, Task
from exporters.words import LANGUAGES, Say, format_day, format_time, shown, words

Message = dict[str, Any]


class RecordVerbs:
    """The daemon's answers about what people write down, a method a verb; each is answered with lines of words."""

    def __init__(self, station: Station) -> None:
        self._station = station

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Every verb by its name."""
        return {
            "log": self.log,
            "log_write": self.log_write,
            "tasks": self.tasks,
            "task_add": self.task_add,
            "task_close": self.task_close,
        }

    async def log(self, asked: Asked) -> AsyncIterator[Message]:
        """The duty log of this tour of a site."""
        yield {"answer": _log_lines(await read_log(self._station, site=self._site(asked)), _say(asked))}

    async def log_write(self, asked: Asked) -> AsyncIterator[Message]:
        """Write a line into the duty log."""
        by, site = await acting(self._station, asked), self._site(asked)
        zone = self._station.orders.zone_of(site)
        with _worded(asked):
            at = moment(asked.text("at"), zone) if "at" in asked.args else None
            made = await write_line(self._station, by, site, _text(asked, "text"), at, asker=asked.actor)
        clock = format_time(made.at, self._station.clock.now(), zone, _say(asked))
        yield {"answer": [_say(asked)("duty_log.written", clock=clock)]}

    async def tasks(self, asked: Asked) -> AsyncIterator[Message]:
        """The open tasks."""
        board, say = await read_tasks(self._station), _say(asked)
        yield {"answer": [_task_line(one, board, say) for one in board.open] or [say("tasks.none")]}

    async def task_add(self, asked: Asked) -> AsyncIterator[Message]:
        """Open a task."""
        by, site = await acting(self._station, asked), self._site(asked)
        zone = self._station.orders.zone_of(site)
        with _worded(asked):
            due = moment(asked.text("due"), zone) if "due" in asked.args else None
            plan = Plan(_text(asked, "title"), asked.text("owner"), due, _priority(asked))
            made = await task.open_task(self._station, by, plan, site=site, asker=asked.actor)
        yield {"answer": [_done("opened", made, _say(asked))]}

    async def task_close(self, asked: Asked) -> AsyncIterator[Message]:
        """Close a task."""
        by = await acting(self._station, asked)
        with _worded(asked):
            word, number = _text(asked, "word"), asked.number("number")
            made = await task.close_task(self._station, number, by, word, asker=asked.actor)
        yield {"answer": [_done("closed", made, _say(asked))]}

    def _site(self, asked: Asked) -> str:
        """Return the site that is named; it may be left out where there is one."""
        sites = self._station.orders.sites
        name = asked.args.get("site") or (next(iter(sites)) if len(sites) == 1 else "")
        if name not in sites:
            raise NightdutyError(f"name the site; there are: {', '.join(sites)}")
        return str(name)


@contextmanager
def _worded(asked: Asked) -> Iterator[None]:
    """Say a refusal in the words of who asks."""
    try:
        yield
    except RecordRefused as why:
        raise NightdutyError(_say(asked)(why.code, **why.fields)) from None
    except RosterRefused as why:
        # A time that is none.
        raise NightdutyError(_say(asked)(f"roster_refused.{why.code}")) from None


def _say(asked: Asked) -> Say:
    language = asked.args.get("lang")
    return words(language if language in LANGUAGES else LANGUAGES[0])


def _text(asked: Asked, name: str) -> str:
    return shown(" ".join(asked.text(name).split()), LONGEST_TEXT)


def _priority(asked: Asked) -> Priority:
    try:
        return Priority(asked.text("priority"))
    except ValueError:
        raise NightdutyError(f"there are the priorities {', '.join(Priority)}") from None


def _log_lines(log: TourLog, say: Say) -> list[str]:
    """Return the log as it is printed, oldest first, the day where it begins."""
    zone, day, lines = ZoneInfo(log.zone), "", []
    for line in log.lines:
        if (that := format_day(line.at, log.now, zone, say)) != day:
            lines.append(day := that)
        clock = format_time(line.at, line.at, zone, say)
        lines.append(f"  {clock}  " + say("cli.aside", text=shown(line.text, LONGEST_TEXT), aside=log.title(line.by)))
    return lines or [say("duty_log.none")]


def _task_line(one: Task, board: TaskBoard, say: Say) -> str:
    now, zone = board.now, ZoneInfo(board.zone(one.site))
    due = say("tasks.no_due") if one.due is None else format_time(one.due, now, zone, say)
    carried = board.carried.get(one.number, 0)
    parts = [
        say("cli.pair", name=say("tasks.owner"), text=board.title(one.owner) if one.owner else say("tasks.nobody")),
        say("cli.pair", name=say("tasks.due"), text=due),
        *([say("tasks.overdue")] if one.overdue(now) else []),
        *([say(f"tasks.priority.{one.priority}")] if one.priority is not Priority.NORMAL else []),
        say("tasks.carried", n=carried) if carried else say("tasks.new_here"),
    ]
    line = shown(one.title, LONGEST_TEXT)
    for part in parts:
        line = say("cli.and", first=line, second=part)
    return f"{_number(one, say)}  {line}"


def _done(code: str, one: Task, say: Say) -> str:
    return say(f"tasks.done_is.{code}", number=_number(one, say), title=one.title)


def _number(one: Task, say: Say) -> str:
    return say("tasks.number", n=f"{one.number:02d}")
