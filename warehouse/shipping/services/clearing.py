"""Clearing a shipment: tying every line to the outbound pedimento line that lets it leave."""

from collections import defaultdict
from copy import copy
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

    A line of the shipment is split where one line of the pedimento is not enough, so that each is written off for what it
    declares, from its own declared source (mexico.md §3.4).
    Raises NotCovered with the numbers, NotCleared when it is not paid, WrongEffect when it lets nothing out.
    """
    shipment = locked(shipment, Shipment.State.PICKED, Shipment.State.CLEARED)
    pedimento = Pedimento.objects.select_for_update(of=("self",)).get(pk=pedimento.pk)
    if pedimento.effect != Pedimento.Effect.OUTBOUND or pedimento.client_id != shipment.client_id:
        raise WrongEffect(_("Pedimento %(number)s lets nothing of this client out."), number=pedimento.number)
    if pedimento.state not in (Pedimento.State.PAID, Pedimento.State.CLEARED):
        raise NotCleared(_("Pedimento %(number)s is not paid."), number=pedimento.number)
    lines = list(shipment.lines.select_related("account__item").order_by("seq"))
    parts = _spread(lines, _left(shipment, pedimento), pedimento)
    ShipmentLine.objects.bulk_update(lines, ["outbound_line", "quantity"])
    ShipmentLine.objects.bulk_create(parts)
    shipment.pedimento, shipment.state = pedimento, Shipment.State.CLEARED
    shipment.version += 1
    shipment.save(update_fields=["pedimento", "state", "version"])
    return shipment


def _left(shipment: Shipment, pedimento: Pedimento) -> dict[int, dict[int, Decimal]]:
    """What each line of the pedimento, in its order, still covers, by item: declared less what other shipments used."""
    declared = (
        PedimentoSubline.objects.filter(line__pedimento=pedimento)
        .order_by("line__seq")
        .values_list("item_id", "line_id")
        .annotate(total=Sum("quantity"))
    )
    used = (
        ShipmentLine.objects.filter(outbound_line__pedimento=pedimento, shipment__state__in=USED)
        .exclude(shipment=shipment)
        .order_by()
        .values_list("account__item_id", "outbound_line_id")
        .annotate(total=Sum("quantity"))
    )
    gone = {(item, line): total for item, line, total in used}
    left: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for item, line, total in declared:
        left[item][line] = total - gone.get((item, line), Decimal(0))
    return left


def _spread(lines: list[ShipmentLine], left: dict[int, dict[int, Decimal]], pedimento: Pedimento) -> list[ShipmentLine]:
    """Give each line the outbound line of its item that covers it; returns the parts split off, for the lines after it.

    Raises NotCovered, before anything is given, where the lines of an item hold less than is shipped of it.
    """
    asked: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        asked[line.account.item_id] += line.quantity
    for line in lines:
        item = line.account.item
        covered = sum(left[item.pk].values(), Decimal(0))
        if asked[item.pk] > covered:
            raise NotCovered(
                _("%(asked)s of %(sku)s are shipped, pedimento %(number)s covers %(left)s."),
                asked=asked[item.pk],
                sku=item.sku,
                number=pedimento.number,
                left=covered,
            )
    parts: list[ShipmentLine] = []
    for line in lines:
        (line.outbound_line_id, line.quantity), *others = _takes(line.quantity, left[line.account.item_id])
        for outbound, quantity in others:
            part = copy(line)
            part.pk, part.seq = None, lines[-1].seq + len(parts) + 1
            part.outbound_line_id, part.quantity = outbound, quantity
            parts.append(part)
    return parts


def _takes(quantity: Decimal, left: dict[int, Decimal]) -> list[tuple[int, Decimal]]:
    """So much of each outbound line, in their order, as makes up a quantity that they cover; takes it out of `left`."""
    takes = []
    for line, covered in list(left.items()):
        take = min(quantity, covered)
        if take > 0:
            takes.append((line, take))
            left[line] -= take
            quantity -= take
    return takes
