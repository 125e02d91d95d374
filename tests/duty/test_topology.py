"""What hangs on what: who is whose neighbour, and the way from a root."""

from __future__ import annotations

import graphlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.topology import MOST_PARENTS, Links, Neighbour, Node, best_connected, far_ports, links, parents, parts

KEYS = [f"n{number}" for number in range(12)]


@st.composite
def networks(draw: st.DrawFn) -> Links:
    """Draw devices with links between them: rings, trees, islands, whatever."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1))
    pairs = draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys)), max_size=30))
    seen = {key: tuple(Neighbour(name=other) for one, other in pairs if one == key) for key in keys}
    return links([Node(key, name=key, neighbours=seen[key]) for key in keys])


@given(networks(), st.data())
def test_dependence_leads_to_a_root_and_never_in_a_circle(net: Links, data: st.DataObject) -> None:
    roots = data.draw(st.lists(st.sampled_from(sorted(net)), unique=True))
    found = parents(net, roots)
    graphlib.TopologicalSorter(found).prepare()
    assert found.keys() == net.keys()
    for key, above in found.items():
        assert set(above) <= set(net[key])
        assert not (key in roots and above)
        assert len(above) <= MOST_PARENTS
        while above:
            key, above = above[0], found[above[0]]
        assert key in roots or not found[key]


@given(networks(), st.data())
def test_who_can_be_reached_from_a_root_depends_on_somebody(net: Links, data: st.DataObject) -> None:
    root = data.draw(st.sampled_from(sorted(net)))
    part = next((part for part in parts(net) if root in part), (root,))
    found = parents(net, [root])
    assert {key for key, above in found.items() if above} == set(part) - {root}


@given(networks())
def test_the_same_network_gives_the_same_tree(net: Links) -> None:
    roots = [best_connected(net, part) for part in parts(net)]
    again = {key: net[key] for key in reversed(list(net))}
    assert parents(net, roots) == parents(again, roots)
    assert sorted(key for part in parts(net) for key in part) == sorted(key for key in net if net[key])
    assert all(key in net[other] for key in net for other in net[key])


def test_two_ways_of_one_length_are_two_parents() -> None:
    """Access switch on two aggregation switches: it falls silent only with both."""
    nodes = [
        Node("core", "core"),
        Node("agg-1", "agg-1", neighbours=(Neighbour(name="core"), Neighbour(name="agg-2"))),
        Node("agg-2", "agg-2", neighbours=(Neighbour(name="core"),)),
        Node("access", "access", neighbours=(Neighbour(name="agg-2"), Neighbour(name="agg-1"))),
    ]
    assert parents(links(nodes), ["core"]) == {
        "core": (), "agg-1": ("core",), "agg-2": ("core",), "access": ("agg-1", "agg-2"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(Neighbour(chassis="00:11:22:33:44:55"), id="by its chassis"),
        pytest.param(Neighbour(name="CORE-1.example.com"), id="by its name, in whatever case"),
        pytest.param(Neighbour(name="core-1"), id="by its name without the domain"),
        pytest.param(Neighbour(chassis="core-1.example.com"), id="by a name where the chassis should be"),
        pytest.param(Neighbour(addresses=("192.0.2.99", "10.0.0.1")), id="by one of its addresses"),
        pytest.param(Neighbour(chassis="00:11:22:33:44:55", name="other"), id="the chassis counts before the name"),
    ],
)
def test_a_neighbour_is_known_by_what_it_tells(seen: Neighbour) -> None:
    core = Node("core", "core-1.example.com", ("00:11:22:33:44:55",), ("10.0.0.1",))
    other = Node("other", "other")
    assert links([core, other, Node("here", "here", neighbours=(seen,))])["here"] == ("core",)


def test_a_name_that_two_have_tells_nothing() -> None:
    nodes = [Node("a", "Switch"), Node("b", "switch"), Node("c", "c", neighbours=(Neighbour(name="Switch"),))]
    assert links(nodes) == {"a": (), "b": (), "c": ()}


def test_nobody_is_its_own_neighbour_and_an_address_is_no_short_name() -> None:
    loop = Node("a", "a", ("00:11:22:33:44:55",), neighbours=(Neighbour(chassis="00:11:22:33:44:55"),))
    ten = Node("b", "10.0.0.1", neighbours=(Neighbour(name="10.9.9.9"),))
    assert links([loop, ten, Node("c", "10.example.com")]) == {"a": (), "b": (), "c": ()}


def test_the_port_that_leads_down_is_told_by_who_sees_it() -> None:
    nodes = [Node("core", "core"), Node("low", "low", neighbours=(Neighbour(name="core", port="XGE0/0/1"),))]
    assert far_ports(nodes) == {("low", "core"): "XGE0/0/1"}
