"""Writing bonded lots off, strictly first in, first out, and undoing it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from inventory.customs.errors import KeyDoesNotApply, NotCleared, NotInTime, SourceRequired, WrongEffect
from inventory.customs.fifo import CENTS, THOUSANDTHS, Exit, NotEnoughBonded, OpenLot, after, plan_discharge
from inventory.customs.history import moved_key
from inventory.customs.models import BondedLot, Discharge
from inventory.customs.pedimento_models import Pedimento, PedimentoLine
from inventory.customs.residue import NOTHING, Measures
from inventory.errors import IdempotencyConflict, ReferenceMissing
from inventory.findings import services as findings
from inventory.ledger import services as ledger
from inventory.ledger.models import Account
from inventory.parties.scope import Actor
from inventory.reference import selectors as reference
from inventory.reference.models import ClaveEffect
from inventory.statements import Statement, insert, store
from inventory.units import round_half_up

CARRIED = ["remaining", "remaining_tariff", "remaining_value_mxn"]
# What the plan, the write-off and its findings read of a bonded lot; the rest of the row stays where it is.
READ = (
    "account", "clock_start", "paid_on", "pedimento_number", "line_seq", *CARRIED, "declared", "declared_tariff",
    "declared_value_mxn", "available_from", "must_leave_by", "goods", "serial", "hold_reason", "is_provisional",
)  # fmt: skip
USABLE_STATES = (Pedimento.State.PAID, Pedimento.State.CLEARED)

_OPEN_LOTS = Statement(
    lambda given: BondedLot.objects.filter(account_id__in=[given.number("accounts")], remaining__gt=0).only(*READ)
)
_WRITTEN = Statement(
    lambda given: Discharge.objects.filter(key=given.text("key"), reverses__isnull=True).order_by("pk")
)


@dataclass(frozen=True)
class Withdrawal:
    """So much of an account's item that an outbound line takes out of bond, in stock units."""

    outbound_line: PedimentoLine
    account_id: int
    quantity: Decimal
    serial: str = ""


@findings.atomic()
def discharge(
    *,
    key: str,
    withdrawals: Sequence[Withdrawal],
    legal_date: date,
    at: datetime,
    actor: Actor,
    reason: str = "",
    override_reason: str = "",
    today: date | None = None,
    accounts: Mapping[int, Account] | None = None,
) -> list[Discharge]:
    """Write off what one exit document takes, all or nothing; the same key again returns the rows it wrote.

    Lots go by PEPS within each account (mexico.md §3.4), unless the outbound line declares its source or a serial number.
    Expired lots are passed over with a finding, except by documents that may use them (A3), or when an authorised person
    lets them go (late return, destruction) and says why in `override_reason`. `today` is the site's own date at `at`, where
    the caller knows it; `accounts`, by id, are those that the caller has locked already. Raises NotEnoughBonded with the
    numbers and leaves a finding of them, KeyDoesNotApply, NotCleared, NotInTime, WrongEffect, IdempotencyConflict.
    """
    withdrawals = _together(withdrawals)
    accounts = accounts or ledger.lock_accounts({w.account_id for w in withdrawals})
    # Asked under the lock: of two requests with one key the second finds what the first wrote.
    written = _WRITTEN.rows(key=key)
    if written:
        return _same(written, withdrawals)
    today = today or at.date()
    effects = _effects(withdrawals, accounts, legal_date, today)
    late = _out_of_order(accounts, legal_date, today)
    rows, lots = open_lots({w.account_id for w in withdrawals})
    discharges: list[Discharge] = []
    skipped: dict[int, Withdrawal] = {}
    for withdrawal in withdrawals:
        effect = effects[withdrawal.outbound_line.pedimento_id, withdrawal.account_id]
        exit_ = _exit(withdrawal, effect, legal_date, override=bool(override_reason))
        try:
            plan = plan_discharge(lots[withdrawal.account_id].values(), exit_)
        except NotEnoughBonded as short:
            short.finding = _refused(short, withdrawal, accounts[withdrawal.account_id], at)
            raise
        for take in plan.takes:
            lots[withdrawal.account_id][take.lot_id] = after(lots[withdrawal.account_id][take.lot_id], take)
            discharges.append(
                Discharge(
                    bonded_lot_id=take.lot_id,
                    outbound_line=withdrawal.outbound_line,
                    account_id=withdrawal.account_id,
                    quantity=take.quantity,
                    tariff_quantity=take.tariff_quantity,
                    value_mxn=take.value,
                    legal_date=legal_date,
                    recorded_at=at,
                    key=key,
                    flags=[*take.flags, *([Discharge.Flag.OUT_OF_ORDER] if withdrawal.account_id in late else [])],
                    actor_id=actor.user_id,
                    actor_label=actor.label,
                    reason=override_reason or reason,
                )
            )
        skipped.update(dict.fromkeys(plan.skipped, withdrawal))
    carry(rows, lots)
    insert(discharges)
    _report_skipped(rows, skipped, accounts, at)
    if override_reason:
        _report_override(withdrawals, accounts, override_reason, at, actor)
    return discharges


