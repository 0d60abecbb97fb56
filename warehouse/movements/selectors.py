"""Reading movement orders and bin moves."""

from django.db.models import Prefetch, QuerySet

from inventory.parties.scope import ClientScope
from warehouse.movements.models import BinMove, MovementOrder, MovementOrderLine


def orders(scope: ClientScope) -> QuerySet[MovementOrder]:
    """Movement orders in scope, newest first."""
    rows = MovementOrder.objects.select_related("client", "origin", "destination", "lane__crossing")
    return scope.filter(rows).order_by("-created_at", "-pk")


def order(scope: ClientScope, number: str) -> MovementOrder | None:
    """One order with its lines; None when out of scope."""
    lines = MovementOrderLine.objects.select_related("item", "recommendation").order_by("pk")
    return orders(scope).prefetch_related(Prefetch("lines", lines)).filter(number=number).first()


def bin_moves(scope: ClientScope) -> QuerySet[BinMove]:
    """Moves from bin to bin in scope, newest first."""
    rows = BinMove.objects.select_related("account__item", "account__client", "origin__site", "destination")
    return scope.filter(rows, "account__client").order_by("-pk")


def recommendations_of(order_id: int | None) -> list[int]:
    """Numbers of the recommendations that an order carries out; none for an order by hand, or for no order."""
    if order_id is None:
        return []
    rows = MovementOrderLine.objects.filter(order=order_id, recommendation__isnull=False)
    return list(rows.order_by("pk").values_list("recommendation_id", flat=True))
