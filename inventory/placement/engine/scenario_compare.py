"""Scenarios beside the base: what each would cost, serve, hold and move, with the standard error of each difference. Pure.

Source: placement.md §8 (docs/placement.md). All are planned with the same tuning, unless each is to have its own, and played over
the same weeks with the same draws of lead times, so that their difference is theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from inventory.placement.engine.groundwork import outlooks
from inventory.placement.engine.model import Floats, Ints, Level, Move, Problem
from inventory.placement.engine.overlay import apply, supplied
from inventory.placement.engine.recommend import decide
from inventory.placement.engine.scenario_game import COST_LINES, Game
from inventory.placement.engine.scenario_play import Advance, Branch, Plan, Script, play
from inventory.placement.engine.scenarios import (
    CapitalChange,
    Change,
    DemandChange,
    DutyChange,
    LeadTimeChange,
    PriceChange,
    Scenario,
    StorageChange,
    SupplierChange,
)
from inventory.placement.engine.tune import MOST_ITEMS
from inventory.placement.engine.tuning import Tuning

BASE = "base"
REPLICATIONS = 20
SWING = 0.2
Key = tuple[str, str]
Route = tuple[str, str, str]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Estimate:
    """A mean over replications and its standard error."""

    mean: float
    error: float


@dataclass(frozen=True)
class Facts:
    """What a scenario is like, by value of demand: mean weeks to bond and on to DCs, duty rate, unit value; the capital rate."""

    supply_weeks: float
    crossing_weeks: float
    duty_rate: float
    unit_value: float
    capital_rate: float


@dataclass(frozen=True)
class Outcome:
    """A scenario as played: money over the counted weeks, one line per replication and cost line (`COST_LINES`).

    `stock` is the mean value on hand by node; `break_evens` are None where none exists.
    """

    scenario: Scenario
    probability: float
    lines: Floats
    fill: Floats
    stock: Mapping[str, float]
    facts: Facts
    levels: Mapping[Key, float]
    moves: Mapping[Route, float]
    advance: Advance
    break_evens: Mapping[str, float | None]

    @property
    def logistics(self) -> Floats:
        """All costs but the goods themselves, per replication."""
        return np.asarray(self.lines.sum(axis=1) - self.lines[:, COST_LINES.index("goods")])


@dataclass(frozen=True)
class Bar:
    """A driver of the tornado: by how much the costs without the goods change when it is 20 % less, and 20 % more."""

    driver: str
    less: Estimate
    more: Estimate

    @property
    def swing(self) -> float:
        """Between the least and the most of the three."""
        return max(self.less.mean, self.more.mean, 0.0) - min(self.less.mean, self.more.mean, 0.0)


@dataclass(frozen=True)
class ScenarioComparison:
    """The base first. `weeks` were counted; `items` of `items_known` were played, with this share of what all were asked for."""

    outcomes: tuple[Outcome, ...]
    weeks: int
    items: int
    items_known: int
    share_of_value: float
    replications: int
    tuning: Tuning
    tornado: tuple[Bar, ...] = ()

    def difference(self, outcome: Outcome, line: str) -> Estimate:
        """A cost line, "total", "logistics" or "fill" of an outcome less that of the base."""
        return estimate(_values(outcome, line) - _values(self.outcomes[0], line))


def compare_scenarios(
    problem: Problem, scenarios: Sequence[Scenario], *, tuning: Tuning | None = None, is_retuned: bool = False, seed: int = 0,
    replications: int = REPLICATIONS, with_tornado: bool = False, progress: Progress | None = None,
) -> ScenarioComparison:  # fmt: skip
    """Play the base and each scenario. Raises ScenarioError for a change that does not fit, ValueError without weeks to play.

    Without a tuning the base's is found by rehearsal and kept for all (`is_retuned`: each finds its own). Of more than 300 items,
    300 drawn by hashed id are played; levels and moves are those of all.
    """
    report = progress or (lambda _done, _total, _name: None)
    problem = supplied(problem)
    for scenario in scenarios:
        apply(problem, scenario)
    bars = drivers(problem) if with_tornado else {}
    total = 2 + len(scenarios) + 2 * len(bars)
    report(0, total, BASE)
    base = Plan(problem, Scenario(BASE), tuning, seed=seed, items=None, progress=lambda *_found: report(0, total, BASE))
    sample = _sample(base)
    base = Plan(problem, Scenario(BASE), base.ground.tuning, seed=seed, items=sample)
    frozen = None if is_retuned else base.ground.tuning
    plans = [base, *(Plan(problem, s, frozen, seed=seed, items=sample) for s in scenarios)]
    script = _script(plans, seed, replications)
    outcomes: list[Outcome] = []
    for number, plan in enumerate(plans):
        tick = partial(report, 1 + number, total, plan.scenario.name)
        outcomes.append(_outcome(problem, plan, script, outcomes[0] if outcomes else None, tick))
    found = ScenarioComparison(
        tuple(outcomes), len(script.columns) - script.uncounted, len(sample), len(base.ground.prepared.drawn()),
        _share(base, sample), replications, base.ground.tuning,
    )  # fmt: skip
    ready = []
    for number, (name, change) in enumerate(bars.items()):
        swings = []
        for side, factor in enumerate((1 - SWING, 1 + SWING)):
            tick = partial(report, 1 + len(plans) + 2 * number + side, total, name)
            plan = Plan(problem, Scenario(name, (change(factor),)), base.ground.tuning, seed=seed, items=sample)
            lines, _fill, _stock, _advance, _games = _played(plan, script, tick)
            goods = COST_LINES.index("goods")
            costs = lines.sum(axis=1) - lines[:, goods]
            swings.append(estimate(costs - outcomes[0].logistics))
        ready.append(Bar(name, *swings))
    report(total, total, "")
    return replace(found, tornado=tuple(sorted(ready, key=lambda bar: (-bar.swing, bar.driver))))


def drivers(problem: Problem) -> dict[str, Callable[[float], Change]]:
    """What the tornado turns by ±20 %: the changes by a factor, each under its name."""
    has_supply = {node.id for node in problem.network.nodes if node.type == "supplier"}
    found: dict[str, Callable[[float], Change]] = {
        "demand": DemandChange,
        "lead_time_crossing": lambda factor: LeadTimeChange(factor, leg="crossing"),
        "duty": lambda factor: DutyChange(factor=factor),
        "capital": lambda factor: CapitalChange(factor=factor),
        "storage": lambda factor: StorageChange(factor=factor),
        "freight": lambda factor: PriceChange("freight", factor),
        "shortage": lambda factor: PriceChange("shortage", factor),
    }
    if any(lane.origin in has_supply for lane in problem.network.lanes):
        found["lead_time_supply"] = lambda factor: LeadTimeChange(factor, leg="supply")
    return found


def estimate(values: Floats) -> Estimate:
    """The mean and its standard error.

    >>> estimate(np.array([1.0, 3.0]))
    Estimate(mean=2.0, error=1.0)
    """
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return Estimate(float(values.mean()), error)


def _values(outcome: Outcome, line: str) -> Floats:
    if line == "fill":
        return outcome.fill
    if line in ("total", "logistics"):
        return np.asarray(outcome.lines.sum(axis=1)) if line == "total" else outcome.logistics
    return np.asarray(outcome.lines[:, COST_LINES.index(line)])


def _sample(base: Plan) -> Ints:
    return np.array(sorted(base.ground.prepared.drawn()[:MOST_ITEMS]), dtype=np.int64)


def _script(plans: Sequence[Plan], seed: int, replications: int) -> Script:
    """The longest of the plans' windows, for all of them. Raises ValueError when nothing is left to count."""
    uncounted = max(plan.stage.span for plan in plans)
    columns = min((plan.columns for plan in plans), key=lambda found: found[0] if found else 0)
    if len(columns) <= uncounted:
        raise ValueError(
            f"the history is too short: {len(columns)} weeks can be played, {uncounted} pass before any counts"
        )
    return Script(columns, uncounted, tuple(seed + 1 + n for n in range(replications)))


