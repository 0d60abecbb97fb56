"""The engine against rules of thumb over the same past weeks: cost lines, service, stock, and what equal service would hold. Pure.

Source: placement.md §11, §12 and §14 (docs/placement.md). Rules of thumb are tuned as the engine is: on the
weeks before those that are judged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import numpy as np

from inventory.placement.engine.backtest import EnginePolicy, Window, as_known, play
from inventory.placement.engine.groundwork import lay_ground
from inventory.placement.engine.measures import (
    ClassLine,
    by_class,
    clairvoyant,
    nervousness,
    regret_ratio,
    static_oracle,
)
from inventory.placement.engine.model import Floats, Problem
from inventory.placement.engine.policies import AllForward, Decision, NormalBaseStock, Policy, WeeksOfSupply
from inventory.placement.engine.prepare import CLASSES, prepare
from inventory.placement.engine.recorded import Movement, recorded
from inventory.placement.engine.simulate import Simulation, Tally
from inventory.placement.engine.stage import Stage
from inventory.placement.engine.tune import played, rehearsed
from inventory.placement.engine.tuning import Tuning

AT_DC, EXTRA = (2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0), (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
DC_DEVIATIONS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
NETWORK_DEVIATIONS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
ENGINE, UNTUNED, SUPPLY, NORMAL, FORWARD, DONE = (
    "engine", "weeks of supply 4+4", "weeks of supply", "normal base stock", "all forward", "what was done",
)  # fmt: skip
TUNED = (SUPPLY, NORMAL, FORWARD)
TUNING, FIXED = "tuning", "fixed levels"
Progress = Callable[[int, int, str], None]
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Line:
    """One policy over the judged weeks. Costs are percentages of what was asked for, by value; `fill` and `bonded` are shares.

    `cut` is what it would have shipped but was not there, a percentage too.
    """

    policy: str
    settings: tuple[float, ...]
    holding_bond: float
    holding_dc: float
    short: float
    expired: float
    trucks: float
    freight: float
    on_road: float
    fill: float
    bonded: float
    cut: float = 0.0

    @property
    def holding(self) -> float:
        """In bond and forward."""
        return self.holding_bond + self.holding_dc

    @property
    def controllable(self) -> float:
        """Holding, shortage, expiry and trucks."""
        return self.holding + self.short + self.expired + self.trucks

    @property
    def total(self) -> float:
        """With freight and the capital on the way."""
        return self.controllable + self.freight + self.on_road


@dataclass(frozen=True)
class Comparison:
    """The lines of all policies, the engine first; the efficient points (value fill, holding %) of rules; and the tuning used.

    `clairvoyant` is the total with perfect foresight and `oracle` holding, shortage and expiry at the best fixed levels, both
    percentages of what was asked for; `nervousness` is a share of the engine's levels per review. `tried` are the settings behind
    the points of `frontiers`.
    """

    lines: tuple[Line, ...]
    frontiers: dict[str, Points]
    tried: dict[str, tuple[tuple[float, ...], ...]]
    worst: tuple[tuple[str, float, float], ...]
    classes: tuple[ClassLine, ...]
    clairvoyant: float
    oracle: float
    nervousness: float
    tuning: Tuning
    weeks: int

    @property
    def best_rule(self) -> Line:
        """The tuned rule of thumb whose controllable cost is least."""
        return min((line for line in self.lines if line.policy in TUNED), key=lambda line: line.controllable)

    def over_clairvoyant(self, line: Line) -> float | None:
        """By what share a policy's total is beyond perfect foresight's; None where that costs nothing."""
        return line.total / self.clairvoyant - 1 if self.clairvoyant else None

    @property
    def regret_ratio(self) -> float | None:
        """Of the engine, by controllable cost; see `measures.regret_ratio`."""
        return regret_ratio(self.lines[0].controllable, self.best_rule.controllable, self.oracle)

    def holding_saved(self, policy: str) -> float | None:
        """How much less the engine holds than a rule at its own fill, as a share; None where the rule never fills so much."""
        engine = self.lines[0]
        needed = at_fill(self.frontiers[policy], engine.fill)
        return None if needed is None else 1 - engine.holding / needed


def compare(
    problem: Problem, *, first_review: date, counted_from: date, seed: int = 0, tuning: Tuning | None = None,
    done: Sequence[Movement] = (), progress: Progress | None = None,
) -> Comparison:  # fmt: skip
    """Play the weeks from `first_review` on, those from `counted_from` on counted. Raises ValueError without weeks to play.

    With what was `done` in these weeks its line is the last. `progress` is told the steps done, of how many, and what is
    being done: TUNING, the policy that is played, or FIXED.
    """
    tell = progress or (lambda _done, _total, _what: None)
    first = problem.network.period.number(problem.history.first_week, first_review)
    counted = problem.network.period.number(problem.history.first_week, counted_from)
    tell(0, 1, TUNING)
    before = as_known(problem, first, replace(problem.state, as_of=first_review, is_given=False))
    ground = lay_ground(
        before, tuning=tuning, is_tuned=True, seed=seed, progress=lambda _done, _classes: tell(0, 1, TUNING)
    )
    prepared = prepare(problem, ground.tuning.seasonal)
    items = np.array(sorted({pair.sku for pair in prepared.grid.pairs}), dtype=np.int64)
    stage = Stage(prepared, items, {(pair.sku, pair.dc): pair.site for pair in ground.prepared.grid.pairs})
    columns = tuple(played(stage.demand, first, prepared.weeks))
    if not columns:
        raise ValueError("there is no week to play")
    judged = Window(columns, sum(column < counted for column in columns))
    earlier = _earlier(stage, first)
    policy, classes = EnginePolicy(problem, stage, ground.tuning), ground.prepared.classes[items]
    total = len(columns) + len(TUNED) + bool(done) + 1

    def asked_anew(game: Simulation, column: int) -> Decision:
        tell(game.played, total, ENGINE)
        return policy(game, column)

    engine = play(stage, asked_anew, 1, judged, seed)
    lines, frontiers, tried = [_line(stage, ENGINE, (), engine, 0)], {}, {}
    by_classes = by_class(engine, 0, ENGINE, classes, CLASSES)
    four = WeeksOfSupply(np.array([4.0]), np.array([4.0]))
    lines.append(_line(stage, UNTUNED, (4.0, 4.0), play(stage, four, 1, judged, seed), 0))
    for n, (name, (rule, settings)) in enumerate(_rules().items(), start=len(columns)):
        tell(n, total, name)
        now = play(stage, rule, len(settings), judged, seed)
        past = play(stage, rule, len(settings), earlier, seed)
        best = int(np.argmin(past.controllable))
        lines.append(_line(stage, name, settings[best], now, best))
        by_classes += by_class(now, best, name, classes, CLASSES)
        frontiers[name], tried[name] = _frontier(now, settings)
    if done:
        tell(total - 2, total, DONE)
        ids = [prepared.grid.skus[n].id for n in items.tolist()]
        then = play(stage, recorded(problem, stage.chain, ids, done), 1, judged, seed)
        lines.append(_line(stage, DONE, (), then, 0))
        by_classes += by_class(then, 0, DONE, classes, CLASSES)
    tell(total - 1, total, FIXED)
    asked = float(engine.asked.sum()) or 1.0
    skipped = -(-judged.uncounted // problem.network.review_weeks)
    return Comparison(
        tuple(lines), frontiers, tried, _worst(stage, engine), tuple(by_classes), 100 * clairvoyant(stage, judged) / asked,
        100 * float(static_oracle(stage, judged, seed).sum()) / asked,
        nervousness(policy.published[max(skipped - 1, 0) :], stage.chain.value), ground.tuning, engine.weeks,
    )  # fmt: skip


def efficient(tally: Tally) -> dict[int, tuple[float, float]]:
    """The settings that no other beats in both fill and holding, by number: (value fill, holding % of sales), by fill."""
    asked = tally.asked.sum(axis=1)
    holding = 100 * (tally.hold_bond + tally.hold_dc).sum(axis=1) / np.where(asked > 0, asked, 1.0)
    points = list(zip(tally.fill.tolist(), holding.tolist(), strict=True))
    kept: list[int] = []
    for n in sorted(range(len(points)), key=lambda n: (-points[n][0], points[n][1])):
        if not kept or points[n][1] < points[kept[-1]][1]:
            kept.append(n)
    return {n: points[n] for n in reversed(kept)}


def at_fill(points: Points, fill: float) -> float | None:
    """The holding at a fill, straight between efficient settings; None beyond the highest of them.

    >>> at_fill(((0.9, 1.0), (0.95, 2.0)), 0.925)
    1.5
    """
    if not points or fill > points[-1][0]:
        return None
    fills, holdings = zip(*points, strict=True)
    return round(float(np.interp(fill, fills, holdings)), 12)


def _frontier(tally: Tally, settings: Sequence[tuple[float, ...]]) -> tuple[Points, tuple[tuple[float, ...], ...]]:
    """The efficient points of a rule, and the settings behind each."""
    points = efficient(tally)
    return tuple(points.values()), tuple(settings[n] for n in points)


def _rules() -> dict[str, tuple[Policy, list[tuple[float, ...]]]]:
    """The rules of thumb with the settings they are tried at."""
    supply, normal = list(product(AT_DC, EXTRA)), list(product(DC_DEVIATIONS, NETWORK_DEVIATIONS))
    at_dc, extra = (np.array(values) for values in zip(*supply, strict=True))
    near, network = (np.array(values) for values in zip(*normal, strict=True))
    return {
        SUPPLY: (WeeksOfSupply(at_dc, extra), list(supply)),
        NORMAL: (NormalBaseStock(near, network), list(normal)),
        FORWARD: (AllForward(np.array(EXTRA)), [(weeks,) for weeks in EXTRA]),
    }


def _earlier(stage: Stage, first: int) -> Window:
    """The weeks before the judged ones on which rules are tuned: as many as the engine's own tuning plays."""
    columns = rehearsed(stage, first)
    return Window(columns, min(stage.span, max(len(columns) - 1, 0)))


