"""Who may send traps: the addresses that targets have now."""

from __future__ import annotations

from agent.services.trap_sources import Sources
from config.build_traps import TrapSender
from duty.errors import CollectError


def sender(target: str, *addresses: str, community: bytes = b"public") -> TrapSender:
    return TrapSender(target, addresses, frozenset({community}), ())


class Book:
    """A resolver that knows some names."""

    def __init__(self, **known: str) -> None:
        self.known = known

    async def find(self, name: str, *, budget: float) -> str:
        """Return the address of a name."""
        if name[0].isdigit():
            return name
        if name not in self.known:
            raise CollectError("name_not_found", name)
        return self.known[name]


async def test_a_target_with_a_name_is_known_by_the_address_that_it_has_now() -> None:
    book = Book(core="10.0.0.1")
    sources = Sources([sender("core", "core")], book.find)
    assert sources.by_address == {}
    await sources.resolve()
    assert sources.by_address["10.0.0.1"].targets == ("core",)
    book.known = {"core": "10.0.0.9"}
    await sources.resolve()
    assert list(sources.by_address) == ["10.0.0.9"]


async def test_a_resolver_that_does_not_answer_takes_nobody_away() -> None:
    book = Book(core="10.0.0.1")
    sources = Sources([sender("core", "core"), sender("access", "10.0.0.2")], book.find)
    await sources.resolve()
    book.known = {}
    await sources.resolve()
    assert sorted(sources.by_address) == ["10.0.0.1", "10.0.0.2"]


async def test_a_target_that_is_gone_from_the_settings_may_send_no_more() -> None:
    sources = Sources([sender("core", "10.0.0.1"), sender("access", "10.0.0.2")], Book().find)
    await sources.resolve()
    sources.settle([sender("access", "10.0.0.2")])
    await sources.resolve()
    assert list(sources.by_address) == ["10.0.0.2"]


async def test_of_an_address_with_two_targets_a_trap_is_about_both() -> None:
    sources = Sources([sender("a", "10.0.0.1"), sender("b", "10.0.0.1", community=b"other")], Book().find)
    await sources.resolve()
    assert sources.by_address["10.0.0.1"].targets == ("a", "b")
    assert sources.by_address["10.0.0.1"].communities == {b"public", b"other"}


async def test_each_address_has_its_own_rate_and_a_reload_gives_none_back() -> None:
    sources = Sources([sender("core", "10.0.0.1")], Book().find)
    await sources.resolve()
    source = sources.by_address["10.0.0.1"]
    assert [source.may_send(100.0, 2) for _ in range(11)].count(True) == 10
    await sources.resolve()
    assert not sources.by_address["10.0.0.1"].may_send(100.0, 2)
    assert sources.by_address["10.0.0.1"].may_send(100.5, 2), "two a second"
