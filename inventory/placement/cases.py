"""Two cases of public demand to try placement on: history, network and the weeks to judge, as files. Pure.

Source: placement.md §14 (docs/placement.md). The demand files are named by a folder and are not shipped: **A** is the Hass Avocado
Board's retail scan data of 45 US markets (conventional), **B** the Complete Journey's weekly sales of 1,000 products. What is
drawn by chance has a fixed seed.
"""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from random import Random
from typing import Any

AVOCADO, AVOCADO_MARKETS = "avocado_us_weekly.csv.gz", "avocado_locations.csv"
GROCERY = "completejourney_weekly.csv.gz"
EARTH_MILES = 3958.8
SUPPLY = {"values": [2, 3, 4], "probs": [0.25, 0.5, 0.25]}
LATE = 0.15  # a lane takes a week longer this often

Row = tuple[str, str, date, float | None]


@dataclass(frozen=True)
class Case:
    """What a case is made of, ready to be written."""

    name: str
    rows: list[Row]
    network: dict[str, Any]
    first_review: date
    counted_from: date
    source: str


def avocado(folder: Path) -> Case:
    """Case A: 6 sizes in 45 markets, 265 weeks, eight DCs, two sites, by the truck."""
    dcs = {
        "Atlanta": (33.84, -84.39), "Chicago": (41.85, -87.69), "Dallas": (32.77, -96.80), "Denver": (39.74, -104.98),
        "Los Angeles": (34.05, -118.24), "Miami": (25.77, -80.21), "Newark": (40.74, -74.17), "Seattle": (47.61, -122.33),
    }  # fmt: skip
    weeks_of = {
        "Dallas": (1, 2), "Los Angeles": (2, 1), "Chicago": (2, 2), "Atlanta": (2, 3), "Newark": (2, 3), "Seattle": (3, 1),
        "Denver": (2, 2), "Miami": (2, 3),
    }  # fmt: skip
    sites = {"Nuevo Laredo": ((27.48, -99.52), 1.4), "Tijuana": ((32.53, -117.04), 1.7)}
    markets = {
        row["location"]: (float(row["lat"]), float(row["lon"]))
        for row in _read(folder / AVOCADO_MARKETS)
        if row["kind"] == "market"
    }
    sold = [row for row in _read(folder / AVOCADO) if row["location"] in markets]
    days = sorted({row["date"] for row in sold})[:265]
    kept = set(days)
    sold = [row for row in sold if row["date"] in kept]
    mondays = {day: date.fromisoformat(day) - timedelta(days=6) for day in days}
    rows: list[Row] = [
        (row["sku"], row["location"], mondays[row["date"]], float(round(float(row["quantity"]) / 200))) for row in sold
    ]
    first, last = mondays[days[0]], mondays[days[-1]]
    known = set(mondays.values())
    lines = sorted({(row[0], row[1]) for row in rows})
    for number in range((last - first).days // 7):
        monday = first + timedelta(weeks=number)
        if monday not in known:  # four weeks of December 2018 are missing at the source: nobody knows them
            rows += [(sku, market, monday, None) for sku, market in lines]
    price = _mean_by(sold, "price")
    values = {sku: 0.6 * 200 * mean for sku, mean in price.items()}
    network = _network(values, Random(7), category="avocado")
    for site, (_place, storage) in sites.items():
        _add_site(network, site, storage)
    for dc, place in dcs.items():
        _add_dc(network, f"DC {dc}")
        for n, (site, (origin, _storage)) in enumerate(sites.items()):
            cost = 2000 * (18 + 0.02 * miles(origin, place)) / 30
            _add_lane(network, site, f"DC {dc}", weeks_of[dc][n], truck_m3=75, truck_cost=round(cost, 2))
    nearest = {name: min(dcs, key=lambda dc: (miles(place, dcs[dc]), dc)) for name, place in markets.items()}
    _add_regions(network, {market: f"DC {dc}" for market, dc in nearest.items()})
    source = "Hass Avocado Board retail scan data; DC and market places: GeoNames (CC BY 4.0)"
    return Case("A", rows, network, mondays[days[199]], mondays[days[206]], source)


def grocery(folder: Path) -> Case:
    """Case B: the 1,000 products that sold most, stores in six random groups, 52 weeks, two sites, by the m³."""
    first = date(2017, 1, 2)
    found = [
        (row["sku"], row["location"], (date.fromisoformat(row["date"]) - first).days // 7, float(row["quantity"]),
         float(row["price"]))
        for row in _read(folder / GROCERY)
    ]  # fmt: skip
    found = [row for row in found if 0 <= row[2] < 52]
    total: dict[str, float] = defaultdict(float)
    for sku, _store, _week, quantity, _price in found:
        total[sku] += quantity
    best = set(sorted(total, key=lambda sku: (-total[sku], sku))[:1000])
    stores = sorted({row[1] for row in found}, key=int)
    Random(11).shuffle(stores)
    group = {store: f"R-{n % 6 + 1}" for n, store in enumerate(stores)}
    paid: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    summed: dict[tuple[str, str, int], float] = defaultdict(float)
    for sku, store, week, quantity, price in found:
        if sku in best:
            summed[sku, group[store], week] += quantity
            paid[sku][0] += quantity * price
            paid[sku][1] += quantity
    rows: list[Row] = [(sku, region, first + timedelta(weeks=week), q) for (sku, region, week), q in summed.items()]
    # Weeks before an item's first sale in a group are zeros: the stores were open and the item was sold.
    rows += [
        (sku, region, first, 0.0) for sku in best for region in set(group.values()) if (sku, region, 0) not in summed
    ]
    values = {sku: max(money / units, 0.05) for sku, (money, units) in paid.items()}
    network = _network(values, Random(7), category="")
    prices = {"MX-1": [22 + 18 * n / 5 for n in range(6)], "MX-2": [40 - 20 * n / 5 for n in range(6)]}
    weeks = {"MX-1": (1, 1, 2, 2, 2, 3), "MX-2": (3, 2, 2, 2, 1, 1)}
    for site, storage in (("MX-1", 1.4), ("MX-2", 1.7)):
        _add_site(network, site, storage)
    for n in range(6):
        _add_dc(network, f"DC-{n + 1}")
        for site in prices:
            _add_lane(network, site, f"DC-{n + 1}", weeks[site][n], cost_per_m3=round(prices[site][n], 2))
    _add_regions(network, {f"R-{n}": f"DC-{n}" for n in range(1, 7)})
    source = "84.51°/dunnhumby Complete Journey (CC0)"
    return Case("B", rows, network, first + timedelta(weeks=31), first + timedelta(weeks=38), source)


CASES: dict[str, Callable[[Path], Case]] = {"A": avocado, "B": grocery}


def write(case: Case, folder: Path) -> None:
    """history.csv, network.json and case.json of a case. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "history.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("sku", "location", "date", "quantity"))
        for sku, location, day, quantity in sorted(case.rows, key=lambda row: row[:3]):
            writer.writerow((sku, location, day.isoformat(), "" if quantity is None else f"{quantity:g}"))
    (folder / "network.json").write_text(json.dumps(case.network, ensure_ascii=False, indent=1), encoding="utf-8")
    judged = {
        "name": case.name,
        "first_review": case.first_review.isoformat(),
        "counted_from": case.counted_from.isoformat(),
    }
    (folder / "case.json").write_text(
        json.dumps({**judged, "source": case.source}, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def miles(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle miles between two places given by latitude and longitude.

    >>> round(miles((27.48, -99.52), (32.77, -96.80)))
    400
    """
    lat, lon, lat2, lon2 = (radians(value) for value in (*one, *other))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_MILES * asin(sqrt(half))


def _read(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _mean_by(rows: list[dict[str, str]], name: str) -> dict[str, float]:
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
    for row in rows:
        if row[name]:
            sums[row["sku"]][0] += float(row[name])
            sums[row["sku"]][1] += 1
    return {sku: total / number for sku, (total, number) in sums.items()}


def _network(values: dict[str, float], chance: Random, *, category: str) -> dict[str, Any]:
    """The network's items: volume, costs and duty by the value of a unit; two in five are free of duty."""
    skus = []
    for sku in sorted(values):
        value, is_usmca = values[sku], chance.random() < 0.4
        skus.append(
            {
                "id": sku, "unit_value": round(value, 4), "duty_rate": 0.0 if is_usmca else 0.25, "usmca": is_usmca,
                "volume_m3": round(0.002 * value**0.7, 6), "stockout_cost": round(0.35 * value, 4),
                "expiry_cost": round(0.45 * value, 4), "supplier": "SUPPLIER", "category": category,
            }
        )  # fmt: skip
    return {
        "schema": "placement-network/1", "currency": "USD", "capital_rate_per_year": 0.12, "review_weeks": 1, "unmet": "lost",
        "sku_defaults": {"obsolescence_per_year": 0.08, "pack_size": 1, "moq": 0},
        "nodes": [{"id": "SUPPLIER", "type": "supplier"}], "lanes": [], "skus": skus,
    }  # fmt: skip


def _add_site(network: dict[str, Any], site: str, storage: float) -> None:
    network["nodes"].append(
        {"id": site, "type": "bonded", "country": "MX", "permanence_months": 18, "storage_usd_per_m3_week": storage}
    )
    network["lanes"].append(
        {"from": "SUPPLIER", "to": site, "mode": "ocean", "lead_time_weeks": SUPPLY, "cost_per_m3": 25}
    )


def _add_dc(network: dict[str, Any], dc: str) -> None:
    network["nodes"].append({"id": dc, "type": "dc", "country": "US", "storage_usd_per_m3_week": 3.0})


def _add_lane(network: dict[str, Any], site: str, dc: str, weeks: int, **price: float) -> None:
    lead = {"values": [weeks, weeks + 1], "probs": [1 - LATE, LATE]}
    network["lanes"].append({"from": site, "to": dc, "mode": "truck", "lead_time_weeks": lead, **price})


def _add_regions(network: dict[str, Any], dc_of: dict[str, str]) -> None:
    for region, dc in sorted(dc_of.items()):
        network["nodes"].append({"id": region, "type": "region"})
        network["lanes"].append({"from": dc, "to": region, "mode": "parcel", "cost_per_unit": 0})
