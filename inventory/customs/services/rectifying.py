"""Applying a rectification (R1): the difference is appended, what was over-discharged is re-allocated, or it waits.

Source: mexico.md §3.8.
"""

from collections.abc import Iterable
from dataclasses import astuple, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.audit import context as audit
from inventory.customs.errors import NotEnoughBonded, RegimeMayNotChange, WrongEffect
from inventory.customs.fifo import Exit, Take, after, plan_discharge
from inventory.customs.history import moved_key
from inventory.customs.models import BondedLot, Discharge, LotCorrection, StockDifference
from inventory.customs.pedimento_models import Pedimento, PedimentoSubline
from inventory.customs.residue import NOTHING, Measures, bear, residue
from inventory.customs.selectors import first_of_chain
from inventory.customs.services.differences import record_difference, resolve_difference
from inventory.customs.services.discharging import CARRIED, give_back, mirror, open_lot, standing
from inventory.errors import DomainError
from inventory.findings import services as findings
from inventory.ledger import services as ledger
from inventory.parties.scope import Actor
from inventory.reference import selectors as reference
from inventory.reference.models import ClaveEffect

DECLARED = ["declared", "declared_tariff", "declared_value_mxn"]


class CannotAbsorb(DomainError):
    """No other lot can take over what the rectified lot discharged beyond its new quantity."""

    code = "over_discharge"


def rectify(*, rectification: Pedimento, at: datetime, actor: Actor) -> Pedimento:
    """Apply an R1 to the lots of the pedimento it rectifies; returns it, APPLIED or PENDING.

    Each line of the R1 is the complete new image. Where a lot had discharged more than it now declares, its newest
    discharges are reversed and allocated anew by PEPS, on their own legal dates, over other lots; where its tariff units or
    value are not those that its discharges took, the newest are written anew with what they are. Where no lot can absorb
    them nothing changes, a finding asks for a person, and the R1 stays PENDING. Raises WrongEffect, RegimeMayNotChange.
    """
    try:
        return _apply(rectification, at, actor)
    except CannotAbsorb as refusal:
        findings.raise_finding(
            code="over_discharge",
            severity="critical",
            subject=f"pedimento/{rectification.number}",
            client=rectification.client_id,
            site_code=rectification.site.code,
            context=refusal.context,
            at=at,
        )
        pending = Pedimento.objects.get(pk=rectification.pk)
        pending.state = Pedimento.State.PENDING
        pending.save(update_fields=["state"])
        return pending


@transaction.atomic
def _apply(rectification: Pedimento, at: datetime, actor: Actor) -> Pedimento:
    """Apply, or raise and leave everything as it was."""
    rectification = Pedimento.objects.select_for_update().get(pk=rectification.pk)
    original = rectification.rectifies
    if rectification.state == Pedimento.State.APPLIED:
        return rectification
    if rectification.effect != Pedimento.Effect.CORRECTIVE or original is None:
        raise WrongEffect(_("Pedimento %(number)s rectifies nothing."), number=rectification.number)
    if rectification.regime != original.regime:
        raise RegimeMayNotChange(
            _("A rectification keeps regime %(before)s; %(number)s declares %(after)s."),
            before=original.regime,
            after=rectification.regime,
            number=rectification.number,
        )
    images = _images(rectification)
    lots = BondedLot.objects.filter(subline__line__pedimento=first_of_chain(original)).select_related(
        "account__item", "subline__line"
    )
    ledger.lock_accounts(set(lots.values_list("account_id", flat=True)))
    for lot in lots.order_by("line_seq", "pk"):
        _correct(lot, images.get(_image_key(lot.subline)), rectification, at, actor)
    rectification.state = Pedimento.State.APPLIED
    with audit.doing(_key(rectification)):
        rectification.save(update_fields=["state"])
    findings.resolve(
        code="over_discharge",
        subject=f"pedimento/{rectification.number}",
        at=at,
        actor=actor,
        resolution="R1 applied",
    )
    return rectification


def _key(rectification: Pedimento) -> str:
    """Under which the books know what this rectification gives back; what it takes elsewhere has a longer key."""
    return f"rectification/{rectification.number}"


