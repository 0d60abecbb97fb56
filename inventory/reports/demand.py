"""How good the forecasts were."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.demand import selectors as demand
from inventory.parties.models import Client
from inventory.parties.roles import Can
from inventory.reports.shapes import Ask, Asked, Column, Kind, Report, Row


def _accuracy(asked: Asked) -> Iterator[Row]:
    for client in asked.scope.filter(Client.objects.filter(demand__isnull=False), "pk").distinct().order_by("code"):
        names = dict(Item.objects.filter(client=client).values_list("pk", "description"))
        for row in demand.forecast_accuracy(asked.scope, client=client, before=asked.as_of):
            if not asked.sku or row["sku"] == asked.sku:
                numbers = (row[name] for name in ("asked", "forecast", "bias", "wape"))
                yield (client.code, row["sku"], names[row["item_id"]], *numbers)


ACCURACY = Report(
    code="demand_accuracy",
    title=_("Accuracy of demand forecasts"),
    description=_(
        "The forecasts of the last twelve weeks, each made with the weeks before it, against what was asked."
    ),
    columns=(
        Column("client", _("Client"), width=14),
        Column("sku", _("SKU"), width=16),
        Column("description", _("Description"), width=34),
        Column("asked", _("Asked"), Kind.QUANTITY, width=14),
        Column("forecast", _("Forecast"), Kind.QUANTITY, width=14),
        Column("bias", _("Bias"), Kind.SHARE, width=10),
        Column("wape", _("Weighted error (WAPE)"), Kind.SHARE, width=14),
    ),
    asks=(Ask.AS_OF, Ask.CLIENT, Ask.SKU),
    rows=_accuracy,
    needs=Can.SEE_DEMAND,
)
