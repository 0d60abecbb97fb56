"""The pictures of the work's reports."""

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from inventory.web.charts import Chart, bars, drawn
from inventory.web.formatting import DASH, money_text, quantity_text
from inventory.web.report_charts import USD, Rows


def in_transit(rows: Rows) -> Chart:
    """What is on the road to each destination, by value."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in rows:
        of = sums[row["destination"]]
        of[0], of[1] = of[0] + row["value_usd"], of[1] + (row["value_usd"] if row["is_late"] else 0)
    order = sorted(sums, key=lambda code: -sums[code][0])
    return Chart(
        "in-transit", _("On the road, by destination"),
        bars(order, [drawn(sums[code][0]) for code in order], name=_("Value, USD"), say=USD, flat=True),
        [_("Destination"), _("Value"), _("Of it late")],
        [[code, money_text(sums[code][0], "USD"), money_text(sums[code][1], "USD")] for code in order],
        size="small",
    )  # fmt: skip


def flows(rows: Rows) -> Chart:
    """How value flowed from zones over crossings to distribution centers."""
    legs: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if not row["crossing_name"]:
            continue  # delivered within Mexico: the table has it
        for start, end in pairwise([row["origin_name"], row["crossing_name"], row["destination_name"]]):
            legs[start, end] += row["value_usd"]
    names = list(dict.fromkeys(name for leg in legs for name in leg))
    links = [{"source": start, "target": end, "value": drawn(value)} for (start, end), value in legs.items() if value]
    option = {
        "recinto": USD,
        "series": [
            {
                "type": "sankey",
                "data": [{"name": name} for name in names],
                "links": links,
                "right": 110,
                "label": {"width": 100, "overflow": "break", "lineHeight": 14},
            }
        ],
    }
    head = [_("Origin"), _("Crossing"), _("Destination"), _("Shipments"), _("Units"), _("Value")]
    cells = [
        [
            *(row["origin_name"], row["crossing_name"] or DASH, row["destination_name"]),
            *(quantity_text(row["shipments"]), quantity_text(row["units"]), money_text(row["value_usd"], "USD")),
        ]
        for row in rows
    ]
    return Chart("flows", _("Flows by value"), option, head, cells, size="large", has_data=bool(links))
