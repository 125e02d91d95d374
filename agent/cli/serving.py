"""Commands of the service: run, reload, check-config."""

from __future__ import annotations

import asyncio

from agent import daemon
from agent.cli.options import SettingsFile
from config.load import check


def run(config: SettingsFile) -> None:
    """Go on duty: run the agent until it is told to stop."""
    asyncio.run(daemon.run(config))


def check_config(config: SettingsFile) -> None:
    """Check the settings file; every mistake is named with its line."""
    targets = check(config).targets
    print(f"{config}: well; {len(targets)} targets, {sum(target.key for target in targets)} of them key equipment")


COMMANDS = (run, check_config)
