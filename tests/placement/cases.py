"""Small worlds for the engine's tests: state only what the test is about."""

from datetime import date, timedelta

import numpy as np

from inventory.placement.engine.model import (
    BondLot,
    History,
    Lane,
    LeadTime,
    Network,
    Node,
    Params,
    Problem,
    Sku,
    State,
)

AS_OF = date(2026, 3, 2)
ONE_WEEK = LeadTime((1,), (1.0,))
SUPPLY = LeadTime((4,), (1.0,))


def network(*, skus=None, dcs=2, lead=ONE_WEEK, supply=SUPPLY, trucks=False, **values):
    """Freight is priced by the m³, or by the truck of 75 m³, which couples the items that share one."""
    priced = {"truck_m3": 75.0, "truck_cost": 2000.0} if trucks else {"cost_per_m3": 2000 / 75 / 0.85}
    nodes = [Node("SUP", "supplier"), Node("MX", "bonded", storage_per_m3_week=1.0)]
    lanes = [Lane("SUP", "MX", supply, mode="ocean", cost_per_m3=50.0)]
    for n in range(1, dcs + 1):
        nodes += [Node(f"DC{n}", "dc", storage_per_m3_week=3.0), Node(f"R{n}", "region")]
        lanes.append(Lane("MX", f"DC{n}", lead, crossing="LAREDO", **priced))
        lanes.append(Lane(f"DC{n}", f"R{n}", ONE_WEEK))
    return Network(tuple(nodes), tuple(lanes), tuple(skus or (sku(),)), **values)


def sku(name="A", **values):
    return Sku(name, **{"unit_value": 10.0, "duty_rate": 0.25, "volume_m3": 0.01, "supplier": "SUP", **values})


def history(series, *, stockout=None, weeks=None):
    """`series` maps (sku, region) to weekly demand, oldest first, ending the week before AS_OF."""
    keys = sorted(series)
    length = weeks or max(len(line) for line in series.values())
    demand = np.full((len(keys), length), np.nan)
    out = np.zeros_like(demand)
    for n, key in enumerate(keys):
        line = list(series[key])
        demand[n, length - len(line) :] = line
        if stockout and key in stockout:
            out[n, length - len(line) :] = stockout[key]
    first = AS_OF - timedelta(weeks=length)
    return History(tuple(k[0] for k in keys), tuple(k[1] for k in keys), first, demand, out)


def state(*, bond=None, dcs=None, limit=None, **values):
    """`bond` and `dcs` map (sku, node) to a quantity; bond may map to a list of BondLot."""
    lots = {}
    for key, held in (bond or {}).items():
        lots[key] = tuple(held) if isinstance(held, list) else (BondLot("L", float(held), limit),)
    return State(as_of=AS_OF, lots=lots, on_hand={k: float(v) for k, v in (dcs or {}).items()}, **values)


def poisson_series(seed, *means, weeks=104, sku_id="A"):
    rng = np.random.default_rng(seed)
    return {(sku_id, f"R{n}"): rng.poisson(mean, weeks).astype(float) for n, mean in enumerate(means, start=1)}


def problem(series, *, net=None, stock=None, **params):
    return Problem(net or network(), history(series), stock or state(), Params(**params))


def level(result, sku_id, node):
    return next(row for row in result.levels if (row.sku, row.node) == (sku_id, node))


def sent(result, sku_id="A"):
    """Units by DC of the moves out of bond."""
    totals = {}
    for move in result.moves:
        if move.sku == sku_id and move.from_node == "MX":
            totals[move.to_node] = totals.get(move.to_node, 0.0) + move.quantity
    return totals
