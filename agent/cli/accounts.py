"""Commands on accounts and screens: account add, passwd, posts, disable, enable, list; account screen add, revoke."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from agent import bootstrap
from agent.cli.account_sayings import print_listed
from agent.cli.options import AsJson, Language, SettingsFile, paper
from agent.cli.reach import find_daemon
from agent.cli.sayings import zone_of
from agent.clock import SteadyClock
from agent.control.account_verbs import AccountVerbs
from agent.control.client import answer
from agent.control.server import Asked
from agent.control.wire import typed
from agent.services.accounts import Listed
from config.load import load
from duty.people import Post
from exporters.words import words

app = typer.Typer(name="account", help="Who may sign in to the console, and which screens are let in.")
screen = typer.Typer(name="screen", help="Screens on the wall: they show Tonight without anybody signed in.")
app.add_typer(screen)

Name = Annotated[str, typer.Argument(help="The account's name; a person's own name where it is a person's account.")]
Screen = Annotated[str, typer.Argument(help="What the screen is called.")]
Posts = Annotated[
    list[Post] | None, typer.Option("--post", help="What the account may do; several times for several posts.")
]


def add(
    name: Name,
    config: SettingsFile,
    lang: Language,
    posts: Posts = None,
    person: Annotated[
        str, typer.Option("--person", help="Whose it is, as the settings call them; else who has its name.")
    ] = "",
) -> None:
    """Make an account. Its first password is written into a file, and changed when it is used first."""
    path = _told(config, "account_add", name=name, posts=[post.value for post in posts or ()], person=person)
    print(words(lang)("accounts.first_password", account=name, file=path))


def passwd(name: Name, config: SettingsFile, lang: Language) -> None:
    """Give an account a new first password, and end all that is signed in on it."""
    path = _told(config, "account_passwd", name=name)
    print(words(lang)("accounts.first_password", account=name, file=path))


def posts(name: Name, config: SettingsFile, lang: Language, posts: Posts = None) -> None:
    """Say anew what an account may do; who is signed in on it signs in once more."""
    _told(config, "account_posts", name=name, posts=[post.value for post in posts or ()])
    print(words(lang)("accounts.changed", account=name))


def disable(name: Name, config: SettingsFile, lang: Language) -> None:
    """Close an account at once, with all that is signed in on it."""
    _told(config, "account_disable", name=name)
    print(words(lang)("accounts.closed", account=name))


def enable(name: Name, config: SettingsFile, lang: Language) -> None:
    """Open an account again, under the password that it had."""
    _told(config, "account_disable", name=name, again=True)
    print(words(lang)("accounts.opened", account=name))


def list_all(config: SettingsFile, lang: Language, as_json: AsJson = False) -> None:
    """List the accounts and the screens."""
    told = _told(config, "account_list")
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print_listed(paper(), typed(Listed, told), SteadyClock().now(), zone_of(load(config).sites), lang)


def screen_add(name: Screen, config: SettingsFile, lang: Language) -> None:
    """Let a screen in, and print the address to open on it once."""
    token = _told(config, "screen_add", name=name)
    console = load(config).console
    public = console.public_url or f"http{'s' if console.tls_certificate else ''}://{console.listen}"
    print(words(lang)("accounts.screen_address", screen=name, address=f"{public}/screen/{token}"))


def screen_revoke(name: Screen, config: SettingsFile, lang: Language) -> None:
    """Let a screen in no more."""
    _told(config, "screen_revoke", name=name)
    print(words(lang)("accounts.screen_closed", screen=name))


def _told(config: Path, verb: str, **args: object) -> Any:
    """Have the daemon do something, or do it in the record ourselves where none runs, and return the answer."""
    return asyncio.run(_do(config, verb, args))


async def _do(config: Path, verb: str, args: dict[str, object]) -> Any:
    path = await find_daemon(config)
    if path is not None:
        return await answer(path, verb, **args)
    settings = load(config)
    store = bootstrap.open_store(settings)
    try:
        station = await bootstrap.make_station(settings, SteadyClock(), store)
        verbs = AccountVerbs(bootstrap.make_door(settings, station)).verbs
        # The daemon's own verbs, asked by whoever types this: that they may write here was seen by opening it.
        said = [message async for message in verbs[verb](Asked(args, f"uid:{os.getuid()}"))]
        await station.looker.close()
    finally:
        store.close()
    return said[-1]["answer"]


for command in (add, passwd, posts, disable, enable):
    app.command()(command)
app.command("list")(list_all)
screen.command("add")(screen_add)
screen.command("revoke")(screen_revoke)
