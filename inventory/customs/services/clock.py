"""When a stay began: the selection mechanism's date arrives, or a consolidated pedimento closes."""

from collections import defaultdict
from copy import copy
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from inventory.audit.trail import save_known
from inventory.customs.errors import NotInTime, WrongEffect
from inventory.customs.models import BondedLot, ClockChange, Discharge
from inventory.customs.pedimento_models import Pedimento
from inventory.customs.services.discharging import standing
from inventory.customs.services.opening import Stay, stay
from inventory.findings import services as findings
from inventory.ledger import services as ledger
from inventory.parties.scope import Actor
from inventory.places.clock import local_date
from inventory.reference import selectors as reference

STAY = (
    "clock_start", "is_clock_provisional", "is_provisional", "stay_limit_code", "must_leave_by", "legal_deadline",
    "paid_on", "available_from",
)  # fmt: skip


@transaction.atomic
def record_clearance(
    *, pedimento: Pedimento, cleared_at: datetime, was_examined: bool, at: datetime, actor: Actor
) -> Pedimento:
    """Note when the selection mechanism was activated; provisional clocks of its lots become definite.

    From then on its lots serve no exit of an earlier day (mexico.md §2.7); one that took of them before leaves a finding.
    Raises NotInTime when the moment lies in the future or before payment, WrongEffect when it is not paid.
    """
    pedimento = _locked(pedimento)
    if pedimento.state == Pedimento.State.CLEARED and pedimento.cleared_at == cleared_at:
        return pedimento
    if pedimento.state != Pedimento.State.PAID:
        raise WrongEffect(
            _("Pedimento %(number)s is %(state)s: only a paid one is cleared."),
            number=pedimento.number,
            state=pedimento.get_state_display(),
        )
    day = local_date(cleared_at, pedimento.site.time_zone)
    if cleared_at > at or (pedimento.paid_on and day < pedimento.paid_on):
        raise NotInTime(
            _("%(cleared_at)s lies in the future or before payment on %(paid_on)s."),
            cleared_at=cleared_at,
            paid_on=pedimento.paid_on,
        )
    pedimento.cleared_at, pedimento.was_examined, pedimento.state = cleared_at, was_examined, Pedimento.State.CLEARED
    pedimento.version += 1
    pedimento.save(update_fields=["cleared_at", "was_examined", "state", "version"])
    restart_clocks(pedimento, at, actor, reason=f"MSA {cleared_at.isoformat()}")
    findings.resolve(
        code="clock_provisional",
        subject=f"pedimento/{pedimento.number}",
        at=at,
        actor=actor,
        resolution=f"MSA {cleared_at.isoformat()}",
    )
    return pedimento


@transaction.atomic
def close_consolidated(
    *, pedimento: Pedimento, closed_on: date, paid_on: date, at: datetime, actor: Actor
) -> Pedimento:
    """Close a consolidated pedimento: its provisional lots stand from now on, their clock starting on the closing day."""
    pedimento = _locked(pedimento)
    if not pedimento.is_consolidated:
        raise WrongEffect(_("Pedimento %(number)s is not a consolidated one."), number=pedimento.number)
    if pedimento.consolidated_closed_on == closed_on:
        return pedimento
    if pedimento.consolidated_closed_on is not None:
        raise WrongEffect(
            _("Pedimento %(number)s was closed on %(on)s."),
            number=pedimento.number,
            on=pedimento.consolidated_closed_on,
        )
    opened_on = pedimento.consolidated_opened_on or pedimento.entered_on
    if (opened_on and closed_on < opened_on) or closed_on > local_date(at, pedimento.site.time_zone):
        raise NotInTime(_("Closing day %(on)s lies before the opening or in the future."), on=closed_on)
    pedimento.consolidated_closed_on, pedimento.consolidated_closed_at, pedimento.paid_on = closed_on, at, paid_on
    if pedimento.state in (Pedimento.State.DRAFT, Pedimento.State.VALIDATED):
        pedimento.state = Pedimento.State.PAID
    pedimento.version += 1
    pedimento.save(update_fields=["consolidated_closed_on", "consolidated_closed_at", "paid_on", "state", "version"])
    restart_clocks(pedimento, at, actor, reason=f"consolidated closed {closed_on.isoformat()}")
    return pedimento