@transaction.atomic
def reverse_discharges(
    *, key: str, of: str, legal_date: date, at: datetime, actor: Actor, reason: str
) -> list[Discharge]:
    """Undo every discharge written under the key `of`, giving the lots back what they lost.

    Appends rows with the signs turned; returns them. What a rectification gave back of such a row and wrote off anew is
    undone with it. What was already undone is left alone, so a retry does nothing more.
    """
    rows = _WRITTEN.rows(key=of)
    accounts = ledger.lock_accounts({row.account_id for row in rows})
    # Read what was undone or moved before only now, when nobody else can be at it.
    rows = _with_moved(rows)
    lots = BondedLot.objects.filter(account__in=accounts).in_bulk({row.bonded_lot_id for row in rows})
    stand = [(row, standing(row).quantity) for row in rows]
    back = [mirror(row, key, legal_date, at, actor, reason, quantity) for row, quantity in stand if quantity]
    for row in back:
        give_back(lots[row.bonded_lot_id], row)
    store(list(lots.values()), CARRIED)
    insert(back)
    return back


def standing(row: Discharge) -> Measures:
    """What of a discharge no reversal has given back yet."""
    rows = [row, *row.reversals.all()]
    return sum((Measures(one.quantity, one.tariff_quantity, one.value_mxn) for one in rows), NOTHING)


def open_lots(accounts: Iterable[int]) -> tuple[dict[int, BondedLot], dict[int, dict[int, OpenLot]]]:
    """The open bonded lots of accounts (rows by id, and by account as the plan sees them); nothing that is closed is read."""
    rows = {row.pk: row for row in _OPEN_LOTS.rows(accounts=set(accounts))}
    lots: dict[int, dict[int, OpenLot]] = defaultdict(dict)
    for row in rows.values():
        lots[row.account_id][row.pk] = open_lot(row)
    return rows, lots


def open_lot(row: BondedLot) -> OpenLot:
    """A bonded lot as the plan sees it."""
    return OpenLot(
        lot_id=row.pk,
        clock_start=row.clock_start,
        paid_on=row.paid_on,
        pedimento_number=row.pedimento_number,
        line_seq=row.line_seq,
        remaining=row.remaining,
        remaining_tariff=row.remaining_tariff,
        remaining_value=row.remaining_value_mxn,
        declared=row.declared,
        declared_tariff=row.declared_tariff,
        declared_value=row.declared_value_mxn,
        available_from=row.available_from,
        must_leave_by=row.must_leave_by,
        goods=row.goods,
        serial=row.serial,
        hold_reason=row.hold_reason,
        is_provisional=row.is_provisional,
    )


def carry(rows: dict[int, BondedLot], lots: dict[int, dict[int, OpenLot]]) -> None:
    """Store what remains of every lot that a plan changed, in one statement."""
    changed = []
    for of_account in lots.values():
        for lot in of_account.values():
            row = rows[lot.lot_id]
            if row.remaining != lot.remaining:
                row.remaining, row.remaining_tariff = lot.remaining, lot.remaining_tariff
                row.remaining_value_mxn = lot.remaining_value
                changed.append(row)
    store(changed, CARRIED)


