"""What each ratio must reach, and what it reached: round by round, product over floor, the median counts. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log
from statistics import median
from typing import Any

from warehouse.bench.calls import Timed
from warehouse.bench.sizes import Sizes


@dataclass(frozen=True)
class Measure:
    """One way of one round: milliseconds of the median and of the slow end, calls a second, and what failed."""

    p50: float
    p95: float
    rate: float
    calls: int
    failures: int
    problem: str = ""

    @classmethod
    def of(cls, timed: Timed) -> "Measure":
        """What a series of calls came to."""
        took = sorted(timed.seconds)
        return cls(
            p50=round(median(took) * 1000, 3),
            p95=round(percentile(took, 0.95) * 1000, 3),
            rate=round(len(took) / timed.wall, 1),
            calls=len(took),
            failures=timed.failures,
            problem=timed.problem,
        )


Round = Mapping[str, Measure]


@dataclass(frozen=True)
class Goal:
    """A figure of a round with its two limits; `at_least` where more is better."""

    id: str
    what: str
    of: Callable[[Round, Sizes], float]
    must: float
    stretch: float | None = None
    at_least: bool = False

    def meets(self, value: float, limit: float | None) -> bool:
        """True when the value is within the limit."""
        if limit is None:
            return True
        return value >= limit if self.at_least else value <= limit


@dataclass(frozen=True)
class Outcome:
    """What became of a goal."""

    id: str
    what: str
    value: float
    lowest: float
    highest: float
    must: str
    stretch: str
    passed: bool
    stretched: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that this share of ordered values does not exceed.

    >>> percentile([1, 2, 3, 4], 0.95)
    4
    """
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def ratio(way: str, floor: str, figure: str = "p50") -> Callable[[Round, Sizes], float]:
    """The figure of one way over that of another."""
    return lambda found, _sizes: getattr(found[way], figure) / getattr(found[floor], figure)


def _exponent(found: Round, sizes: Sizes) -> float:
    """How the time of a post grows with history: 0 is not at all, 1 in proportion."""
    return log(found["post long history"].p50 / found["post short history"].p50) / log(
        sizes.long_history / sizes.short_history
    )


def _failed(found: Round, _sizes: Sizes) -> float:
    """Posts of the crowds that were not answered by success."""
    return float(found["16 operators, spread"].failures + found["16 operators, hot"].failures)


GOALS = (
    Goal("S1", "post, 1 connection: p50 / DRF + ORM floor", ratio("post", "floor: DRF + ORM"), 2.5, 1.0),
    Goal("S2", "16 operators, spread: rate / ORM floor",
         ratio("16 operators, spread", "floor: 16 spread, ORM", "rate"), 0.5, None, at_least=True),
    Goal("S2", "16 operators, spread: p95 / ORM floor",
         ratio("16 operators, spread", "floor: 16 spread, ORM", "p95"), 2.0),
    Goal("S2+", "16 operators, spread: rate / raw SQL floor",
         ratio("16 operators, spread", "floor: 16 spread, raw", "rate"), 0.0, 0.35, at_least=True),
    Goal("S3", "16 operators, one hot SKU: rate / ORM floor",
         ratio("16 operators, hot", "floor: 16 hot, ORM", "rate"), 0.5, None, at_least=True),
    Goal("S3", "16 operators, one hot SKU: p95 / ORM floor",
         ratio("16 operators, hot", "floor: 16 hot, ORM", "p95"), 2.0),
    Goal("S3", "one hot SKU / spread: rate",
         ratio("16 operators, hot", "16 operators, spread", "rate"), 0.5, None, at_least=True),
    Goal("S3", "answers of 16 operators that were no success", _failed, 0),
    Goal("S3+", "16 operators, one hot SKU: rate / raw SQL floor",
         ratio("16 operators, hot", "floor: 16 hot, raw", "rate"), 0.0, 0.4, at_least=True),
    Goal("S9", "one SKU's stock at a past date: p50 / empty call", ratio("stock at a date", "empty call"), 3.0, 2.0),
    Goal("S11", "list of 100, 1 connection: p50 / serializer floor", ratio("list", "floor: list"), 2.0, 1.0),
    Goal("S11", "list of 100, 8 connections: p95 / serializer floor",
         ratio("list, 8 connections", "floor: list, 8 connections", "p95"), 2.0, 1.0),
    Goal("S12", "page in the middle of the ledger / first page: p50", ratio("deep page", "list"), 1.5, 1.1),
    Goal("S13", "post on long / short history: p50", ratio("post long history", "post short history"), 1.25, 1.1),
    Goal("S13", "growth with history, exponent", _exponent, 0.05),
    Goal("S14", "backdated post / post: p50", ratio("post backdated", "post long history"), 3.0, 1.5),
    Goal("S14", "reversal / post: p50", ratio("reversal", "post long history"), 3.0, 1.5),
)  # fmt: skip


def judge(rounds: Sequence[Round], sizes: Sizes) -> list[Outcome]:
    """The median of each goal over the rounds, against its limits."""
    return [_judge(goal, sorted(goal.of(found, sizes) for found in rounds)) for goal in GOALS]


def _judge(goal: Goal, values: Sequence[float]) -> Outcome:
    value = median(values)
    return Outcome(
        id=goal.id,
        what=goal.what,
        value=round(value, 3),
        lowest=round(values[0], 3),
        highest=round(values[-1], 3),
        must=_limit(goal, goal.must),
        stretch=_limit(goal, goal.stretch),
        passed=goal.meets(value, goal.must),
        stretched=goal.stretch is not None and goal.meets(value, goal.stretch),
    )


def _limit(goal: Goal, limit: float | None) -> str:
    """A limit as it is printed; nothing where there is none."""
    if limit is None or (goal.at_least and not limit):
        return ""
    return f"{'≥' if goal.at_least else '≤'} {limit:g}"
