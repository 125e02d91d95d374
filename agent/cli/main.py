"""The command line: its commands, and what its exit status tells."""

from __future__ import annotations

import os
import sys

import typer

from agent.cli import (
    accounts,
    alerting,
    asking,
    discover,
    importing,
    incidents,
    keeping,
    look,
    plans,
    profiles,
    record,
    recording,
    replay,
    reviewing,
    rostering,
    serving,
)
from duty.errors import AlreadyRunning, NightdutyError, SettingsError

USAGE = 64
"""Wrong use (sysexits.h EX_USAGE); 0, 1 and 2 tell how the targets are."""
UNAVAILABLE = 69
SETTINGS = 78
RUNNING = 75

app = typer.Typer(
    name="nightduty",
    help="Inspect servers and network gear each hour, keep the records, raise what fails.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
PARTS = (
    *(serving, asking, look, discover, importing, record, replay),
    *(alerting, reviewing, rostering, recording, keeping),
)
for part in PARTS:
    for command in part.COMMANDS:
        app.command()(command)
app.add_typer(recording.app)
app.add_typer(accounts.app)
app.add_typer(profiles.app)
app.add_typer(plans.app)
app.add_typer(incidents.app)


def run(argv: list[str]) -> int:
    """Run one command and return its exit status. What went wrong is said in one line, never as a traceback."""
    try:
        status = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # A reader that has seen enough (`| head`) ends us quietly. Not by SIGPIPE: it would end the daemon as well,
        # with the first client that goes away before it has its answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _run(argv: list[str]) -> int:
    try:
        status = app(argv, prog_name="nightduty", standalone_mode=False)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return 130
    except typer.TyperException as error:
        said = error.format_message()
        print(said if "\n" in said else f"{said.rstrip('.')}; see nightduty --help", file=sys.stderr)
        return USAGE
    except SettingsError as error:
        return _say(error, SETTINGS)
    except AlreadyRunning as error:
        return _say(error, RUNNING)
    except NightdutyError as error:
        return _say(error, UNAVAILABLE)
    except KeyboardInterrupt:
        return 130
    return status if isinstance(status, int) else 0


def _say(error: NightdutyError, status: int) -> int:
    print(error, file=sys.stderr)
    return status
