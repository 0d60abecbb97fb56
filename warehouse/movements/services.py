"""Orders from accepted recommendations or by hand, and moves from bin to bin."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.audit import context as audit
from inventory.catalog.models import Item
from inventory.errors import InvalidInput, present
from inventory.ledger import services as ledger
from inventory.ledger.models import Lot, Posting
from inventory.ledger.moves import Move
from inventory.parties.models import Client
from inventory.parties.scope import Actor
from inventory.placement import services as placement
from inventory.placement.models import Recommendation
from inventory.places.clock import local_date
from inventory.places.models import Location, Site
from warehouse.movements.errors import NotAccepted, OrderState
from warehouse.movements.models import BinMove, MovementOrder, MovementOrderLine
from warehouse.movements.selectors import recommendations_of
from warehouse.numbering import save_numbered


@transaction.atomic
def order_from_recommendations(
    *, recommendations: Iterable[Recommendation], at: datetime, actor: Actor
) -> list[MovementOrder]:
    """One movement order for each client and lane among accepted recommendations.

    A recommendation that has its order already is left alone. Raises NotAccepted for one that is not accepted.
    """
    ids = [recommendation.pk for recommendation in recommendations]
    rows = Recommendation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    groups: dict[tuple[int, int, int, int | None], list[Recommendation]] = {}
    ordered = set(MovementOrderLine.objects.filter(recommendation__in=ids).values_list("recommendation_id", flat=True))
    for row in rows:
        if row.state != Recommendation.State.ACCEPTED:
            raise NotAccepted(_("Recommendation %(id)s is %(state)s."), id=row.pk, state=row.get_state_display())
        if row.pk not in ordered:
            groups.setdefault((row.client_id, row.source_id, row.target_id, row.lane_id), []).append(row)
    orders = []
    for (client_id, source_id, target_id, lane_id), rows_of_order in groups.items():
        order = MovementOrder(
            client_id=client_id,
            origin_id=source_id,
            destination_id=target_id,
            lane_id=lane_id,
            ship_by=min(row.ship_week for row in rows_of_order),
            created_at=at,
            created_by=actor.label,
        )
        save_numbered(order, "MOV")
        MovementOrderLine.objects.bulk_create(
            [
                MovementOrderLine(
                    order=order, item_id=row.item_id, quantity=present(row.accepted_quantity), recommendation=row
                )
                for row in rows_of_order
            ]
        )
        orders.append(order)
    return orders


@transaction.atomic
def order(
    *,
    client: Client,
    origin: Site,
    destination: Site,
    lines: Sequence[tuple[Item, Decimal]],
    at: datetime,
    actor: Actor,
    ship_by: date | None = None,
    note: str = "",
) -> MovementOrder:
    """A movement order by hand. Raises InvalidInput for another client's item, nothing to move, or a way to nowhere."""
    if origin == destination or not lines:
        raise InvalidInput(
            _("A movement order goes from one site to another, with at least one line."),
            field="lines" if origin != destination else "destination",
            value=destination.code,
            rule="required",
        )
    for item, quantity in lines:
        if item.client_id != client.pk:
            raise InvalidInput(
                _("%(field)s: this client has no item %(value)s."), field="sku", value=item.sku, rule="known"
            )
        if quantity <= 0:
            raise InvalidInput(
                _("%(field)s: %(value)s must be more than zero."), field="quantity", value=quantity, rule="positive"
            )
    new = MovementOrder(
        client=client,
        origin=origin,
        destination=destination,
        ship_by=ship_by,
        note=note,
        created_at=at,
        created_by=actor.label,
    )
    save_numbered(new, "MOV")
    MovementOrderLine.objects.bulk_create(
        [MovementOrderLine(order=new, item=item, quantity=quantity) for item, quantity in lines]
    )
    return new


@transaction.atomic
def cancel(*, order: MovementOrder, at: datetime, actor: Actor) -> MovementOrder:
    """Take back an order nobody ships yet. Raises OrderState."""
    order = MovementOrder.objects.select_for_update().get(pk=order.pk)
    if order.state != MovementOrder.State.OPEN:
        raise OrderState(
            _("Movement order %(order)s is %(state)s."), order=order.number, state=order.get_state_display()
        )
    order.state = MovementOrder.State.CANCELLED
    order.save(update_fields=["state"])
    placement.note_closed(recommendations=recommendations_of(order.pk), at=at)
    return order


@transaction.atomic
def settle(*, order_id: int, state: str) -> MovementOrder:
    """Write how far an order got with its shipment."""
    order = MovementOrder.objects.select_for_update(of=("self",)).get(pk=order_id)
    order.state = state
    order.save(update_fields=["state"])
    return order


@transaction.atomic
def reopen(*, order_id: int) -> MovementOrder:
    """Let an order be shipped anew, for its shipment came back; its goods count as under way again."""
    placement.note_reopened(recommendations=recommendations_of(order_id))
    return settle(order_id=order_id, state=MovementOrder.State.OPEN)


@transaction.atomic
def move_bin(
    *, key: str, lot: Lot, origin: Location, destination: Location, quantity: Decimal, at: datetime, actor: Actor
) -> BinMove:
    """Carry stock from one location to another of the same site; the same key again returns the move it made.

    Raises InvalidInput when the locations are of two sites, and what the books refuse.
    """
    made = BinMove.objects.filter(posting__key=f"bin/{key}").first()
    if made:
        return made
    if origin.site_id != destination.site_id or origin.is_virtual or destination.is_virtual:
        raise InvalidInput(
            _("%(field)s: %(value)s is not a location of the same site."),
            field="destination",
            value=destination.code,
            rule="same_site",
        )
    posting = ledger.post(
        key=f"bin/{key}",
        kind=Posting.Kind.MOVE,
        moves=[Move(lot.pk, origin.pk, destination.pk, quantity)],
        legal_date=local_date(at, origin.site.time_zone),
        at=at,
        actor=actor,
    )
    move = BinMove(
        account_id=lot.account_id,
        origin=origin,
        destination=destination,
        quantity=quantity,
        posting=posting,
        moved_at=at,
        moved_by=actor.label,
    )
    with audit.doing(posting.key):
        save_numbered(move, "UBI")
    return move
