"""Where a channel may connect to."""

from __future__ import annotations

import pytest

from duty.errors import NotifyError
from exporters.notify.addresses import forbidden, resolve
from exporters.notify.aside import Aside


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("169.254.169.254", id="metadata of most clouds"),
        pytest.param("::ffff:169.254.169.254", id="the same, mapped"),
        pytest.param("64:ff9b::a9fe:a9fe", id="the same, by NAT64"),
        pytest.param("2002:a9fe:a9fe::1", id="the same, by 6to4"),
        pytest.param("100.100.100.200", id="metadata of Alibaba"),
        pytest.param("168.63.129.16", id="Azure's"),
        pytest.param("fd00:ec2::254", id="AWS by IPv6"),
        pytest.param("fe80::1", id="link-local"),
        pytest.param("fe80::1%eth0", id="link-local with its zone"),
        pytest.param("169.254.1.1", id="link-local of IPv4"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("0.0.0.0", id="no address"),
        pytest.param("::", id="no address of IPv6"),
    ],
)
@pytest.mark.parametrize("private", [False, True], ids=["outside", "own network"])
def test_never(address: str, private: bool) -> None:
    assert forbidden(address, private=private) != ""


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "fd12::1", "100.64.0.1"],
)
def test_only_where_the_settings_allow_it(address: str) -> None:
    assert "private: true" in forbidden(address, private=False)
    assert forbidden(address, private=True) == ""


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_the_world_is_open(address: str) -> None:
    assert forbidden(address, private=False) == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "127.1"])
async def test_a_number_written_otherwise_is_the_same_address(host: str) -> None:
    with pytest.raises(NotifyError, match="address_forbidden") as caught:
        await resolve(host, Aside(), private=False, within=5)
    assert caught.value.permanent


async def test_one_forbidden_address_among_good_ones_is_a_bent_name() -> None:
    with pytest.raises(NotifyError, match="address_forbidden: 10"):
        await resolve("bent.example", Aside(), private=False, within=5, look=lambda host: ["8.8.8.8", "10.0.0.1"])


async def test_a_name_that_leads_nowhere_is_not_found() -> None:
    with pytest.raises(NotifyError, match=r"name_not_found: empty\.example"):
        await resolve("empty.example", Aside(), private=False, within=5, look=lambda host: [])
