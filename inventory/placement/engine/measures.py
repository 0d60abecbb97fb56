"""What a back-test is read by: what perfect foresight would pay, the best fixed levels, how steady levels are, classes. Pure.

Source: placement.md §12 (docs/placement.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from inventory.placement.engine.backtest import Window, play
from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.policies import FixedLevels
from inventory.placement.engine.simulate import Tally
from inventory.placement.engine.stage import Stage

DC_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
NETWORK_SHARES = (0.3, 0.5, 0.7, 0.85, 0.95, 1.0)


@dataclass(frozen=True)
class ClassLine:
    """A demand class under a policy. Costs are percentages of what was asked of the class, by value; trucks belong to no class.

    `asked` is its share of all that was asked for by value, `fill` and `bonded` are shares.
    """

    name: str
    policy: str
    items: int
    asked: float
    holding: float
    short: float
    expired: float
    fill: float
    bonded: float

    @property
    def cost(self) -> float:
        """Holding, shortage and expiry."""
        return self.holding + self.short + self.expired


def clairvoyant(stage: Stage, judged: Window) -> float:
    """Money: every unit asked for in the counted weeks bought and moved just in time on its cheapest way, in full trucks.

    Supplier's and lane's freight and the capital on both ways; nothing is held, nothing is short.
    """
    chain, grid = stage.chain, stage.prepared.grid
    weekly = stage.prepared.problem.network.capital_rate * chain.value
    per_m3 = np.where(np.isfinite(chain.truck_m3), chain.truck_cost / chain.truck_m3, 0.0)
    lead = np.array([*(lane.lead_time.mean for lane in chain.lanes), np.inf])[chain.lane]
    into = chain.freight_in + weekly[:, None] * chain.supply_mean
    way = chain.freight + per_m3[:, None, :] * chain.volume[None, :, None] + weekly[None, :, None] * lead[:, None, :]
    allowed = np.array([[not (only := grid.skus[int(n)].sites) or s in only for n in stage.items] for s in chain.sites])
    price = np.where(allowed[..., None], into.T[..., None] + way, np.inf).min(axis=0)
    asked = np.nan_to_num(stage.demand[:, :, list(judged.columns[judged.uncounted :])]).sum(axis=2)
    return float(np.where(asked > 0, asked * np.where(asked > 0, price, 0.0), 0.0).sum())


def static_oracle(stage: Stage, judged: Window, seed: int) -> Floats:
    """Money per item: the least holding, shortage and expiry of 7 × 6 levels that never change, without trucks.

    The levels are quantiles of what the judged weeks themselves asked over the spans that DCs and sites look ahead, so nobody
    could have known them.
    """
    chain = stage.chain
    demand = np.nan_to_num(stage.demand[:, :, list(judged.columns)])
    dcs, sites = len(chain.dcs), len(chain.sites)
    pooled = np.moveaxis(chain.by_site(np.moveaxis(demand, 2, 0)), 0, 2)
    at_dc = _sum_quantiles(demand.reshape(-1, demand.shape[2]), stage.dc_spans.weeks, DC_SHARES)
    network = _sum_quantiles(pooled.reshape(-1, demand.shape[2]), stage.site_spans.weeks, NETWORK_SHARES)
    settings = list(product(range(len(DC_SHARES)), range(len(NETWORK_SHARES))))
    near, far = (np.array(numbers) for numbers in zip(*settings, strict=True))
    policy = FixedLevels(at_dc[near].reshape(-1, len(demand), dcs), network[far].reshape(-1, len(demand), sites))
    return np.asarray(play(stage, policy, len(settings), judged, seed).by_item.min(axis=0))


def nervousness(levels: Sequence[Floats], value: Floats) -> float:
    """The mean over reviews of Σ|S_t − S_{t−1}|·v / Σ S_{t−1}·v; 0 where there are not two reviews with levels before.

    `levels` are (item, node), one array per review; `value` is that of a unit, per item.

    >>> nervousness([np.array([[10.0, 10.0]]), np.array([[12.0, 9.0]]), np.array([[12.0, 9.0]])], np.array([2.0]))
    0.075
    """
    changes = []
    for last, now in pairwise(levels):
        stood = float((last * value[:, None]).sum())
        if stood > 0:
            changes.append(float((np.abs(now - last) * value[:, None]).sum()) / stood)
    return float(np.mean(changes)) if changes else 0.0


def regret_ratio(cost: float, best_rule: float, oracle: float) -> float | None:
    """(cost − oracle) / (best tuned rule − oracle): 0 is the oracle's cost, 1 the rule's; None where the rule does not cost more.

    >>> regret_ratio(3.0, 4.0, 2.0)
    0.5
    """
    return (cost - oracle) / (best_rule - oracle) if best_rule > oracle else None


def by_class(tally: Tally, setting: int, policy: str, classes: Ints, names: Sequence[str]) -> list[ClassLine]:
    """One line per class that was asked for anything; `classes` numbers each item's among `names` (−1: none)."""
    everything = float(tally.asked[setting].sum())
    found = []
    for number, name in enumerate(names):
        mine = classes == number
        asked = float(tally.asked[setting][mine].sum())
        if asked <= 0:
            continue
        sums = {
            key: float(getattr(tally, key)[setting][mine].sum())
            for key in ("hold_bond", "hold_dc", "short", "expired", "served", "value_bond", "value_dc")
        }
        stock = sums["value_bond"] + sums["value_dc"]
        found.append(
            ClassLine(
                name, policy, int(mine.sum()), asked / everything, 100 * (sums["hold_bond"] + sums["hold_dc"]) / asked,
                100 * sums["short"] / asked, 100 * sums["expired"] / asked, sums["served"] / asked,
                sums["value_bond"] / stock if stock else 0.0,
            )
        )  # fmt: skip
    return found


def _sum_quantiles(demand: Floats, spans: Ints, shares: Sequence[float]) -> Floats:
    """Quantiles of each line's sums over as many weeks in a row as its span, (share, line); shorter histories are stretched."""
    weeks = demand.shape[1]
    total = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(demand, axis=1)], axis=1)
    found = np.empty((len(shares), len(demand)))
    for span in np.unique(spans).tolist():
        mine, taken = spans == span, min(span, weeks)
        sums = (total[mine, taken:] - total[mine, :-taken]) * (span / taken)
        found[:, mine] = np.quantile(sums, shares, axis=1)
    return found
