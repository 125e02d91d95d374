"""A survey asks each address once and tells of it; what the settings have already is known by its address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.services.survey import addresses_known, survey
from collectors.snmp.survey import Surveyor, Way
from config.load import parse
from config.profiles import load_profiles
from config.schema import SnmpCredential
from duty.discovery import Found, Unmet
from duty.errors import CollectError
from tests.collectors.snmp.test_survey import Network, silence

CREDENTIAL = SnmpCredential()
WAY = Way(161, timedelta(seconds=1), 1)
SETTINGS = """
sites: {a: {zone: UTC}}
credentials: {c: {community: env:C}}
targets:
  - {kind: snmp, name: by-name, address: localhost, credential: c}
  - {kind: snmp, name: elsewhere, address: 10.0.0.2, port: 1161, credential: c}
  - {kind: snmp, name: gone, address: no-such-name.invalid, credential: c}
  - {kind: snmp, name: both, address: 10.0.0.3, credential: c}
  - {kind: icmp, name: both-ping, address: 10.0.0.3}
  - {kind: icmp, name: ping, address: "2001:DB8::1"}
  - {kind: tcp, name: port, address: 10.0.0.4, port: 22}
"""


async def test_all_are_asked_and_told_of_in_their_order() -> None:
    network = Network("1.3.6.1.2.1.1.5.0|4|core-1\n", takes=CREDENTIAL)
    told: list[Found | Unmet] = []
    addresses = [f"10.0.0.{number}" for number in range(1, 30)]
    came = await survey(Surveyor(network, silence, load_profiles(), {"c": CREDENTIAL}, WAY), addresses, 4, told.append)
    assert [each.name for each in came.found] == ["core-1"]
    assert list(came.unmet) == addresses[1:]
    assert len(told) == len(addresses)


async def test_a_credential_that_cannot_be_read_ends_it() -> None:
    class Unread(Network):
        async def fetch(self, *args: object, **kwargs: object) -> None:
            raise CollectError("not_permitted", "no such secret")

    asking = Surveyor(Unread("", takes=CREDENTIAL), silence, {}, {"c": CREDENTIAL}, WAY)
    with pytest.raises(CollectError, match="no such secret"):
        await survey(asking, ["10.0.0.1", "10.0.0.2"], 2, lambda met: None)


async def test_targets_are_known_by_where_their_names_lead() -> None:
    known = dict(await addresses_known(parse(SETTINGS, "f"), 161))
    assert known.pop("127.0.0.1", "") or known.pop("::1") == "by-name"
    assert known == {"10.0.0.3": "both", "2001:db8::1": "ping"}
