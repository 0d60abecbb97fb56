"""Where: zones, distribution centers, crossings, ports, suppliers and consignees, with the roads between them.

Coordinates are those of the places to about a kilometre; hours and prices are planning defaults (docs/demonstration.md).
"""

import csv
from decimal import Decimal
from pathlib import Path

from inventory.demand import sample
from inventory.models import Lane, Location, Market, Site
from inventory.places.services import open_site

DATA = Path(__file__).parent / "data"
REGIMES = {"slp": ("RFS",), "nld": ("ITE", "DFI")}
AISLES, BINS = "ABCD", 6
PRIMARY = {
    "los-angeles": "dc-losangeles", "new-york": "dc-newark", "chicago": "dc-chicago", "dallas": "dc-dallas",
    "houston": "dc-dallas", "atlanta": "dc-atlanta", "phoenix": "dc-losangeles", "miami": "dc-atlanta",
    "philadelphia": "dc-newark", "seattle": "dc-losangeles", "denver": "dc-dallas", "san-antonio": "dc-dallas",
    "columbus": "dc-chicago", "kansas-city": "dc-chicago",
}  # fmt: skip


def open_sites() -> dict[str, Site]:
    """Every site by its code, with its locations."""
    with (DATA / "sites.csv").open(encoding="utf-8", newline="") as file:
        sites = {row["code"]: _open(row) for row in csv.DictReader(file)}
    for code, regimes in REGIMES.items():
        Location.objects.bulk_create([spot for regime in regimes for spot in _shelves(sites[code], regime)])
    for site in sites.values():
        if site.kind == Site.Kind.US_DC:
            Location.objects.bulk_create(_floor(site))
    return sites


def open_lanes(sites: dict[str, Site]) -> None:
    """The roads, the first of each pair being the usual one."""
    with (DATA / "lanes.csv").open(encoding="utf-8", newline="") as file:
        Lane.objects.bulk_create([_lane(row, sites) for row in csv.DictReader(file)])


def open_markets(sites: dict[str, Site]) -> None:
    """The US markets of the demand history, each served from one of the five distribution centers."""
    Market.objects.bulk_create(
        [
            Market(
                code=row.code,
                name=row.name,
                state=row.state,
                latitude=row.latitude,
                longitude=row.longitude,
                primary_dc=sites[PRIMARY[row.code]],
            )
            for row in sample.markets()
        ]
    )


def _open(row: dict[str, str]) -> Site:
    """One site with its virtual locations."""
    values: dict[str, object] = {name: text for name, text in row.items() if text}
    for name in ("storage_usd_per_m3_week", "capacity_m3"):
        if name in values:
            values[name] = Decimal(row[name])
    return open_site(**{**values, "latitude": float(row["latitude"]), "longitude": float(row["longitude"])})


def _shelves(site: Site, regime: str) -> list[Location]:
    """Two docks, a quarantine and the bins for goods of one regime."""
    kinds = [("ANDEN-1", Location.Kind.DOCK), ("ANDEN-2", Location.Kind.DOCK), ("CUARENTENA", Location.Kind.QUARANTINE)]
    kinds += [(f"{aisle}-{bin_:02d}", Location.Kind.STORAGE) for aisle in AISLES for bin_ in range(1, BINS + 1)]
    return [Location(site=site, code=f"{regime}-{code}", kind=kind, regime=regime) for code, kind in kinds]


def _floor(site: Site) -> list[Location]:
    """The shelves of a distribution center: its goods have left Mexico."""
    kinds = [("DOCK-1", Location.Kind.DOCK), ("HOLD-1", Location.Kind.QUARANTINE)]
    kinds += [(f"R-{bin_:02d}", Location.Kind.STORAGE) for bin_ in range(1, BINS + 1)]
    return [Location(site=site, code=code, kind=kind, regime="EXD") for code, kind in kinds]


def _lane(row: dict[str, str], sites: dict[str, Site]) -> Lane:
    """One road."""
    weeks, probs = row["lead_weeks"].split(), row["lead_probs"].split()
    return Lane(
        origin=sites[row["origin"]],
        destination=sites[row["destination"]],
        crossing=sites[row["crossing"]] if row["crossing"] else None,
        mode=row["mode"],
        transit_hours_p50=int(row["p50_hours"]),
        transit_hours_p80=int(row["p80_hours"]),
        lead_weeks={"values": [int(week) for week in weeks], "probs": [float(prob) for prob in probs]},
        truck_m3=Decimal(row["truck_m3"]) if row["truck_m3"] else None,
        truck_cost_usd=Decimal(row["truck_cost_usd"]) if row["truck_cost_usd"] else None,
        cost_usd_per_m3=Decimal(row["cost_usd_per_m3"] or 0),
    )