def _share(base: Plan, sample: Ints) -> float:
    prepared = base.ground.prepared
    rate = np.nan_to_num(prepared.demand).sum(axis=1)
    values = np.array([prepared.grid.skus[pair.sku].unit_value for pair in prepared.grid.pairs]) * rate
    total = float(values.sum())
    return float(values[np.isin(prepared.pair_sku, sample)].sum()) / total if total else 1.0


def _played(
    plan: Plan, script: Script, tick: Callable[[], None]
) -> tuple[Floats, Floats, dict[str, float], Advance, dict[Branch, list[Game]]]:
    """Cost lines and fill per replication, stock by node: as it comes with its probability, the plan prepared for it."""
    games, advance = play(plan, script, tick)
    branches = plan.branches()
    weights = {branches[0]: plan.probability if len(branches) > 1 else 1.0}
    if len(branches) > 1:
        weights[branches[1]] = 1 - plan.probability
    weeks = len(script.columns) - script.uncounted
    lines = np.zeros((len(script.seeds), len(COST_LINES)))
    fill = np.zeros(len(script.seeds))
    chain = plan.stage.chain
    stock = dict.fromkeys([*chain.sites, *chain.dcs], 0.0)
    for branch, weight in weights.items():
        for n, game in enumerate(games[branch]):
            lines[n] += weight * _lines(game)
            fill[n] += weight * float(game.tally.fill[0])
            held = zip(stock, [*game.at_sites.tolist(), *game.at_dcs.tolist()], strict=True)
            for node, value in held:
                stock[node] += weight * value / weeks / len(script.seeds)
    return lines, fill, stock, advance, games


