"""Freeze the escalation policy into alerts as they open: what is in force then is in force for them until their end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import policies
from duty.alerts import Alert
from duty.escalation import EscalationPolicy


class Freezer:
    """Freezes in one transaction: each content is written once, so that 1,000 alerts are a few queries more."""

    def __init__(self, conn: Connection, agent: str, orders: Orders) -> None:
        self._conn = conn
        self._agent = agent
        self._orders = orders
        self._kept: dict[tuple[str, tuple[bool, ...]], str] = {}

    def frozen(self, alert: Alert) -> Alert:
        """Return an alert with the policy by which it goes on."""
        policy = self._orders.policy(alert.site)
        # Of a site, what can concern an alert differs by the rules that can ever fit it.
        which = (alert.site, tuple(rule.which.ever(alert) for rule in policy.rules))
        if which not in self._kept:
            self._kept[which] = policies.put_policy(self._conn, self._agent, policy.of(alert))
        return replace(alert, policy=self._kept[which])


class Frozen:
    """The policies by which open alerts go on; one from before policies were kept goes by the one in force."""

    def __init__(self, orders: Orders, kept: Mapping[str, EscalationPolicy]) -> None:
        self._orders = orders
        self._kept = kept

    def of(self, alert: Alert) -> EscalationPolicy:
        """Return the policy of an alert."""
        return self._kept.get(alert.policy) or self._orders.policy(alert.site)


def read_frozen(conn: Connection, agent: str, orders: Orders, alerts: Iterable[Alert]) -> Frozen:
    """Read the policies of alerts, each once."""
    digests = {alert.policy for alert in alerts if alert.policy}
    return Frozen(orders, policies.load_policies(conn, agent, digests))
