"""Putting a layer on hold and lifting it, by the pages: compliance alone, and only with a document."""

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.models import BondedLot, BondedLotHold
from tests.web.floor import local, text_of


def page(name, *args):
    return reverse(f"inventory:{name}", args=args)


@pytest.fixture
def layer(floor):
    return floor.stocked()


def test_compliance_holds_a_layer_and_lifts_it_by_naming_the_document(floor, layer):
    broker = floor.come_in("customs")

    broker.post(page("bonded_lot_hold", layer.pk), {"reason": "robo", "note": "Carpeta 88/2026"})
    hold = BondedLotHold.objects.get()
    shown = text_of(broker.get(page("bonded_lot", layer.pk)))
    listed = text_of(broker.get(page("bonded_lots"), {"held": "true"}))
    unsaid = broker.post(page("bonded_lot_hold_lift", hold.pk), {"release_document": ""})
    lifted = broker.post(page("bonded_lot_hold_lift", hold.pk), {"release_document": "Oficio 500-12/2026"})

    hold.refresh_from_db()
    assert all(word in shown for word in ("on hold", "Theft", "Carpeta 88/2026"))
    assert "on hold" in listed
    assert [unsaid.status_code, lifted.status_code] == [422, 302]
    assert hold.release_document == "Oficio 500-12/2026"
    assert "Oficio 500-12/2026" in text_of(broker.get(page("bonded_lot", layer.pk)))
    assert "RUEDA-75" not in text_of(broker.get(page("bonded_lots"), {"held": "true"}))


@pytest.mark.parametrize("role", ["operator", "supervisor", "planner", "authority", "client"])
def test_nobody_else_holds_or_lifts_a_layer(floor, layer, role):
    broker = floor.come_in("customs")
    broker.post(page("bonded_lot_hold", layer.pk), {"reason": "embargo"})
    hold = BondedLotHold.objects.get()
    person = floor.operator() if role == "operator" else floor.come_in(
        role, client=floor.client if role == "client" else None
    )  # fmt: skip

    put = person.post(page("bonded_lot_hold", layer.pk), {"reason": "robo"})
    lift = person.post(page("bonded_lot_hold_lift", hold.pk), {"release_document": "Oficio 1"})

    assert (put.status_code, lift.status_code) == (403, 403)
    assert BondedLotHold.objects.filter(closed_at=None).count() == 1
    assert "Put on hold" not in text_of(person.get(page("bonded_lot", layer.pk)))


def test_an_unknown_reason_holds_nothing(floor, layer):
    answer = floor.come_in("customs").post(page("bonded_lot_hold", layer.pk), {"reason": "porque si"})

    assert answer.status_code == 422
    assert not BondedLotHold.objects.exists()
    assert BondedLot.objects.get(pk=layer.pk).hold_reason == ""


def test_what_is_held_by_law_does_not_leave_with_a_truck_and_the_refusal_says_so(floor, layer):
    shipment = floor.shipment("cleared")
    floor.come_in("customs").post(page("bonded_lot_hold", layer.pk), {"reason": "embargo"})

    answer = floor.operator().post(
        reverse("warehouse:shipment_dispatch", args=[shipment.number]),
        {"dispatched_at": local(timezone.now()), "seal": "S-1"},
    )

    shipment.refresh_from_db()
    assert answer.status_code == 409
    assert "40 asked for, 0 under bond: 40 short. 100 more are on hold." in text_of(answer)
    assert shipment.state == "cleared"
