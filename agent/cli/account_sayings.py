"""Accounts and screens as they are printed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console

from agent.services.accounts import AccountLine, Listed
from exporters.words import Say, format_time, words


def print_listed(out: Console, listed: Listed, now: datetime, zone: ZoneInfo, language: str) -> None:
    """Print each account with what it may do, then each screen with when it was let in."""
    say = words(language)
    for account in listed.accounts:
        out.print(_account(account, say), style="dim" if account.disabled else None, markup=False)
    if not listed.accounts:
        out.print(say("accounts.none"))
    for screen in listed.screens:
        made = say("accounts.screen", screen=screen.name, clock=format_time(screen.created, now, zone, say))
        line = say("cli.and", first=made, second=say("accounts.revoked")) if screen.revoked else made
        out.print(line, style="dim" if screen.revoked else None, markup=False)


def _account(account: AccountLine, say: Say) -> str:
    parts = [say(f"post.{post}") for post in account.posts]
    if account.person and account.person != account.name:
        parts.append(say("accounts.of", person=account.person))
    if account.disabled:
        parts.append(say("accounts.is_closed"))
    elif account.unchanged:
        parts.append(say("accounts.unchanged"))
    line = parts[0] if parts else say("value.unknown")
    for part in parts[1:]:
        line = say("cli.and", first=line, second=part)
    return say("cli.pair", name=account.name, text=line)
