"""One scenario planned by the engine and played over the last weeks of the history, many times over. Pure.

Source: placement.md §8 and §11 (docs/placement.md). The counted weeks stand for the weeks from the day on, so that what has a date
happens in the week that stands for it. Planning is that of the rehearsal (`rehearse`): least-cost levels at DCs, the β-quantile
of pooled demand for the network, allocation by price.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil

import numpy as np

from inventory.placement.engine.chain import Chain
from inventory.placement.engine.distribution import expect, quantile
from inventory.placement.engine.foretell import Foreteller
from inventory.placement.engine.groundwork import Groundwork, lay_ground
from inventory.placement.engine.model import Floats, Ints, Lane, Problem
from inventory.placement.engine.overlay import DutyStep, split, with_duties
from inventory.placement.engine.rehearse import LAMBDAS, allocated, level_table
from inventory.placement.engine.scenario_game import Game, Phase, Rates
from inventory.placement.engine.scenarios import (
    Closure,
    DcAdded,
    DcRemoved,
    DemandChange,
    LeadTimeChange,
    Scenario,
    ScenarioError,
    SupplierChange,
)
from inventory.placement.engine.stage import Stage
from inventory.placement.engine.tune import rehearsed
from inventory.placement.engine.tuning import Tuning

# Other spans or other demand have other laws of variance; they are fitted anew, which depends on no chance.
RESHAPING = (LeadTimeChange, SupplierChange, DcAdded, DcRemoved, DemandChange)
LIMITS = ("bond_stock", "dc_space", "border")


@dataclass(frozen=True)
class Prepared:
    """In the review at the `at`-th week played, so many weeks of demand (item, DC) are shipped beyond the levels."""

    at: int
    weeks: Floats


@dataclass(frozen=True)
class HoldBack:
    """From the `begin`-th to before the `end`-th week only units leave that are worth this share of p, per item."""

    begin: int
    end: int
    share: Floats


@dataclass
class Advance:
    """What was shipped ahead of a change, by value and per replication: `wanted`, `sent`, and what each limit kept back.

    `weeks` is the mean w*.
    """

    weeks: float = 0.0
    wanted: float = 0.0
    sent: float = 0.0
    kept: dict[str, float] | None = None

    @property
    def binding(self) -> str:
        """What kept back most ("": nothing did)."""
        kept = self.kept or {}
        name = max(kept, key=lambda limit: (kept[limit], limit), default="")
        return name if name and kept[name] > 1e-9 else ""


@dataclass(frozen=True)
class Branch:
    """One way it may come: whether the plan prepares for the change, and whether it happens."""

    is_prepared: bool
    happens: bool


class Plan:
    """A scenario laid out to be planned and played; `ground` is that of the whole problem, `items` those that are played."""

    def __init__(
        self, problem: Problem, scenario: Scenario, tuning: Tuning | None, *, seed: int, items: Ints | None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:  # fmt: skip
        self.scenario = scenario
        if tuning and any(isinstance(change, RESHAPING) for change in scenario.changes):
            tuning = replace(tuning, dc_laws={}, site_laws={})
        self.problem, self.steps, self.closures = split(problem, scenario)
        self.probability = _probability(self.steps, self.closures)
        self.ground: Groundwork = lay_ground(
            self.problem, tuning=tuning, is_tuned=tuning is None, seed=seed, progress=progress
        )
        prepared = self.ground.prepared
        self.items = items if items is not None else np.array(sorted(prepared.drawn()), dtype=np.int64)
        self.stage = Stage(prepared, self.items)
        chain = self.stage.chain
        styles, style = self.ground.styles, self.ground.style[self.items]
        self.at_dcs = Foreteller(self.stage.at_dcs, self.stage.dc_spans, styles, np.repeat(style, len(chain.dcs)))
        self.at_sites = Foreteller(
            self.stage.at_sites, self.stage.site_spans, styles, np.repeat(style, len(chain.sites))
        )
        self.beta, self.phi = self.ground.beta[self.items], self.ground.phi[self.items]

    @property
    def columns(self) -> tuple[int, ...]:
        """The weeks that a rehearsal of these items would play."""
        return rehearsed(self.stage, self.ground.prepared.weeks)

    def branches(self) -> tuple[Branch, ...]:
        """As planned if it happens; and where something is to come, the three other ways."""
        planned = Branch(is_prepared=True, happens=True)
        if not (self.steps or self.closures):
            return (planned,)
        return planned, Branch(True, False), Branch(False, True), Branch(False, False)


@dataclass(frozen=True)
class Script:
    """The columns played, how many of them are not counted, and one seed of lead times per replication."""

    columns: tuple[int, ...]
    uncounted: int
    seeds: tuple[int, ...]


def play(
    plan: Plan, script: Script, progress: Callable[[], None] | None = None
) -> tuple[dict[Branch, list[Game]], Advance]:
    """The replications of every branch, played; and what was shipped ahead in the first of those that prepare."""
    table = _Timetable(plan, script)
    branches, advance = plan.branches(), Advance(kept=dict.fromkeys(LIMITS, 0.0))
    network = plan.problem.network
    per_year = network.period.per_year
    carry = (network.capital_rate_per_year + plan.stage.chain.worn) / per_year
    rates = Rates(network.capital_rate_per_year / per_year, carry)
    games = {
        branch: [
            Game(
                table.phases if branch.happens else table.phases[:1], plan.stage.demand, columns=script.columns, seed=seed,
                rates=rates,
            )
            for seed in script.seeds
        ]
        for branch in branches
    }  # fmt: skip
    for number, column in enumerate(script.columns):
        _play_week(plan, table, games, advance, (number, column), counted=number >= script.uncounted)
        if progress:
            progress()
    return games, advance


def _play_week(
    plan: Plan, table: "_Timetable", games: dict[Branch, list[Game]], advance: Advance, week: tuple[int, int], *, counted: bool
) -> None:  # fmt: skip
    number, column = week
    is_review = number % plan.problem.network.review_weeks == 0
    items, dcs, sites = len(plan.items), len(plan.stage.chain.dcs), len(plan.stage.chain.sites)
    levels: dict[int, Floats] = {}
    if is_review:
        spread, _laws = plan.at_dcs.at(column, plan.ground.dc_laws)
        pooled, _laws = plan.at_sites.at(column, plan.ground.site_laws)
        network = quantile(pooled.whole, np.repeat(plan.beta, sites)).reshape(items, sites)
        weekly = (expect(spread.whole) / np.maximum(spread.weeks, 1e-9)).reshape(items, dcs)
    for branch, played in games.items():
        for game in played:
            game.receive()
            chain = game.phase.chain
            ships, orders = np.zeros_like(game.on_hand), np.zeros_like(game.in_bond)
            if is_review:
                begin = game.phase.begin
                if begin not in levels:
                    levels[begin] = level_table(chain, spread, np.ones(1), items, dcs)
                positions = game.positions()
                known = table.held_back(levels[begin], number) if branch.is_prepared else levels[begin]
                ships = allocated(chain, known, positions, game.in_bond)
                if branch.is_prepared:
                    ships = table.ahead(ships, game, number, weekly, advance if branch.happens else Advance())
                orders = np.maximum(network - game.echelons(positions), 0.0)
                orders = np.round(orders / chain.pack[:, None]) * chain.pack[:, None]
            leaving = chain.ships(ships)
            if game.phase.blocked is not None:
                leaving = [np.where(shut, 0.0, ship) for ship, shut in zip(leaving, game.phase.blocked, strict=True)]
            game.week(leaving, orders, counted=counted)


class _Timetable:
    """When what changes, in weeks played."""

    def __init__(self, plan: Plan, script: Script) -> None:
        self.plan, self.script = plan, script
        self.review = plan.problem.network.review_weeks
        as_of = plan.problem.state.as_of
        self.monday = as_of - timedelta(days=as_of.weekday())
        days = {step.begin for step in plan.steps}
        days |= {day for c in plan.closures for day in (c.begin, c.end + timedelta(days=1))}
        begins = sorted({0, *(self.place(day) for day in days)})
        self.phases = tuple(self._phase(begin) for begin in begins if begin < len(script.columns))
        self.preparations = [*map(self._before_rise, self._by_day()), *map(self._before_closure, plan.closures)]
        self.hold_backs = [found for found in map(self._before_fall, self._by_day()) if found]

    def place(self, day: date) -> int:
        """The first week played that begins on a day or later; a day before the run's own is that."""
        return self.script.uncounted + max(ceil(self.plan.problem.network.period.between(self.monday, day)), 0)

    def held_back(self, table: Floats, number: int) -> Floats:
        """The levels by price, none cheaper than what holds before a fall of the duty."""
        for hold in self.hold_backs:
            if hold.begin <= number < hold.end:
                least = np.searchsorted(LAMBDAS, np.minimum(hold.share, 1.0))
                place = np.maximum(np.arange(len(LAMBDAS))[None, :], least[:, None])
                table = np.take_along_axis(table, np.broadcast_to(place[None, :, None, :], table.shape), axis=3)
        return table

    def ahead(self, ships: Floats, game: Game, number: int, weekly: Floats, seen: Advance) -> Floats:
        """The shipments with what is brought forward in this review, within stock in bond, space and border."""
        chain = game.phase.chain
        for prepared in self.preparations:
            if prepared.at != number:
                continue
            extra = (weekly * prepared.weeks)[None] * (chain.site >= 0)
            wanted = extra
            rest = np.maximum(game.in_bond - chain.by_site(ships), 0.0)
            asked = chain.by_site(extra)
            share = np.where(asked > 0, np.minimum(rest / np.where(asked > 0, asked, 1.0), 1.0), 0.0)
            rows = np.arange(len(chain.value))[:, None]
            in_bond = extra * share[:, rows, np.maximum(chain.site, 0)]
            spaced = in_bond * self._space(chain, game.positions() + ships, in_bond)
            sent = spaced * self._border(chain, ships, spaced)
            steps, times = (wanted, in_bond, spaced, sent), len(self.script.seeds)
            value = [float((step * chain.value[:, None]).sum()) / times for step in steps]
            weights = (weekly * chain.value[:, None]) * (prepared.weeks > 0)
            if weights.sum() > 0:
                seen.weeks = float((prepared.weeks * weights).sum() / weights.sum())
            seen.wanted, seen.sent = seen.wanted + value[0], seen.sent + value[3]
            kept = dict.fromkeys(LIMITS, 0.0) if seen.kept is None else seen.kept
            seen.kept = {limit: kept[limit] + value[n] - value[n + 1] for n, limit in enumerate(LIMITS)}
            ships = ships + sent
        return ships

    def _space(self, chain: Chain, positions: Floats, extra: Floats) -> Floats:
        """The share of what comes that each DC has room for."""
        capacity = {node.id: node.capacity_m3 for node in self.plan.problem.network.nodes}
        room = np.array([np.inf if capacity[dc] is None else float(capacity[dc] or 0.0) for dc in chain.dcs])
        volume = chain.volume[:, None]
        free = np.maximum(room - (positions * volume).sum(axis=(0, 1)), 0.0)
        coming = (extra * volume).sum(axis=(0, 1))
        return np.where(coming > free, free / np.where(coming > 0, coming, 1.0), 1.0)

    def _border(self, chain: Chain, ships: Floats, extra: Floats) -> Floats:
        """The share of what goes that the trucks of a week can carry over each lane."""
        volume = chain.volume[:, None]
        share = np.ones((len(chain.value), len(chain.dcs)))
        for (s, d), n in np.ndenumerate(chain.lane):
            road = chain.lanes[n].lane if n >= 0 else None
            if road is None or road.max_trucks_per_week is None or not road.truck_m3:
                continue
            mine = chain.site[:, d] == s
            usual, more = (float((units * volume)[0, mine, d].sum()) for units in (ships, extra))
            free = max(road.max_trucks_per_week * road.truck_m3 - usual, 0.0)
            share[mine, d] = min(free / more, 1.0) if more > 0 else 1.0
        return share

    def _by_day(self) -> list[list[DutyStep]]:
        days = sorted({step.begin for step in self.plan.steps})
        return [[step for step in self.plan.steps if step.begin == day] for day in days]

    def _phase(self, begin: int) -> Phase:
        """The chain from a week on: duties that hold by then, and lanes that are closed."""
        plan, prepared = self.plan, self.plan.ground.prepared
        rates = {step.sku: step.new for step in plan.steps if self.place(step.begin) <= begin}
        shut = {
            c.crossing for c in plan.closures if self.place(c.begin) <= begin < self.place(c.end + timedelta(days=1))
        }
        problem = with_duties(prepared.problem, rates)
        usual = self._chain(problem)
        if not shut:
            return Phase(begin, self._planned(usual))
        open_ways = {(lane.origin, lane.destination): lane for lane in reversed(_open(problem, shut))}
        best = prepared.grid.roads.lanes
        lanes = tuple(open_ways.get(key, lane) if lane.crossing in shut else lane for key, lane in sorted(best.items()))
        chain = self._chain(replace(problem, network=replace(problem.network, lanes=lanes)))
        blocked = np.zeros(chain.onward.shape, dtype=np.bool_)
        for s, site in enumerate(chain.sites):
            for d, dc in enumerate(chain.dcs):
                lane = best.get((site, dc))
                if lane is not None and lane.crossing in shut:
                    dearer = chain.onward[s, :, d] - usual.onward[s, :, d]
                    blocked[s, :, d] = True if (site, dc) not in open_ways else dearer >= chain.shortage
        return Phase(begin, self._planned(chain), blocked)

    def _chain(self, problem: Problem) -> Chain:
        prepared = self.plan.ground.prepared
        fed = {(pair.sku, pair.dc): pair.site for pair in prepared.grid.pairs}
        by_id = {sku.id: sku for sku in problem.network.skus}
        skus = tuple(by_id[sku.id] for sku in prepared.grid.skus)
        ways = replace(
            prepared.grid.roads, lanes={(lane.origin, lane.destination): lane for lane in problem.network.lanes}
        )
        known = ways if problem.network.lanes is not prepared.problem.network.lanes else prepared.grid.roads
        grid = replace(prepared.grid, skus=skus, roads=known)
        return Stage(replace(prepared, problem=problem, grid=grid), self.plan.items, fed).chain

    def _planned(self, chain: Chain) -> Chain:
        """With φ in the premium, and duty left out of what lies forward."""
        network = self.plan.problem.network
        capital = network.capital_rate_per_year
        duty = (chain.value * chain.duty * (capital + chain.worn) / network.period.per_year)[:, None]
        return replace(chain, premium=chain.premium * self.plan.phi[:, None], h_forward=chain.h_forward - duty)

    def _gain(self, steps: Sequence[DutyStep], sign: int) -> Floats:
        """π·v·|δ| of each item whose duty rises (+1) or falls (−1); 0 for the others."""
        found = {step.sku: step.probability * sign * (step.new - step.old) for step in steps}
        skus = self.plan.ground.prepared.grid.skus
        return np.array([max(found.get(skus[int(n)].id, 0.0), 0.0) * skus[int(n)].unit_value for n in self.plan.items])

    def _before_rise(self, steps: list[DutyStep]) -> Prepared:
        """w* = π·v·δ / (h_D − h_B) weeks of demand in the last review before."""
        chain = self.plan.stage.chain
        return Prepared(
            self._last_review(self.place(steps[0].begin)), weeks_ahead(self._gain(steps, 1)[:, None], chain.premium)
        )

    def _before_fall(self, steps: list[DutyStep]) -> HoldBack | None:
        """While what leaves would still serve from the day on, only units leave that are worth more than π·v·|δ|."""
        chain, gain = self.plan.stage.chain, self._gain(steps, -1)
        if not gain.any():
            return None
        end = self.place(steps[0].begin)
        span = int(np.round(chain.lead_mean.max(initial=0))) + self.review
        return HoldBack(max(end - span, self.script.uncounted), end, gain / np.maximum(chain.shortage, 1e-12))

    def _before_closure(self, closure: Closure) -> Prepared:
        """Expected weeks of the closure, for what comes over it, in the last review before."""
        chain = self.plan.stage.chain
        weeks = np.zeros((len(chain.value), len(chain.dcs)))
        begin, end = self.place(closure.begin), self.place(closure.end + timedelta(days=1))
        for (s, d), n in np.ndenumerate(chain.lane):
            if n >= 0 and chain.lanes[n].lane.crossing == closure.crossing:
                weeks[chain.site[:, d] == s, d] = (end - begin) * closure.probability
        return Prepared(self._last_review(begin), weeks)

    def _last_review(self, place: int) -> int:
        """The last review before a week played, from the run's day on; −1 when there is none: nobody knew before."""
        found = (place - 1) // self.review * self.review
        return found if found >= self.script.uncounted else -1


def weeks_ahead(gain: Floats, premium: Floats) -> Floats:
    """w*: how many weeks of demand are worth shipping before a duty rises, each unit gaining π·v·δ and costing Δ a week.

    >>> float(weeks_ahead(np.array([[1.0 * 10 * 0.25]]), np.array([[0.0125]]))[0, 0])
    200.0
    """
    return np.asarray(np.where(premium > 0, gain / np.where(premium > 0, premium, 1.0), 0.0))


def _open(problem: Problem, shut: set[str]) -> list[Lane]:
    """Lanes that pass no closed crossing, the best first."""
    lanes = [lane for lane in problem.network.lanes if lane.crossing not in shut or not lane.crossing]
    return sorted(
        lanes, key=lambda lane: (lane.priority, lane.freight(1.0), lane.lead_time.mean, lane.origin, lane.crossing)
    )


def _probability(steps: Sequence[DutyStep], closures: Sequence[Closure]) -> float:
    """That of all that is to come together. Raises ScenarioError when it is not one."""
    found = sorted({step.probability for step in steps} | {closure.probability for closure in closures})
    if len(found) > 1:
        raise ScenarioError(
            "probability", found[-1], "what is to come in one scenario comes together, with one probability"
        )
    return found[0] if found else 1.0
