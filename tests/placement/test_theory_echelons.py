"""Several places: the values of placement.md §13, and what makes them the cheapest."""

from itertools import pairwise, product
from math import sqrt
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from inventory.placement.engine.theory.echelons import Stage, guaranteed_service, one_site, serial_levels
from inventory.placement.engine.theory.newsvendor import normal_loss, normal_newsvendor


def test_clark_and_scarfs_system_of_three_stages():
    levels, cost = serial_levels(echelon_holding=[3, 2, 2], lead=[1, 1, 2], shortage=37.12, mean=5, sd=1)

    assert levels == pytest.approx([6.48, 12.03, 22.72], abs=0.05)
    assert cost == pytest.approx(47.67, abs=0.05)


@pytest.mark.parametrize(("mean", "sd", "lead"), [(12.5, 4, 4), (5, 5, 1), (1, 3, 9)])
def test_a_system_of_one_stage_is_the_newsvendor_of_its_lead_time(mean, sd, lead):
    best, least = normal_newsvendor(0.18, 0.70, mean * lead, sd * sqrt(lead))

    (level,), cost = serial_levels([0.18], [lead], 0.70, mean, sd, step=0.05)

    assert level == pytest.approx(best, abs=0.05)
    assert cost == pytest.approx(least, rel=1e-4)


def two_stage_cost(near_level, far_level, near, far, shortage):
    """The cost of any two echelon levels, by quadrature over the far stage's lead time; near, far = (holding, lead)."""
    due, due_sd = 5 * near[1], sqrt(near[1])

    def near_cost(position):
        owed = normal_loss(position, due, due_sd)
        return near[0] * (position - due) + (shortage + near[0] + far[0]) * owed

    def after(demand):
        left = far_level - demand
        return far[0] * left + near_cost(min(near_level, left))

    law = NormalDist(5 * far[1], sqrt(far[1]))
    ends = (law.mean - 8 * law.stdev, law.mean + 8 * law.stdev)
    knee = min(max(far_level - near_level, ends[0]), ends[1])
    return quad(lambda demand: law.pdf(demand) * after(demand), *ends, points=[knee], limit=200)[0]


@settings(max_examples=15)
@given(st.floats(0.5, 5), st.floats(0.5, 5), st.integers(1, 3), st.integers(1, 3), st.floats(10, 60))
def test_no_other_two_echelon_levels_cost_less(near_holding, far_holding, near_lead, far_lead, shortage):
    near, far = (near_holding, near_lead), (far_holding, far_lead)

    (near_level, far_level), cost = serial_levels(*zip(near, far, strict=True), shortage, mean=5, sd=1, step=0.02)

    assert cost == pytest.approx(two_stage_cost(near_level, far_level, near, far, shortage), rel=1e-3)
    for near_shift, far_shift in product((-0.5, 0, 0.5), repeat=2):
        other = two_stage_cost(near_level + near_shift, far_level + far_shift, near, far, shortage)
        assert cost <= other * (1 + 1e-3)


def test_guaranteed_service_of_four_stages():
    """Demand with a deviation of 1 at stages 2 and 4, independent; stage 1's supplier promises a period, 4's customers wait one."""
    stages = {
        "1": Stage(holding=1, spread=sqrt(2), time=2, supplied=1),
        "3": Stage(holding=2, spread=sqrt(2), time=1),
        "2": Stage(holding=3, spread=1, time=1, promise=0),
        "4": Stage(holding=3, spread=1, time=1, promise=1),
    }

    times, cost = guaranteed_service(stages, [("1", "3"), ("3", "2"), ("3", "4")])

    assert times == {"1": 0, "3": 0, "2": 0, "4": 1}
    assert cost == pytest.approx(8.277917, abs=5e-7)