def mirror(
    row: Discharge, key: str, legal_date: date, at: datetime, actor: Actor, reason: str, quantity: Decimal
) -> Discharge:
    """The reversal of so much of a discharge, with its share of tariff units and value; the last takes the residue."""
    left = standing(row)
    is_rest = quantity == left.quantity
    tariff = (
        left.tariff_quantity if is_rest else round_half_up(row.tariff_quantity * quantity / row.quantity, THOUSANDTHS)
    )
    value = left.value if is_rest else round_half_up(row.value_mxn * quantity / row.quantity, CENTS)
    return Discharge(
        bonded_lot_id=row.bonded_lot_id,
        outbound_line_id=row.outbound_line_id,
        account_id=row.account_id,
        quantity=-quantity,
        tariff_quantity=-tariff,
        value_mxn=-value,
        legal_date=legal_date,
        recorded_at=at,
        key=key,
        flags=[],
        reverses=row,
        actor_id=actor.user_id,
        actor_label=actor.label,
        reason=reason,
    )


def give_back(lot: BondedLot, reversal: Discharge) -> None:
    """Add what a reversal returns (its quantities are negative) to what remains of the lot."""
    lot.remaining -= reversal.quantity
    lot.remaining_tariff -= reversal.tariff_quantity
    lot.remaining_value_mxn -= reversal.value_mxn


def _with_moved(rows: list[Discharge]) -> list[Discharge]:
    """Discharges with their reversals, followed by all that was written off anew for what was given back of them."""
    found: list[Discharge] = []
    while rows:
        prefetch_related_objects(rows, "reversals")
        found += rows
        keys = [moved_key(back.key, row.pk) for row in rows for back in row.reversals.all()]
        rows = list(Discharge.objects.filter(key__in=keys, reverses__isnull=True).order_by("pk"))
    return found


def _together(withdrawals: Sequence[Withdrawal]) -> list[Withdrawal]:
    """One withdrawal for each outbound line, account and serial number, however many bins it was picked from."""
    sums: dict[tuple[int, int, str], Decimal] = defaultdict(Decimal)
    lines = {w.outbound_line.pk: w.outbound_line for w in withdrawals}
    for w in withdrawals:
        sums[w.outbound_line.pk, w.account_id, w.serial] += w.quantity
    return [Withdrawal(lines[line], account, quantity, serial) for (line, account, serial), quantity in sums.items()]


def _same(written: list[Discharge], withdrawals: Sequence[Withdrawal]) -> list[Discharge]:
    """The rows a key wrote before, if this is the same request."""
    before: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for row in written:
        before[row.outbound_line_id, row.account_id] += row.quantity
    now: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for withdrawal in withdrawals:
        now[withdrawal.outbound_line.pk, withdrawal.account_id] += withdrawal.quantity
    if before != now:
        raise IdempotencyConflict(_("Key %(key)s was used for another exit."), key=written[0].key)
    return written


def _effects(
    withdrawals: Sequence[Withdrawal], accounts: Mapping[int, Account], legal_date: date, today: date
) -> dict[tuple[int, int], ClaveEffect]:
    """What each document's key may do to each account, by (pedimento, account). Raises where it may do nothing."""
    effects: dict[tuple[int, int], ClaveEffect] = {}
    by_rule: dict[tuple[str, str, str], ClaveEffect] = {}
    for withdrawal in withdrawals:
        pedimento, account = withdrawal.outbound_line.pedimento, accounts[withdrawal.account_id]
        pair = pedimento.pk, account.pk
        if pair in effects:
            continue
        _refuse_document(pedimento, account, legal_date, today)
        rule = pedimento.document_key, pedimento.operation, account.regime
        if rule not in by_rule:
            by_rule[rule] = _outbound_effect(pedimento, account, legal_date)
        effects[pair] = by_rule[rule]
    return effects


def _outbound_effect(pedimento: Pedimento, account: Account, legal_date: date) -> ClaveEffect:
    """The rule by which this key takes goods out of this regime on this day."""
    try:
        rule = reference.clave_effect(
            pedimento.document_key, pedimento.operation, pedimento.regime, legal_date, holder=account.regime
        )
    except ReferenceMissing:
        rule = None
    if rule and rule.effect == ClaveEffect.Effect.OUTBOUND:
        return rule
    raise KeyDoesNotApply(
        _("Document key %(key)s (%(operation)s) takes nothing out of regime %(regime)s."),
        key=pedimento.document_key,
        operation=pedimento.operation,
        regime=account.regime,
    )


