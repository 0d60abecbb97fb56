"""Writing the physical books. Locks are taken on accounts, in order of id, before anything is read or written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.errors import DomainError, IdempotencyConflict, present
from inventory.ledger.errors import (
    AlreadyReversed,
    LocationClosed,
    LotOnHold,
    NotEnoughFree,
    NotEnoughStock,
    OutsideAuthorisation,
    RegimeMismatch,
)
from inventory.ledger.models import (
    Account,
    Balance,
    Hold,
    Leg,
    Lot,
    Posting,
    Reservation,
)
from inventory.ledger.moves import Move, changes, fingerprint
from inventory.ledger.selectors import reserved_there
from inventory.parties.models import Authorisation
from inventory.parties.scope import Actor
from inventory.places.models import Location
from inventory.statements import Statement, insert, store, update

Place = tuple[int, int]
NOBODY = ""  # the document for which nothing is ever reserved

_LOTS_LOCKED = Statement(
    lambda given: (
        Lot.objects.select_related("account")
        .select_for_update(of=("account",), no_key=True)
        .filter(pk__in=[given.number("lots")])
        .annotate(authorised_site_id=F("account__authorisation__site_link__site"))
        .order_by("account_id", "pk")
    )
)
_BALANCES = Statement(
    lambda given: Balance.objects.filter(
        lot_id__in=[given.number("lots")], location_id__in=[given.number("locations")]
    ).annotate(reserved=reserved_there(given.text("document")))
)


def open_accounts(
    *, items: Iterable[Item], regime: str, authorisation: Authorisation | None = None
) -> dict[int, Account]:
    """The account of each item under this regime and authorisation, by item id, opened where there was none."""
    wanted = {item.pk: item for item in items}
    rows = Account.objects.filter(item__in=wanted, regime=regime, authorisation=authorisation)
    found = {account.item_id: account for account in rows}
    missing = [item for pk, item in sorted(wanted.items()) if pk not in found]
    if missing:
        Account.objects.bulk_create(
            [
                Account(
                    client_id=i.client_id,
                    regime=regime,
                    authorisation=authorisation,
                    item=i,
                )
                for i in missing
            ],
            ignore_conflicts=True,
        )
        found = {account.item_id: account for account in rows.all()}
    return found


def open_lots(*, keys: Iterable[tuple[Account, str, str]]) -> dict[tuple[int, str, str], Lot]:
    """The lot of each (account, batch, serial number), by (account id, batch, serial), opened where there was none."""
    wanted = {(account.pk, batch, serial) for account, batch, serial in keys}
    rows = Lot.objects.filter(account__in={account_id for account_id, _b, _s in wanted})
    rows = rows.filter(batch__in={b for _a, b, _s in wanted}, serial__in={s for _a, _b, s in wanted})
    found = {(lot.account_id, lot.batch, lot.serial): lot for lot in rows}
    missing = sorted(wanted - found.keys())
    if missing:
        Lot.objects.bulk_create(
            [Lot(account_id=account_id, batch=batch, serial=serial) for account_id, batch, serial in missing],
            ignore_conflicts=True,
        )
        found = {(lot.account_id, lot.batch, lot.serial): lot for lot in rows.all()}
    return found


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """These accounts, locked in order of id until the transaction ends: whoever changes stock waits here, never later."""
    rows = Account.objects.select_for_update(no_key=True).filter(pk__in=set(account_ids)).order_by("pk")
    return {account.pk: account for account in rows}


def lock_lots(lot_ids: Iterable[int]) -> dict[int, Lot]:
    """These lots with their accounts and the site their authorisation is for (`authorised_site_id`).

    The accounts are locked as by `lock_accounts`, so nobody moves or freezes a lot.
    """
    return {lot.pk: lot for lot in _LOTS_LOCKED.rows(lots=set(lot_ids))}


def post(
    *,
    key: str,
    kind: str,
    moves: Sequence[Move],
    legal_date: date,
    at: datetime,
    actor: Actor,
    document: str = "",
    reason: str = "",
    lots: Mapping[int, Lot] | None = None,
    locations: Mapping[int, Location] | None = None,
) -> Posting:
    """Record moves as one posting and carry the balances along; the same key again returns the posting it wrote.

    `legal_date` is when it happened in law, at the site; `at` is the moment it is recorded. Stock reserved for `document`
    may be moved by it, stock reserved for others may not. `lots` from `lock_lots` and `locations`, by id, spare reading
    them again where the caller holds them. Raises NotEnoughStock, NotEnoughFree, LotOnHold, RegimeMismatch,
    OutsideAuthorisation, LocationClosed, or IdempotencyConflict when the key came with other moves.
    """
    posting = Posting(
        key=key,
        fingerprint=fingerprint(kind, moves),
        kind=kind,
        document=document,
        legal_date=legal_date,
        recorded_at=at,
        actor_id=actor.user_id,
        actor_label=actor.label,
        reason=reason,
    )
    try:
        return _post(posting, changes(moves), lots, locations)
    except (DomainError, IntegrityError):
        # What was posted before is refused as a rule, or finds its key taken: the common case asks nothing.
        return _posted_before(posting)


def reverse(
    *,
    posting: Posting,
    key: str,
    legal_date: date,
    at: datetime,
    actor: Actor,
    reason: str,
) -> Posting:
    """Undo a posting by its mirror image; the books are as they were, and both stay on record.

    Raises AlreadyReversed, NotEnoughStock when the goods have gone on since, LotOnHold.
    """
    mirror = Posting(
        key=key,
        fingerprint=posting.fingerprint,
        kind=Posting.Kind.REVERSAL,
        document=posting.document,
        legal_date=legal_date,
        recorded_at=at,
        actor_id=actor.user_id,
        actor_label=actor.label,
        reason=reason,
        reverses=posting,
    )
    try:
        return _reverse(mirror, posting)
    except (DomainError, IntegrityError):
        return _posted_before(mirror)


@transaction.atomic
def _post(
    posting: Posting,
    net: dict[Place, Decimal],
    lots: Mapping[int, Lot] | None,
    locations: Mapping[int, Location] | None,
) -> Posting:
    """The posting, written under the locks of its accounts."""
    if lots is None:
        lots = lock_lots({lot_id for lot_id, _location in net})
    if locations is None:
        locations = Location.objects.in_bulk({location_id for _lot, location_id in net})
    _refuse_held(lots)
    _refuse_wrong_place(net, lots, locations)
    balances = _balances(net, posting.document)
    _refuse_short(net, balances, lots, locations)
    return _write(posting, net, balances, lots, locations)


@transaction.atomic
def _reverse(mirror: Posting, posting: Posting) -> Posting:
    """The mirror image, written under the locks of its accounts."""
    net: dict[Place, Decimal] = defaultdict(Decimal)
    for leg in posting.legs.all():
        net[leg.lot_id, leg.location_id] -= leg.quantity
    net = dict(sorted(net.items()))
    lots = lock_lots({lot_id for lot_id, _location in net})
    if posting.kind == Posting.Kind.REVERSAL or Posting.objects.filter(reverses=posting).exists():
        raise AlreadyReversed(_("Posting %(posting)s was undone before."), posting=posting.key)
    locations = Location.objects.in_bulk({location_id for _lot, location_id in net})
    _refuse_held(lots)
    balances = _balances(net, posting.document)
    _refuse_short(net, balances, lots, locations)
    return _write(mirror, net, balances, lots, locations)


@transaction.atomic
def reserve(*, document: str, wanted: Sequence[tuple[Lot, Location, Decimal]], at: datetime) -> list[Reservation]:
    """Promise stock to a document. Raises NotEnoughStock, NotEnoughFree or LotOnHold; then nothing is promised."""
    needs: dict[Place, Decimal] = defaultdict(Decimal)
    for lot, location, quantity in wanted:
        needs[lot.pk, location.pk] -= quantity
    lots = lock_lots({lot_id for lot_id, _location in needs})
    locations = {location.pk: location for _lot, location, _quantity in wanted}
    _refuse_held(lots)
    # Its own earlier reservations count too: asking twice promises twice.
    _refuse_short(needs, _balances(needs, document=NOBODY), lots, locations)
    return Reservation.objects.bulk_create(
        [
            Reservation(
                account_id=lots[lot_id].account_id,
                lot_id=lot_id,
                location_id=location_id,
                quantity=-needs[lot_id, location_id],
                document=document,
                reserved_at=at,
            )
            for lot_id, location_id in sorted(needs)
        ]
    )


def release(*, document: str, at: datetime) -> int:
    """Free what is reserved for a document; returns how many reservations that were."""
    return update(Reservation, {"document": document, "released_at": None}, {"released_at": at})


@transaction.atomic
def hold(*, lot: Lot, reason: str, at: datetime, actor: Actor, note: str = "") -> Hold:
    """Freeze a lot: it may not move until the hold is lifted. Holding it twice for one reason is one hold."""
    locked = lock_lots({lot.pk})[lot.pk]
    opened, created = Hold.objects.get_or_create(
        lot=locked,
        reason=reason,
        closed_at=None,
        defaults={"note": note, "opened_at": at, "opened_by": actor.label},
    )
    if created:
        Lot.objects.filter(pk=lot.pk).update(hold_reason=locked.hold_reason or reason)
    return opened


@transaction.atomic
def lift_hold(*, hold: Hold, release_document: str, at: datetime, actor: Actor) -> Hold:
    """Lift a hold, citing the document that allows it; the lot moves again when no other hold is open."""
    lock_lots({hold.lot_id})
    hold = Hold.objects.get(pk=hold.pk)
    if hold.closed_at is None:
        hold.closed_at, hold.closed_by, hold.release_document = (
            at,
            actor.label,
            release_document,
        )
        hold.save(update_fields=["closed_at", "closed_by", "release_document"])
        other = Hold.objects.filter(lot=hold.lot_id, closed_at=None).order_by("opened_at", "pk").first()
        Lot.objects.filter(pk=hold.lot_id).update(hold_reason=other.reason if other else "")
    return hold


def _posted_before(posting: Posting) -> Posting:
    """What this posting's key wrote before; called while its refusal is handled, which is raised again if there is none.

    Raises IdempotencyConflict when the key was used for another posting.
    """
    written = Posting.objects.filter(key=posting.key).first()
    if written is None:
        raise  # noqa: PLE0704  the refusal that is being handled
    if (written.fingerprint, written.reverses_id) != (posting.fingerprint, posting.reverses_id):
        raise IdempotencyConflict(_("Key %(key)s was used for another posting."), key=written.key)
    return written


def _balances(places: Iterable[Place], document: str) -> dict[Place, Any]:
    """The balance rows of these places, each with what is `reserved` there for documents other than this one.

    Read after the accounts are locked, so nobody changes them meanwhile.
    """
    places = list(places)
    rows = _BALANCES.rows(
        lots={lot for lot, _location in places}, locations={loc for _lot, loc in places}, document=document
    )
    return {(row.lot_id, row.location_id): row for row in rows}


def _refuse_held(lots: Mapping[int, Lot]) -> None:
    """Raise LotOnHold for the first frozen lot."""
    for lot in lots.values():
        if lot.hold_reason:
            raise LotOnHold(
                _("Lot %(lot)s of %(sku)s is on hold (%(reason)s)."),
                lot=str(lot),
                sku=lot.account.item.sku,
                reason=lot.hold_reason,
            )


def _refuse_wrong_place(net: dict[Place, Decimal], lots: Mapping[int, Lot], locations: Mapping[int, Location]) -> None:
    """Raise when goods would come to lie in a physical location of another regime or authorisation, or in one out of use."""
    for (lot_id, location_id), quantity in net.items():
        location, account = locations[location_id], lots[lot_id].account
        if quantity <= 0 or location.is_virtual:
            continue
        if not location.is_active:
            raise LocationClosed(_("Location %(location)s is not in use."), location=location.code)
        if location.regime != account.regime:
            raise RegimeMismatch(
                _("Location %(location)s is kept for %(kept_for)s; these goods are %(regime)s."),
                location=location.code,
                kept_for=location.regime,
                regime=account.regime,
            )
        if account.authorisation_id and location.site_id != lots[lot_id].authorised_site_id:  # type: ignore[attr-defined]
            raise OutsideAuthorisation(
                _("Location %(location)s is not at the site where authorisation %(authorisation)s holds its goods."),
                location=location.code,
                authorisation=present(account.authorisation).number,
            )


def _refuse_short(
    net: dict[Place, Decimal],
    balances: dict[Place, Any],
    lots: Mapping[int, Lot],
    locations: Mapping[int, Location],
) -> None:
    """Raise when a physical location holds less than leaves it, or when what is left is promised to other documents."""
    for place, change in net.items():
        location, balance = locations[place[1]], balances.get(place)
        if change >= 0 or location.is_virtual:
            continue
        on_hand = balance.quantity if balance else Decimal(0)
        free = on_hand - balance.reserved if balance else Decimal(0)
        if -change <= free:
            continue
        sku = lots[place[0]].account.item.sku
        facts = {"asked": -change, "on_hand": on_hand, "location": location.code, "sku": sku}
        if -change > on_hand:
            raise NotEnoughStock(
                _("%(asked)s of %(sku)s asked for, %(on_hand)s at %(location)s."),
                **facts,
            )
        raise NotEnoughFree(
            _("%(asked)s of %(sku)s asked for, %(free)s free at %(location)s: the rest is reserved."),
            free=free,
            **facts,
        )


def _write(
    posting: Posting,
    net: dict[Place, Decimal],
    balances: dict[Place, Any],
    lots: Mapping[int, Lot],
    locations: Mapping[int, Location],
) -> Posting:
    """Insert the posting and its legs and carry the balances, a fixed number of statements for any number of moves."""
    insert([posting])
    insert(
        [
            Leg(
                posting=posting,
                account_id=lots[lot_id].account_id,
                lot_id=lot_id,
                location_id=location_id,
                quantity=quantity,
                legal_date=posting.legal_date,
                recorded_at=posting.recorded_at,
            )
            for (lot_id, location_id), quantity in net.items()
        ]
    )
    fresh = []
    for (lot_id, location_id), quantity in net.items():
        balance = balances.get((lot_id, location_id))
        if balance:
            balance.quantity += quantity
        else:
            fresh.append(
                Balance(
                    account_id=lots[lot_id].account_id,
                    lot_id=lot_id,
                    location_id=location_id,
                    is_virtual=locations[location_id].is_virtual,
                    quantity=quantity,
                )
            )
    touched = [balances[place] for place in net if place in balances]
    store(touched, ["quantity"])
    insert(fresh)
    return posting
