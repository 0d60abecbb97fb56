"""Clearing a shipment: tying every line to the outbound pedimento line that lets it leave."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from inventory.customs.errors import NotCleared, WrongEffect
from inventory.customs.pedimento_models import Pedimento, PedimentoSubline
from inventory.parties.scope import Actor
from warehouse.shipping.errors import NotCovered
from warehouse.shipping.models import Shipment, ShipmentLine
from warehouse.shipping.services.locking import locked

USED = [*Shipment.IN_TRANSIT, Shipment.State.RECEIVED, Shipment.State.CLEARED]


@transaction.atomic
def assign_pedimento(*, shipment: Shipment, pedimento: Pedimento, at: datetime, actor: Actor) -> Shipment:
    """Clear a picked shipment by a paid outbound pedimento whose lines cover every item, less what other shipments used.

    Raises NotCovered with the numbers, NotCleared when it is not paid, WrongEffect when it lets nothing out.
    """
    shipment = locked(shipment, Shipment.State.PICKED, Shipment.State.CLEARED)
    pedimento = Pedimento.objects.select_for_update(of=("self",)).get(pk=pedimento.pk)
    if pedimento.effect != Pedimento.Effect.OUTBOUND or pedimento.client_id != shipment.client_id:
        raise WrongEffect(_("Pedimento %(number)s lets nothing of this client out."), number=pedimento.number)
    if pedimento.state not in (Pedimento.State.PAID, Pedimento.State.CLEARED):
        raise NotCleared(_("Pedimento %(number)s is not paid."), number=pedimento.number)
    lines = list(shipment.lines.select_related("account__item").order_by("seq"))
    _cover(shipment, pedimento, lines)
    ShipmentLine.objects.bulk_update(lines, ["outbound_line"])
    shipment.pedimento, shipment.state = pedimento, Shipment.State.CLEARED
    shipment.version += 1
    shipment.save(update_fields=["pedimento", "state", "version"])
    return shipment


def _cover(shipment: Shipment, pedimento: Pedimento, lines: list[ShipmentLine]) -> None:
    """Give each line an outbound line of its item; raise NotCovered where the declared quantity is used up."""
    sublines = (
        PedimentoSubline.objects.filter(line__pedimento=pedimento).select_related("line").order_by("line__seq", "pk")
    )
    declared: dict[int, Decimal] = defaultdict(Decimal)
    first: dict[int, PedimentoSubline] = {}
    for subline in sublines:
        declared[subline.item_id] += subline.quantity
        first.setdefault(subline.item_id, subline)
    used = dict(
        ShipmentLine.objects.filter(outbound_line__pedimento=pedimento, shipment__state__in=USED)
        .exclude(shipment=shipment)
        .order_by()
        .values_list("account__item_id")
        .annotate(total=Sum("quantity"))
    )
    asked: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        asked[line.account.item_id] += line.quantity
    for line in lines:
        item = line.account.item
        left = declared[item.pk] - used.get(item.pk, Decimal(0))
        if asked[item.pk] > left:
            raise NotCovered(
                _("%(asked)s of %(sku)s are shipped, pedimento %(number)s covers %(left)s."),
                asked=asked[item.pk],
                sku=item.sku,
                number=pedimento.number,
                left=left,
            )
        line.outbound_line = first[item.pk].line
