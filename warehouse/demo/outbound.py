"""Goods going out: trucks are loaded by what the centers lack, cleared by one export declaration, and sent on their way."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from inventory.customs import services as customs
from inventory.customs.pedimento_models import Pedimento
from inventory.models import Item, Lane
from warehouse.demo import papers, road
from warehouse.demo.catalogue import Good
from warehouse.demo.holdings import at_center, may_leave
from warehouse.demo.papers import Line
from warehouse.demo.road import Journey
from warehouse.demo.world import World, in_packs
from warehouse.shipping import services as shipping
from warehouse.shipping.models import Shipment

TRUCK_M3 = Decimal(70)
MOST_LINES = 14
# How long a center's stock lasts, the SKU, the item, how much of it to load.
Wish = tuple[Decimal, str, Good, Decimal]
STEPS = ("draft", "reserved", "picked", "declared", "cleared", "dispatched")
# How goods under a regime leave the country: key, operation, declared regime.
ABROAD = {"RFS": ("J4", "EXP", "EXD"), "ITE": ("RT", "EXP", "EXD"), "DFI": ("K2", "EXP", "EXD")}
# How they become national goods and are handed to somebody in Mexico.
INLAND = {"RFS": ("G9", "IMP", "IMD"), "ITE": ("F4", "IMP", "IMD"), "DFI": ("G1", "IMP", "IMD")}
# An item with a story of its own: no truck takes it unless told to.
BY_HAND = frozenset({"MC-ROT-EST"})


@dataclass(frozen=True)
class Truck:
    """One load to a center: over which crossing (the usual one unless told), and how the trip goes.

    `cargo` says what is on it; without it the truck is loaded with what the center lacks.
    """

    center: str
    crossing: str = ""
    journey: Journey = field(default_factory=Journey)
    cargo: Sequence[tuple[Good, Decimal]] = ()


@dataclass(frozen=True)
class Departure:
    """Trucks that leave together under one declaration, at a moment; `until` is the last step they get to."""

    client: str
    regime: str
    section: str
    patent: str
    leaves_at: datetime
    trucks: Sequence[Truck]
    until: str = "dispatched"
    weeks: int = 15
    is_paid: bool = True
    is_inland: bool = False
    is_cancelled: bool = False
    returns_after_hours: int = 0


class Export:
    """One departure on its way out of the books."""

    def __init__(self, world: World, departure: Departure) -> None:
        self.world, self.departure = world, departure
        self.client = world.client(departure.client)
        self.site = world.zone(departure.regime)
        self.hand = world.hand(self.site)
        self.shipments: list[tuple[Truck, Shipment]] = []
        self.pedimento: Pedimento

    def plan(self) -> None:
        """Put every step on the agenda, up to the last one; hours before departure."""
        steps = [
            (22.0, self._draft), (21.5, self._reserve), (6.0, self._pick), (4.0, self._declare), (3.5, self._assign),
            (0.0, self._dispatch),
        ]  # fmt: skip
        for hours, step in steps[: STEPS.index(self.departure.until) + 1]:
            self.world.agenda.plan(self.departure.leaves_at - timedelta(hours=hours), step)
        if self.departure.is_cancelled:
            self.world.agenda.plan(self.departure.leaves_at, self._cancel)

    def _draft(self, at: datetime) -> None:
        taken: dict[int, Decimal] = defaultdict(Decimal)
        for truck in self.departure.trucks:
            cargo = truck.cargo or load(self.world, self.departure, truck.center, at, taken)
            if cargo:
                self.shipments.append((truck, self._draft_one(truck, cargo, at)))
            for good, quantity in cargo:
                taken[good.item.pk] += quantity
        if not self.shipments:
            raise RuntimeError(f"{self.departure.client} has nothing to ship on {at:%Y-%m-%d}: mend the story")

    def _draft_one(self, truck: Truck, cargo: Sequence[tuple[Good, Decimal]], at: datetime) -> Shipment:
        center, chance = self.world.sites[truck.center], self.world.chance
        lanes = Lane.objects.filter(origin=self.site, destination=center).order_by("pk")
        lane = lanes.get(crossing__code=truck.crossing) if truck.crossing else lanes.first()
        return shipping.draft(
            client=self.client,
            origin=self.site,
            destination=center,
            wanted=[shipping.Wanted(good.item, quantity, self.world.licence(self.departure.regime)) for good, quantity in cargo],
            crossing=lane.crossing if lane else None,
            carrier=self.world.company.carriers[chance.choice(("tan", "cfn", "lone"))],
            trailer=f"53T{chance.randrange(10**5):05d}",
            plates=f"{chance.randrange(10, 99)}UC{chance.randrange(1, 9)}T",
            due_on=(at + timedelta(days=8)).date(),
            at=at,
            actor=self.hand,
        )  # fmt: skip

    def _reserve(self, at: datetime) -> None:
        for index, (truck, shipment) in enumerate(self.shipments):
            self.shipments[index] = truck, shipping.reserve(shipment=shipment, at=at, actor=self.hand)

    def _pick(self, at: datetime) -> None:
        for index, (truck, shipment) in enumerate(self.shipments):
            dock = self.world.dock(self.departure.regime, 1 + index % 2)
            self.shipments[index] = truck, shipping.pick(shipment=shipment, dock=dock, at=at, actor=self.hand)

    def _declare(self, at: datetime) -> None:
        departure, on = self.departure, at.date()
        key, operation, regime = (INLAND if departure.is_inland else ABROAD)[departure.regime]
        data = papers.declaration(
            number=self.world.numbers.next(departure.section, departure.patent, on),
            key=key, operation=operation, regime=regime,
            place=self.world.place(departure.regime, departure.section),
            on=on, lines=self._lines(),
            taxes=(papers.CASH, papers.CASH) if departure.is_inland else None,
            invoice={"supplier": "Compradores en México" if departure.is_inland else "Distribución en EE. UU."},
            identifiers=[{"code": "J4", "complement_1": "2"}] if key == "J4" else [],
        )  # fmt: skip
        if not departure.is_paid:
            data = papers.unpaid(data)
        self.pedimento = customs.enter_pedimento(
            client=self.client, data=data, at=at, actor=self.world.people["aduanas"]
        )

    def _lines(self) -> list[Line]:
        """One line for each item, over all trucks."""
        goods = {good.item.pk: good for good in self.world.goods[self.departure.client]}
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for _truck, shipment in self.shipments:
            for item, quantity in shipment.lines.order_by("seq").values_list("account__item_id", "quantity"):
                sums[item] += quantity
        return [Line(goods[item], quantity) for item, quantity in sums.items()]

    def _assign(self, at: datetime) -> None:
        for index, (truck, shipment) in enumerate(self.shipments):
            self.shipments[index] = (
                truck,
                shipping.assign_pedimento(
                    shipment=shipment, pedimento=self.pedimento, at=at, actor=self.world.people["aduanas"]
                ),
            )

    def _dispatch(self, at: datetime) -> None:
        for truck, shipment in self.shipments:
            seal = f"UL{self.world.chance.randrange(10**7):07d}"
            gone = shipping.dispatch(shipment=shipment, seal=seal, at=at, actor=self.hand)
            if self.departure.returns_after_hours:
                self._turn_back(gone, at)
            elif not self.departure.is_inland:
                road.travel(self.world, gone, truck.journey)

    def _turn_back(self, shipment: Shipment, at: datetime) -> None:
        """The truck breaks down before the border: the dispatch is taken back."""
        back = at + timedelta(hours=self.departure.returns_after_hours)
        actor, reason = self.world.people["supervisora"], "Avería del tractor: la carga regresó al recinto"
        self.world.agenda.plan(
            back, lambda at: shipping.reverse_dispatch(shipment=shipment, at=at, actor=actor, reason=reason)
        )

    def _cancel(self, at: datetime) -> None:
        for _truck, shipment in self.shipments:
            shipping.cancel(shipment=shipment, at=at, actor=self.world.people["supervisora"])


def load(
    world: World, departure: Departure, center: str, at: datetime, taken: dict[int, Decimal]
) -> list[tuple[Good, Decimal]]:
    """What a truck takes to a center: what it lacks most for the next weeks, as far as there is and the truck holds."""
    client, site = world.client(departure.client), world.sites[center]
    free = may_leave(world, departure.client, departure.regime, at.date())
    there = at_center(client.pk, site)
    wishes: list[Wish] = []
    spare: list[Wish] = []
    for good in world.goods[departure.client]:
        if good.sku in BY_HAND:
            continue
        weekly, has = world.demand.weekly(good, center), there.get(good.item.pk, Decimal(0))
        most = (free.get(good.item.pk, Decimal(0)) - taken.get(good.item.pk, Decimal(0))) * Decimal("0.7")
        for found, wanted in ((wishes, weekly * departure.weeks - has), (spare, weekly * 2)):
            quantity = in_packs(min(wanted, most), good, up=False)
            if quantity > 0:
                found.append((has / weekly, good.sku, good, quantity))
    # A center that lacks nothing gets a little of what it will lack first: the truck is booked.
    chosen = sorted(wishes)[:MOST_LINES] or sorted(spare)[:3]
    return _fitting([(good, quantity) for _cover, _sku, good, quantity in chosen])


def _fitting(wishes: list[tuple[Good, Decimal]]) -> list[tuple[Good, Decimal]]:
    """As much of the wishes as one truck holds, first come, first served."""
    room, cargo = TRUCK_M3, []
    for good, quantity in wishes:
        item: Item = good.item
        fits = min(quantity, in_packs(room / item.volume_m3, good, up=False))
        if fits > 0:
            cargo.append((good, fits))
            room -= fits * item.volume_m3
    return cargo
