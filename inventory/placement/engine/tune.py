"""Tuning by rehearsal: for each class the forecasts, β and φ that would have cost least in the company's own last months. Pure.

Source: placement.md §0.4, §0.5 and §6.3 (docs/placement.md).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from inventory.placement.engine import families
from inventory.placement.engine.distribution import quantile, window_sums
from inventory.placement.engine.families import BALANCED, STEADY, Style
from inventory.placement.engine.foretell import Foreteller, Laws
from inventory.placement.engine.model import Floats, Ints
from inventory.placement.engine.over import ONE_BY_ONE, Over
from inventory.placement.engine.prepare import CLASSES, Prepared
from inventory.placement.engine.rehearse import Script, rehearse
from inventory.placement.engine.spread import Mixture
from inventory.placement.engine.stage import Stage
from inventory.placement.engine.tuning import DEFAULT_PHI, ClassTuning, Tuning

PHIS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
BETAS = (0.5, 0.6, 0.7, 0.8, 0.875, 0.92, 0.955, 0.982, 0.997)
FAR_BETAS = (0.9993, 0.9999, 0.99999, 1 - 1e-6, 1 - 1e-7)  # tried where the largest of BETAS was the best
PLANS = {"steady": (STEADY, 0.5), "steady, fitted": (STEADY, 0.0), "balanced": (BALANCED, 0.0)}
MOST_ITEMS, LEAST_ITEMS = 300, 5
FEW_ITEMS, POOLED_ITEMS = 100, 20  # what all items would have cost counts as that of so many
ALL = "all"
LEAST_BEGIN, LEAST_WEEKS, MOST_WEEKS = 16, 24, 52
BALANCED_GAIN = (
    0.95,
    0.95,
    0.88,
    0.88,
)  # by class: what the balanced family must not cost more than, of the steady one
FITTED_GAIN = FAR_GAIN = 0.98
NEARLY_BEST = 1.02
THEORY_WEEKS = 13
COVERED_COLUMNS, LEAST_COVERED_SUMS = 4, 100
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Played:
    """A rehearsal: by plan, what each setting of `_settings(BETAS)` cost, and those of FAR_BETAS where the largest β was the best.

    Without weeks to count (`weeks` < 1) nothing was played.
    """

    items: int
    weeks: int
    beta_theory: float
    costs: Mapping[str, Floats] = field(default_factory=dict)
    far: Mapping[str, Floats] = field(default_factory=dict)
    styles: Mapping[str, Style] = field(default_factory=dict)
    covered: Mapping[str, float | None] = field(default_factory=dict)


def tune(prepared: Prepared, *, seed: int = 0, progress: Progress | None = None, over: Over = ONE_BY_ONE) -> Tuning:
    """The numbers of every class, from a rehearsal of the last weeks where there are enough of them, drawn to theory."""
    report = progress or (lambda _done, _total: None)
    groups = samples(prepared)
    played: dict[str, _Played] = {}

    def play(name: str) -> _Played:
        return _played(Stage(prepared, groups[name]), seed)

    report(0, len(groups))
    for name, found in zip(groups, over(play, list(groups)), strict=True):
        played[name] = found
        report(len(played), len(groups))
    everyone = played.get(ALL)
    return Tuning(
        {
            name: _tuned(own, number, everyone) if (own := played.get(name, everyone)) else ClassTuning()
            for number, name in enumerate(CLASSES)
        }
    )


def theory(prepared: Prepared) -> Tuning:
    """The numbers of every class without a rehearsal: φ = 2, and β as the costs would have it."""
    found = {}
    for name, items in samples(prepared).items():
        stage = Stage(prepared, items)
        beta = stage.theory(Style())
        found[name] = ClassTuning(beta=beta, beta_theory=beta, items=len(items))
    everyone = found.pop(ALL, None)
    return Tuning({name: found.get(name) or everyone or ClassTuning() for name in CLASSES})


def samples(prepared: Prepared) -> dict[str, Ints]:
    """Up to 300 items of each class, drawn by hashed id; and of all, where a class has fewer than 100 to go by."""
    drawn = prepared.drawn()
    found = {}
    for number, name in enumerate(CLASSES):
        mine = [n for n in drawn if prepared.classes[n] == number]
        if len(mine) >= LEAST_ITEMS:
            found[name] = np.array(sorted(mine[:MOST_ITEMS]), dtype=np.int64)
    if drawn and (len(found) < len(CLASSES) or min(map(len, found.values())) < FEW_ITEMS):
        found[ALL] = np.array(sorted(drawn[:MOST_ITEMS]), dtype=np.int64)
    return found


def _played(stage: Stage, seed: int) -> _Played:
    beta_theory = stage.theory(Style())
    weeks = stage.prepared.weeks
    columns = rehearsed(stage, weeks)
    count = len(columns) - stage.span
    if count < 1:
        return _Played(len(stage.items), count, beta_theory)
    script = Script(columns, stage.span, stage.prepared.problem.network.review_weeks, seed)
    costs: dict[str, Floats] = {}
    far: dict[str, Floats] = {}
    styles: dict[str, Style] = {}
    covered: dict[str, float | None] = {}
    phi, beta = _settings(BETAS)
    for name, (family, share) in PLANS.items():
        styles[name] = _style(stage, family, share)
        tellers = stage.tellers(styles[name])
        laws = (tellers[0].at(weeks)[1], tellers[1].at(weeks)[1])
        costs[name] = _cost(stage, tellers, laws, phi, beta, script)
        covered[name] = _covered(stage, tellers[0], columns, laws[0])
        if beta[np.argmin(costs[name])] == BETAS[-1]:
            far[name] = _cost(stage, tellers, laws, *_settings(FAR_BETAS), script)
    return _Played(len(stage.items), count, beta_theory, costs, far, styles, covered)


def _tuned(own: _Played, number: int, everyone: _Played | None) -> ClassTuning:
    """The numbers of a class, from what its own items would have cost and, the fewer these are, what all would have."""
    if own.weeks < 1:
        return ClassTuning(beta=own.beta_theory, beta_theory=own.beta_theory, items=own.items)
    costs = _shares(own)
    if everyone and everyone is not own and everyone.weeks > 0:
        weight, others = own.items / (own.items + POOLED_ITEMS), _shares(everyone)
        costs = {plan: weight * cost + (1 - weight) * others[plan] for plan, cost in costs.items()}
    name = chosen({plan: float(cost.min()) for plan, cost in costs.items()}, number)
    cost, (phi, beta) = costs[name], _settings(BETAS)
    if name in own.far and own.far[name].min() < FAR_GAIN * own.costs[name].min():
        cost = np.concatenate([own.costs[name], own.far[name]])
        phi, beta = np.concatenate([(phi, beta), _settings(FAR_BETAS)], axis=1)
    best_phi, best_beta = centre(cost, phi, beta)
    trust = own.weeks / (own.weeks + THEORY_WEEKS)
    most = max(float(of_plan.min()) for of_plan in own.costs.values()) or 1.0
    style = own.styles[name]
    return ClassTuning(
        family=style.family,
        share=style.mixture.share,
        beta=_blend(best_beta, own.beta_theory, trust),
        phi=float(np.exp(trust * np.log(best_phi) + (1 - trust) * np.log(DEFAULT_PHI))),
        weeks=own.weeks,
        items=own.items,
        beta_theory=own.beta_theory,
        cost={plan: float(of_plan.min()) / most for plan, of_plan in own.costs.items()},
        sharpness=style.sharpness,
        scores=style.class_scores,
        covered=own.covered[name],
    )


def _shares(played: _Played) -> dict[str, Floats]:
    """What each setting cost, in that of the best setting of the best plan."""
    least = min(float(cost.min()) for cost in played.costs.values()) or 1.0
    return {plan: cost / least for plan, cost in played.costs.items()}


def _settings(betas: Sequence[float]) -> tuple[Floats, Floats]:
    """Every φ with each of these β."""
    phi, beta = zip(*product(PHIS, betas), strict=True)
    return np.array(phi), np.array(beta)


def _cost(
    stage: Stage,
    tellers: tuple[Foreteller, Foreteller],
    laws: tuple[Laws, Laws],
    phi: Floats,
    beta: Floats,
    script: Script,
) -> Floats:
    """What each setting would have cost."""
    tally = rehearse(stage.chain, stage.demand, *tellers, phi=phi, beta=beta, script=script, laws=laws)
    return np.asarray(tally.by_item.sum(axis=1), dtype=np.float64)


def _covered(stage: Stage, teller: Foreteller, columns: Sequence[int], laws: Laws) -> float | None:
    """The share of sums of past demand, half of it known, that were not above the 95 % quantile foretold for them.

    Up to 4 of the columns are looked at. None where fewer than 100 sums came about: too few to tell 95 from 99 %.
    """
    spans, demand = stage.dc_spans, stage.demand.reshape(-1, stage.prepared.weeks)
    last = demand.shape[1] - int(spans.weeks.max(initial=1))
    seen = [column for column in columns if column <= last]
    judged = held = 0
    for column in seen[:: -max(1, len(seen) // COVERED_COLUMNS)][:COVERED_COLUMNS]:
        high = quantile(teller.at(column, laws)[0].whole, 0.95)
        for weeks in np.unique(spans.weeks).tolist():
            sums, known = window_sums(demand[:, column : column + weeks], weeks)
            use = (spans.weeks == weeks) & (known[:, 0] * 2 >= weeks) & (high > 0)
            judged += int(use.sum())
            held += int((sums[:, 0] * spans.whole / weeks <= high)[use].sum())
    return held / judged if judged >= LEAST_COVERED_SUMS else None


def rehearsed(stage: Stage, end: int) -> tuple[int, ...]:
    """The columns before `end` that are played to find numbers: a quarter of the history, 24 to 52 weeks, more for long ways."""
    number = max(LEAST_WEEKS, 2 * stage.span + 10, min(MOST_WEEKS, end // 4))
    return tuple(played(stage.demand, max(LEAST_BEGIN, end - number), end))


def played(demand: Floats, begin: int, end: int) -> list[int]:
    """The columns of which some demand is known."""
    return [week for week in range(begin, end) if not np.isnan(demand[..., week]).all()]


def chosen(cost: Mapping[str, float], number: int) -> str:
    """The plan to take: steady, fitted alone where that saves 2 %, balanced where it saves 5 or 12 % of the better of those.

    >>> chosen({"steady": 100, "steady, fitted": 99, "balanced": 96}, 0)
    'steady'
    >>> chosen({"steady": 100, "steady, fitted": 97, "balanced": 92}, 0)
    'balanced'
    """
    name = "steady, fitted" if cost["steady, fitted"] < FITTED_GAIN * cost["steady"] else "steady"
    return "balanced" if cost["balanced"] < BALANCED_GAIN[number] * cost[name] else name


def centre(cost: Floats, phi: Floats, beta: Floats) -> tuple[float, float]:
    """The middle of the settings within 2 % of the least cost: of φ in logarithms, of β in log odds.

    The cost is flat around its least, and where that lies is partly chance; the middle of the flat part is not.
    """
    near = cost <= NEARLY_BEST * cost.min()
    odds = np.log(beta[near] / (1 - beta[near])).mean()
    return float(np.exp(np.log(phi[near]).mean())), float(1 / (1 + np.exp(-odds)))


def _blend(found: float, by_theory: float, trust: float) -> float:
    """Between two probabilities, in log odds."""
    odds = [np.log(p / (1 - p)) for p in (found, float(np.clip(by_theory, 0.02, 0.999)))]
    return float(1 / (1 + np.exp(-(trust * odds[0] + (1 - trust) * odds[1]))))


def _style(stage: Stage, family: str, share: float) -> Style:
    if family == STEADY:
        return Style(STEADY, Mixture(share))
    span = int(np.median(stage.dc_spans.weeks))
    found = families.scores(stage.at_dcs.demand, span)
    means = families.class_scores(found, np.zeros(len(found), dtype=np.int64), 1)[0]
    return Style(BALANCED, Mixture(share), 1.0, means)
