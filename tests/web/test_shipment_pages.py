"""Shipping by its pages: build, reserve, pick by scanning, clear, dispatch, take back, receive, and who may."""

from datetime import date

import pytest
from django.urls import reverse

from inventory.models import Balance, BondedLot, Discharge, Finding, Reservation
from tests.web.floor import a_minute_ago, key_in, local, text_of
from warehouse.models import Delivery, Milestone, Shipment

HTMX = {"HX-Request": "true"}


def page(name, *args):
    return reverse(f"warehouse:{name}", args=args)


@pytest.fixture
def operator(floor):
    return floor.operator()


def route(floor):
    return {"client": floor.client.pk, "origin": floor.zone.pk, "destination": floor.dc.pk}


def build_url(floor):
    return page("shipment_new") + "?" + "&".join(f"{name}={value}" for name, value in route(floor).items())


def test_a_shipment_is_built_from_what_is_free_and_twice_is_once(floor, operator):
    floor.stocked()
    shown = operator.get(build_url(floor))
    load = {"key": key_in(shown), f"account-{floor.account().pk}": "40", "trailer": "TFNU123"}

    first = operator.post(build_url(floor), load)
    second = operator.post(build_url(floor), load)

    shipment = Shipment.objects.get()
    assert "100 pz" in text_of(shown)
    assert first["Location"] == second["Location"] == page("shipment", shipment.number)
    assert (shipment.state, shipment.lines.get().quantity, shipment.trailer) == ("draft", 40, "TFNU123")


def test_a_load_of_nothing_or_of_less_than_nothing_is_refused(floor, operator):
    floor.stocked()
    field = f"account-{floor.account().pk}"
    key = key_in(operator.get(build_url(floor)))

    nothing = operator.post(build_url(floor), {"key": key, field: ""})
    negative = operator.post(build_url(floor), {"key": key, field: "-3"})

    assert nothing.status_code == negative.status_code == 422
    assert "Say how much to ship" in text_of(nothing)
    assert negative.context["load"].errors[field]
    assert not Shipment.objects.exists()


def test_a_way_to_nowhere_is_refused(floor, operator):
    response = operator.get(page("shipment_new"), {**route(floor), "destination": floor.zone.pk})

    assert response.status_code == 422
    assert "another place than the origin" in text_of(response)


def test_reserving_promises_stock_once(floor, operator):
    floor.stocked()
    shipment = floor.shipment()

    first = operator.post(page("shipment_reserve", shipment.number))
    second = operator.post(page("shipment_reserve", shipment.number))

    assert (first.status_code, second.status_code) == (302, 409)
    assert Reservation.objects.get(released_at=None).quantity == 40


def test_reserving_more_than_there_is_says_how_much_there_is(floor, operator):
    floor.stocked()
    shipment = floor.shipment(quantity=140)

    response = operator.post(page("shipment_reserve", shipment.number))

    assert response.status_code == 409
    assert "RUEDA-75: 140 asked for, 100 free at slp." in text_of(response)
    assert not Reservation.objects.exists()


def test_picking_goes_by_location_then_item(floor, operator):
    floor.stocked()
    shipment = floor.shipment("reserved")
    url = page("shipment_pick", shipment.number)

    too_early = operator.post(url, {"code": "4006381333931", "at": ""}, headers=HTMX)
    at_shelf = operator.post(url, {"code": "a-01-rfs", "at": ""}, headers=HTMX)
    wrong = operator.post(url, {"code": "NADA-1", "at": "A-01-RFS"}, headers=HTMX)
    picked = operator.post(url, {"code": "(01)04006381333931(10)L1", "at": "A-01-RFS"}, headers=HTMX)

    shipment.refresh_from_db()
    assert [response.status_code for response in (too_early, at_shelf, wrong, picked)] == [422, 200, 422, 200]
    assert '"ok": false' in too_early["HX-Trigger"]
    assert 'id="scan-at" name="at" value="A-01-RFS"' in at_shelf.content.decode()
    assert '"ok": false' in wrong["HX-Trigger"]
    assert '"ok": true' in picked["HX-Trigger"]
    assert shipment.state == "picked"
    assert Balance.objects.get(location=floor.dock).quantity == 40


def test_a_lot_that_is_not_the_reserved_one_is_not_picked(floor, operator):
    floor.stocked()
    shipment = floor.shipment("reserved")
    scan = {"code": "(01)04006381333931(10)OTRO", "at": "A-01-RFS"}

    response = operator.post(page("shipment_pick", shipment.number), scan, headers=HTMX)

    shipment.refresh_from_db()
    assert response.status_code == 422
    assert shipment.state == "reserved"


