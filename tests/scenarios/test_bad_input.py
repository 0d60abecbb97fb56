"""Bad input gets a clear message with a stable code that names field, value and rule, and changes nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inventory.models import Account, BondedLot, Discharge, Job, Leg, Pedimento, Posting
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.api_door import ApiDoor
from tests.scenarios.world import at

pytestmark = pytest.mark.django_db
BOOKS = (Pedimento, BondedLot, Discharge, Posting, Leg, Account)


@pytest.fixture
def zone():
    """A zone with 100 pieces of client X in it, and another client's item."""
    world.load_law()
    site = world.make_zone("slp")
    authorisation = make_authorisation("RFS", site=site)
    client = make_client("x")
    make_item(client, "SKU-9")
    make_item(make_client("y"), "SECRETO")
    door = ApiDoor(client)
    line = {"sku": "SKU-9", "quantity": 100, "value": 10_000}
    header = {"paid_on": "2026-03-02", "cleared_at": "2026-03-02T08:00:00-06:00"}
    m3 = door.enter(world.declaration("26 24 3456 6000501", site, authorisation, [line], **header), "2026-03-02")
    door.bring_in(m3, "2026-03-02", "ANDEN-RFS", "A-01-RFS")
    return site, authorisation, door


def counts():
    return [model.objects.count() for model in BOOKS]


def entry(zone, line=None, **header):
    site, authorisation, _door = zone
    line = {"sku": "SKU-9", "quantity": 5, "value": 500, **(line or {})}
    return world.declaration("26 24 3456 6000777", site, authorisation, [line], **header)


def edited(data, **line):
    data["lines"][0].update(line)
    return data


CASES = {
    "unknown clave": (lambda z: entry(z, document_key="ZZ"), "document_key", "known_clave"),
    "no fifteen digits": (lambda z: entry(z) | {"number": "26 24 3456 60007"}, "number", "pedimento_number_digits"),
    "wrong year digit": (
        lambda z: entry(z) | {"number": "26 24 3456 5000777"},
        "number",
        "pedimento_number_year_digit",
    ),
    "unknown customs office": (
        lambda z: entry(z) | {"number": "26 99 3456 6000777"},
        "number",
        "pedimento_number_office",
    ),
    "negative quantity": (
        lambda z: edited(entry(z), commercial_quantity="-5"),
        "lines[0].commercial_quantity",
        "positive",
    ),
    "another client's item": (lambda z: edited(entry(z), sku="SECRETO"), "lines[0].sku", "known"),
    "unit that does not convert": (
        lambda z: edited(entry(z), commercial_unit="1"),
        "lines[0].commercial_unit",
        "unit_converts",
    ),
    "payment in the future": (lambda z: entry(z, paid_on="2026-04-01"), "paid_on", "not_in_future"),
    "unknown tariff code": (lambda z: edited(entry(z), tariff_code="9999999901"), "lines[0].tariff_code", "known"),
    "unknown country": (lambda z: edited(entry(z), origin_country="XXQ"), "lines[0].origin_country", "known"),
    "a number that is none": (lambda z: edited(entry(z), tariff_quantity="abc"), "lines[0].tariff_quantity", "number"),
    "too many decimals": (
        lambda z: edited(entry(z), tariff_quantity="1.0000001"),
        "lines[0].tariff_quantity",
        "number",
    ),
    "totals that do not add up": (lambda z: entry(z, customs_value_mxn="501"), "customs_value_mxn", "sum_of_lines"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_declaration_with_one_fault_is_refused_naming_it(zone, name):
    make, field, rule = CASES[name]
    data, before = make(zone), counts()

    problem = zone[2].post("pedimentos/", data, at("2026-03-10", 18), expect=(422,))

    faults = {(fault["field"], fault["rule"]) for fault in problem["errors"]}
    assert (field, rule) in faults
    assert all(fault["message"] for fault in problem["errors"])
    assert counts() == before


def outbound(zone, day, quantity=10, key="J4"):
    site, authorisation, door = zone
    line = {"sku": "SKU-9", "quantity": quantity, "value": quantity * 100}
    header = {"document_key": key, "operation": "EXP", "regime": "EXD", "paid_on": "2026-03-01"}
    return door.enter(world.declaration("26 24 3456 6000888", site, authorisation, [line], **header), day)


def cleared_shipment(zone, day, quantity=10):
    """A shipment ready to leave; returns its number."""
    door = zone[2]
    world.make_dc()
    body = {"origin": "slp", "destination": "dallas", "lines": [{"sku": "SKU-9", "quantity": str(quantity)}]}
    number = door.post("shipments/", body, at(day, 15))["number"]
    door.post(f"shipments/{number}/reserve/", {}, at(day, 15))
    door.post(f"shipments/{number}/pick/", {"dock": "ANDEN-RFS"}, at(day, 15))
    pedimento = outbound(zone, day, quantity)
    door.post(f"shipments/{number}/assign-pedimento/", {"pedimento": pedimento}, at(day, 19))
    return number


def test_an_exit_dated_before_the_entry_is_refused(zone):
    number = cleared_shipment(zone, "2026-03-10")
    before = counts()

    problem = zone[2].post(
        f"shipments/{number}/dispatch/",
        {"dispatched_at": at("2026-03-01", 20).isoformat()},
        at("2026-03-10", 20),
        expect=(409,),
    )

    assert problem["code"] == "not_enough_bonded"
    assert problem["context"]["available"] == "0"
    assert counts() == before


def test_an_exit_after_the_deadline_is_refused_with_what_expired(zone):
    number = cleared_shipment(zone, "2026-03-10")
    before = counts()

    problem = zone[2].post(f"shipments/{number}/dispatch/", {}, at("2031-03-03", 12), expect=(409,))

    assert (problem["code"], problem["context"]["expired"]) == ("not_enough_bonded", "100")
    assert counts() == before


def test_ten_megabytes_of_garbage_as_demand_history_are_refused_at_once(zone):
    garbage = SimpleUploadedFile("demand.csv", b"\x00\xff\x13" * 3_500_000, content_type="text/csv")

    answer = zone[2].caller.upload("demand-imports/", {"file": garbage})

    assert answer.status_code in (413, 422)
    assert answer.json()["code"]
    assert not Job.objects.exists()


def test_a_shipment_of_another_clients_item_is_refused(zone):
    world.make_dc()
    body = {"origin": "slp", "destination": "dallas", "lines": [{"sku": "SECRETO", "quantity": "1"}]}
    before = counts()

    problem = zone[2].post("shipments/", body, at("2026-03-10"), expect=(422,))

    assert problem["errors"][0]["rule"] == "known"
    assert counts() == before
