"""The corridor drawn: zones, crossings and distribution centers by their stock, and what flows between them."""

from collections.abc import Iterable
from decimal import Decimal
from math import sqrt
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.parties.scope import ClientScope
from inventory.places.models import Site
from inventory.web.charts import Chart, Option, drawn
from inventory.web.figures import value_by
from inventory.web.formatting import DASH, money_text, quantity_text
from warehouse.tracking.flows import Flow, by_pair

ON_MAP: dict[str, tuple[Promise, str]] = {
    Site.Kind.BONDED: (gettext_lazy("Bonded zones"), "tone:success"),
    Site.Kind.CROSSING: (gettext_lazy("Border crossings"), "tone:warning"),
    Site.Kind.US_DC: (gettext_lazy("Distribution centers"), "tone:info"),
}
LEAST, MOST = 9, 34
THINNEST, THICKEST = 1.0, 7.0


def corridor_map(scope: ClientScope, found: list[Flow], site_ids: frozenset[int] | None = None) -> Chart:
    """The map with its table. Staff see every site; others those with stock or flows of theirs."""
    sites, values = places_drawn(scope, found, site_ids)
    return Chart(
        id="corridor",
        title=gettext_lazy("The corridor"),
        note=gettext_lazy("Points: value of the stock. Lines: value dispatched in the last 90 days."),
        option=map_option(sites, values, found),
        head=[_("From"), _("Crossing"), _("To"), _("Shipments"), _("Units"), _("On the road"), _("Value")],
        rows=flow_rows(found) + [[site.name, DASH, DASH, DASH, DASH, DASH, money_text(values[site.pk], "USD")]
                                 for site in sites if site.pk in values],
        size="map",
        has_data=bool(sites),
    )  # fmt: skip


def places_drawn(
    scope: ClientScope, found: list[Flow], site_ids: frozenset[int] | None = None
) -> tuple[list[Site], dict[int, Decimal]]:
    """The sites to draw, and the value of the stock at each by its number."""
    values = {pk: value for (pk,), value in value_by(scope, "location__site", site_ids=site_ids).items()}
    return list(_sites(scope, found, values)), values


def map_option(sites: list[Site], values: dict[int, Decimal], found: list[Flow]) -> Option:
    """The picture: points by the value of their stock, lines by the value that flows."""
    return {
        "legend": {},
        "recinto": {"format": "money", "unit": "USD"},
        "geo": {"map": "corridor"},
        "series": [_lines(sites, found), *_points(sites, values)],
    }


def flow_rows(found: Iterable[Flow]) -> list[list[str]]:
    """The flows as cells of a table."""
    return [
        [
            flow.origin.name,
            flow.crossing.name if flow.crossing else DASH,
            flow.destination.name,
            quantity_text(flow.shipments),
            quantity_text(flow.units),
            quantity_text(flow.on_road_units),
            money_text(flow.value_usd, "USD"),
        ]
        for flow in found
    ]


def _sites(scope: ClientScope, found: list[Flow], values: dict[int, Decimal]) -> Iterable[Site]:
    """The sites to draw, those without stock first so that they lie below the others."""
    rows = Site.objects.filter(kind__in=ON_MAP)
    on_the_way = (site for flow in found for site in (flow.origin, flow.crossing, flow.destination))
    touched = {site.pk for site in on_the_way if site} | set(values)
    rows = rows.filter(is_active=True) if scope.sees_everyone else rows.filter(pk__in=touched)
    return sorted(rows, key=lambda site: (values.get(site.pk, Decimal(0)), site.code))


def _points(sites: list[Site], values: dict[int, Decimal]) -> list[dict[str, Any]]:
    """One series of points for each kind of site; the area of a point is its value."""
    top = max(values.values(), default=Decimal(0)) or Decimal(1)
    series = []
    for kind, (name, colour) in ON_MAP.items():
        points = [
            {
                "name": site.name,
                "value": [site.longitude, site.latitude, drawn(values.get(site.pk))],
                "symbolSize": _size(values.get(site.pk), top),
            }
            for site in sites
            if site.kind == kind
        ]
        if points:
            series.append(
                {
                    "type": "scatter",
                    "coordinateSystem": "geo",
                    "name": str(name),
                    "symbol": "diamond" if kind == Site.Kind.CROSSING else "circle",
                    "itemStyle": {"color": colour, "opacity": 0.9},
                    "label": {"show": True},
                    "data": points,
                    "zlevel": 2,
                }
            )
    return series


def _size(value: Decimal | None, top: Decimal) -> float:
    return round(LEAST + (MOST - LEAST) * sqrt(float((value or 0) / top)), 1)


def _lines(sites: list[Site], found: list[Flow]) -> dict[str, Any]:
    """A line for each leg of the ways, as thick as the value that went over it."""
    places = {site.code: site for site in sites}
    legs = {pair: value for pair, value in by_pair(found).items() if set(pair) <= set(places)}
    top = max(legs.values(), default=Decimal(0)) or Decimal(1)
    return {
        "type": "lines",
        "name": str(_("Flows")),
        "zlevel": 1,
        "data": [
            {
                "coords": [[places[code].longitude, places[code].latitude] for code in pair],
                "lineStyle": {"width": round(THINNEST + (THICKEST - THINNEST) * float(value / top), 1)},
            }
            for pair, value in legs.items()
        ],
    }