def _line(stage: Stage, name: str, settings: tuple[float, ...], tally: Tally, n: int) -> Line:
    asked = float(tally.asked[n].sum()) or 1.0
    capital = stage.prepared.problem.network.capital_rate

    def share(values: Floats) -> float:
        return 100 * float(values[n].sum()) / asked

    bond, forward = float(tally.value_bond[n].sum()), float(tally.value_dc[n].sum())
    return Line(
        name, settings, share(tally.hold_bond), share(tally.hold_dc), share(tally.short), share(tally.expired),
        100 * float(tally.trucks[n]) / asked, 100 * float(tally.freight[n]) / asked, share(tally.on_road) * capital,
        float(tally.fill[n]), bond / (bond + forward) if bond + forward else 0.0,
        share(tally.cut),
    )  # fmt: skip


def _worst(stage: Stage, tally: Tally) -> tuple[tuple[str, float, float], ...]:
    """The 20 items that cost most under the engine: id, money, and fill by value."""
    cost, asked, served = tally.by_item[0], tally.asked[0], tally.served[0]
    order = np.argsort(-cost, kind="stable")[:20].tolist()
    skus = stage.prepared.grid.skus
    return tuple(
        (skus[int(stage.items[n])].id, float(cost[n]), float(served[n] / asked[n]) if asked[n] else 1.0) for n in order
    )
