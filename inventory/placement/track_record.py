"""What became of recommendations: how many planners followed, and what was asked and out of stock afterwards. Pure.

Source: placement.md §10 (docs/placement.md). A decision is looked at over the WEEKS after its goods were to arrive (median), once
these are over; the demand and the stock-outs are those of the markets its DC serves, as the demand records have them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 4
MOST_REASONS = 5
DAYS_BACK = 365
FOLLOWED = ("accepted", "changed")


@dataclass(frozen=True)
class Decision:
    """A decided recommendation: `outcome` is accepted, changed or refused."""

    item: int
    site: int
    outcome: str
    reason: str
    arrives: date
    weekly: float
    fill: float


@dataclass(frozen=True)
class Week:
    """What the markets of a DC asked of an item in a week, and the share of the week that they were out of stock."""

    asked: float
    stockout: float


@dataclass(frozen=True)
class Adherence:
    """How planners decided: numbers of recommendations, and the reasons they gave, the most frequent first."""

    accepted: int
    changed: int
    refused: int
    superseded: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def decided(self) -> int:
        """Those that somebody decided on."""
        return self.accepted + self.changed + self.refused

    @property
    def share(self) -> float | None:
        """The share of the decided that was accepted as proposed; None where nothing was decided."""
        return self.accepted / self.decided if self.decided else None


@dataclass(frozen=True)
class Record:
    """What was expected of decisions of one kind, and what happened in the weeks known since.

    `fill` is the mean expected service, with the move for those followed and without it for those refused; `in_stock` the mean
    share of those weeks in which the DC was not out of stock.
    """

    decisions: int
    weeks: int
    expected: float
    asked: float
    weeks_short: int
    fill: float
    in_stock: float


@dataclass(frozen=True)
class TrackRecord:
    """How planners decided from a day on, and what became of what they followed and of what they refused."""

    since: date
    how: Adherence
    followed: Record | None
    refused: Record | None


def track_record(
    decisions: Iterable[Decision],
    superseded: int,
    weeks: Mapping[tuple[int, int, date], Week],
    *,
    since: date,
    today: date,
) -> TrackRecord:
    """The track record of decisions made from a day on; `weeks` as of `record`."""
    listed = list(decisions)
    followed = [one for one in listed if one.outcome in FOLLOWED]
    refused = [one for one in listed if one.outcome == "refused"]
    how = adherence(listed, superseded)
    return TrackRecord(since, how, record(followed, weeks, today), record(refused, weeks, today))


def adherence(decisions: Iterable[Decision], superseded: int = 0) -> Adherence:
    """How planners decided; `superseded` says of how many recommendations the next run took the place before anyone did.

    >>> day = date(2026, 3, 2)
    >>> made = [Decision(1, 2, outcome, why, day, 1.0, 1.0) for outcome, why in (("accepted", ""), ("refused", "Promotion"))]
    >>> found = adherence(made)
    >>> found.accepted, found.refused, found.share, found.reasons
    (1, 1, 0.5, (('Promotion', 1),))
    """
    listed = list(decisions)
    number = Counter(one.outcome for one in listed)
    reasons = Counter(one.reason for one in listed if one.reason)
    most = sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_REASONS]
    return Adherence(
        number["accepted"], number["changed"], number["refused"], superseded, tuple(most)
    )  # fmt: skip


def record(decisions: Iterable[Decision], weeks: Mapping[tuple[int, int, date], Week], today: date) -> Record | None:
    """What became of these decisions in the weeks that are over and known; None where there are none."""
    count = total = short = 0
    expected = asked = fill = out = 0.0
    for one in decisions:
        known = [weeks[key] for key in _keys(one) if key in weeks] if is_over(one, today) else []
        if not known:
            continue
        count, total = count + 1, total + len(known)
        expected += one.weekly * len(known)
        asked += sum(week.asked for week in known)
        short += sum(week.stockout > 0 for week in known)
        out += sum(week.stockout for week in known)
        fill += one.fill
    return Record(count, total, expected, asked, short, fill / count, 1 - out / total) if count else None


def is_over(decision: Decision, today: date) -> bool:
    """True once the weeks a decision is judged by are past."""
    return decision.arrives + timedelta(weeks=WEEKS) <= today


def _keys(one: Decision) -> list[tuple[int, int, date]]:
    monday = one.arrives - timedelta(days=one.arrives.weekday())
    return [(one.item, one.site, monday + timedelta(weeks=n)) for n in range(WEEKS)]