@transaction.atomic
def withdraw_pedimento(*, pedimento: Pedimento, reason: str, at: datetime, actor: Actor) -> Pedimento:
    """Withdraw a declaration that opened and discharged nothing (desistimiento). Raises WrongEffect otherwise."""
    pedimento = _locked(pedimento)
    used = BondedLot.objects.filter(subline__line__pedimento=pedimento).exists()
    used = used or pedimento.lines.filter(discharges__isnull=False).exists()
    if used or pedimento.state == Pedimento.State.APPLIED:
        raise WrongEffect(_("Pedimento %(number)s stands in the books: rectify it."), number=pedimento.number)
    pedimento.state = Pedimento.State.CANCELLED
    pedimento.remarks = f"{pedimento.remarks}\n{reason}".strip()
    pedimento.version += 1
    pedimento.save(update_fields=["state", "remarks", "version"])
    return pedimento


def restart_clocks(pedimento: Pedimento, at: datetime, actor: Actor, reason: str) -> None:
    """Set the clock of every lot of a pedimento anew, leaving a row of what it was before."""
    lots = BondedLot.objects.filter(subline__line__pedimento=pedimento).select_related("account__item")
    ledger.lock_accounts(set(lots.values_list("account_id", flat=True)))
    is_business_day = reference.business_days()
    cleared_on = _cleared_on(pedimento)
    early = _exits_before(cleared_on, lots) if cleared_on else {}
    changes: list[ClockChange] = []
    stays: dict[int, Stay] = {}
    for lot in lots.order_by("pk"):
        if lot.account.item_id not in stays:
            stays[lot.account.item_id] = stay(pedimento, lot.account.item, lot.legal_date, is_business_day)
        before, new = copy(lot), stays[lot.account.item_id]
        if lot.clock_start != new.clock_start:
            changes.append(
                ClockChange(
                    bonded_lot=lot,
                    before=lot.clock_start,
                    after=new.clock_start,
                    recorded_at=at,
                    actor_label=actor.label,
                    reason=reason,
                )
            )
        lot.clock_start, lot.is_clock_provisional = new.clock_start, new.is_provisional
        lot.stay_limit_code, lot.must_leave_by, lot.legal_deadline = new.rule, new.must_leave_by, new.legal_deadline
        lot.is_provisional = pedimento.is_consolidated and pedimento.consolidated_closed_on is None
        lot.paid_on = pedimento.paid_on or lot.paid_on
        if cleared_on:
            lot.available_from = max(lot.available_from, min([cleared_on, *(row.legal_date for row in early[lot.pk])]))
        save_known(lot, before, STAY)
    ClockChange.objects.bulk_create(changes)
    if cleared_on:
        _report_early([row for rows in early.values() for row in rows], pedimento, cleared_on, at)


def _cleared_on(pedimento: Pedimento) -> date | None:
    """The site's own day of clearance; None for a consolidated, whose goods were cleared remesa by remesa."""
    if pedimento.is_consolidated or not pedimento.cleared_at:
        return None
    return local_date(pedimento.cleared_at, pedimento.site.time_zone)


def _exits_before(day: date, lots: QuerySet[BondedLot]) -> dict[int, list[Discharge]]:
    """What left of these lots before a day, by lot: taken back since or not."""
    rows = Discharge.objects.filter(bonded_lot__in=lots, legal_date__lt=day, reverses__isnull=True)
    found: dict[int, list[Discharge]] = defaultdict(list)
    for row in rows.select_related("outbound_line__pedimento").prefetch_related("reversals").order_by("pk"):
        found[row.bonded_lot_id].append(row)
    return found


def _report_early(rows: list[Discharge], pedimento: Pedimento, cleared_on: date, at: datetime) -> None:
    """Leave a finding for every exit that stands and took goods before they were cleared: one of the days is wrong."""
    exits = {row.outbound_line.pedimento.number: row for row in rows if standing(row).quantity > 0}
    for number, row in exits.items():
        findings.raise_finding(
            code="exit_before_clearance",
            subject=f"pedimento/{number}",
            client=pedimento.client_id,
            site_code=pedimento.site.code,
            context={
                "exit": number,
                "legal_date": row.legal_date,
                "pedimento": pedimento.number,
                "cleared_on": cleared_on,
            },
            at=at,
        )


def _locked(pedimento: Pedimento) -> Pedimento:
    """The pedimento, locked, with its site and authorisation."""
    rows = Pedimento.objects.select_related("site", "authorisation").select_for_update(of=("self",))
    return rows.get(pk=pedimento.pk)
