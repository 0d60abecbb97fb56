"""Movement orders and bin moves by their pages."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.ledger import services as ledger
from inventory.models import Balance, Location
from tests.scenarios.world import ACTOR
from tests.web.floor import key_in, text_of
from warehouse.models import BinMove, Shipment
from warehouse.movements import services as moving


def page(name, *args):
    return reverse(f"warehouse:{name}", args=args)


@pytest.fixture
def operator(floor):
    return floor.operator()


@pytest.fixture
def order(floor):
    floor.stocked()
    return moving.order(
        client=floor.client, origin=floor.zone, destination=floor.dc, lines=[(floor.item, Decimal(40))],
        at=timezone.now(), actor=ACTOR,
    )  # fmt: skip


def test_ship_it_builds_one_shipment_however_often_it_is_pressed(floor, operator, order):
    first = operator.post(page("movement_ship", order.number))
    second = operator.post(page("movement_ship", order.number))

    shipment = Shipment.objects.get()
    order.refresh_from_db()
    assert first["Location"] == second["Location"] == page("shipment", shipment.number)
    assert (order.state, shipment.lines.get().quantity) == ("shipping", 40)


def test_an_order_being_shipped_is_not_cancelled(floor, operator, order):
    operator.post(page("movement_ship", order.number))

    response = operator.post(page("movement_cancel", order.number))

    assert response.status_code == 409
    assert "is Being shipped." in text_of(response)


def test_a_client_sees_its_orders_and_ships_none(floor, order):
    reader, other = (floor.come_in("client", client=one) for one in (floor.client, floor.other_client))

    assert order.number in text_of(reader.get(page("movements")))
    assert reader.post(page("movement_ship", order.number)).status_code == 403
    assert other.get(page("movement", order.number)).status_code == 404
    assert floor.stranger().get(page("movement", order.number)).status_code == 404


@pytest.mark.parametrize(
    "code", ["a-01-rfs", "slp/A-01-RFS", "RUEDA-75", "4006381333931", "L1", "(01)04006381333931(10)L1"]
)
def test_a_scan_finds_what_lies_there(floor, operator, code):
    floor.stocked()

    hits = operator.get(page("bin_move"), {"code": code}).context["hits"]

    assert [(hit.location.code, hit.quantity) for hit in hits] == [("A-01-RFS", 100)]


def test_stock_is_carried_to_another_shelf_once(floor, operator):
    floor.stocked()
    shelf = Location.objects.create(site=floor.zone, code="B-02-RFS", regime="RFS")
    balance = Balance.objects.get(location=floor.shelf)
    url = page("bin_move_of", balance.pk)
    carry = {"key": key_in(operator.get(url)), "destination": "b-02-rfs", "quantity": "100"}

    first, second = operator.post(url, carry), operator.post(url, carry)

    assert first.status_code == second.status_code == 302
    assert Balance.objects.get(location=shelf).quantity == 100
    assert BinMove.objects.count() == 1


def test_a_shelf_for_other_goods_and_too_much_are_refused(floor, operator):
    floor.stocked()
    Location.objects.create(site=floor.zone, code="N-01", regime="IMD")
    balance = Balance.objects.get(location=floor.shelf)
    url = page("bin_move_of", balance.pk)
    key = key_in(operator.get(url))

    mixed = operator.post(url, {"key": key, "destination": "N-01", "quantity": "5"})
    too_much = operator.post(url, {"key": key, "destination": "ANDEN-RFS", "quantity": "101"})

    assert mixed.status_code == 422
    assert mixed.context["form"].errors["destination"]
    assert too_much.status_code == 409
    assert "101 of RUEDA-75 asked for, 100 at A-01-RFS." in text_of(too_much)
    assert not BinMove.objects.exists()


def test_a_lot_on_hold_stays_where_it_is(floor, operator):
    floor.stocked()
    balance = Balance.objects.get(location=floor.shelf)
    url = page("bin_move_of", balance.pk)
    key = key_in(operator.get(url))
    ledger.hold(lot=floor.lot(), reason="calidad", at=timezone.now(), actor=ACTOR)

    response = operator.post(url, {"key": key, "destination": "ANDEN-RFS", "quantity": "5"})

    assert response.status_code == 409
    assert "on hold" in text_of(response)


def test_bin_moves_are_for_those_who_move(floor):
    floor.stocked()
    balance = Balance.objects.get(location=floor.shelf)

    assert floor.come_in("client", client=floor.client).get(page("bin_move")).status_code == 403
    assert floor.stranger().get(page("bin_move_of", balance.pk)).status_code == 404
    assert floor.stranger().get(page("bin_move"), {"code": "RUEDA-75"}).context["hits"] == []