def _refuse_document(pedimento: Pedimento, account: Account, legal_date: date, today: date) -> None:
    """Raise when the document is not an outbound one of this client and authorisation, unpaid, or dated in the future."""
    if pedimento.effect != Pedimento.Effect.OUTBOUND:
        raise WrongEffect(_("Pedimento %(number)s takes nothing out of bond."), number=pedimento.number)
    if pedimento.client_id != account.client_id or (
        pedimento.authorisation_id and pedimento.authorisation_id != account.authorisation_id
    ):
        raise KeyDoesNotApply(_("Pedimento %(number)s is of another client or authorisation."), number=pedimento.number)
    if pedimento.state not in USABLE_STATES or pedimento.paid_on is None or pedimento.paid_on > legal_date:
        raise NotCleared(_("Pedimento %(number)s was not paid on %(on)s."), number=pedimento.number, on=legal_date)
    if legal_date > today:
        raise NotInTime(_("Legal date %(on)s lies in the future."), on=legal_date)


def _exit(withdrawal: Withdrawal, effect: ClaveEffect, legal_date: date, *, override: bool) -> Exit:
    """The withdrawal as the plan sees it."""
    line = withdrawal.outbound_line
    if effect.requires_layer_link and not line.source_number:
        raise SourceRequired(
            _("Key %(key)s names the entry that each line regularises; line %(line)s names none."),
            key=effect.clave,
            line=line.seq,
        )
    return Exit(
        quantity=withdrawal.quantity,
        on=legal_date,
        goods=None if effect.goods == ClaveEffect.Goods.ANY else effect.goods,
        allows_expired=effect.allows_expired or override,
        source=(line.source_number, line.source_seq) if line.source_number else None,
        serial=withdrawal.serial,
    )


def _out_of_order(accounts: Mapping[int, Account], legal_date: date, today: date) -> set[int]:
    """The accounts that have a discharge of a later legal date: this one is recorded out of order (mexico.md §3.8).

    A document of today cannot be; only a backdated one asks the books, by index, no more than one row an account.
    """
    if legal_date >= today:
        return set()
    later = Discharge.objects.filter(account=OuterRef("pk"), legal_date__gt=legal_date)
    return set(Account.objects.filter(Exists(later), pk__in=accounts).values_list("pk", flat=True))


def _refused(short: NotEnoughBonded, withdrawal: Withdrawal, account: Account, at: datetime) -> dict[str, Any]:
    """The finding that an exit leaves for which too little is under bond (mexico.md §3.4), with the numbers."""
    line = withdrawal.outbound_line
    return {
        "code": "exit_refused",
        "subject": f"pedimento/{line.pedimento.number}",
        "client": account.client_id,
        "site_code": line.pedimento.site.code,
        "context": {**short.context, "exit": line.pedimento.number, "line": line.seq, "sku": account.item.sku},
        "at": at,
    }


def _report_skipped(
    rows: dict[int, BondedLot], skipped: dict[int, Withdrawal], accounts: Mapping[int, Account], at: datetime
) -> None:
    """Leave a finding for every expired lot that an exit passed over."""
    for lot_id, withdrawal in skipped.items():
        row = rows[lot_id]
        findings.raise_finding(
            code="expired_lot_skipped",
            subject=f"bonded_lot/{lot_id}",
            client=accounts[row.account_id].client_id,
            site_code=withdrawal.outbound_line.pedimento.site.code,
            context={
                "pedimento": row.pedimento_number,
                "line": row.line_seq,
                "remaining": row.remaining,
                "must_leave_by": row.must_leave_by,
                "exit": withdrawal.outbound_line.pedimento.number,
            },
            at=at,
        )


def _report_override(
    withdrawals: Sequence[Withdrawal], accounts: Mapping[int, Account], reason: str, at: datetime, actor: Actor
) -> None:
    """Leave a finding for every exit that an authorised person let use expired lots."""
    exits = {w.outbound_line.pedimento.number: w.outbound_line.pedimento for w in withdrawals}
    for number, pedimento in sorted(exits.items()):
        findings.raise_finding(
            code="rule_overridden",
            subject=f"pedimento/{number}",
            client=next(iter(accounts.values())).client_id,
            site_code=pedimento.site.code,
            context={"rule": "must_leave_by", "who": actor.label, "reason": reason, "document": number},
            at=at,
        )
