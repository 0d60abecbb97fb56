"""Whole dispatches at once on PostgreSQL: trucks that share goods queue, none waits for ever, and the books stay right."""

from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest

from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.ledger.errors import NotEnoughFree, NotEnoughStock
from inventory.models import Account, Balance, BondedLot, Discharge, Location
from inventory.reports.verification import verify_books
from tests import builders
from tests.concurrency.test_parallel_exits import in_parallel
from tests.scenarios import world
from tests.scenarios.world import ACTOR, at
from warehouse.models import Shipment
from warehouse.receiving import services as receiving
from warehouse.shipping import services as shipping
from warehouse.shipping.errors import AlreadyDispatched

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TODAY = "2026-03-03"


class Zone:
    """A bonded zone with two kinds of goods, and trucks that are to leave with some of both."""

    def __init__(self, stock: int) -> None:
        world.load_law()
        self.site, self.dc = world.make_zone(), world.make_dc()
        self.authorisation = builders.make_authorisation("RFS", site=self.site)
        self.client = builders.make_client("acme")
        self.items = [builders.make_item(self.client, sku) for sku in ("RUEDA", "EJE")]
        self.dock = Location.objects.get(site=self.site, code="ANDEN-RFS")
        for number, day in ((101, "2026-01-10"), (102, "2026-02-10")):
            world.bring_in(self.declare(number, stock // 2, day), day)

    def declare(self, serial: int, quantity: int, day: str, skus=("RUEDA", "EJE"), **header):
        """A paid pedimento for so many of each."""
        lines = [{"sku": sku, "quantity": quantity, "value": quantity * 10} for sku in skus]
        data = world.declaration(
            f"26 24 3456 6{serial:06}", self.site, self.authorisation, lines, entered_on=day, paid_on=day, **header
        )
        return world.enter(self.client, data, day)

    def truck(self, serial: int, quantity: int, items=None) -> Shipment:
        """A cleared shipment of so many of each, in the order given."""
        items = items or self.items
        wanted = [shipping.Wanted(item, Decimal(quantity)) for item in items]
        moment = at(TODAY, 12)
        one = shipping.draft(
            client=self.client, origin=self.site, destination=self.dc, wanted=wanted, at=moment, actor=ACTOR
        )
        one = shipping.reserve(shipment=one, at=moment, actor=ACTOR)
        one = shipping.pick(shipment=one, dock=self.dock, at=moment, actor=ACTOR)
        exit_ = self.declare(
            serial, quantity, TODAY, [i.sku for i in items], operation="EXP", document_key="J4", regime="RFS"
        )
        return shipping.assign_pedimento(shipment=one, pedimento=exit_, at=moment, actor=ACTOR)


def together(deeds):
    """All deeds at one moment, each in a thread of its own."""
    start = Barrier(len(deeds))

    def at_once(deed):
        def run():
            start.wait(timeout=30)
            return deed()

        return run

    return in_parallel([at_once(deed) for deed in deeds])


def leave(shipment, minute=0):
    return lambda: shipping.dispatch(shipment=shipment, at=at(TODAY, 19).replace(minute=minute), actor=ACTOR)


def owed(zone):
    return {account.item.sku: world.legal_balance(account) for account in Account.objects.filter(client=zone.client)
            if account.authorisation_id}  # fmt: skip


def test_trucks_with_crossing_goods_leave_at_once_and_none_waits_for_ever():
    zone = Zone(stock=200)
    trucks = [zone.truck(200 + n, 10, zone.items if n % 2 else zone.items[::-1]) for n in range(8)]

    results = together([leave(truck, minute) for minute, truck in enumerate(trucks)])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert owed(zone) == {"RUEDA": Decimal(120), "EJE": Decimal(120)}
    # PEPS across all of them: each first emptied January, twenty of it, before anything else was touched.
    assert set(BondedLot.objects.filter(clock_start=date(2026, 1, 10)).values_list("remaining", flat=True)) == {20}
    assert list(verify_books()) == []


def test_a_truck_told_to_leave_twenty_times_at_once_leaves_once():
    zone = Zone(stock=40)
    truck = zone.truck(200, 10)

    results = together([leave(truck) for _ in range(20)])

    assert sum(isinstance(result, Shipment) for result in results) == 1
    assert sum(isinstance(result, AlreadyDispatched) for result in results) == 19
    assert Discharge.objects.count() == 2
    assert list(verify_books()) == []


def test_trucks_leave_while_a_layer_is_held_and_goods_are_reserved_and_nothing_is_lost():
    zone = Zone(stock=100)
    trucks = [zone.truck(200 + n, 10) for n in range(4)]
    january = BondedLot.objects.filter(clock_start=date(2026, 1, 10)).order_by("pk").first()
    fresh = shipping.draft(
        client=zone.client, origin=zone.site, destination=zone.dc,
        wanted=[shipping.Wanted(zone.items[0], Decimal(60))], at=at(TODAY, 12), actor=ACTOR,
    )  # fmt: skip

    results = together(
        [
            *[leave(truck, 10 + n) for n, truck in enumerate(trucks)],
            lambda: customs.hold(bonded_lot=january, reason="embargo", at=at(TODAY, 19), actor=ACTOR),
            lambda: shipping.reserve(shipment=fresh, at=at(TODAY, 19), actor=ACTOR),
        ]
    )

    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(one, (NotEnoughBonded, NotEnoughFree, NotEnoughStock)) for one in refused), refused
    assert sum(BondedLot.objects.filter(remaining__lt=0).values_list("remaining", flat=True)) == 0
    assert Balance.objects.filter(is_virtual=False, quantity__lt=0).count() == 0
    assert list(verify_books()) == []


def test_two_receipts_of_one_pedimento_close_at_once_and_the_goods_enter_once():
    zone = Zone(stock=20)
    pedimento = zone.declare(300, 15, TODAY)
    receipt = receiving.expect(pedimento=pedimento, at=at(TODAY, 9), actor=ACTOR)
    receipt = receiving.arrive(receipt=receipt, arrived_at=at(TODAY, 9), dock=zone.dock, at=at(TODAY, 9), actor=ACTOR)
    shelf = Location.objects.get(site=zone.site, code="A-01-RFS")
    counts = {line.pk: receiving.Count(good=line.declared, location=shelf) for line in receipt.lines.all()}
    receipt = receiving.count(receipt=receipt, counts=counts, at=at(TODAY, 10), actor=ACTOR)

    results = together([lambda: receiving.close(receipt=receipt, at=at(TODAY, 11), actor=ACTOR) for _ in range(8)])

    assert [type(result).__name__ for result in results if isinstance(result, Exception)] == []
    assert owed(zone) == {"RUEDA": Decimal(35), "EJE": Decimal(35)}
    assert list(verify_books()) == []
