"""Work within the walls: goods change bins, are counted and frozen, and the centers hand out what was asked of them."""

from datetime import datetime, timedelta
from decimal import Decimal

from inventory.ledger import selectors as stock
from inventory.ledger import services as ledger
from inventory.ledger.models import Hold, Posting
from inventory.ledger.moves import Move
from inventory.models import Client, Location, Site
from inventory.parties.scope import Actor, ClientScope
from inventory.places.services import virtual_location
from warehouse.counting import services as counting
from warehouse.demo.agenda import Deed
from warehouse.demo.world import World
from warehouse.movements import services as movements

EVERYONE = ClientScope.everyone()


def change_bins(world: World, regime: str, number: int) -> Deed:
    """Carry some of a bin's goods to another bin of the zone, so many times."""

    def deed(at: datetime) -> None:
        site = world.zone(regime)
        rows = stock.stock(EVERYONE).filter(
            location__site=site, location__regime=regime, location__kind=Location.Kind.STORAGE, lot__hold_reason=""
        )
        chosen = world.chance.sample(list(rows), k=min(number, rows.count()))
        bins = list(Location.objects.filter(site=site, regime=regime, kind=Location.Kind.STORAGE).order_by("code"))
        for row in chosen:
            pack = row.account.item.pack_size
            quantity = row.free // (2 * pack) * pack
            target = world.chance.choice([bin_ for bin_ in bins if bin_.pk != row.location_id])
            if quantity > 0:
                movements.move_bin(
                    key=f"{at:%Y%m%d}/{row.pk}", lot=row.lot, origin=row.location, destination=target,
                    quantity=quantity, at=at, actor=world.hand(site),
                )  # fmt: skip

    return deed


def sell(world: World, center: Site, weeks: int) -> Deed:
    """Hand out at a center what its markets asked for in the last weeks, as far as it has it."""

    def deed(at: datetime) -> None:
        for client in world.company.clients.values():
            _sell_one(world, client, center, weeks, at)

    return deed


def _sell_one(world: World, client: Client, center: Site, weeks: int, at: datetime) -> None:
    """One posting of a client's sales, oldest lots first."""
    rows = stock.stock(ClientScope.of(client.pk)).filter(location__site=center, location__kind=Location.Kind.STORAGE)
    first, last = at.date() - timedelta(days=7 * weeks), at.date() - timedelta(days=1)
    away = virtual_location(center, Location.Kind.CONSIGNEE)
    asked: dict[int, Decimal] = {}
    moves = []
    lying = rows.order_by("account__item__sku", "lot_id", "pk")
    for item, lot, location, there in lying.values_list("account__item_id", "lot_id", "location_id", "quantity"):
        if item not in asked:
            asked[item] = world.demand.between(item, center.code, first, last)
        quantity = min(asked[item], there)
        if quantity > 0:
            moves.append(Move(lot, location, away.pk, quantity))
            asked[item] -= quantity
    if moves:
        document = f"VTA-{center.code}-{at:%y%m%d}-{client.code}"
        ledger.post(
            key=f"sales/{document}", kind=Posting.Kind.DISPATCH, moves=moves, legal_date=at.date(), at=at,
            actor=Actor(label=f"edi:{center.code}"), document=document, reason="Ventas del periodo",
        )  # fmt: skip


def embargo(world: World, sku: str) -> Deed:
    """Freeze the newest lot of an item by order of the authority."""

    def deed(at: datetime) -> None:
        good = world.good(sku)
        rows = stock.stock(EVERYONE).filter(
            account__item=good.item, account__authorisation__isnull=False, location__kind=Location.Kind.STORAGE
        )
        row = rows.order_by("-lot_id").first()
        if row is None:
            raise RuntimeError(f"nothing of {sku} to freeze: mend the story")
        ledger.hold(
            lot=row.lot, reason=Hold.Reason.SEIZURE, note="Orden de verificación, expediente PAMA 114",
            at=at, actor=world.people["aduanas"],
        )  # fmt: skip

    return deed


def count(world: World, regime: str, bins: list[str], off: Decimal, until: str = "posted") -> Deed:
    """Count bins, find the largest line off by so much, have another person count it again, and post; or stop before."""

    def deed(at: datetime) -> None:
        site = world.zone(regime)
        spots = list(
            Location.objects.filter(site=site, code__in=[f"{regime}-{bin_}" for bin_ in bins]).order_by("code")
        )
        sheet = counting.open_sheet(site=site, locations=spots, at=at, actor=world.people["supervisora"])
        lines = {line.pk: line.expected for line in sheet.lines.order_by("pk")}
        if until == "open":
            return
        most = max(lines, key=lambda pk: (lines[pk], -pk))
        counts = {**lines, most: lines[most] + off}
        later = at + timedelta(hours=2)
        sheet = counting.record_counts(sheet=sheet, counts=counts, at=later, actor=world.hand(site))
        if until == "counted":
            return
        if off:
            again = world.people["operador2.nld"]
            recount = {most: counts[most]}
            sheet = counting.record_counts(sheet=sheet, counts=recount, at=later + timedelta(hours=1), actor=again)
        counting.post_sheet(sheet=sheet, at=later + timedelta(hours=2), actor=world.people["supervisora"])

    return deed