def _lines(game: Game) -> Floats:
    costs = game.costs()
    return np.array([getattr(costs, name) for name in COST_LINES])


def _outcome(problem: Problem, plan: Plan, script: Script, base: Outcome | None, tick: Callable[[], None]) -> Outcome:
    lines, fill, stock, advance, games = _played(plan, script, tick)
    ground = plan.ground
    if plan.steps or plan.closures:
        known = apply(problem, plan.scenario)
        ground = replace(
            ground, prepared=replace(ground.prepared, problem=replace(ground.prepared.problem, events=known.events))
        )
    result = decide(ground, outlooks(ground))
    return Outcome(
        plan.scenario, plan.probability, lines, fill, stock, _facts(plan), _levels(result.levels), _moves(result.moves),
        advance, _break_evens(plan, lines, base, games),
    )  # fmt: skip


def _levels(levels: Sequence[Level]) -> dict[Key, float]:
    return {(level.sku, level.node): level.order_up_to for level in levels}


def _moves(moves: Sequence[Move]) -> dict[Route, float]:
    found: dict[Route, float] = {}
    for move in moves:
        route = (move.sku, move.from_node, move.to_node)
        found[route] = found.get(route, 0.0) + move.quantity
    return found


def _facts(plan: Plan) -> Facts:
    chain, stage = plan.stage.chain, plan.stage
    weights = stage.rate * chain.value[:, None] * (chain.site >= 0)
    total = float(weights.sum()) or 1.0
    rows, fed_by = np.arange(len(chain.value))[:, None], np.maximum(chain.site, 0)

    def mean(values: Floats) -> float:
        return float((weights * values).sum()) / total

    ones = np.ones_like(weights)
    return Facts(
        mean(chain.supply_mean[rows, fed_by]), mean(chain.lead_mean), mean(chain.duty[:, None] * ones),
        mean(chain.value[:, None] * ones), plan.problem.network.capital_rate_per_year,
    )  # fmt: skip


def _break_evens(
    plan: Plan, lines: Floats, base: Outcome | None, games: Mapping[Branch, list[Game]]
) -> dict[str, float | None]:
    """Where a decision turns; only those that a scenario of this kind has.

    `duty_points_forward_equals_bond`: the change of duty at which a unit costs as much forward as in bond.
    `probability_preparing_pays`: from which probability on shipping ahead costs less than not (None: never).
    `duty_points_switch_pays`: the rise of duty on what is switched, as it is bought today, from which the switch pays.
    """
    found: dict[str, float | None] = {}
    changes = plan.scenario.changes
    if plan.steps or any(isinstance(change, DutyChange) for change in changes):
        found["duty_points_forward_equals_bond"] = _forward_equals_bond(plan)
    branches = plan.branches()
    if len(branches) > 1:
        cost = [float(np.mean([_lines(game).sum() for game in games[branch]])) for branch in branches]
        found["probability_preparing_pays"] = break_even_probability(cost[0] - cost[2], cost[1] - cost[3])
    switched = [change for change in changes if isinstance(change, SupplierChange)]
    if switched and base is not None:
        value = float(base.lines[:, COST_LINES.index("goods")].mean()) * _switched_share(plan, switched)
        more = float((lines.sum(axis=1) - base.lines.sum(axis=1)).mean())
        found["duty_points_switch_pays"] = more / value if value else None
    return found


def break_even_probability(if_it_happens: float, if_not: float) -> float | None:
    """From which probability on preparing pays, by what it costs more (less: negative) in either case; None: never.

    >>> break_even_probability(-30.0, 10.0), break_even_probability(-30.0, -1.0), break_even_probability(5.0, 10.0)
    (0.25, 0.0, None)
    """
    if if_it_happens >= 0:
        return None
    return max(if_not, 0.0) / (max(if_not, 0.0) - if_it_happens)


def _forward_equals_bond(plan: Plan) -> float | None:
    chain = plan.stage.chain
    weights = plan.stage.rate * (chain.site >= 0)
    rows, fed_by = np.arange(len(chain.value))[:, None], np.maximum(chain.site, 0)
    dearer = chain.h_forward - chain.h_bond[rows, fed_by]
    carry = (plan.problem.network.capital_rate_per_year + chain.worn) / plan.problem.network.period.per_year
    point = float((weights * (chain.value * carry)[:, None]).sum())
    return -float((weights * dearer).sum()) / point if point else None


def _switched_share(plan: Plan, switched: Sequence[SupplierChange]) -> float:
    """The share of demand, by value, that comes from another supplier now."""
    chain = plan.stage.chain
    skus = plan.ground.prepared.grid.skus
    new = {change.supplier for change in switched}
    mine = np.array([skus[int(n)].supplier in new for n in plan.items])
    value = (plan.stage.rate.sum(axis=1)) * chain.value
    return float(value[mine].sum() / value.sum()) if value.sum() else 0.0