def test_guaranteed_service_of_a_camera_of_ten_stages():
    spread = 10 * NormalDist().inv_cdf(0.95)
    line = ["raw material", "wafers", "packed wafers", "imager", "shipping", "camera"]
    parts = {"imager base": "imager", "lens": "camera", "circuit board": "camera", "other parts": "camera"}
    figures = {
        "raw material": (0.01, 2), "wafers": (0.03, 3), "packed wafers": (0.04, 2), "imager base": (0.06, 4), "imager": (0.12, 2),
        "shipping": (0.13, 3), "lens": (0.20, 6), "circuit board": (0.08, 4), "other parts": (0.04, 3),
    }  # fmt: skip
    stages = {name: Stage(holding, spread, time) for name, (holding, time) in figures.items()}
    stages["camera"] = Stage(0.50, spread, time=2, promise=2)

    times, cost = guaranteed_service(stages, [*pairwise(line), *parts.items()])

    assert list(times.values()) == [0, 3, 5, 4, 7, 0, 0, 0, 0, 2]
    assert cost == pytest.approx(18.82400, abs=5e-6)


dcs = st.builds(Stage, st.floats(0.01, 9), st.floats(0, 50), st.integers(0, 6), st.just(0), st.just(0))
sites = st.builds(Stage, st.floats(0.01, 9), st.floats(0, 90), st.integers(0, 9), st.integers(0, 3))


@given(sites, st.lists(dcs, min_size=1, max_size=6))
def test_the_closed_form_of_one_bonded_site_costs_what_the_tree_does(bond, served):
    stages = {"bond": bond} | {f"dc {n}": dc for n, dc in enumerate(served)}

    times, cost = guaranteed_service(stages, [("bond", name) for name in stages if name != "bond"])
    bond_holds, closed = one_site(bond, served)

    assert closed == pytest.approx(cost, rel=1e-12, abs=1e-12)
    if not bond_holds:
        assert times["bond"] == bond.supplied + bond.time


@st.composite
def trees(draw):
    """Two to five stages, each tied to an earlier one in either direction, with times small enough to try them all."""
    stages, arcs = {}, []
    for n in range(draw(st.integers(2, 5))):
        promise = draw(st.none() | st.integers(0, 2))
        stages[str(n)] = Stage(
            draw(st.floats(0.1, 9)), draw(st.floats(0.1, 9)), draw(st.integers(0, 2)), draw(st.integers(0, 1)), promise
        )
        if n:
            other = str(draw(st.integers(0, n - 1)))
            arcs.append(draw(st.permutations([str(n), other])))
    return stages, [tuple(arc) for arc in arcs]


def cost_of_promises(stages, arcs, promises):
    """What promises cost where every stage waits just for its slowest supplier; None where they cannot be kept."""
    cost = 0.0
    for name, stage in stages.items():
        wait = max([stage.supplied, *(promises[supplier] for supplier, customer in arcs if customer == name)])
        covered = wait + stage.time - promises[name]
        if covered < 0 or (stage.promise is not None and promises[name] > stage.promise):
            return None
        cost += stage.holding * stage.spread * sqrt(covered)
    return cost


@given(trees())
def test_the_tree_costs_what_the_best_of_all_promises_costs_and_keeps_its_own(tree):
    stages, arcs = tree
    longest = sum(stage.time for stage in stages.values()) + 1
    every = (dict(zip(stages, promises, strict=True)) for promises in product(range(longest + 1), repeat=len(stages)))
    best = min(cost for promises in every if (cost := cost_of_promises(stages, arcs, promises)) is not None)

    times, cost = guaranteed_service(stages, arcs)

    assert cost == pytest.approx(best)
    assert cost_of_promises(stages, arcs, times) == pytest.approx(best)


def test_a_supplier_that_must_promise_less_does_not_shorten_the_wait_for_another():
    plant, quick, slow = Stage(0.1, 1, time=0, promise=0), Stage(1, 1, time=1, promise=0), Stage(9, 9, time=4)
    stages = {"plant": plant, "quick": quick, "slow": slow}

    times, cost = guaranteed_service(stages, [("quick", "plant"), ("slow", "plant")])

    assert times == {"quick": 0, "slow": 4, "plant": 0}
    assert cost == pytest.approx(1 + 0.1 * 2)


@pytest.mark.parametrize(
    "arcs",
    [[("a", "b")], [("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("a", "c")]],
    ids=["apart", "twice", "round"],
)
def test_what_is_no_tree_is_refused(arcs):
    with pytest.raises(ValueError, match="no tree"):
        guaranteed_service({name: Stage(1, 1, 1) for name in "abc"}, arcs)
