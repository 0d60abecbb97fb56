"""Accepting recommendations and ordering their movement, together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from inventory.errors import DomainError
from inventory.parties.scope import Actor
from inventory.placement import services as placement
from inventory.placement.models import Recommendation
from warehouse.movements.models import MovementOrder
from warehouse.movements.services import order_from_recommendations


@dataclass
class Ordered:
    """The orders that came of accepted recommendations, and what was refused of which."""

    orders: list[MovementOrder] = field(default_factory=list)
    refusals: list[tuple[Recommendation, DomainError]] = field(default_factory=list)


@transaction.atomic
def accept_and_order(
    *, recommendation: Recommendation, at: datetime, actor: Actor, quantity: Decimal | None = None, reason: str = ""
) -> MovementOrder:
    """The movement order of one recommendation, accepted for its quantity or another one.

    Raises AlreadyDecided, NotReleasable or InvalidInput; then nothing is decided.
    """
    accepted = placement.accept(recommendation=recommendation, at=at, actor=actor, quantity=quantity, reason=reason)
    return order_from_recommendations(recommendations=[accepted], at=at, actor=actor)[0]


@transaction.atomic
def accept_many(*, recommendations: Sequence[Recommendation], at: datetime, actor: Actor) -> Ordered:
    """Accept each that can still be accepted, and order those together: one order for each client, origin and destination.

    Those that cannot are left as they are and named in `refusals`. Items are taken in one order, so that two planners
    accepting at once queue instead of deadlocking.
    """
    done = Ordered()
    accepted = []
    for recommendation in sorted(recommendations, key=lambda row: (row.client_id, row.item_id, row.pk)):
        try:
            with transaction.atomic():
                accepted.append(placement.accept(recommendation=recommendation, at=at, actor=actor))
        except DomainError as error:
            done.refusals.append((recommendation, error))
    done.orders = order_from_recommendations(recommendations=accepted, at=at, actor=actor) if accepted else []
    return done
