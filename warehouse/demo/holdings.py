"""How much there is: what may leave a zone now, and what a distribution center has or will get. Read for the story's decisions."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from inventory.customs import selectors as customs
from inventory.ledger import selectors as stock
from inventory.ledger.models import Balance
from inventory.models import Location, Site
from inventory.parties.scope import ClientScope
from warehouse.demo.world import World

Quantities = dict[int, Decimal]


def may_leave(world: World, client: str, regime: str, on: date) -> Quantities:
    """By item: free on the shelves of the regime's zone and covered by entries that are in time and not provisional."""
    scope = ClientScope.of(world.client(client).pk)
    licence = world.licence(regime)
    shelves = stock.stock(scope).filter(account__authorisation=licence, lot__hold_reason="")
    free: Quantities = defaultdict(Decimal)
    promised: Quantities = defaultdict(Decimal)
    shelves = shelves.exclude(location__kind=Location.Kind.QUARANTINE)
    for item, unpromised, reserved in shelves.values_list("account__item_id", "free", "reserved"):
        free[item] += unpromised
        promised[item] += reserved
    lots = customs.open_bonded_lots(scope).filter(
        Q(must_leave_by=None) | Q(must_leave_by__gte=on),
        account__authorisation=licence, available_from__lte=on, is_provisional=False,
    )  # fmt: skip
    bonded: Quantities = defaultdict(Decimal)
    for item, remaining in lots.values_list("account__item_id", "remaining"):
        bonded[item] += remaining
    return {item: min(quantity, bonded[item] - promised[item]) for item, quantity in free.items()}


def at_center(client_id: int, center: Site) -> Quantities:
    """By item: what a center has on its shelves and what is on the way to it."""
    rows = Balance.objects.filter(
        Q(is_virtual=False) | Q(location__kind=Location.Kind.TRANSIT),
        location__site=center, account__client=client_id, quantity__gt=0,
    )  # fmt: skip
    sums = rows.order_by().values_list("account__item_id").annotate(total=Sum("quantity"))
    return dict(sums)
