"""Freezing a bonded lot, so that nothing is written off it, and letting it go again."""

from datetime import datetime

from django.db import transaction

from inventory.customs.models import BondedLot, BondedLotHold
from inventory.ledger import services as ledger
from inventory.parties.scope import Actor


@transaction.atomic
def hold(*, bonded_lot: BondedLot, reason: str, at: datetime, actor: Actor, note: str = "") -> BondedLotHold:
    """Freeze a bonded lot: PEPS passes it by and its balance stays. Holding it twice for one reason is one hold."""
    ledger.lock_accounts({bonded_lot.account_id})
    opened, _created = BondedLotHold.objects.get_or_create(
        bonded_lot=bonded_lot,
        reason=reason,
        closed_at=None,
        defaults={"note": note, "opened_at": at, "opened_by": actor.label},
    )
    _carry(bonded_lot.pk)
    return opened


@transaction.atomic
def lift_hold(*, hold: BondedLotHold, release_document: str, at: datetime, actor: Actor) -> BondedLotHold:
    """Lift a hold, citing the document that allows it; the lot takes its turn again when no other hold is open."""
    ledger.lock_accounts({hold.bonded_lot.account_id})
    hold = BondedLotHold.objects.get(pk=hold.pk)
    if hold.closed_at is None:
        hold.closed_at, hold.closed_by, hold.release_document = at, actor.label, release_document
        hold.save(update_fields=["closed_at", "closed_by", "release_document"])
        _carry(hold.bonded_lot_id)
    return hold


def _carry(bonded_lot_id: int) -> None:
    """The lot carries the reason of its oldest open hold, where the plan of a discharge reads it."""
    oldest = BondedLotHold.objects.filter(bonded_lot=bonded_lot_id, closed_at=None).order_by("opened_at", "pk").first()
    lot = BondedLot.objects.get(pk=bonded_lot_id)
    lot.hold_reason = oldest.reason if oldest else ""
    lot.save(update_fields=["hold_reason"])
