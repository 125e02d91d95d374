"""Commands on alerts: alerts, ack, give-back, snooze, comment, roster, notify."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli import alert_sayings
from agent.cli.options import AsJson, Language, SettingsFile, paper
from agent.cli.reach import alert_reading, find_daemon
from agent.clock import SteadyClock
from agent.control.client import RemoteAlerts, answer
from agent.control.wire import plain, typed
from agent.services.alert_list import AlertEntry, Roster
from agent.services.try_channel import Tried
from config.units import duration
from duty.errors import NightdutyError
from exporters.words import words

REFUSED = 1
NEWEST = 50
LAST = 2**63 - 1


def _number(text: str) -> int:
    """Read an alert's number as the messages write it (A07) or as it is."""
    if not re.fullmatch(r"[Aa]?[0-9]{1,19}", text) or not 1 <= (number := int(text.lstrip("Aa"))) <= LAST:
        raise typer.BadParameter(f"{text} is no alert's number; `nightduty alerts` lists them")
    return number


def _length(text: str) -> timedelta:
    try:
        return duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no duration; write 90m, 2h or 1d") from error


Number = Annotated[int, typer.Argument(parser=_number, metavar="NUMBER", help="The alert's number, like A07 or 7.")]
As = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="In whose name, as the settings call them; else the account.")
]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="A word for whoever reads it later.")]


def alerts(
    config: SettingsFile,
    lang: Language,
    number: Annotated[
        int | None,
        typer.Argument(parser=_number, metavar="[NUMBER]", help="Only this one, with all that happened to it."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=f"The newest {NEWEST}, those that are over as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the open alerts, worst first, and who has them."""

    async def listed() -> tuple[tuple[AlertEntry, ...], bool]:
        async with alert_reading(config) as reader:
            entries = await reader.alerts(limit=NEWEST if every else None, number=number, timeline=number is not None)
            return entries, isinstance(reader, RemoteAlerts)

    entries, running = asyncio.run(listed())
    if as_json:
        print(json.dumps([plain(AlertEntry, entry) for entry in entries], ensure_ascii=False, indent=1))
        return
    say, out = words(lang), paper()
    if not running:
        out.print(say("cli.no_daemon"), style="bold yellow")
    alert_sayings.print_alerts(out, entries, SteadyClock().now(), lang)
    if not entries:
        out.print(say("alerting.none_yet") if every else say("alerting.nothing_open"))
    elif number is None:
        out.print(say("alerting.more"), style="dim")


def ack(number: Number, config: SettingsFile, lang: Language, by: As = None, note: Note = "") -> None:
    """Take an alert: you have it now, and nobody else is called for it."""
    _change(config, lang, "take", number, by, word=note)


def give_back(number: Number, config: SettingsFile, lang: Language, by: As = None, note: Note = "") -> None:
    """Give an alert back that was taken or put off: it calls for somebody again."""
    _change(config, lang, "give_back", number, by, word=note)


def snooze(
    number: Number,
    length: Annotated[timedelta, typer.Argument(parser=_length, metavar="DURATION", help="How long, like 30m or 2h.")],
    config: SettingsFile,
    lang: Language,
    by: As = None,
    note: Note = "",
) -> None:
    """Put an alert off: it stays in the list and calls nobody until then."""
    _change(config, lang, "snooze", number, by, word=note, minutes=length // timedelta(minutes=1))


def comment(
    number: Number,
    text: Annotated[str, typer.Argument(help="What to write into its timeline.")],
    config: SettingsFile,
    lang: Language,
    by: As = None,
) -> None:
    """Write a word into an alert's timeline."""
    _change(config, lang, "comment", number, by, word=text)


def roster(config: SettingsFile, lang: Language, as_json: AsJson = False) -> None:
    """Say who is on duty now, at each site and post, and who comes next."""

    async def held() -> Roster:
        async with alert_reading(config) as reader:
            return await reader.roster()

    found = asyncio.run(held())
    if as_json:
        print(json.dumps(plain(Roster, found), ensure_ascii=False, indent=1))
    else:
        alert_sayings.print_roster(paper(), found, lang)


def notify(
    test: Annotated[
        str, typer.Option("--test", metavar="PERSON|CHANNEL", help="Whom to send a test message, or by which channel.")
    ],
    config: SettingsFile,
    lang: Language,
    to: Annotated[str, typer.Option("--to", metavar="ADDRESS", help="Where on the channel; else the fallback's.")] = "",
) -> int:
    """Send a test message now and say what each channel answered. Exit status: 0 all accepted, 1 one was not."""
    tried = [typed(Tried, each) for each in tell(config, "notify_test", name=test, address=to)]
    alert_sayings.print_tried(paper(), tried, lang)
    return 0 if all(each.accepted for each in tried) else REFUSED


def _change(config: Path, lang: str, verb: str, number: int, by: str | None, **args: object) -> None:
    whose = {} if by is None else {"as": by}
    tell(config, verb, number=number, **whose, **args)

    async def changed() -> tuple[AlertEntry, ...]:
        async with alert_reading(config) as reader:
            return await reader.alerts(number=number)

    alert_sayings.print_alerts(paper(), asyncio.run(changed()), SteadyClock().now(), lang)


def tell(config: Path, verb: str, **args: object) -> Any:
    """Tell the daemon to do something and return its answer. NightdutyError where none runs."""

    async def told() -> Any:
        path = await find_daemon(config)
        if path is None:
            raise NightdutyError("no agent runs, and only it can do this; start it: systemctl start nightduty")
        return await answer(path, verb, **args)

    return asyncio.run(told())


COMMANDS = (alerts, ack, give_back, snooze, comment, roster, notify)