def _revaluing(rectification: Pedimento) -> str:
    """Under which the books know the discharges that it gives back only to write them anew with other tariff units or value."""
    return f"{_key(rectification)}/revalue"


def _image_key(subline: PedimentoSubline) -> tuple[int, int, str, str]:
    """What tells one subline of an image from another."""
    return subline.line.seq, subline.item_id, subline.batch, subline.serial


def _images(rectification: Pedimento) -> dict[tuple[int, int, str, str], PedimentoSubline]:
    """The new image of each subline."""
    rows = PedimentoSubline.objects.filter(line__pedimento=rectification).select_related("line")
    return {_image_key(row): row for row in rows}


def _correct(lot: BondedLot, image: PedimentoSubline | None, by: Pedimento, at: datetime, actor: Actor) -> None:
    """Bring one lot to its new image; a subline the R1 no longer has goes to nothing.

    Reversals come before the correction, so that no balance on the way is below zero.
    """
    lot.refresh_from_db(fields=[*CARRIED, *DECLARED])
    declared = Measures(image.quantity, image.tariff_quantity, image.customs_value_mxn) if image else NOTHING
    delta = declared - Measures(lot.declared, lot.declared_tariff, lot.declared_value_mxn)
    if delta == NOTHING:
        return
    over = (lot.declared - lot.remaining) - declared.quantity
    moved = _reverse_newest(lot, over, by, at, actor) if over > 0 else []
    revalued = _reverse_for_residue(lot, delta, declared, by, at, actor)
    LotCorrection.objects.create(
        bonded_lot=lot,
        rectification=by,
        quantity=delta.quantity,
        tariff_quantity=delta.tariff_quantity,
        value_mxn=delta.value,
        legal_date=lot.legal_date,
        recorded_at=at,
        actor_id=actor.user_id,
        actor_label=actor.label,
        reason=f"R1 {by.number}",
    )
    lot.declared, lot.declared_tariff, lot.declared_value_mxn = astuple(declared)
    lot.remaining, lot.remaining_tariff, lot.remaining_value_mxn = astuple(_carried(lot) + delta)
    lot.save(update_fields=[*CARRIED, *DECLARED])
    for original, now in reversed(revalued):  # the newest stays the newest
        flags = tuple(flag for flag in original.flags if flag != Discharge.Flag.REVALUED)
        take = Take(lot.pk, now.quantity, now.tariff_quantity, now.value, (*flags, Discharge.Flag.REVALUED))
        _write_take(original, take, lot, _revaluing(by), by, at, actor)
    for original, quantity in moved:
        _reallocate(original, quantity, lot, by, at, actor)
    _reconcile_shelf(lot, delta.quantity, by, at, actor)


def _reverse_newest(
    lot: BondedLot, over: Decimal, by: Pedimento, at: datetime, actor: Actor
) -> list[tuple[Discharge, Decimal]]:
    """Reverse the newest discharges of a lot until `over` is given back; returns which and how much of each."""
    moved: list[tuple[Discharge, Decimal]] = []
    for row, left in _newest(lot):
        quantity = min(over, left.quantity)
        if quantity > 0:
            _reverse(row, quantity, lot, _key(by), by, at, actor)
            moved.append((row, quantity))
            over -= quantity
    return moved


def _reverse_for_residue(
    lot: BondedLot, delta: Measures, declared: Measures, by: Pedimento, at: datetime, actor: Actor
) -> list[tuple[Discharge, Measures]]:
    """Reverse the newest discharges whose tariff units or value have to change; returns which, and what each is now of."""
    over = residue(_carried(lot) + delta, declared)
    if over == NOTHING:
        return []
    borne: list[tuple[Discharge, Measures]] = bear(_newest(lot), over)
    for row, now in borne:
        _reverse(row, now.quantity, lot, _revaluing(by), by, at, actor)
    return borne


def _newest(lot: BondedLot) -> list[tuple[Discharge, Measures]]:
    """The discharges of a lot of which something stands, newest first, each with what stands of it."""
    rows = lot.discharges.filter(reverses__isnull=True).prefetch_related("reversals").order_by("-recorded_at", "-pk")
    return [(row, standing(row)) for row in rows if standing(row).quantity]


