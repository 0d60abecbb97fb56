"""Bad input gets a clear message with a stable code that names field, value and rule, and changes nothing."""

import html
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from inventory.customs import flat_file
from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.customs.flat_file import UnreadablePedimentoFile
from inventory.demand.errors import FileTooLarge
from inventory.demand.reading import read_file
from inventory.errors import DomainError, InvalidInput
from inventory.ledger.moves import Move
from inventory.models import (
    Account,
    Balance,
    BondedLot,
    DemandRecord,
    Discharge,
    Finding,
    Item,
    Job,
    Leg,
    Pedimento,
    Posting,
    Reservation,
)
from tests.builders import make_authorisation, make_client, make_item, make_user
from tests.scenarios import bad_input, world
from tests.scenarios.api_door import ApiDoor
from tests.scenarios.world import ACTOR, at
from tests.told import told_once
from tests.web.floor import browser_of, key_in, local, text_of
from warehouse.models import Shipment, ShipmentLine
from warehouse.shipping import services as shipping

pytestmark = pytest.mark.django_db
BOOKS = (
    Pedimento, BondedLot, Discharge, Posting, Leg, Balance, Account, Reservation, Finding, Job, DemandRecord, Shipment,
    ShipmentLine,
)  # fmt: skip


@told_once
def told():
    """A zone with 100 pieces of client X in it, and another client's item."""
    world.load_law()
    site = world.make_zone("slp")
    authorisation = make_authorisation("RFS", site=site)
    make_authorisation("RFS", site=site, number="RFE-ENDED", valid_to=date(2026, 3, 5))
    client = make_client("x")
    make_item(client, "SKU-9")
    make_item(make_client("y"), "SECRETO")
    door = ApiDoor(client)
    line = {"sku": "SKU-9", "quantity": 100, "value": 10_000}
    header = {"paid_on": "2026-03-02", "cleared_at": "2026-03-02T08:00:00-06:00"}
    m3 = door.enter(world.declaration("26 24 3456 6000501", site, authorisation, [line], **header), "2026-03-02")
    door.bring_in(m3, "2026-03-02", "ANDEN-RFS", "A-01-RFS")
    return site, authorisation, door, client


@pytest.fixture
def zone(told, db):
    return told


def books():
    """Everything the books hold."""
    return {model: list(model.objects.order_by("pk").values()) for model in BOOKS}


def entry(zone, number="26 24 3456 6000777", edit=None, **header):
    """A declaration the books would take, with its one line or its header edited."""
    site, authorisation, *_rest = zone
    line = {"sku": "SKU-9", "quantity": 5, "value": 500}
    data = world.declaration(number, site, authorisation, [line], paid_on="2026-03-09", **header)
    data["lines"][0].update(edit or {})
    return data


