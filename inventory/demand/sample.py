"""The demand history of the demonstration: real weekly sales of 40 products, their stores dealt out to 14 US markets. Pure.

Source and licence: docs/demand-data.md. `build` makes the shipped file from the original, so that anyone can check it.
"""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean, pvariance

FOLDER = Path(__file__).parent / "data"
SERIES, MARKETS = FOLDER / "sample_weeks.csv.gz", FOLDER / "markets.csv"
WEEKS = 52
FIRST_MONDAY = date(2017, 1, 2)  # of the original; its first, one-day week is left out
# How many products of each Syntetos-Boylan-Croston class, and every how-manieth of its best sellers, for a variety of sizes.
PICKS = {"smooth": (12, 3), "erratic": (11, 4), "intermittent": (9, 2), "lumpy": (8, 2)}


@dataclass(frozen=True)
class MarketRow:
    """A US market: code, name, state and where it is; `stores` is how many of the original's 54 stores stand for it."""

    code: str
    name: str
    state: str
    latitude: float
    longitude: float
    stores: int


def markets() -> list[MarketRow]:
    """The 14 markets, largest first.

    >>> len(markets()), sum(market.stores for market in markets())
    (14, 54)
    """
    with MARKETS.open(encoding="utf-8", newline="") as file:
        return [
            MarketRow(r["code"], r["name"], r["state"], float(r["latitude"]), float(r["longitude"]), int(r["stores"]))
            for r in csv.DictReader(file)
        ]


def weeks() -> Iterator[tuple[int, str, int, int]]:
    """Each (series number 1-40, market code, week offset, units), by series, market and week; weeks not named had no demand.

    The offset counts back from the last week: 0 is the last, -51 the first.
    """
    with gzip.open(SERIES, "rt", encoding="utf-8", newline="") as file:
        for series, market, week, quantity in csv.reader(file):
            yield int(series), market, int(week), int(quantity)


def demand_class(quantities: list[int]) -> str:
    """The Syntetos-Boylan-Croston class of a series: how often it sells (1.32) and how unevenly (0.49).

    >>> demand_class([5, 6, 5, 6]), demand_class([0, 0, 9, 0, 1, 0])
    ('smooth', 'lumpy')
    """
    sold = [quantity for quantity in quantities if quantity]
    is_frequent = len(quantities) / max(len(sold), 1) <= 1.32
    is_even = not sold or pvariance(sold) / fmean(sold) ** 2 <= 0.49
    return {(True, True): "smooth", (True, False): "erratic", (False, True): "intermittent"}.get(
        (is_frequent, is_even), "lumpy"
    )


def build(original: Path, target: Path = SERIES) -> int:
    """Write the shipped file from the original (sku, location, date, quantity); returns its number of rows."""
    sold = _sold(original)
    store_market = deal_out(sorted({store for _sku, store, _week in sold}, key=int))
    numbers = {sku: n for n, sku in enumerate(pick(sold), start=1)}
    summed: dict[tuple[int, str, int], int] = defaultdict(int)
    for (sku, store, week), quantity in sold.items():
        if sku in numbers:
            summed[numbers[sku], store_market[store], week - (WEEKS - 1)] += quantity
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([*key, quantity] for key, quantity in sorted(summed.items()))
    target.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    return len(summed)


def deal_out(stores: list[str]) -> dict[str, str]:
    """The market that each store stands for: dealt round the table in order, until each market has its number.

    >>> dealt = deal_out([str(n) for n in range(54)])
    >>> dealt["0"], dealt["14"], dealt["53"]
    ('los-angeles', 'los-angeles', 'new-york')
    """
    left = {market.code: market.stores for market in markets()}
    dealt: dict[str, str] = {}
    while len(dealt) < len(stores):
        for code in [code for code, number in left.items() if number]:
            if len(dealt) == len(stores):
                break
            dealt[stores[len(dealt)]] = code
            left[code] -= 1
    return dealt


def pick(sold: dict[tuple[str, str, int], int]) -> list[str]:
    """The 40 products, class by class: every so-manieth of the best sellers of its class."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0] * WEEKS)
    for (sku, _store, week), quantity in sold.items():
        totals[sku][week] += quantity
    best = sorted(totals, key=lambda sku: (-sum(totals[sku]), sku))
    picked: list[str] = []
    for name, (number, step) in PICKS.items():
        picked += [sku for sku in best if demand_class(totals[sku]) == name][: number * step : step]
    return picked


def _sold(original: Path) -> dict[tuple[str, str, int], int]:
    """Units by product, store and week number (0-51) of the original."""
    sold: dict[tuple[str, str, int], int] = defaultdict(int)
    with gzip.open(original, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            week = (date.fromisoformat(row["date"]) - FIRST_MONDAY).days // 7
            if 0 <= week < WEEKS:
                sold[row["sku"], row["location"], week] += int(row["quantity"])
    return sold
