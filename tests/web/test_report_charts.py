"""The pictures above reports say what their tables say."""

from decimal import Decimal

from django.utils import translation

from inventory.web import report_charts


def row(sku, asked, forecast, wape):
    numbers = {"asked": Decimal(asked), "forecast": Decimal(forecast), "bias": Decimal(0)}
    return {"sku": sku, **numbers, "wape": None if wape is None else Decimal(wape)}


def test_the_forecasts_that_missed_most_pieces_come_first_however_small_their_share():
    rows = [
        row("HARDLY-ASKED", "2", "40", "19"),
        row("BEST-SELLER", "1000", "900", "0.3"),
        row("NEVER", "0", "0", None),
    ]

    with translation.override("en"):
        chart = report_charts.chart_of("demand_accuracy", rows)

    assert chart.option["yAxis"]["data"] == ["BEST-SELLER", "HARDLY-ASKED"]
    assert [series["data"] for series in chart.option["series"]] == [[1000.0, 2.0], [900.0, 40.0]]
    assert chart.rows[0] == ["BEST-SELLER", "1,000", "900", "300", "30 %", "0 %"]


def test_where_nothing_was_asked_there_is_nothing_to_draw():
    assert not report_charts.chart_of("demand_accuracy", [row("NEVER", "0", "0", None)]).has_data