# What is wrong: how the declaration is edited, which field and rule the refusal names, and the sentence it says.
CASES = {
    "unknown clave": (
        {"document_key": "ZZ"},
        ("document_key", "ZZ", "known_clave"),
        "document_key: ZZ is no key of Apéndice 2 on 2026-03-09.",
    ),
    "no fifteen digits": (
        {"number": "26 24 3456 60007"},
        ("number", "26 24 3456 60007", "pedimento_number_digits"),
        "26 24 3456 60007 is no pedimento number: it has 13 characters, not 15 digits.",
    ),
    "wrong year digit": (
        {"number": "26 24 3456 5000777"},
        ("number", "26 24 3456 5000777", "pedimento_number_year_digit"),
        "The ninth digit of pedimento 26  24  3456  5000777 is 5; for its year it should be 6.",
    ),
    "unknown customs office": (
        {"number": "26 99 3456 6000777"},
        ("number", "26 99 3456 6000777", "pedimento_number_office"),
        "Customs office 99 of pedimento 26  99  3456  6000777 is not in the list of that day.",
    ),
    "negative quantity": (
        {"edit": {"commercial_quantity": "-5"}},
        ("lines[0].commercial_quantity", "-5", "positive"),
        "lines[0].commercial_quantity: -5 must be more than zero.",
    ),
    "another client's item": (
        {"edit": {"sku": "SECRETO"}},
        ("lines[0].sku", "SECRETO", "known"),
        "lines[0].sku: this client has no item SECRETO.",
    ),
    "unit that does not convert": (
        {"edit": {"commercial_unit": "1"}},
        ("lines[0].commercial_unit", "1", "unit_converts"),
        "lines[0].commercial_unit: unit 1 does not convert to unit 6 of item SKU-9.",
    ),
    "payment in the future": (
        {"paid_on": "2026-04-01"},
        ("paid_on", "2026-04-01", "not_in_future"),
        "paid_on: 2026-04-01 lies in the future.",
    ),
    "clearance before payment": (
        {"cleared_at": "2026-03-08T08:00:00-06:00"},
        ("cleared_at", "2026-03-08T08:00:00-06:00", "after_payment"),
        "cleared_at: 2026-03-08T08:00:00-06:00 lies before payment.",
    ),
    "authorisation that has ended": (
        {"authorisation": "RFE-ENDED"},
        ("authorisation", "RFE-ENDED", "valid"),
        "authorisation: RFE-ENDED was not valid on 2026-03-09.",
    ),
    "unknown tariff code": (
        {"edit": {"tariff_code": "9999999901"}},
        ("lines[0].tariff_code", "99999999 01", "known"),
        "lines[0].tariff_code: 99999999 01 is no tariff code with NICO on 2026-03-09.",
    ),
    "unknown country": (
        {"edit": {"origin_country": "XXQ"}},
        ("lines[0].origin_country", "XXQ", "known"),
        "lines[0].origin_country: XXQ is no country code of three letters.",
    ),
    "a number that is none": (
        {"edit": {"tariff_quantity": "abc"}},
        ("lines[0].tariff_quantity", "abc", "number"),
        "lines[0].tariff_quantity: abc is not a number with at most 6 decimals.",
    ),
    "too many decimals": (
        {"edit": {"tariff_quantity": "1.0000001"}},
        ("lines[0].tariff_quantity", "1.0000001", "number"),
        "lines[0].tariff_quantity: 1.0000001 is not a number with at most 6 decimals.",
    ),
    "totals that do not add up": (
        {"customs_value_mxn": "501"},
        ("customs_value_mxn", "501", "sum_of_lines"),
        "customs_value_mxn: the header declares 501, the lines add up to 500.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_declaration_with_one_fault_is_refused_by_every_door_naming_field_value_and_rule(zone, name):
    edits, fault, sentence = CASES[name]
    *_rest, door, client = zone
    data, before = {**entry(zone, edit=edits.get("edit")), **{k: v for k, v in edits.items() if k != "edit"}}, books()

    by_service = bad_input.by_service(client, data, "2026-03-10")
    by_api = bad_input.by_api(door, data, "2026-03-10")
    by_page = bad_input.by_page(client, data, "2026-03-10")

    assert by_service == by_api == [(*fault, sentence)]
    assert by_page == [(fault[0], sentence)]
    assert books() == before


# ── An exit on a day when the goods may not leave ───────────────────────────────────────────────


@pytest.fixture
def cleared(zone):
    """Ten pieces ready to leave on 10 March, by an exit that was paid on the first: their shipment."""
    site, authorisation, door, _client = zone
    world.make_dc()
    body = {"origin": "slp", "destination": "dallas", "lines": [{"sku": "SKU-9", "quantity": "10"}]}
    number = door.post("shipments/", body, at("2026-03-10", 15))["number"]
    door.post(f"shipments/{number}/reserve/", {}, at("2026-03-10", 15))
    door.post(f"shipments/{number}/pick/", {"dock": "ANDEN-RFS"}, at("2026-03-10", 15))
    line = {"sku": "SKU-9", "quantity": 10, "value": 1000}
    header = {"document_key": "J4", "operation": "EXP", "regime": "EXD", "paid_on": "2026-03-01"}
    exit_ = world.declaration("26 24 3456 6000888", site, authorisation, [line], **header)
    door.post(
        f"shipments/{number}/assign-pedimento/", {"pedimento": door.enter(exit_, "2026-03-10")}, at("2026-03-10", 19)
    )
    return Shipment.objects.get(number=number)


EXITS = {
    "before the entry": (
        at("2026-03-01", 20),
        at("2026-03-10", 20),
        ("not_enough_bonded", "10 asked for, 0 under bond: 10 short. 100 more came under bond only after 2026-03-01."),
    ),
    "after the deadline": (
        at("2031-03-03", 12),
        at("2031-03-03", 12),
        (
            "not_enough_bonded",
            (
                "10 asked for, 0 under bond: 10 short. 100 more were past their deadline on 2031-03-03 and leave only by "
                "A3, late return or destruction."
            ),
        ),
    ),
    "before the payment": (
        at("2026-02-27", 20),
        at("2026-03-10", 20),
        ("not_cleared", "Pedimento 262434566000888 was not paid on 2026-02-27."),
    ),
    "in the future": (
        at("2026-03-11", 20),
        at("2026-03-10", 20),
        ("not_in_time", "Shipment %(shipment)s cannot leave on 2026-03-11, at an hour still to come."),
    ),
}


@pytest.mark.parametrize("when", EXITS)
def test_an_exit_on_a_day_when_the_goods_may_not_leave_is_refused_by_every_door_saying_why(zone, cleared, when):
    left_at, now, (code, sentence) = EXITS[when]
    said = code, sentence % {"shipment": cleared.number}
    url, before = f"shipments/{cleared.number}/dispatch/", books()

    with pytest.raises(DomainError) as by_service:
        shipping.dispatch(shipment=cleared, dispatched_at=left_at, at=now, actor=ACTOR, seal="S-1")
    by_api = zone[2].post(url, {"dispatched_at": left_at.isoformat(), "seal": "S-1"}, now, expect=(409,))
    with time_machine.travel(now, tick=False):
        browser = browser_of(make_user(role="administrator", language="en"))
        leaving = {"dispatched_at": local(left_at), "seal": "S-1"}
        by_page = browser.post(reverse("warehouse:shipment_dispatch", args=[cleared.number]), leaving)

    assert (by_service.value.code, str(by_service.value)) == (by_api["code"], by_api["detail"]) == said
    assert by_page.status_code == 409
    assert said[1] in html.unescape(text_of(by_page))
    # Nothing changed; that too little was under bond is left, once, for somebody to look at.
    after = books()
    left = [row["code"] for row in after[Finding] if row not in before[Finding]]
    assert left == (["exit_refused"] if code == "not_enough_bonded" else [])
    assert {**after, Finding: before[Finding]} == before


@pytest.mark.parametrize("when", ["before the entry", "after the deadline"])
def test_what_a_dated_refusal_says_is_there_for_programs_too(cleared, when):
    left_at, now, _said = EXITS[when]
    wanted = {"before the entry": ("100", "0"), "after the deadline": ("0", "100")}[when]

    with pytest.raises(NotEnoughBonded) as refusal:
        shipping.dispatch(shipment=cleared, dispatched_at=left_at, at=now, actor=ACTOR)

    context = refusal.value.context
    assert (context["asked"], context["available"], context["short"]) == ("10", "0", "10")
    assert (context["on"], context["later"], context["expired"]) == (left_at.date().isoformat(), *wanted)


# ── A shipment of what cannot be shipped ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sku", "quantity", "by_service", "by_api"),
    [
        (
            "SECRETO",
            "1",
            ("lines[0].sku", "SECRETO", "known", "lines[0].sku: this client has no item SECRETO."),
            ("lines[0].sku", "SECRETO", "known", "lines[0].sku: SECRETO is not known here."),
        ),
        (
            "SKU-9",
            "-5",
            ("lines[0].quantity", "-5", "positive", "lines[0].quantity: -5 must be more than zero."),
            ("lines[0].quantity", "-5", "above", "-5 must be above 0."),
        ),
        (
            "SKU-9",
            "0",
            ("lines[0].quantity", "0", "positive", "lines[0].quantity: 0 must be more than zero."),
            ("lines[0].quantity", "0", "above", "0 must be above 0."),
        ),
    ],
)
def test_a_shipment_of_what_cannot_be_shipped_is_refused_naming_the_line(zone, sku, quantity, by_service, by_api):
    site, _authorisation, door, client = zone
    dallas, item = world.make_dc(), Item.objects.get(sku=sku)
    wanted = [shipping.Wanted(item, Decimal(quantity))]
    body = {"origin": "slp", "destination": "dallas", "lines": [{"sku": sku, "quantity": quantity}]}
    before = books()

    with pytest.raises(InvalidInput) as refusal:
        shipping.draft(client=client, origin=site, destination=dallas, wanted=wanted, at=at("2026-03-10"), actor=ACTOR)
    problem = door.post("shipments/", body, at("2026-03-10"), expect=(422,))

    one = refusal.value
    assert (one.field, one.context["value"], one.rule, str(one)) == by_service
    assert [tuple(error.values()) for error in problem["errors"]] == [by_api]
    assert books() == before


def test_the_page_offers_no_item_of_another_client_and_takes_no_negative_number(zone):
    site, _authorisation, _door, client = zone
    dallas = world.make_dc()
    account, before = Account.objects.get(), books()
    route = {"client": client.pk, "origin": site.pk, "destination": dallas.pk}
    url = reverse("warehouse:shipment_new") + "?" + "&".join(f"{name}={value}" for name, value in route.items())
    browser = browser_of(make_user(role="administrator", language="en"))

    shown = browser.get(url)
    answer = browser.post(url, {"key": key_in(shown), f"account-{account.pk}": "-5"})

    assert "SECRETO" not in text_of(shown)
    assert answer.status_code == 422
    assert answer.context["load"].errors[f"account-{account.pk}"] == ["-5 may not be negative."]
    assert books() == before


@pytest.mark.parametrize("quantity", [0, -5])
def test_the_books_write_off_and_move_nothing_below_one(zone, cleared, quantity):
    account, line, before = Account.objects.get(), cleared.lines.get(), books()

    with pytest.raises(InvalidInput) as discharge:
        customs.discharge(
            key="negative",
            withdrawals=[customs.Withdrawal(line.outbound_line, account.pk, Decimal(quantity))],
            legal_date=date(2026, 3, 10),
            at=at("2026-03-10", 20),
            actor=ACTOR,
        )
    with pytest.raises(InvalidInput) as move:
        Move(line.lot_id, line.location_id, line.location_id + 1, Decimal(quantity))

    for refusal in (discharge.value, move.value):
        assert (refusal.field, refusal.context["value"], refusal.rule) == ("quantity", str(quantity), "positive")
        assert str(refusal) == f"quantity: {quantity} must be more than zero."
    assert books() == before


# ── Ten megabytes of garbage ────────────────────────────────────────────────────────────────────

GARBAGE = b"\x00\xff\x13" * 3_500_000


def file_of(content):
    return SimpleUploadedFile("history.csv", content, content_type="text/csv")


def test_ten_megabytes_of_garbage_are_refused_by_every_door_before_they_are_kept(zone):
    *_rest, door, client = zone
    before, most = books(), settings.UPLOAD_MAX_BYTES
    browser = browser_of(make_user(role="administrator", language="en"))

    api = door.caller.upload("demand-imports/", {"file": file_of(GARBAGE)})
    demand, pedimento = (
        browser.post(reverse(f"inventory:{page}"), {"client": client.pk, "file": file_of(GARBAGE)})
        for page in ("demand_import", "pedimento_upload")
    )
    with pytest.raises(FileTooLarge) as history:
        read_file(file_of(GARBAGE), name="history.csv", max_bytes=most)
    with pytest.raises(UnreadablePedimentoFile) as declared:
        flat_file.read(GARBAGE, most)

    assert (api.status_code, api.json()["code"]) == (413, "body_too_large")
    assert f"; {most} are allowed." in api.json()["detail"]
    assert demand.status_code == pedimento.status_code == 422
    assert "The file has 10.0\xa0MB; at most 8.0\xa0MB are taken" in str(demand.context["form"].errors["file"])
    assert "The file is larger than 8 MB." in text_of(pedimento)
    assert str(history.value) == f"The file has {len(GARBAGE)} bytes; at most {most} are taken at a time."
    assert (history.value.field, history.value.rule) == ("file", "max_bytes")
    assert str(declared.value) == "The file is larger than 8 MB."
    assert books() == before


def test_garbage_that_is_small_enough_is_no_csv(zone):
    *_rest, client = zone
    before, small = books(), GARBAGE[:1_000_000]
    browser = browser_of(make_user(role="administrator", language="en"))

    page = browser.post(reverse("inventory:pedimento_upload"), {"client": client.pk, "file": file_of(small)})
    with pytest.raises(InvalidInput) as history:
        read_file(file_of(small), name="history.csv", max_bytes=settings.UPLOAD_MAX_BYTES)

    assert page.status_code == 422
    assert "This is no CSV: it is empty, or it is no text." in text_of(page)
    assert (history.value.field, history.value.value, history.value.rule) == ("file", "history.csv", "csv_or_xlsx")
    assert "history.csv" in str(history.value)
    assert books() == before
