"""What clients read and write of the books: items, stock on any day, bonded lots, demand, versions."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from inventory.models import DemandRecord, Item, Job, Pedimento, Recommendation
from tests.api import house as houses
from tests.api.conftest import caller_for, problem_of
from tests.builders import make_client, make_site, pedimento_number
from tests.scenarios import world
from tests.told import told_once


@told_once
def built():
    """A house with one client."""
    return houses.settle("ZORRO")[0]


@pytest.fixture
def zorro(built, db):
    """A client with goods, and a caller with its key, on the day of the house."""
    with time_machine.travel(houses.NOW, tick=False):
        built.caller = caller_for(built.client)
        yield built


NEW = {"sku": "N-1", "description": "Nueva", "stock_unit": "6", "tariff_code": "8302.20.01 00", "origin_country": "CHN"}


def test_an_item_is_added_with_its_codes_checked_and_can_be_read_back(zorro):
    answer = zorro.caller.post("items/", {**NEW, "weight_kg": "0.25", "us_duty_rate": "0.025"})

    assert answer.status_code == 201, answer.content
    assert answer.json()["tariff_code"] == "8302200100"
    assert answer.json()["weight_kg"] == "0.25"
    assert zorro.caller.get("items/N-1/").json() == answer.json()


def test_an_item_with_slashes_in_its_sku_has_a_url_too(zorro):
    zorro.caller.post("items/", {**NEW, "sku": "A/B 12/C"})

    assert zorro.caller.get("items/A/B%2012/C/").json()["sku"] == "A/B 12/C"


def test_every_wrong_code_of_an_item_is_named_at_once(zorro):
    wrong = {"stock_unit": "zz", "tariff_code": "99", "hts_code": "1", "origin_country": "XXX", "gtin": "12"}
    answer = zorro.caller.post("items/", {**NEW, **wrong})

    errors = problem_of(answer, 422, "invalid_input")["errors"]
    assert {error["field"] for error in errors} >= set(wrong)
    assert not Item.objects.filter(sku="N-1").exists()


def test_a_sku_stands_once_per_client(zorro):
    problem_of(zorro.caller.post("items/", {**NEW, "sku": zorro.item.sku}), 409, "item_exists")


def test_what_is_named_of_an_item_changes_and_nothing_else(zorro):
    before = zorro.caller.get(f"items/{zorro.item.sku}/").json()

    answer = zorro.caller.patch(f"items/{zorro.item.sku}/", {"description": "Otra", "is_active": False})

    assert answer.json() == {**before, "description": "Otra", "is_active": False}


def test_the_unit_of_an_item_in_the_books_does_not_change(zorro):
    answer = zorro.caller.patch(f"items/{zorro.item.sku}/", {"stock_unit": "1"})

    assert "stock_unit" in problem_of(answer, 409, "item_in_use")["context"]["fields"]


def test_stock_of_today_is_what_the_balances_say_and_of_another_day_what_the_legs_add_up_to(zorro):
    def stock(**params):
        rows = zorro.caller.pages("stock/", {"sku": zorro.item.sku, **params})
        return {(row["site"], row["regime"]): row["quantity"] for row in rows}

    in_zone, abroad = ("slp", "RFS"), ("dallas", "EXD")
    arrived, left = houses.NOW - timedelta(days=15), houses.NOW - timedelta(days=10)
    assert stock() == stock(as_of=str(houses.NOW.date())) == {in_zone: "59", abroad: "40"}
    assert stock(as_of=str(arrived.date())) == {in_zone: "99"}
    assert stock(as_of=str((arrived - timedelta(days=1)).date())) == {}
    assert stock(as_of=str(left.date())) == {in_zone: "59", ("dallas", "RFS"): "40"}
    assert stock(known_on=str(arrived.date())) == {in_zone: "99"}


def test_stock_by_site_tells_what_is_on_the_road_apart(zorro):
    left = houses.NOW - timedelta(days=10)
    rows = zorro.caller.get("stock-by-site/", {"as_of": str(left.date())}).json()["results"]

    assert {(row["site"], row["in_transit"], row["quantity"]) for row in rows} == {
        ("slp", False, "59"),
        ("dallas", True, "40"),
    }


def test_what_is_promised_is_told_beside_what_lies_there(zorro):
    rows = zorro.caller.get("stock/", {"site": "slp", "kind": "storage"}).json()["results"]

    assert [(row["quantity"], row["reserved"]) for row in rows] == [("59", "2")]


def test_a_bonded_lot_owes_on_each_day_what_was_open_then(zorro):
    def owed(**params):
        rows = zorro.caller.get("bonded-lots/", params).json()["results"]
        return [(row["remaining"], row["remaining_value_mxn"]) for row in rows]

    left = houses.NOW - timedelta(days=10)
    assert owed()[0][0] == "60"
    assert owed(as_of=str((left - timedelta(days=1)).date())) == [("100", "10000")]
    assert owed(as_of=str(left.date()), known_on=str(left.date())) == [("60", "6000")]
    assert owed(as_of=str(left.date()), is_open="false") == []
    assert owed(as_of="2020-01-01") == []


def test_a_pedimento_comes_back_with_everything_it_was_sent_with(zorro):
    line = {"sku": zorro.item.sku, "quantity": 5, "value": 1000, "batch": "B"}
    rate = [{"code": "6", "payment_form": "5", "amount_mxn": "3", "rate": "0.05", "rate_type": "1"}]
    authorisation = zorro.entry.authorisation
    sent = world.with_everything(
        world.declaration(pedimento_number(), zorro.entry.site, authorisation, [line], paid_on="2026-03-03"), "ZORRO"
    )
    sent["lines"][0]["contributions"] = rate

    answer = zorro.caller.post("pedimentos/", sent)

    assert answer.status_code == 201, answer.content
    number = answer.json()["number"]
    assert zorro.caller.get(f"pedimentos/{number}/").json() == answer.json()
    assert_within(sent, as_sent(answer.json()))
    row = next(iter(zorro.caller.pages("pedimento-lines/", {"pedimento": number})))
    assert (row["brand"], row["model"], row["relationship"]) == ("ZORRO", "ZORRO M", "1")


def test_a_consolidated_pedimento_comes_back_with_the_notices_of_its_remesas(zorro):
    line = {"sku": zorro.item.sku, "quantity": 5, "value": 1000, "batch": "C"}
    notices = [{"remesa": 1, "number": "AV-1", "issued_on": "2026-03-02"}]
    opened = {"is_consolidated": True, "consolidated_opened_on": "2026-03-02", "remesa_notices": notices}
    data = world.declaration(pedimento_number(), zorro.entry.site, zorro.entry.authorisation, [line])

    refused = zorro.caller.post("pedimentos/", {**data, "remesa_notices": notices})
    entered = zorro.caller.post("pedimentos/", {**data, **opened})

    error = problem_of(refused, 422, "invalid_input")["errors"][0]
    assert (error["field"], error["value"], error["rule"]) == ("remesa_notices[0].remesa", 1, "consolidated_only")
    assert entered.json()["remesa_notices"] == notices


@pytest.mark.parametrize(
    ("block", "name", "value", "rule"),
    [
        ("payment_documents", "payment_form", "0", "not_cash"),
        ("payment_documents", "balance_mxn", "900.0001", "within_amount"),
        ("customs_accounts", "folio", "0", "not_zero"),
        ("offsets", "code", "77", "known"),
        ("offsets", "original_number", "1", "pedimento_number_digits"),
        ("consignees", "name", "", "required"),
    ],
)
def test_a_wrong_paper_is_refused_with_field_value_and_rule_and_enters_nothing(zorro, block, name, value, rule):
    line = {"sku": zorro.item.sku, "quantity": 5, "value": 1000}
    data = world.with_everything(
        world.declaration(pedimento_number(), zorro.entry.site, zorro.entry.authorisation, [line])
    )
    data[block][0][name] = value

    refused = zorro.caller.post("pedimentos/", data)

    error = problem_of(refused, 422, "invalid_input")["errors"][0]
    assert (error["field"], error["value"], error["rule"]) == (f"{block}[0].{name}", value, rule)
    assert not Pedimento.objects.filter(number=data["number"]).exists()


def as_sent(shown):
    """An answer with taxes and identifiers of the lines where the request has them."""
    line = shown["lines"][0]
    for block in ("contributions", "identifiers"):
        line[block] = [row for row in shown[block] if row["line"]]
        shown[block] = [row for row in shown[block] if not row["line"]]
    line.update(line["sublines"][0])
    line["tariff_code"] += line["nico"]
    return shown


def assert_within(sent, shown, path=""):
    """Everything sent is in what is shown."""
    for name, value in sent.items():
        if isinstance(value, list):
            assert len(value) == len(shown[name]), path + name
            for index, row in enumerate(value):
                assert_within(row, shown[name][index], f"{path}{name}[{index}].")
        else:
            assert shown[name] == value, path + name


def test_a_payment_is_noted_with_its_bank(zorro):
    line = {"sku": zorro.item.sku, "quantity": 5, "value": 1000}
    data = world.declaration(pedimento_number(), zorro.entry.site, zorro.entry.authorisation, [line], cash_mxn="10")
    number = zorro.caller.post("pedimentos/", {**data, "total_mxn": "10"}).json()["number"]
    bank = {"capture_line": "0123456789ABCDEFGHIJ", "bank": "Banorte", "operation_number": "12345678901234"}

    wrong = zorro.caller.post(f"pedimentos/{number}/pay/", {"paid_on": "2026-03-20", **bank, "operation_number": "1"})
    paid = zorro.caller.post(f"pedimentos/{number}/pay/", {"paid_on": "2026-03-20", **bank})

    assert problem_of(wrong, 422, "invalid_input")["errors"][0]["rule"] == "bank_operation_format"
    assert paid.json()["state"] == "paid"
    assert zorro.caller.get(f"pedimentos/{number}/").json()["payments"] == [
        {**bank, "amount_mxn": "10", "payment_form": "0", "paid_on": "2026-03-20"}
    ]


def test_the_discharge_trail_is_walked_in_both_directions(zorro):
    by_entry = zorro.caller.get("discharges/", {"entry": zorro.entry.number}).json()["results"]
    by_exit = zorro.caller.get("discharges/", {"exit": zorro.exit.number}).json()["results"]

    assert by_entry == by_exit
    assert [(row["entry"], row["exit"], row["quantity"]) for row in by_exit] == [
        (zorro.entry.number, zorro.exit.number, "40")
    ]


def test_a_thing_with_a_version_is_sent_once_and_changed_only_as_it_was_seen(zorro):
    url = f"shipments/{zorro.draft.number}/"
    seen = zorro.caller.get(url)
    again = zorro.caller.get(url, HTTP_IF_NONE_MATCH=seen.headers["ETag"])
    zorro.caller.post(f"{url}reserve/", HTTP_IF_MATCH=seen.headers["ETag"])

    late = zorro.caller.post(f"{url}cancel/", HTTP_IF_MATCH=seen.headers["ETag"])
    right = zorro.caller.post(f"{url}cancel/", HTTP_IF_MATCH=zorro.caller.get(url).headers["ETag"])

    assert again.status_code == 304
    problem_of(late, 412, "version_moved")
    assert right.json()["state"] == "cancelled"


def test_demand_rows_are_taken_all_or_none_with_the_row_that_is_wrong(zorro):
    rows = [
        {"sku": zorro.item.sku, "market": "tx", "date": "2026-03-09", "quantity": "4"},
        {"sku": "NOBODYS", "market": "tx", "date": "2026-03-09", "quantity": "4"},
    ]
    before = DemandRecord.objects.count()

    refused = zorro.caller.post("demand/", {"rows": rows})
    assert refused.status_code == 422
    assert DemandRecord.objects.count() == before
    taken = zorro.caller.post("demand/", {"rows": rows[:1]})

    assert (taken.status_code, taken.json()["weeks"]) == (200, 1)
    assert DemandRecord.objects.count() == before + 1


def test_a_file_of_demand_becomes_a_job_that_can_be_watched(zorro, django_capture_on_commit_callbacks):
    content = f"sku,market,date,quantity\n{zorro.item.sku},tx,2026-03-09,5\n".encode()
    answer = zorro.caller.upload("demand-imports/", {"file": SimpleUploadedFile("d.csv", content)}, key="f1")

    assert answer.status_code == 202, answer.content
    job = zorro.caller.get(f"jobs/{answer.json()['id']}/").json()
    assert (job["kind"], job["state"]) == ("demand_import", "queued")
    problem_of(zorro.caller.get(f"jobs/{job['id']}/result/"), 404, "not_found")
    again = zorro.caller.upload("demand-imports/", {"file": SimpleUploadedFile("d.csv", content)}, key="f1")
    other = zorro.caller.upload("demand-imports/", {"file": SimpleUploadedFile("d.csv", content + b"\n")}, key="f1")
    assert again.json() == answer.json()
    problem_of(other, 409, "idempotency_conflict")
    assert Job.objects.filter(kind="demand_import").count() == 1


def test_a_milestone_is_the_same_fact_when_it_is_told_again(zorro):
    shipped = _on_its_way(zorro)
    fact = {"code": "US_RELEASED", "occurred_at": houses.NOW.isoformat(), "event_id": "E-1", "source": "carrier"}
    url = f"shipments/{shipped}/milestones/"

    first, again = zorro.caller.post(url, fact), zorro.caller.post(url, fact)

    assert first.status_code == 201, first.content
    assert first.json()["id"] == again.json()["id"]
    assert zorro.caller.get(f"shipments/{shipped}/").json()["state"] == "released"


def test_a_client_cannot_speak_for_customs(zorro):
    fact = {"code": "US_RELEASED", "occurred_at": houses.NOW.isoformat(), "source": "customs"}
    answer = zorro.caller.post(f"shipments/{zorro.shipment.number}/milestones/", fact)

    assert problem_of(answer, 422, "invalid_input")["errors"][0]["field"] == "source"


def test_a_short_exit_changes_nothing_and_answers_with_the_numbers(zorro):
    body = {"origin": "slp", "destination": "dallas", "lines": [{"sku": zorro.item.sku, "quantity": "1000"}]}
    shipment = zorro.caller.post("shipments/", body).json()["number"]
    before = list(zorro.caller.pages("stock/"))

    answer = zorro.caller.post(f"shipments/{shipment}/reserve/")

    context = problem_of(answer, 409, "not_enough_free")["context"]
    assert (context["asked"], context["free"]) == ("1000", "57")
    assert list(zorro.caller.pages("stock/")) == before


def test_an_accepted_recommendation_becomes_a_movement_order_once(zorro):
    url = f"recommendations/{zorro.recommendation.pk}/accept/"

    accepted = zorro.caller.post(url, {"quantity": "4"}, key="a1")
    again = zorro.caller.post(url, {"quantity": "4"}, key="a1")

    assert accepted.status_code == 200, accepted.content
    assert accepted.json() == again.json()
    assert (accepted.json()["state"], accepted.json()["accepted_quantity"]) == ("accepted", "4")
    order = zorro.caller.get(f"movement-orders/{accepted.json()['movement_order']}/").json()
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [(zorro.item.sku, "4")]
    problem_of(zorro.caller.post(url, {"quantity": "4"}), 409, "already_decided")


def test_recommendations_accepted_together_become_one_order_of_their_lane_once(zorro):
    second = Recommendation.objects.get(pk=zorro.recommendation.pk)
    second.pk, second.quantity = None, 2
    second.save()
    body = {"recommendations": [zorro.recommendation.pk, second.pk]}

    accepted = zorro.caller.post("recommendations/accept/", body, key="m1")
    again = zorro.caller.post("recommendations/accept/", body, key="m1")

    assert accepted.status_code == 200, accepted.content
    assert accepted.json() == again.json()
    (order,) = accepted.json()["movement_orders"]
    assert [line["recommendation"] for line in order["lines"]] == body["recommendations"]
    errors = problem_of(zorro.caller.post("recommendations/accept/", body), 409, "not_all_accepted")["context"][
        "errors"
    ]
    assert [error["code"] for error in errors] == ["already_decided", "already_decided"]


def test_of_recommendations_to_accept_together_each_unknown_one_is_named_and_none_is_accepted(zorro):
    body = {"recommendations": [zorro.recommendation.pk, 987654]}

    errors = problem_of(zorro.caller.post("recommendations/accept/", body), 422, "invalid_input")["errors"]

    assert [(error["field"], error["rule"]) for error in errors] == [("recommendations[1]", "known")]
    zorro.recommendation.refresh_from_db()
    assert zorro.recommendation.state == "proposed"


def test_a_refused_recommendation_keeps_its_reason(zorro):
    url = f"recommendations/{zorro.recommendation.pk}/refuse/"

    refused = zorro.caller.post(url, {"reason": "Too early"})

    assert (refused.json()["state"], refused.json()["decision_reason"]) == ("refused", "Too early")
    assert refused.json()["movement_order"] is None


def test_a_placement_run_is_asked_for_as_a_job(zorro):
    answer = zorro.caller.post("placement-runs/", {"as_of": "2026-03-16", "phi": "2"})

    assert answer.status_code == 202, answer.content
    assert (answer.json()["kind"], answer.json()["state"]) == ("placement_run", "queued")


def test_places_and_code_lists_are_the_same_for_everyone(zorro):
    stranger = caller_for(make_client())
    make_site("new")

    for url in ("sites/", "locations/", "markets/", "reference/units/"):
        assert stranger.get(url).content == zorro.caller.get(url).content
        assert stranger.get(url).json()["results"]


def _on_its_way(zorro):
    """The number of a shipment that left the zone."""
    number = zorro.draft.number
    for step, body in (
        ("reserve", {}), ("pick", {"dock": "ANDEN-RFS"}), ("assign-pedimento", {"pedimento": zorro.spare.number}),
        ("dispatch", {}),
    ):  # fmt: skip
        answer = zorro.caller.post(f"shipments/{number}/{step}/", body)
        assert answer.status_code == 200, answer.content
    return number
