"""Opening bonded lots: what an inbound pedimento's sublines owe customs from the day the goods are cleared and in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.customs import deadlines
from inventory.customs.errors import AlreadyOpened, NotCleared, WrongEffect
from inventory.customs.models import BondedLot
from inventory.customs.pedimento_models import Pedimento, PedimentoSubline
from inventory.errors import present
from inventory.findings import services as findings
from inventory.ledger import services as ledger
from inventory.ledger.models import Account
from inventory.parties.models import Authorisation
from inventory.parties.scope import Actor
from inventory.places.clock import local_date
from inventory.reference import selectors as reference
from inventory.reference.models import ClaveEffect, PermanenceRule


@dataclass(frozen=True)
class Stay:
    """When a stay began, by which rule, and when it ends (mexico.md §1.5)."""

    clock_start: date
    is_provisional: bool
    rule: str
    must_leave_by: date | None
    legal_deadline: date | None


@transaction.atomic
def open_bonded_lots(
    *, pedimento: Pedimento, sublines: Iterable[PedimentoSubline], arrived_on: date, at: datetime, actor: Actor
) -> dict[int, BondedLot]:
    """Open a bonded lot for each subline of a paid inbound pedimento; returns them by subline id.

    The whole declared quantity is owed, whatever was counted. Lots of a consolidated pedimento still open are provisional
    until it closes. Raises NotCleared, WrongEffect, AlreadyOpened, ReferenceMissing.
    """
    sublines = list(sublines)
    authorisation = inbound_authorisation(pedimento)
    items = {subline.item_id: subline.item for subline in sublines}
    accounts = ledger.open_accounts(items=items.values(), regime=authorisation.regime, authorisation=authorisation)
    ledger.lock_accounts(account.pk for account in accounts.values())
    if BondedLot.objects.filter(subline__in=sublines).exists():
        raise AlreadyOpened(_("Goods of pedimento %(number)s were received before."), number=pedimento.number)
    legal_date = _legal_date(pedimento, arrived_on)
    goods = _goods(pedimento, legal_date)
    is_business_day = reference.business_days()
    stays = {item.pk: stay(pedimento, item, legal_date, is_business_day) for item in items.values()}
    lots = BondedLot.objects.bulk_create(
        [
            _opened(s, accounts[s.item_id], stays[s.item_id], goods, legal_date, arrived_on, pedimento, at)
            for s in sublines
        ]
    )
    if any(one.is_provisional for one in stays.values()) and not pedimento.is_consolidated:
        findings.raise_finding(
            code="clock_provisional",
            subject=f"pedimento/{pedimento.number}",
            client=pedimento.client_id,
            site_code=pedimento.site.code,
            context={"pedimento": pedimento.number, "paid_on": pedimento.paid_on},
            at=at,
        )
    return {lot.subline_id: lot for lot in lots}


def inbound_authorisation(pedimento: Pedimento) -> Authorisation:
    """The authorisation under which goods enter bond by this pedimento. Raises WrongEffect or NotCleared if they may not."""
    if pedimento.effect != Pedimento.Effect.INBOUND or pedimento.authorisation is None:
        raise WrongEffect(_("Pedimento %(number)s brings nothing into bond."), number=pedimento.number)
    is_open_consolidated = pedimento.is_consolidated and pedimento.consolidated_closed_on is None
    if pedimento.state not in (Pedimento.State.PAID, Pedimento.State.CLEARED) and not is_open_consolidated:
        raise NotCleared(_("Pedimento %(number)s is not paid."), number=pedimento.number)
    return pedimento.authorisation


def stay(pedimento: Pedimento, item: Item, remesa_on: date, is_business_day: Callable[[date], bool]) -> Stay:
    """How long goods of an item may stay under this pedimento.

    The clock starts when the selection mechanism is activated, or when the consolidated closes; payment never starts it,
    but stands in, earlier and so on the safe side, until the true date is known (mexico.md §1.5).
    """
    authorisation = present(pedimento.authorisation)
    zone = pedimento.site.time_zone
    cleared_on = local_date(pedimento.cleared_at, zone) if pedimento.cleared_at else None
    # A consolidated still open is not paid: its lots stand provisionally on the day of their remesa.
    start = pedimento.consolidated_closed_on if pedimento.is_consolidated else cleared_on
    provisional = start is None
    start = start or (remesa_on if pedimento.is_consolidated else present(pedimento.paid_on))
    rule = reference.permanence_rule(
        authorisation.regime,
        item.goods_kind,
        authorisation.is_oea_certified,
        start,
        is_transfer=pedimento.document_key == "V1",
        is_sensitive=item.is_sensitive,
    )
    if rule.starts == PermanenceRule.Start.ENTRY and pedimento.entered_on:
        start, provisional = pedimento.entered_on, False
    if rule.limit_kind == PermanenceRule.Limit.PROGRAMME:
        return Stay(start, provisional, rule.code, authorisation.valid_to, authorisation.valid_to)
    ends = deadlines.deadlines(start, rule.limit_kind, rule.limit, is_business_day)
    return Stay(start, provisional, rule.code, ends.conservative, ends.legal)


def _legal_date(pedimento: Pedimento, arrived_on: date) -> date:
    """The day the entry counts in law: the remesa's for an open consolidated, else clearance, else payment."""
    if pedimento.is_consolidated and pedimento.consolidated_closed_on is None:
        return arrived_on
    if pedimento.cleared_at:
        return local_date(pedimento.cleared_at, pedimento.site.time_zone)
    return present(pedimento.paid_on)


def _goods(pedimento: Pedimento, on: date) -> str:
    """Foreign or national, by what the key lets in (M5 and BB bring national goods). Raises ReferenceMissing."""
    rule = reference.clave_effect(
        pedimento.document_key,
        pedimento.operation,
        pedimento.regime,
        on,
        holder=present(pedimento.authorisation).regime,
    )
    national = rule.goods == ClaveEffect.Goods.NATIONAL
    return BondedLot.Goods.NATIONAL if national else BondedLot.Goods.FOREIGN


def _opened(
    subline: PedimentoSubline,
    account: Account,
    stay_: Stay,
    goods: str,
    legal_date: date,
    arrived_on: date,
    pedimento: Pedimento,
    at: datetime,
) -> BondedLot:
    """A bonded lot as it stands at its opening, not yet saved."""
    quantities = {
        "quantity": subline.quantity,
        "tariff_quantity": subline.tariff_quantity,
        "value_mxn": subline.customs_value_mxn,
    }
    remaining = {
        "remaining": subline.quantity,
        "remaining_tariff": subline.tariff_quantity,
        "remaining_value_mxn": subline.customs_value_mxn,
    }
    declared = {
        "declared": subline.quantity,
        "declared_tariff": subline.tariff_quantity,
        "declared_value_mxn": subline.customs_value_mxn,
    }
    return BondedLot(
        account=account,
        subline=subline,
        goods=goods,
        serial=subline.serial,
        **quantities,
        **remaining,
        **declared,
        legal_date=legal_date,
        available_from=max(legal_date, arrived_on),
        recorded_at=at,
        clock_start=stay_.clock_start,
        is_clock_provisional=stay_.is_provisional,
        is_provisional=pedimento.is_consolidated and pedimento.consolidated_closed_on is None,
        stay_limit_code=stay_.rule,
        must_leave_by=stay_.must_leave_by,
        legal_deadline=stay_.legal_deadline,
        paid_on=pedimento.paid_on or arrived_on,
        pedimento_number=pedimento.number,
        line_seq=subline.line.seq,
    )
