"""Stock, lots and holds, sites and items by their pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.models import Hold, Item, Location
from tests.builders import make_item
from tests.web.floor import text_of


def page(name, *args):
    return reverse(f"inventory:{name}", args=args)


@pytest.fixture
def operator(floor):
    return floor.operator()


def test_stock_says_what_is_on_hand_reserved_and_free(floor, operator):
    floor.stocked()
    floor.shipment("reserved")

    listed = text_of(operator.get(page("stock")))

    assert "RUEDA-75" in listed
    assert "100 pz 40 pz 60 pz" in listed


def test_stock_is_asked_as_of_a_day_and_as_known_on_one(floor, operator):
    floor.stocked()
    today, before = timezone.localdate(), timezone.localdate() - timedelta(days=3)

    now = text_of(operator.get(page("stock"), {"as_of": today.isoformat()}))
    then = text_of(operator.get(page("stock"), {"as_of": before.isoformat()}))
    unknown_then = text_of(operator.get(page("stock"), {"as_of": today.isoformat(), "known_on": before.isoformat()}))

    assert "100 pz" in now
    assert "100 pz" not in then
    assert "100 pz" not in unknown_then


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "rueda"}, True), ({"q": "L1"}, True), ({"q": "nada"}, False), ({"location": "a-01"}, True),
        ({"location": "B"}, False), ({"item": "RUEDA"}, True), ({"lot": "l1"}, True), ({"held": "true"}, False),
        ({"held": "false"}, True), ({"sort": "-quantity"}, True), ({"kind": "dock"}, False),
        ({"as_of": "2099-01-01", "location": "a-01", "q": "rueda", "sort": "-quantity"}, True),
        ({"as_of": "yesterday"}, True),
    ],
)  # fmt: skip
def test_stock_is_filtered_searched_and_sorted(floor, operator, query, found):
    floor.stocked()

    response = operator.get(page("stock"), query)

    assert response.status_code == 200
    assert ("100 pz" in text_of(response)) is found


def test_stock_is_exported_with_its_numbers(floor):
    floor.stocked()

    response = floor.come_in("supervisor").get(page("stock"), {"export": "csv"})

    content = b"".join(response.streaming_content).decode()
    assert "RUEDA-75" in content
    assert ",100," in content


def test_stock_of_other_sites_and_clients_is_not_shown(floor):
    floor.stocked()

    for stranger in (floor.stranger(), floor.come_in("client", client=floor.other_client)):
        assert "RUEDA-75" not in text_of(stranger.get(page("stock")))
        assert stranger.get(page("lot", floor.lot().pk)).status_code == 404
    assert "RUEDA-75" in text_of(floor.come_in("client", client=floor.client).get(page("stock")))


def test_a_lot_is_held_once_and_lifted_by_naming_the_document(floor):
    floor.stocked()
    lot, operator, supervisor = floor.lot(), floor.operator(), floor.come_in("supervisor")

    operator.post(page("hold_put", lot.pk), {"reason": "calidad", "note": "golpeado"})
    operator.post(page("hold_put", lot.pk), {"reason": "calidad", "note": "golpeado"})
    hold = Hold.objects.get()
    shown = text_of(operator.get(page("lot", lot.pk)))
    forbidden = operator.post(page("hold_lift", hold.pk), {"release_document": "DICTAMEN-7"})
    unsaid = supervisor.post(page("hold_lift", hold.pk), {"release_document": ""})
    lifted = supervisor.post(page("hold_lift", hold.pk), {"release_document": "DICTAMEN-7"})

    hold.refresh_from_db()
    assert "on hold" in shown
    assert "golpeado" in text_of(operator.get(page("lot", lot.pk)))
    assert [response.status_code for response in (forbidden, unsaid, lifted)] == [403, 422, 302]
    assert hold.release_document == "DICTAMEN-7"
    assert "golpeado" not in text_of(operator.get(page("holds")))


def test_an_unknown_reason_holds_nothing(floor, operator):
    floor.stocked()

    response = operator.post(page("hold_put", floor.lot().pk), {"reason": "porque si"})

    assert response.status_code == 422
    assert not Hold.objects.exists()


def test_a_site_shows_its_locations_to_those_who_may_see_it(floor, operator):
    floor.stocked()
    Location.objects.create(site=floor.zone, code="B-07", regime="RFS")

    shown = text_of(operator.get(page("site", floor.zone.code)))
    to_other = text_of(floor.come_in("client", client=floor.other_client).get(page("site", floor.zone.code)))

    assert "B-07" in shown
    assert "RUEDA-75" in shown
    assert "RUEDA-75" not in to_other
    assert floor.stranger().get(page("site", floor.zone.code)).status_code == 404
    assert "SLP" not in text_of(floor.stranger().get(page("sites")))


# ── Items ───────────────────────────────────────────────────────────────────────────────────────


def described(**changes):
    return {
        "sku": "NUEVO-1", "description": "Rodamiento", "goods_kind": "input", "stock_unit": "6", "commercial_unit": "6",
        "tariff_unit": "1", "commercial_numerator": "1", "commercial_denominator": "1", "tariff_numerator": "1",
        "tariff_denominator": "2", "tariff_code": "8302.20.01.00", "origin_country": "CHN", "unit_value_usd": "4.5",
        "weight_kg": "0.5", "volume_m3": "0.001", "pack_size": "12", "is_active": "on", **changes,
    }  # fmt: skip


def test_an_item_is_added_once(floor):
    keeper = floor.come_in("supervisor")
    form = {"client": floor.client.pk, **described()}

    first, second = keeper.post(page("item_new"), form), keeper.post(page("item_new"), form)

    item = Item.objects.get(sku="NUEVO-1")
    assert first["Location"] == page("item", item.pk)
    assert second.status_code == 409
    assert second.context["form"].errors["sku"] == ["SKU: there is an item NUEVO-1."]
    assert (item.tariff_code, item.tariff_denominator) == ("8302200100", 2)


def test_codes_that_are_on_no_list_are_refused_on_their_fields(floor):
    keeper = floor.come_in("supervisor")
    form = {"client": floor.client.pk, **described(tariff_code="12", origin_country="XXX", gtin="123")}

    response = keeper.post(page("item_new"), form)

    assert response.status_code == 422
    assert {"tariff_code", "origin_country", "gtin"} <= set(response.context["form"].errors)
    assert not Item.objects.filter(sku="NUEVO-1").exists()


def test_units_of_an_item_in_the_books_stand(floor):
    floor.stocked()
    keeper = floor.come_in("supervisor")
    url = page("item_edit", floor.item.pk)
    same = described(sku="RUEDA-75", tariff_unit="6", tariff_denominator="1", gtin="4006381333931")

    renamed = keeper.post(url, {**same, "description": "Rueda de carga"})
    refused = keeper.post(url, {**same, "stock_unit": "1"})

    floor.item.refresh_from_db()
    assert (renamed.status_code, refused.status_code) == (302, 409)
    assert "may not change" in text_of(refused)
    assert (floor.item.description, floor.item.stock_unit) == ("Rueda de carga", "6")


def test_items_of_another_client_are_not_there(floor):
    theirs = make_item(floor.other_client, "AJENO-1")
    reader = floor.come_in("client", client=floor.client)

    assert "AJENO-1" not in text_of(reader.get(page("items")))
    assert reader.get(page("item", theirs.pk)).status_code == 404
    assert reader.get(page("item_edit", floor.item.pk)).status_code == 403
    assert reader.get(page("item", floor.item.pk)).status_code == 200


def test_the_authority_reads_stock_and_is_offered_no_page_of_commerce(floor):
    floor.stocked()
    reader = floor.come_in("authority")

    shown = reader.get(page("stock"))

    assert "RUEDA-75" in text_of(shown)
    assert page("item", floor.item.pk) not in shown.content.decode()
    assert reader.get(page("item", floor.item.pk)).status_code == 403
