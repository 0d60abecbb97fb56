"""Transfers and faster lanes followed week by week, by a small game of its own: they cost less than doing without."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
import pytest

from inventory.placement.engine.model import BondLot, History, Lane, LeadTime, Network, Node, Problem, Sku, State
from inventory.placement.engine.recommend import recommend
from tests.placement.cases import AS_OF, ONE_WEEK, SUPPLY

ITEMS, WEEKS, PAST, VOLUME = 20, 16, 104, 0.01
ONWARD, INBOUND = 31.4, 50.0
SITES, DCS = ("MX", "MY"), ("DC1", "DC2")
WEEKLY_CAPITAL, WEEKLY_WEAR = 0.12 / 52, 0.08 / 52


@dataclass
class Game:
    """Two sites that feed a DC each; unmet demand is lost. Costs are holding, shortage, freight, and capital on the way."""

    lanes: tuple[Lane, ...]
    lead: LeadTime = ONE_WEEK
    cost: float = 0.0
    special: float = 0.0
    road: list = field(default_factory=list)

    def play(self):
        chance = np.random.default_rng(7)
        value, duty = chance.uniform(5, 40, ITEMS), chance.choice([0, 0.25], ITEMS)
        packs = chance.choice([1.0, 6.0], ITEMS)
        names = [f"S{n:02d}" for n in range(ITEMS)]
        items = tuple(
            Sku(name, float(v), float(d), VOLUME, supplier="SUP", pack_size=float(pack))
            for name, v, d, pack in zip(names, value, duty, packs, strict=True)
        )
        mean = chance.lognormal(1.5, 1, (ITEMS, 2))
        demand = chance.poisson(mean[:, :, None], (ITEMS, 2, PAST + WEEKS)).astype(float)
        self.bond = np.floor(mean * chance.uniform(0, 14, (ITEMS, 2)))
        self.here = np.floor(mean * chance.uniform(0, 4, (ITEMS, 2)))
        net, tuning = self._network(items), None
        in_bond = (value + INBOUND * VOLUME) * (WEEKLY_CAPITAL + WEEKLY_WEAR) + VOLUME
        forward = (value * (1 + duty) + (INBOUND + ONWARD) * VOLUME) * (WEEKLY_CAPITAL + WEEKLY_WEAR) + 3 * VOLUME
        for week in range(WEEKS):
            self._receive(week)
            told = demand[:, :, : PAST + week].reshape(2 * ITEMS, -1)
            lines = tuple(name for name in names for _dc in DCS)
            first = AS_OF - timedelta(weeks=PAST)
            history = History(lines, ("R1", "R2") * ITEMS, first, told, np.zeros_like(told))
            found = recommend(Problem(net, history, self._state(names, week)), tuning=tuning)
            tuning = found.tuning
            for move in found.moves:
                self._ship(week, names.index(move.sku), move, net)
            assert self.bond.min() >= 0
            asked = demand[:, :, PAST + week]
            served = np.minimum(self.here, asked)
            self.here -= served
            self.cost += float((0.35 * value[:, None] * (asked - served)).sum())
            self.cost += float((in_bond[:, None] * self.bond + forward[:, None] * self.here).sum())
            self.cost += sum(WEEKLY_CAPITAL * value[item] * units for _due, _where, item, _n, units in self.road)
        return self.cost

    def _network(self, items):
        nodes = [Node("SUP", "supplier")]
        lanes = list(self.lanes)
        for site, dc, region in zip(SITES, DCS, ("R1", "R2"), strict=True):
            nodes += [Node(site, "bonded", 1.0), Node(dc, "dc", 3.0), Node(region, "region")]
            lanes += [
                Lane("SUP", site, SUPPLY, mode="ocean", cost_per_m3=INBOUND),
                Lane(site, dc, self.lead, cost_per_m3=ONWARD),
                Lane(dc, region, ONE_WEEK),
            ]
        return Network(tuple(nodes), tuple(lanes), items)

    def _state(self, names, week):
        ends = {"bond": SITES, "here": DCS}
        coming = {"bond": {}, "here": {}}
        for _due, where, item, n, units in self.road:
            key = (names[item], ends[where][n])
            coming[where][key] = coming[where].get(key, 0.0) + units
        places = [(i, n) for i in range(ITEMS) for n in range(2)]
        return State(
            AS_OF + timedelta(weeks=week),
            lots={(names[i], SITES[n]): (BondLot("L", float(self.bond[i, n])),) for i, n in places},
            on_hand={(names[i], DCS[n]): float(self.here[i, n]) for i, n in places},
            inbound=coming["here"],
            on_order=coming["bond"],
        )

    def _receive(self, week):
        for _due, where, item, n, units in [row for row in self.road if row[0] <= week]:
            getattr(self, where)[item, n] += units
        self.road = [row for row in self.road if row[0] > week]

    def _ship(self, week, item, move, net):
        way = (move.from_node, move.to_node, move.mode)
        lane = next(lane for lane in net.lanes if (lane.origin, lane.destination, lane.mode) == way)
        where, ends = ("here", DCS) if move.to_node in DCS else ("bond", SITES)
        self.road.append((week + lane.lead_time.weeks[0], where, item, ends.index(move.to_node), move.quantity))
        if move.from_node in SITES:
            self.bond[item, SITES.index(move.from_node)] -= move.quantity
            self.cost += lane.freight(VOLUME) * move.quantity
            self.special += move.quantity if move.reason_code in ("TRANSFER", "EXPEDITE") else 0


BETWEEN = tuple(Lane(a, b, ONE_WEEK, cost_per_m3=15.0) for a, b in (SITES, SITES[::-1]))
BY_AIR = tuple(
    Lane(site, dc, ONE_WEEK, mode="air", cost_per_m3=ONWARD + 60, priority=1)
    for site, dc in zip(SITES, DCS, strict=True)
)


@pytest.mark.parametrize(("lanes", "lead"), [(BETWEEN, ONE_WEEK), (BY_AIR, LeadTime((3,), (1.0,)))])
def test_following_them_costs_less_than_doing_without(lanes, lead):
    without = Game((), lead)
    followed = replace(without, lanes=lanes, road=[])

    assert followed.play() < without.play()
    assert followed.special > 0
    assert without.special == 0
