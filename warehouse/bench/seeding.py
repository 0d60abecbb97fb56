"""A warehouse with open bonded lots and cleared shipments at the dock, each ready to leave. Its books add up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from inventory.models import (
    Account,
    Authorisation,
    Balance,
    BondedLot,
    Client,
    Item,
    Leg,
    Location,
    Lot,
    OperatorCompany,
    Pedimento,
    PedimentoLine,
    PedimentoSubline,
    Posting,
    Reservation,
    Site,
    SiteAuthorisation,
)
from inventory.parties import services as parties
from inventory.parties.roles import ApiScope
from inventory.parties.scope import Actor
from inventory.places.services import open_site
from inventory.reference.services import load as load_reference
from warehouse.bench import bulk
from warehouse.shipping.models import Shipment, ShipmentLine

ACTOR = Actor(label="bench")
LAW = ["regimes", "document_keys", "clave_effects", "permanence_rules", "rate_parameters", "non_business_days"]
ENTERED, EXITED = 1_000, 980  # days ago: when everything came in, and when the exit documents were paid
PLENTY = 10_000
MEXICO, TEXAS = "America/Mexico_City", "America/Chicago"


@dataclass
class Pool:
    """The shipments of some accounts, taken one after another; each leaves once."""

    numbers: list[str]
    taken: int = 0

    def take(self, count: int) -> list[str]:
        """The next so many numbers."""
        found = self.numbers[self.taken : self.taken + count]
        if len(found) < count:
            raise ValueError("Too few shipments were prepared.")
        self.taken += count
        return found


@dataclass
class World:
    """What a run works with."""

    today: date
    at: datetime
    client: Client
    token: str
    zone: Site
    distribution_center: Site
    dock: Location
    shelf: Location
    authorisation: Authorisation
    inbound: Pedimento
    outbound: Pedimento
    pools: dict[str, Pool] = field(default_factory=dict)


def found(at: datetime) -> World:
    """Sites, a client with an API key, an authorisation and one paid pedimento each way, still without lines."""
    today = at.date()
    load_reference(LAW)
    zone, center = _site("bench-zone", Site.Kind.BONDED), _site("bench-dc", Site.Kind.US_DC)
    dock = Location.objects.create(site=zone, code="ANDEN", kind=Location.Kind.DOCK, regime="RFS")
    shelf = Location.objects.create(site=zone, code="A-01", kind=Location.Kind.STORAGE, regime="RFS")
    company = OperatorCompany.objects.create(rfc="SAT970701NN3", name="Bench")
    authorisation = Authorisation.objects.create(
        regime="RFS", number="BENCH-1", operator=company, valid_from=date(2015, 1, 1)
    )
    SiteAuthorisation.objects.create(site=zone, authorisation=authorisation)
    client = Client.objects.create(code="bench", name="Bench", rfc="EKU9003173C9")
    issued = parties.issue_api_key(client=client, name="bench", scopes=ApiScope, at=at, actor=ACTOR)
    shared: dict[str, Any] = {"client": client, "site": zone, "authorisation": authorisation, "at": at}
    inbound = _pedimento("20243456000001", today - timedelta(days=ENTERED), "IN", **shared)
    outbound = _pedimento("20243456000002", today - timedelta(days=EXITED), "OUT", **shared)
    return World(today, at, client, issued.token, zone, center, dock, shelf, authorisation, inbound, outbound)


@transaction.atomic
def stock(world: World, name: str, accounts: int, open_lots: int, shipments: int) -> list[Account]:
    """Accounts with open bonded lots and stock at the dock, and a pool of cleared one-line shipments spread over them."""
    items = Item.objects.bulk_create([_item(world, f"{name}-{number:05d}") for number in range(accounts)])
    rows = Account.objects.bulk_create(
        [Account(client=world.client, regime="RFS", authorisation=world.authorisation, item=item) for item in items]
    )
    _owe(world, rows, open_lots)
    lots = Lot.objects.bulk_create([Lot(account=account) for account in rows])
    _bring_in(world, name, lots, PLENTY * open_lots)
    world.pools[name] = _ready(world, lots, _exits(world, rows), shipments)
    return rows


def _site(code: str, kind: str) -> Site:
    """A site with its virtual locations."""
    abroad = kind == Site.Kind.US_DC
    return open_site(
        code=code,
        name=code,
        kind=kind,
        country="USA" if abroad else "MEX",
        latitude=30,
        longitude=-100,
        time_zone=TEXAS if abroad else MEXICO,
    )


def _pedimento(number: str, day: date, effect: str, *, at: datetime, **parties_: object) -> Pedimento:
    """A paid declaration without lines."""
    kind = {"operation": "IMP", "document_key": "M3", "regime": "RFS"}
    if effect == "OUT":
        kind = {"operation": "EXP", "document_key": "J4", "regime": "EXD"}
    return Pedimento.objects.create(
        number=number,
        effect=effect,
        state=Pedimento.State.PAID,
        customs_section="240",
        fx_rate=Decimal(18),
        value_usd=0,
        customs_value_mxn=0,
        price_paid_mxn=0,
        paid_on=day,
        entered_on=day,
        recorded_at=at,
        **kind,
        **parties_,
    )


def _item(world: World, sku: str) -> Item:
    """An item counted in pieces everywhere."""
    return Item(
        client=world.client, sku=sku, description=sku, stock_unit="6", commercial_unit="6", tariff_unit="6",
        tariff_code="8302200100", origin_country="CHN",
    )  # fmt: skip


def declare(pedimento: Pedimento, wanted: Sequence[tuple[Account, int]]) -> list[PedimentoSubline]:
    """A line with one subline for each account and quantity, worth ten pesos a piece; the header goes along."""
    first = pedimento.lines.count() + 1
    lines = PedimentoLine.objects.bulk_create(
        [
            PedimentoLine(
                pedimento=pedimento, seq=seq, tariff_code="83022001", nico="00", description="goods",
                commercial_unit="6", commercial_quantity=quantity, tariff_unit="6", tariff_quantity=quantity,
                origin_country="CHN", customs_value_mxn=quantity * 10, price_paid_mxn=quantity * 10,
            )
            for seq, (_account, quantity) in enumerate(wanted, start=first)
        ]
    )  # fmt: skip
    pedimento.customs_value_mxn += sum(quantity for _account, quantity in wanted) * 10
    Pedimento.objects.filter(pk=pedimento.pk).update(customs_value_mxn=pedimento.customs_value_mxn)
    return PedimentoSubline.objects.bulk_create(
        [
            PedimentoSubline(
                line=line, item_id=account.item_id, quantity=quantity, commercial_quantity=quantity,
                tariff_quantity=quantity, customs_value_mxn=quantity * 10,
            )
            for line, (account, quantity) in zip(lines, wanted, strict=True)
        ]
    )  # fmt: skip


def open_lot(world: World, account: Account, subline: PedimentoSubline, quantity: int, remaining: int) -> BondedLot:
    """What a subline owes; not yet saved. What is used up came a day before what is not."""
    ago = timedelta(days=ENTERED if remaining else ENTERED + 1)
    day = world.today - ago
    return BondedLot(
        account=account, subline=subline, quantity=quantity, tariff_quantity=quantity, value_mxn=quantity * 10,
        remaining=remaining, remaining_tariff=remaining, remaining_value_mxn=remaining * 10,
        declared=quantity, declared_tariff=quantity, declared_value_mxn=quantity * 10, legal_date=day,
        available_from=day, recorded_at=world.at - ago, clock_start=day, stay_limit_code="RFS-60M",
        must_leave_by=world.today + timedelta(days=700), legal_deadline=world.today + timedelta(days=700), paid_on=day,
        pedimento_number=world.inbound.number, line_seq=subline.line.seq,
    )  # fmt: skip


def _owe(world: World, accounts: list[Account], open_lots: int) -> None:
    """Open bonded lots of each account."""
    wanted = [(account, PLENTY) for account in accounts for _lot in range(open_lots)]
    sublines = declare(world.inbound, wanted)
    BondedLot.objects.bulk_create(
        [
            open_lot(world, account, subline, PLENTY, PLENTY)
            for (account, _quantity), subline in zip(wanted, sublines, strict=True)
        ]
    )


def _bring_in(world: World, name: str, lots: list[Lot], quantity: int) -> None:
    """The goods, from the vendor to the dock."""
    vendor = Location.objects.get(site=world.zone, kind=Location.Kind.VENDOR)
    day, at = world.today - timedelta(days=ENTERED), world.at - timedelta(days=ENTERED)
    posting = Posting.objects.create(
        key=f"bench/{name}/receipt", fingerprint="0" * 64, kind=Posting.Kind.RECEIPT, legal_date=day, recorded_at=at,
        actor_label=ACTOR.label,
    )  # fmt: skip
    sides = [(lot, place, sign * quantity) for lot in lots for place, sign in ((vendor, -1), (world.dock, 1))]
    Leg.objects.bulk_create(
        [
            Leg(posting=posting, account_id=lot.account_id, lot=lot, location=place, quantity=moved, legal_date=day,
                recorded_at=at)
            for lot, place, moved in sides
        ]
    )  # fmt: skip
    Balance.objects.bulk_create(
        [
            Balance(account_id=lot.account_id, lot=lot, location=place, is_virtual=place.is_virtual, quantity=moved)
            for lot, place, moved in sides
        ]
    )


def _exits(world: World, accounts: list[Account]) -> list[PedimentoLine]:
    """One outbound line for each account, large enough for all its shipments."""
    return [subline.line for subline in declare(world.outbound, [(account, PLENTY) for account in accounts])]


def _ready(world: World, lots: list[Lot], exits: list[PedimentoLine], count: int) -> Pool:
    """So many cleared shipments of one piece each, in turn from each lot."""
    first = bulk.next_id(Shipment)
    shipments = Shipment.objects.bulk_create(
        [
            Shipment(
                number=f"BENCH-{first + number:06d}", client=world.client, origin=world.zone,
                destination=world.distribution_center, pedimento=world.outbound, state=Shipment.State.CLEARED,
                created_at=world.at, created_by=ACTOR.label,
            )
            for number in range(count)
        ]
    )  # fmt: skip
    ShipmentLine.objects.bulk_create(_lines(world, shipments, lots, exits), batch_size=2_000)
    Reservation.objects.bulk_create(
        [
            Reservation(account_id=lot.account_id, lot=lot, location=world.dock, quantity=1, document=shipment.number,
                        reserved_at=world.at)
            for shipment, lot in zip(shipments, _turns(lots, count), strict=True)
        ]
    )  # fmt: skip
    return Pool([shipment.number for shipment in shipments])


def _lines(
    world: World, shipments: list[Shipment], lots: list[Lot], exits: list[PedimentoLine]
) -> Iterator[ShipmentLine]:
    """The line of each shipment."""
    for number, shipment in enumerate(shipments):
        lot = lots[number % len(lots)]
        yield ShipmentLine(
            shipment=shipment, seq=1, account_id=lot.account_id, quantity=1, lot=lot, location=world.dock,
            is_picked=True, outbound_line=exits[number % len(exits)],
        )  # fmt: skip


def _turns(lots: list[Lot], count: int) -> Iterator[Lot]:
    """The lots in turn."""
    return (lots[number % len(lots)] for number in range(count))
