"""Receiving by its pages: expect, arrive, count, close, and who may."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.models import Balance, BondedLot, StockDifference
from tests.web.floor import a_minute_ago, local, text_of
from warehouse.models import Receipt

HTMX = {"HX-Request": "true"}


def page(name, *args):
    return reverse(f"warehouse:{name}", args=args)


@pytest.fixture
def operator(floor):
    return floor.operator()


def test_the_goods_of_a_paid_pedimento_are_expected_once(floor, operator):
    pedimento = floor.entered()

    first = operator.post(page("receipt_expect"), {"pedimento": pedimento.number, "expected_on": ""})
    again = operator.post(page("receipt_expect"), {"pedimento": pedimento.number, "expected_on": ""})

    receipt = Receipt.objects.get()
    assert first.status_code == 302
    assert first["Location"] == page("receipt", receipt.number)
    assert again.status_code == 409
    assert "has a receipt already" in text_of(again)


def test_an_arrival_notes_vehicle_and_seals_on_the_clock_of_the_site(floor, operator):
    receipt = floor.expected()
    moment = a_minute_ago()
    vehicle = {
        "arrived_at": local(moment),
        "dock": floor.dock.pk,
        "container_number": "CSQU3054383",
        "plates": "ab-12-cd",
    }

    response = operator.post(
        page("receipt_arrive", receipt.number), {**vehicle, "seal_1_expected": "S1", "seal_1_found": "S2"}
    )

    receipt.refresh_from_db()
    assert response["Location"] == page("receipt_count", receipt.number)
    assert receipt.state == "arrived"
    assert receipt.arrived_at == moment.replace(second=0, microsecond=0)
    assert receipt.plates == "AB12CD"
    assert [(seal.expected, seal.found) for seal in receipt.seals.all()] == [("S1", "S2")]


def test_a_container_of_a_wrong_form_is_refused_on_its_field(floor, operator):
    receipt = floor.expected()
    vehicle = {"arrived_at": local(a_minute_ago()), "dock": floor.dock.pk, "container_number": "12"}

    response = operator.post(page("receipt_arrive", receipt.number), vehicle)

    receipt.refresh_from_db()
    assert response.status_code == 422
    assert response.context["form"].errors["container_number"]
    assert receipt.state == "expected"


def test_a_blind_count_does_not_say_what_was_declared(floor, operator):
    receipt = floor.arrived(floor.entered([{"sku": "RUEDA-75", "quantity": 7654, "value": 1000}]))

    blind = text_of(operator.get(page("receipt_count", receipt.number)))
    receipt_page = text_of(operator.get(page("receipt", receipt.number)))
    declared = text_of(operator.get(page("receipt_count", receipt.number) + "?view=declared"))

    assert "7,654" not in blind
    assert "7,654" not in receipt_page
    assert "7,654" in declared


def test_a_line_is_counted_on_its_card(floor, operator):
    receipt = floor.arrived()
    line = receipt.lines.get()
    count = {f"line-{line.pk}-good": "1,00", f"line-{line.pk}-damaged": "2", f"line-{line.pk}-location": "slp/a-01-rfs"}

    response = operator.post(page("receipt_count_line", receipt.number, line.pk), count, headers=HTMX)

    line.refresh_from_db()
    receipt.refresh_from_db()
    assert response.status_code == 200
    assert (line.good, line.damaged, line.location) == (Decimal(100), Decimal(2), floor.shelf)
    assert receipt.state == "counted"


def test_a_count_at_a_shelf_that_is_not_there_is_refused_on_its_field(floor, operator):
    receipt = floor.arrived()
    line = receipt.lines.get()
    count = {f"line-{line.pk}-good": "100", f"line-{line.pk}-location": "Z-99"}

    response = operator.post(page("receipt_count_line", receipt.number, line.pk), count)

    line.refresh_from_db()
    assert response.status_code == 422
    assert "There is no location Z-99 here for these goods." in text_of(response)
    assert line.good is None


@pytest.mark.parametrize("code", ["4006381333931", "(01)04006381333931(10)L1", "rueda-75", "L1"])
def test_a_scan_of_the_box_finds_its_line_and_counts_a_piece(floor, operator, code):
    receipt = floor.arrived()

    response = operator.post(page("receipt_count_scan", receipt.number), {"code": code, "each": "1"}, headers=HTMX)

    assert '"ok": true' in response["HX-Trigger"]
    assert response["HX-Retarget"] == f"#line-{receipt.lines.get().pk}"
    assert receipt.lines.get().good == 1


def test_a_scan_of_something_else_is_wrong_and_counts_nothing(floor, operator):
    receipt = floor.arrived()

    response = operator.post(page("receipt_count_scan", receipt.number), {"code": "OTRA-9", "each": "1"}, headers=HTMX)

    assert '"ok": false' in response["HX-Trigger"]
    assert receipt.lines.get().good is None


def test_the_rest_is_counted_as_declared_by_one_button(floor, operator):
    receipt = floor.arrived()

    operator.post(page("receipt_count_rest", receipt.number))

    assert receipt.lines.get().good == 100


def test_closing_enters_stock_and_bonded_lots_and_twice_is_once(floor, operator):
    receipt = floor.counted(short=3)

    first = operator.post(page("receipt_close", receipt.number))
    second = operator.post(page("receipt_close", receipt.number))

    assert first.status_code == second.status_code == 302
    assert Balance.objects.get(is_virtual=False).quantity == 97
    assert BondedLot.objects.get().remaining == 100
    assert StockDifference.objects.get().quantity == -3


def test_closing_an_uncounted_receipt_is_refused_with_its_sentence(floor, operator):
    receipt = floor.arrived()

    response = operator.post(page("receipt_close", receipt.number))

    assert response.status_code == 409
    assert f"Receipt {receipt.number} is Arrived." in text_of(response)
    assert not BondedLot.objects.exists()


def test_a_receipt_is_cancelled_before_it_enters_anything(floor, operator):
    receipt = floor.arrived()

    operator.post(page("receipt_cancel", receipt.number))

    receipt.refresh_from_db()
    assert receipt.state == "cancelled"


def test_an_operator_of_another_site_finds_no_receipt_of_this_one(floor):
    receipt, stranger = floor.arrived(), floor.stranger()

    listed = text_of(stranger.get(page("receipts")))
    answers = [
        stranger.get(page("receipt", receipt.number)).status_code,
        stranger.get(page("receipt_count", receipt.number)).status_code,
        stranger.post(page("receipt_close", receipt.number)).status_code,
        stranger.post(page("receipt_expect"), {"pedimento": floor.entered().number}).status_code,
    ]

    assert receipt.number not in listed
    assert answers == [404, 404, 404, 422]


def test_a_client_reads_its_receipts_and_may_change_none(floor):
    receipt = floor.counted()
    reader = floor.come_in("client", client=floor.client)

    shown = reader.get(page("receipt", receipt.number))
    answers = {
        name: reader.post(page(name, receipt.number)).status_code
        for name in ("receipt_arrive", "receipt_count_rest", "receipt_close", "receipt_cancel")
    }

    assert shown.status_code == 200
    assert "Close the receipt" not in text_of(shown)
    assert set(answers.values()) == {403}
    assert floor.come_in("client", client=floor.other_client).get(page("receipt", receipt.number)).status_code == 404


def test_a_receipt_says_which_day_it_is_expected(floor, operator):
    pedimento, today = floor.entered(), timezone.localdate()

    operator.post(page("receipt_expect"), {"pedimento": pedimento.number, "expected_on": today.isoformat()})

    assert Receipt.objects.get().expected_on == today
