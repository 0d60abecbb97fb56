"""Reading receipts."""

from django.db.models import Prefetch, QuerySet

from inventory.parties.scope import ClientScope
from warehouse.receiving.models import Receipt, ReceiptLine


def receipts(scope: ClientScope) -> QuerySet[Receipt]:
    """Receipts in scope, newest first."""
    rows = Receipt.objects.select_related("client", "site", "pedimento", "dock", "carrier")
    return scope.filter(rows).order_by("-pk")


def receipt(scope: ClientScope, number: str) -> Receipt | None:
    """One receipt with its lines and seals; None when out of scope."""
    lines = ReceiptLine.objects.select_related("subline__item", "subline__line", "location").order_by("pk")
    return receipts(scope).prefetch_related(Prefetch("lines", lines), "seals").filter(number=number).first()
