"""Scenario C of mexico.md §11 by its client's key, without its tax amounts."""

import pytest

from inventory.reports.verification import verify_books
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.api_door import ApiDoor
from tests.scenarios.world import at

pytestmark = pytest.mark.django_db


class Deposit:
    """The warehouse, its client's key, and the A4 of 1,000 boxes of which 998 came."""

    def __init__(self):
        world.load_law()
        self.site = world.make_zone("agd", "DFI")
        self.authorisation = make_authorisation("DFI", site=self.site)
        client = make_client("z")
        make_item(client, "CAJA")
        self.door = ApiDoor(client)
        self.buyer, self.other = world.make_consignee(), world.make_consignee("otro-agd")
        header = {"document_key": "A4", "regime": "DFI", "update_option": "FI", "entered_on": "2026-02-10"}
        header |= {"paid_on": "2026-02-10", "cleared_at": "2026-02-10T11:00:00-06:00"}
        self.receive(self.door.enter(self.declare("26 24 3456 6000601", 1000, **header), "2026-02-10"))

    def declare(self, number, quantity, **header):
        line = {"sku": "CAJA", "quantity": quantity, "value": quantity * 500}
        return world.declaration(number, self.site, self.authorisation, [line], **header)

    def receive(self, a4):
        door, nine = self.door, at("2026-02-12", 9)
        receipt = door.post("receipts/", {"pedimento": a4}, nine)
        url = f"receipts/{receipt['number']}/"
        door.post(f"{url}arrive/", {"arrived_at": nine.isoformat(), "dock": "ANDEN-DFI"}, nine)
        counted = [{"id": receipt["lines"][0]["id"], "good": "998", "location": "A-01-DFI"}]
        door.post(f"{url}count/", {"lines": counted}, at("2026-02-12", 10))
        self.too_early = door.post(f"{url}close/", {}, at("2026-02-12", 11), expect=(409,))
        self.notices = door.rows("notices/", is_open="true")
        for notice in self.notices:
            door.post(f"notices/{notice['id']}/close/", {"acknowledgement": "A-778"}, at("2026-02-12", 12))
        door.post(f"{url}close/", {}, at("2026-02-12", 13))
        self.receipt = door.one(url)

    def out(self, number, key, operation, regime, quantity, day, to, **how):
        header = {"document_key": key, "operation": operation, "regime": regime, "paid_on": day}
        digits = self.door.enter(self.declare(number, quantity, **header), day)
        return self.door.send_out(digits, "agd", to.code, "CAJA", quantity, "ANDEN-DFI", day, **how)

    def balances(self, **of_a_day):
        """What the law asks for, and what lies there."""
        owed = self.door.columns("bonded-lots/", "remaining", **of_a_day)
        there = self.door.rows("stock-by-site/", site="agd", **of_a_day)
        return owed, [(row["regime"], row["quantity"]) for row in there]


@pytest.fixture
def deposit():
    return Deposit()


def test_the_missing_boxes_are_due_within_a_day_and_nothing_enters_the_books_before_the_notice(deposit):
    assert deposit.too_early["code"] == "notice_open"
    due = {notice["kind"]: notice["due_at"] for notice in deposit.notices}
    assert due["discrepancy"] == "2026-02-13T15:00:00Z"  # 09:00 in Mexico City
    (line,) = deposit.receipt["lines"]
    assert (line["declared"], line["good"], line["difference"]) == ("1000", "998", "-2")
    assert deposit.door.columns(
        "bonded-lots/", "opening_quantity", "stay_limit_code", "clock_start", "must_leave_by"
    ) == [("1000", "DFI-24M", "2026-02-10", "2028-02-10")]
    assert deposit.balances() == ([("1000",)], [("DFI", "998")])


def test_the_exits_of_scenario_c_and_the_refusal_of_foreign_goods_on_a_key_for_national_ones(deposit):
    door = deposit.door

    deposit.out("26 24 3456 6000611", "G1", "IMP", "IMD", 400, "2026-09-15", deposit.buyer)
    assert deposit.balances() == ([("600",)], [("DFI", "598")])

    deposit.out("26 24 3456 6000612", "K2", "EXP", "EXD", 100, "2026-09-20", deposit.other)
    assert deposit.balances() == ([("500",)], [("DFI", "498")])

    # G8 gives national goods back to the market: these are foreign, and under a regime that it takes nothing out of.
    refusal = deposit.out(
        "26 24 3456 6000613", "G8", "EXP", "EXD", 10, "2026-09-25", deposit.other, refused_at="assign-pedimento"
    )
    assert (refusal["code"], refusal["context"]) == ("wrong_effect", {"number": "262434566000613"})
    assert door.one("pedimentos/262434566000613/")["effect"] == "N"
    (left,) = door.rows("shipments/", state="picked")
    url = f"shipments/{left['number']}"
    assert door.post(f"{url}/dispatch/", {}, at("2026-09-25", 16), expect=(409,))["code"] == "shipment_state"
    assert door.columns("discharges/", "exit", "quantity") == [("262434566000611", "400"), ("262434566000612", "100")]

    assert deposit.balances() == ([("500",)], [("DFI", "498")])
    assert deposit.balances(as_of="2026-09-15") == ([("600",)], [("DFI", "598")])
    assert door.columns("differences/", "quantity", "origin", "document", "resolved_at") == [
        ("-2", "receipt", deposit.receipt["number"], None)
    ]
    assert list(verify_books()) == []
