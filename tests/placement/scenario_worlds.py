"""A small problem to lay scenarios over: one supplier, one bonded site, two DCs by two crossings, three regions, two years."""

from datetime import date, timedelta

import numpy as np

from inventory.placement.engine.model import BondLot, History, Lane, LeadTime, Network, Node, Problem, Sku, State

FIRST, WEEKS = date(2024, 1, 1), 104
AS_OF = FIRST + timedelta(weeks=WEEKS)
AT_ONCE = LeadTime((0,), (1.0,))
ROAD = LeadTime((1, 2), (0.8, 0.2))


def in_weeks(weeks):
    """The day so many weeks after the run's."""
    return AS_OF + timedelta(weeks=weeks)


def problem(items=6, *, supply=(3, 4), stock=600.0, capacity=None, trucks=None, **sku):
    """Steady demand of 20, 12 and 8 a week and item; `stock` of each in bond."""
    nodes = (
        Node("SUP", "supplier"), Node("MX", "bonded", 1.4, 60), Node("DC-A", "dc", 3.0, capacity_m3=capacity),
        Node("DC-B", "dc", 3.0), *(Node(f"R-{n}", "region") for n in (1, 2, 3)),
    )  # fmt: skip
    lanes = (
        Lane("SUP", "MX", LeadTime(supply, (0.5, 0.5)), "ocean", cost_per_m3=60.0),
        Lane("MX", "DC-A", ROAD, "truck", "LAREDO", cost_per_m3=20.0, truck_m3=75.0, truck_cost=0.0, max_trucks_per_week=trucks),
        Lane("MX", "DC-B", ROAD, "truck", "OTAY", cost_per_m3=20.0),
        *(Lane(dc, f"R-{n}", AT_ONCE, "parcel") for n, dc in ((1, "DC-A"), (2, "DC-A"), (3, "DC-B"))),
        Lane("DC-B", "R-1", AT_ONCE, "parcel", priority=5),
        Lane("DC-B", "R-2", AT_ONCE, "parcel", priority=5),
    )  # fmt: skip
    values = {"unit_value": 10.0, "duty_rate": 0.25, "volume_m3": 0.004, "stockout_cost": 3.5, "supplier": "SUP"} | sku
    skus = tuple(Sku(f"A{n}", category="odd" if n % 2 else "even", **values) for n in range(items))
    keys = [(item.id, f"R-{n}") for item in skus for n in (1, 2, 3)]
    chance = np.random.default_rng(4)
    means = np.array([20.0, 12.0, 8.0] * items)[:, None]
    demand = chance.poisson(np.broadcast_to(means, (len(keys), WEEKS))).astype(np.float64)
    history = History(tuple(k[0] for k in keys), tuple(k[1] for k in keys), FIRST, demand, np.zeros_like(demand))
    state = State(
        AS_OF, lots={(item.id, "MX"): (BondLot("L1", stock),) for item in skus},
        on_hand={(item.id, dc): 30.0 for item in skus for dc in ("DC-A", "DC-B")},
    )  # fmt: skip
    return Problem(Network(nodes, lanes, skus), history, state)