def test_a_line_is_picked_by_its_button_without_scripts(floor, operator):
    floor.stocked()
    shipment = floor.shipment("reserved")

    response = operator.post(page("shipment_pick", shipment.number), {"seq": "1", "code": "", "at": ""})

    shipment.refresh_from_db()
    assert response["Location"] == page("shipment", shipment.number)
    assert shipment.state == "picked"


def test_the_outbound_pedimento_clears_the_shipment(floor, operator):
    floor.stocked()
    shipment, pedimento = floor.shipment("picked"), floor.leaves(40)

    response = operator.post(page("shipment_assign", shipment.number), {"pedimento": pedimento.number})

    shipment.refresh_from_db()
    assert response.status_code == 302
    assert (shipment.state, shipment.pedimento) == ("cleared", pedimento)


def test_a_pedimento_that_covers_too_little_is_refused_with_the_numbers(floor, operator):
    floor.stocked()
    shipment, pedimento = floor.shipment("picked"), floor.leaves(30)

    response = operator.post(page("shipment_assign", shipment.number), {"pedimento": pedimento.number})

    shipment.refresh_from_db()
    assert response.status_code == 409
    assert f"40 of RUEDA-75 are shipped, pedimento {pedimento.number} covers 30." in text_of(response)
    assert shipment.state == "picked"


def test_dispatch_discharges_and_the_second_tap_changes_nothing(floor, operator):
    floor.stocked()
    shipment = floor.shipment("cleared")
    leaving = {"dispatched_at": local(a_minute_ago()), "seal": "US-77"}

    first = operator.post(page("shipment_dispatch", shipment.number), leaving)
    second = operator.post(page("shipment_dispatch", shipment.number), leaving)

    shipment.refresh_from_db()
    assert (first.status_code, second.status_code) == (302, 409)
    assert (shipment.state, shipment.seal) == ("dispatched", "US-77")
    assert BondedLot.objects.get().remaining == 60
    assert Discharge.objects.count() == 1


def test_goods_whose_stay_has_ended_leave_only_by_someone_who_may_override_and_says_why(floor, operator):
    floor.stocked()
    shipment = floor.shipment("cleared")
    BondedLot.objects.update(must_leave_by=date(2020, 1, 1))
    customs, url = floor.come_in("customs"), page("shipment_dispatch", shipment.number)
    leaving = {"dispatched_at": local(a_minute_ago()), "seal": "US-77"}

    by_operator = operator.post(url, {**leaving, "override_reason": "Late return, fine paid"})
    folded = customs.get(url)
    unsaid = customs.post(url, leaving)
    assert '<details class="entry-more" >' in folded.content.decode()
    assert '<details class="entry-more" open>' in unsaid.content.decode()
    assert (by_operator.status_code, unsaid.status_code) == (409, 409)
    assert not Discharge.objects.exists()
    done = customs.post(url, {**leaving, "override_reason": "Late return, fine paid"})

    assert done.status_code == 302
    assert Discharge.objects.get().flags == ["expired"]
    finding = Finding.objects.get(code="rule_overridden")
    assert finding.context["reason"] == "Late return, fine paid"
    assert "override_reason" not in operator.get(url).content.decode()


def test_a_dispatch_without_a_seal_is_refused_on_its_field(floor, operator):
    floor.stocked()
    shipment = floor.shipment("cleared")

    response = operator.post(page("shipment_dispatch", shipment.number), {"dispatched_at": local(a_minute_ago())})

    assert response.status_code == 422
    assert response.context["form"].errors["seal"]
    assert not Discharge.objects.exists()


def test_a_supervisor_takes_a_dispatch_back_and_says_why(floor):
    floor.stocked()
    shipment = floor.shipment("dispatched")
    supervisor, operator = floor.come_in("supervisor"), floor.operator()
    url = page("shipment_reverse", shipment.number)

    forbidden = operator.post(url, {"reason": "wrong trailer"})
    unsaid = supervisor.post(url, {"reason": ""})
    done = supervisor.post(url, {"reason": "wrong trailer"})

    shipment.refresh_from_db()
    assert (forbidden.status_code, unsaid.status_code, done.status_code) == (403, 422, 302)
    assert shipment.state == "returned"
    assert BondedLot.objects.get().remaining == 100


