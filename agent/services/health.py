"""The channels' health as the deliverer knows it; the log hears of it when one begins to fail, and works again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from duty import channels
from duty.channels import ChannelState
from duty.errors import NotifyError

log = logging.getLogger(__name__)

ONE_ADDRESS: Final = ("address_wrong", "address_forbidden")
"""Codes of a NotifyError that say nothing of the channel: it was not even asked."""


class Health:
    """What is known of each channel, and how much of it is written down."""

    def __init__(self, states: Mapping[str, ChannelState]) -> None:
        self._known = dict(states)
        self._written = dict(states)

    def accepted(self, name: str, now: datetime) -> None:
        """Note that a channel accepted something."""
        before = self._of(name)
        if before.failing_since is not None:
            log.info("channel %s accepts again", name)
        self._known[name] = channels.accepted(before, now)

    def failed(self, name: str, error: NotifyError, now: datetime) -> None:
        """Note that a channel did not accept something."""
        if error.code in ONE_ADDRESS:
            return
        before = self._of(name)
        if before.failing_since is None:
            log.error("channel %s does not accept: %s", name, error)
        self._known[name] = channels.failed(before, error.code, now)

    def tested(self, name: str, result: str, at: datetime) -> None:
        """Note that a test began at ``at``, and what came of it."""
        self._known[name] = channels.tried(self._of(name), result, at)

    def news(self, name: str) -> ChannelState | None:
        """Return what is to be written down of a channel, None while nothing is."""
        known = self._of(name)
        return known if known != self._written.get(name, ChannelState(name)) else None

    def written(self, state: ChannelState | None) -> None:
        """Note that this is written down."""
        if state is not None:
            self._written[state.name] = state

    def _of(self, name: str) -> ChannelState:
        return self._known.get(name, ChannelState(name))
