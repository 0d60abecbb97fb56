"""A run's inputs as files: what is written is read back as the same problem, and gives the same recommendations."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.placement.engine.fingerprint import inputs_hash
from inventory.placement.engine.model import BondLot, Event, History, Lane, LeadTime, Node, Params, Problem
from inventory.placement.engine.tuning import Tuning
from inventory.placement.files import writing
from inventory.placement.files.checks import BadInput
from inventory.placement.files.problem import read_problem
from tests.placement.cases import AS_OF, history, network, sku, state


def read_back(problem, folder):
    for name, content in writing.problem_files(problem, Tuning()).items():
        (folder / name).write_bytes(content)
    given_names = {"state": writing.STATE, "events": writing.EVENTS}
    options = {key: folder / name for key, name in given_names.items() if (folder / name).exists()}
    return read_problem(history=folder / writing.HISTORY, network=folder / writing.NETWORK, **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("exported")


weeks = st.integers(1, 9)
cells = st.sampled_from([float("nan"), 0.0, 0.0, 1.0, 0.25, 0.333333, 1234567.000001])


@st.composite
def histories(draw):
    """Any known, unknown, zero and promoted weeks, in lines of any order."""
    keys = draw(st.permutations([("A", "R1"), ("A", "R2"), ("B", "R1")]))
    width = draw(weeks)
    demand = np.array(draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=3, max_size=3)))
    shares = st.sampled_from([0.0, 0.0, 0.5, 0.142857, 1.0])
    stockout = np.array(draw(st.lists(st.lists(shares, min_size=width, max_size=width), min_size=3, max_size=3)))
    stockout[np.isnan(demand)] = 0.0
    promo = np.array(draw(st.lists(st.lists(st.booleans(), min_size=width, max_size=width), min_size=3, max_size=3)))
    first = AS_OF - timedelta(weeks=width)
    return History(
        tuple(k[0] for k in keys),
        tuple(k[1] for k in keys),
        first,
        demand,
        stockout,
        promo=promo if promo.any() else None,
    )


@settings(max_examples=60)
@given(histories())
def test_any_history_is_read_back_as_it_was_written(folder, told):
    problem = Problem(network(skus=[sku("A"), sku("B")]), told, state(bond={("A", "MX"): 5}))

    found = read_back(problem, folder)

    assert inputs_hash(found.problem) == inputs_hash(problem)
    assert found.rejected.counts == {}


def rich():
    """A problem that uses every field."""
    items = [
        sku("A", min_fill=0.9, moq=48.0, pack_size=12.0, category="c", launch_weekly=3.5, replaces="B", sites=("MX",)),
        sku("B", stockout_cost=1 / 3, expiry_cost=0.1, obsolescence_per_year=0.0, supplier=""),
    ]
    lots = [
        BondLot("late", 30.0, AS_OF + timedelta(weeks=90), 4), BondLot("", 0.5, None, 7),
        BondLot("soon", 12.0, AS_OF + timedelta(weeks=2), 9),
    ]  # fmt: skip
    grid = network(skus=items, lead=LeadTime((1, 2, 5), (0.1, 0.2, 0.7), is_default=True), trucks=True, budget=1e6)
    lost = Lane("MX", "DC1", LeadTime((3,), (1.0,)), "rail", "NOGALES", 0.25, 1 / 7, 60.0, 900.0, 2.0, 3)
    onward = Lane("MX", "MY", LeadTime((1,), (1.0,)), renews_limit_months=6)
    dark = Node("DC9", "dc", 1.5, None, 900.0)
    grid = replace(
        grid, nodes=(*grid.nodes, dark, Node("MY", "bonded"), Node("R9", "region")), lanes=(lost, onward, *grid.lanes),
        unmet="backordered",
    )  # fmt: skip
    params = Params(phi=0.3, are_trucks_shared=True, red_weeks=2, default_supply=LeadTime((4, 6), (0.5, 0.5)))
    events = (
        Event("closure", "LAREDO", "", AS_OF, AS_OF + timedelta(weeks=2)),
        Event("promo", "A", "R1", AS_OF + timedelta(weeks=3), date.max, 1.7),
    )  # fmt: skip
    told = history({("A", "R1"): [1, 2, 3, 0], ("B", "R2"): [4, 0]}, stockout={("B", "R2"): [0.5, 0]})
    stock = state(bond={("A", "MX"): lots}, dcs={("A", "DC1"): 2.5, ("B", "DC9"): 8.0})
    stock = replace(
        stock,
        inbound={("A", "DC2"): 4.0},
        on_order={("B", "MX"): 100.0},
        backorders={("A", "DC1"): 1.0, ("B", "DC2"): 2.0},
    )
    return Problem(grid, told, stock, params, events)


def test_every_field_of_a_problem_is_read_back(folder, tmp_path):
    problem = rich()

    found = read_back(problem, tmp_path).problem

    assert found.network == problem.network
    assert found.state == problem.state
    assert (found.params, found.events) == (problem.params, problem.events)
    assert inputs_hash(found) == inputs_hash(problem)


def test_the_same_problem_is_written_as_the_same_bytes():
    problem = rich()
    turned = replace(problem.history, skus=problem.history.skus[::-1], regions=problem.history.regions[::-1],
                     demand=problem.history.demand[::-1], stockout=problem.history.stockout[::-1])  # fmt: skip

    assert writing.problem_files(problem, Tuning()) == writing.problem_files(replace(problem, history=turned), Tuning())


def test_a_run_whose_items_name_suppliers_that_the_network_has_not_is_read_back(folder, tmp_path):
    problem = rich()
    skus = tuple(replace(sku, supplier="ELSEWHERE", sites=("MX-9",)) for sku in problem.network.skus)
    whole = replace(problem, network=replace(problem.network, skus=skus))

    assert read_back(whole, tmp_path).problem.network == whole.network


def test_a_network_with_places_nothing_leads_to_is_refused_unless_it_says_so(tmp_path):
    problem = rich()
    stated = writing.network_json(problem.network)
    assert stated["is_partial"] is True
    del stated["is_partial"]
    for name, content in writing.problem_files(problem, Tuning()).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / writing.NETWORK).write_bytes(writing._json(stated))

    with pytest.raises(BadInput) as refusal:
        read_problem(history=tmp_path / writing.HISTORY, network=tmp_path / writing.NETWORK)

    assert len(refusal.value.causes) == 2


@pytest.mark.parametrize(
    ("params", "blamed"),
    [
        ([], "params: an object"),
        ({"phy": 2}, "params.phy"),
        ({"phi": -1}, "params.phi"),
        ({"red_weeks": 1.5}, "params.red_weeks: a whole"),
        ({"are_trucks_shared": 1}, "params.are_trucks_shared"),
        ({"default_supply": {"values": ["x"]}}, "params.default_supply"),
    ],
)
def test_a_wrong_number_of_the_method_is_named(tmp_path, params, blamed):
    for name, content in writing.problem_files(rich(), Tuning()).items():
        (tmp_path / name).write_bytes(content)
    stated = {**writing.network_json(rich().network), "params": params}
    (tmp_path / writing.NETWORK).write_bytes(writing._json(stated))

    with pytest.raises(BadInput, match=blamed):
        read_problem(history=tmp_path / writing.HISTORY, network=tmp_path / writing.NETWORK)