def test_a_delivery_says_good_damaged_and_short_and_is_entered_once(floor, operator):
    floor.stocked()
    shipment = floor.shipment("dispatched")
    came = {
        "received_at": local(shipment.dispatched_at, "America/Chicago"), "seal_found": "S-1",
        "line-1-good": "35", "line-1-damaged": "2", "line-1-location": "d-01",
    }  # fmt: skip
    shipment.dispatched_at = shipment.dispatched_at.replace(second=0, microsecond=0)
    shipment.save()

    first = operator.post(page("shipment_receive", shipment.number), came)
    second = operator.post(page("shipment_receive", shipment.number), came)

    line = Delivery.objects.get().lines.get()
    shown = text_of(operator.get(page("shipment", shipment.number)))
    assert first.status_code == second.status_code == 302
    assert (line.good, line.damaged, line.short, line.location.code) == (35, 2, 3, "D-01")
    assert "3 pz" in shown


def test_every_line_of_a_delivery_needs_its_number(floor, operator):
    floor.stocked()
    shipment = floor.shipment("dispatched")

    response = operator.post(page("shipment_receive", shipment.number), {"received_at": local(shipment.dispatched_at)})

    assert response.status_code == 422
    assert not Delivery.objects.exists()


def test_a_shipment_is_cancelled_and_what_was_promised_is_free(floor, operator):
    floor.stocked()
    shipment = floor.shipment("reserved")

    operator.post(page("shipment_cancel", shipment.number))

    shipment.refresh_from_db()
    assert shipment.state == "cancelled"
    assert not Reservation.objects.filter(released_at=None).exists()


# ── On the road ─────────────────────────────────────────────────────────────────────────────────


def test_a_milestone_is_recorded_once_on_the_clock_of_its_place(floor, operator):
    floor.stocked()
    shipment = floor.shipment("dispatched")
    shipment.dispatched_at = a_minute_ago().replace(second=0, microsecond=0)
    shipment.save()
    url = page("milestone", shipment.number)
    fact = {
        "key": key_in(operator.get(url)), "code": "ARR_DC", "source": "gate",
        "occurred_at": local(shipment.dispatched_at, "America/Chicago"),
    }  # fmt: skip

    first, second = operator.post(url, fact), operator.post(url, fact)

    shipment.refresh_from_db()
    milestone = Milestone.objects.get()
    assert first.status_code == second.status_code == 302
    assert (milestone.occurred_at, milestone.site) == (shipment.dispatched_at, floor.dc)
    assert shipment.state == "arrived"


def test_a_milestone_before_dispatch_is_refused_on_its_field(floor, operator):
    floor.stocked()
    shipment = floor.shipment("dispatched")
    url = page("milestone", shipment.number)
    fact = {"key": key_in(operator.get(url)), "code": "ARR_DC", "source": "gate", "occurred_at": "2026-01-01T10:00"}

    response = operator.post(url, fact)

    assert response.status_code == 422
    assert response.context["form"].errors["occurred_at"]
    assert not Milestone.objects.exists()


def test_what_is_on_the_road_is_listed_and_late_ones_say_so(floor, operator):
    floor.stocked()
    shipment = floor.shipment("dispatched")
    Shipment.objects.filter(pk=shipment.pk).update(promised_at=a_minute_ago(), eta=a_minute_ago())

    listed = text_of(operator.get(page("tracking")))
    late = text_of(operator.get(page("tracking"), {"late": "true"}))
    in_time = text_of(operator.get(page("tracking"), {"late": "false"}))

    assert shipment.number in listed
    assert "late" in listed
    assert shipment.number in late
    assert shipment.number not in in_time


# ── Who may ─────────────────────────────────────────────────────────────────────────────────────

DEEDS = (
    "shipment_reserve", "shipment_pick", "shipment_assign", "shipment_dispatch", "shipment_reverse", "shipment_receive",
    "shipment_cancel", "milestone",
)  # fmt: skip


def test_a_client_reads_its_shipments_and_may_change_none(floor):
    floor.stocked()
    shipment = floor.shipment("picked")
    reader = floor.come_in("client", client=floor.client)

    shown = reader.get(page("shipment", shipment.number))
    answers = {reader.post(page(name, shipment.number)).status_code for name in DEEDS}

    assert shown.status_code == 200
    assert "Assign the pedimento" not in text_of(shown)
    assert answers == {403}
    assert floor.come_in("client", client=floor.other_client).get(page("shipment", shipment.number)).status_code == 404


def test_an_operator_works_only_at_the_end_where_they_are(floor):
    floor.stocked()
    shipment = floor.shipment("dispatched")
    at_dc, stranger = floor.operator(floor.dc), floor.stranger()

    assert at_dc.get(page("shipment_receive", shipment.number)).status_code == 200
    assert at_dc.post(page("shipment_cancel", shipment.number)).status_code == 404
    assert stranger.get(page("shipment", shipment.number)).status_code == 404
    assert shipment.number not in text_of(stranger.get(page("shipments")))
    assert shipment.number not in text_of(stranger.get(page("tracking")))
