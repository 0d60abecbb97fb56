"""The cheapest deployment (placement.md §7.2, §7.3): the plan that stands is close to it, and `--exact` is at least as cheap."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from inventory.placement.engine.deploy import Work, deploy
from inventory.placement.engine.economics import pair_prices
from inventory.placement.engine.groundwork import lay_ground, outlooks
from inventory.placement.engine.model import Lane, Node
from inventory.placement.engine.recommend import recommend
from tests.placement.cases import ONE_WEEK, SUPPLY, network, problem, sku, state
from tests.placement.test_command import Files


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def world(seed, *, skus=8, dcs=3, trucks=True, packs=(1, 6, 12), scarce=1.0, sites=1):
    """Items of various sizes, packs and rates; some stock forward, more or less of it in bond."""
    rng = np.random.default_rng(seed)
    items = [
        sku(f"A{n:02}", unit_value=float(rng.uniform(4, 60)), volume_m3=float(rng.uniform(0.05, 0.6)),
            pack_size=float(rng.choice(packs)))
        for n in range(skus)
    ]  # fmt: skip
    net = network(skus=items, dcs=dcs, trucks=trucks)
    if sites > 1:
        second = [Node("MX2", "bonded", storage_per_m3_week=1.5)]
        lanes = [Lane("SUP", "MX2", SUPPLY, cost_per_m3=80)]
        price = {"truck_m3": 75, "truck_cost": 2600} if trucks else {"cost_per_m3": 60}
        lanes += [Lane("MX2", f"DC{n}", ONE_WEEK, **price) for n in range(1, dcs + 1)]
        net = replace(net, nodes=(*net.nodes, *second), lanes=(*net.lanes, *lanes))
    series, here, bond = {}, {}, {}
    for item, n in product(items, range(1, dcs + 1)):
        rate = float(rng.uniform(2, 60))
        series[item.id, f"R{n}"] = rng.poisson(rate, 80).astype(float)
        here[item.id, f"DC{n}"] = float(rng.integers(0, max(2, int(2 * rate))))
        bond[item.id, "MX"] = bond.get((item.id, "MX"), 0.0) + float(np.round(rng.uniform(0.3, 1.5) * rate * scarce))
        if sites > 1:
            bond[item.id, "MX2"] = bond[item.id, "MX"] // 3
    return problem(series, net=net, stock=state(bond=bond, dcs=here), is_exact=True)


def gap(world):
    """By how much the standing plan is dearer than the cheapest, as a share."""
    found = recommend(world).metrics["exact"]
    assert found["is_proven"]
    assert found["best_cost"] <= found["standing_cost"] + 1e-6
    return found["standing_cost"] / found["best_cost"] - 1


@pytest.mark.parametrize("scarce", [0.4, 1.0])
def test_without_trucks_the_plan_that_stands_is_within_one_per_cent_of_the_cheapest(scarce):
    gaps = [gap(world(seed, trucks=False, scarce=scarce)) for seed in range(8)]

    assert max(gaps) < 0.01


def test_where_few_items_share_trucks_the_cheapest_plan_may_be_cheaper_by_some_per_cent():
    gaps = [gap(world(seed)) for seed in (0, 1, 2, 3, 5)]

    assert np.mean(gaps) < 0.06
    assert max(gaps) < 0.12


@pytest.mark.parametrize("seed", range(12))
def test_stock_that_does_not_suffice_is_handed_out_as_trying_everything_would(seed):
    rng = np.random.default_rng(seed)
    rates = rng.uniform(1, 12, 3)
    series = {("A", f"R{n}"): rng.poisson(rate, 80).astype(float) for n, rate in enumerate(rates, start=1)}
    bond = int(rng.integers(2, 12))
    here = {("A", f"DC{n}"): float(rng.integers(0, 6)) for n in (1, 2, 3)}
    ground = lay_ground(
        problem(series, net=network(skus=[sku()], dcs=3), stock=state(bond={("A", "MX"): bond}, dcs=here))
    )
    found = outlooks(ground)
    grid, whole = ground.prepared.grid, ground.prepared.problem
    prices = pair_prices(whole, grid, ground.phi)
    level = np.ceil(found.pairs.spread.whole.max(axis=1))  # as high as it could be, so that cost alone decides

    given = deploy(whole, grid, found.pairs, prices, level)

    work = Work(whole, grid, found.pairs, prices, level, given.before)
    pairs = np.arange(3)
    tried = [packs for packs in product(range(bond + 1), repeat=3) if sum(packs) <= bond]
    cost = {packs: float(work.costs(pairs, np.array(packs, dtype=float)[:, None]).sum()) for packs in tried}
    assert cost[tuple((given.after - given.before).astype(int).tolist())] == pytest.approx(min(cost.values()), abs=1e-9)


def test_a_plan_that_is_not_the_cheapest_is_replaced_by_the_one_that_is():
    exact = world(0)
    plain = replace(exact, params=replace(exact.params, is_exact=False))
    one, two = recommend(plain), recommend(exact)

    assert two.metrics["exact"]["best_cost"] < two.metrics["exact"]["standing_cost"] - 1
    assert [move.quantity for move in one.moves] != [move.quantity for move in two.moves]
    assert "exact" not in one.metrics
    held = {key: sum(lot.quantity for lot in lots) for key, lots in exact.state.lots.items()}
    gone = {key: sum(move.quantity for move in two.moves if (move.sku, move.from_node) == key) for key in held}
    assert all(gone[key] <= held[key] + 1e-9 for key in held)
    packs = {item.id: item.pack_size for item in exact.network.skus}
    assert all(move.quantity % packs[move.sku] == 0 for move in two.moves)


def test_of_more_than_500_items_the_plan_of_all_lanes_together_is_not_proven(monkeypatch):
    monkeypatch.setattr("inventory.placement.engine.exact.MOST_SKUS", 7)

    found = recommend(world(0)).metrics["exact"]

    assert (found["skus"], found["is_proven"]) == (8, False)
    assert found["best_cost"] < found["standing_cost"]


def test_the_command_reports_what_came_of_it(files):
    report = files.folder / "report.json"

    plain = files.run()
    files.run(exact=True, report=report)

    assert json.loads(report.read_text())["metrics"]["exact"]["is_proven"]
    assert plain.startswith("record_type")
