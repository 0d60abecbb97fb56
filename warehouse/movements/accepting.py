"""Accepting recommendations and ordering their movement, together or not at all."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from inventory.parties.scope import Actor
from inventory.placement import services as placement
from inventory.placement.models import Recommendation
from warehouse.movements.models import MovementOrder
from warehouse.movements.services import order_from_recommendations


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
def accept_together(*, recommendations: Collection[int], at: datetime, actor: Actor) -> list[MovementOrder]:
    """Accept several recommendations by number and order them together: one order for each client and lane.

    Raises NotAllAccepted, which names each that could not be; then nothing is decided.
    """
    accepted = placement.accept_all(recommendations=recommendations, at=at, actor=actor)
    return order_from_recommendations(recommendations=accepted, at=at, actor=actor)