def _reverse(
    row: Discharge, quantity: Decimal, lot: BondedLot, key: str, by: Pedimento, at: datetime, actor: Actor
) -> None:
    """Give so much of a discharge back to its lot."""
    reversal = mirror(row, key, row.legal_date, at, actor, f"R1 {by.number}", quantity)
    reversal.save(force_insert=True)
    give_back(lot, reversal)


def _carried(lot: BondedLot) -> Measures:
    """What remains of a lot."""
    return Measures(lot.remaining, lot.remaining_tariff, lot.remaining_value_mxn)


def _reallocate(
    original: Discharge, quantity: Decimal, away_from: BondedLot, by: Pedimento, at: datetime, actor: Actor
) -> None:
    """Write a reversed quantity off other lots of the account, as of the discharge's own legal date."""
    document = original.outbound_line.pedimento
    rule = reference.clave_effect(
        document.document_key, document.operation, document.regime, original.legal_date, holder=away_from.account.regime
    )
    rows = {
        row.pk: row
        for row in BondedLot.objects.filter(account=original.account_id, remaining__gt=0).exclude(pk=away_from.pk)
    }
    exit_ = Exit(
        quantity=quantity,
        on=original.legal_date,
        goods=None if rule.goods == ClaveEffect.Goods.ANY else rule.goods,
        allows_expired=rule.allows_expired,
    )
    try:
        plan = plan_discharge([open_lot(row) for row in rows.values()], exit_)
    except NotEnoughBonded as short:
        raise CannotAbsorb(
            _("%(over)s discharged by %(exit)s exceed the rectified lot, and other lots hold only %(available)s."),
            over=quantity,
            exit=document.number,
            available=short.context["available"],
        ) from short
    for take in plan.takes:
        flagged = replace(take, flags=(*take.flags, Discharge.Flag.REALLOCATED))
        _write_take(original, flagged, rows[take.lot_id], _key(by), by, at, actor)


def _write_take(
    original: Discharge, take: Take, row: BondedLot, key: str, by: Pedimento, at: datetime, actor: Actor
) -> None:
    """One discharge written anew for what `key` gave back, and what remains of the lot it is taken from."""
    Discharge.objects.create(
        bonded_lot=row,
        outbound_line_id=original.outbound_line_id,
        account_id=original.account_id,
        quantity=take.quantity,
        tariff_quantity=take.tariff_quantity,
        value_mxn=take.value,
        legal_date=original.legal_date,
        recorded_at=at,
        key=moved_key(key, original.pk),
        flags=list(take.flags),
        actor_id=actor.user_id,
        actor_label=actor.label,
        reason=f"R1 {by.number}",
    )
    left = after(open_lot(row), take)
    row.remaining, row.remaining_tariff, row.remaining_value_mxn = (
        left.remaining,
        left.remaining_tariff,
        left.remaining_value,
    )
    row.save(update_fields=CARRIED)
    findings.raise_finding(
        code="exit_needs_review",
        subject=f"pedimento/{original.outbound_line.pedimento.number}",
        client=by.client_id,
        site_code=by.site.code,
        context={"exit": original.outbound_line.pedimento.number, "rectification": by.number},
        at=at,
    )


def _reconcile_shelf(lot: BondedLot, delta: Decimal, by: Pedimento, at: datetime, actor: Actor) -> None:
    """What the books lost or gained, the shelf did not: close the difference this explains, or record a new one."""
    open_differences: Iterable[StockDifference] = StockDifference.objects.filter(account=lot.account, resolved_at=None)
    for difference in open_differences:
        if difference.quantity == delta:
            resolve_difference(difference=difference, resolution=f"R1 {by.number}", at=at, actor=actor)
            return
    record_difference(
        account=lot.account,
        quantity=-delta,
        origin=StockDifference.Origin.RECTIFICATION,
        document=f"{by.number}/{lot.line_seq}/{lot.pk}",
        found_on=lot.legal_date,
        at=at,
        actor=actor,
    )
