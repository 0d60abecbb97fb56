"""Scenario B of mexico.md §11 by the keys of its two clients, and its count by the pages of the warehouse, figure by figure."""

import pytest

from inventory.reports.verification import verify_books
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.api_door import ApiDoor
from tests.scenarios.counting_pages import take_count_by_page
from tests.scenarios.test_bonded_zone import G9_HEADER_TAXES, G9_LINE_TAXES, taxes
from tests.scenarios.world import at
from tests.told import told_once

pytestmark = pytest.mark.django_db
J4_200, G9_180, J4_130 = "26 24 3456 6000511", "26 24 3456 6000512", "26 24 3456 6000513"
X_ROWS = [("262434566000511", "200"), ("262434566000512", "180")]


class Zone:
    """The zone with both clients' goods in it, as after step 2, each brought in by its own key."""

    def __init__(self):
        world.load_law()
        self.site = world.make_zone("slp")
        self.authorisation = make_authorisation("RFS", site=self.site)
        self.dallas, self.buyer = world.make_dc(), world.make_consignee()
        self.x, self.y = self.door("x"), self.door("y")
        self.enter_remesa()
        header = {"paid_on": "2026-03-20", "cleared_at": "2026-03-20T08:00:00-06:00"}
        of_y = self.y.enter(self.declare("26 24 3456 6000502", 300, 30_000, **header), "2026-03-20")
        self.y.bring_in(of_y, "2026-03-20", "ANDEN-RFS", "A-01-RFS")

    @staticmethod
    def door(code):
        client = make_client(code)
        make_item(client, "SKU-9")
        return ApiDoor(client)

    def declare(self, number, quantity, value, line=None, **header):
        lines = [{"sku": "SKU-9", "quantity": quantity, "value": value, **(line or {})}]
        return world.declaration(number, self.site, self.authorisation, lines, **header)

    def enter_remesa(self):
        week = {"is_consolidated": True, "consolidated_opened_on": "2026-03-02"}
        m3 = self.x.enter(self.declare("26 24 3456 6000501", 500, 50_000, **week), "2026-03-02")
        self.x.bring_in(m3, "2026-03-03", "ANDEN-RFS", "A-01-RFS")
        assert self.x.columns("bonded-lots/", "is_provisional", "clock_start", "remaining") == [
            (True, "2026-03-03", "500")
        ]
        self.x.post(
            f"pedimentos/{m3}/close/", {"closed_on": "2026-03-09", "paid_on": "2026-03-09"}, at("2026-03-09", 18)
        )

    def out(self, number, key, operation, regime, quantity, day, to, *, refused_at=None, **values):
        header = {"document_key": key, "operation": operation, "regime": regime, "paid_on": day, **values}
        digits = self.x.enter(self.declare(number, quantity, quantity * 100, **header), day)
        return self.x.send_out(digits, "slp", to.code, "SKU-9", quantity, "ANDEN-RFS", day, refused_at=refused_at)

    def count_118(self):
        """A count is the warehouse's own work, blind and by three people: it has no door in the API, only its result has.

        By their pages: 118 of x where 120 should lie, and all of y, who is not asked for again. Returns the sheet's number.
        """
        sheet, asked = take_count_by_page(self.site, "A-01-RFS", {"x": "118", "y": "300"}, "2026-07-01")
        assert asked == [["x", "y"], ["x"]]
        return sheet

    def owed(self):
        """What each client still owes customs, by its own key."""
        return [door.columns("bonded-lots/", "remaining") for door in (self.x, self.y)]


@told_once
def zone():
    return Zone()


def test_entries_exits_and_the_refusal_of_scenario_b_by_the_keys_of_its_clients(zone):
    x, y = zone.x, zone.y
    assert zone.owed() == [[("500",)], [("300",)]]
    assert x.columns("bonded-lots/", "is_provisional", "clock_start") == [(False, "2026-03-09")]

    # 3: J4 in the same state, 200 pieces to the US
    same_state = [{"code": "J4", "complement_1": "2"}]
    zone.out(J4_200, "J4", "EXP", "EXD", 200, "2026-05-05", zone.dallas, identifiers=same_state)
    assert zone.owed() == [[("300",)], [("300",)]]
    identifiers = x.one("pedimentos/262434566000511/")["identifiers"]
    assert [(row["code"], row["complement_1"]) for row in identifiers] == [("J4", "2")]

    # 4: G9, 180 pieces into the country, taxed
    zone.out(
        G9_180, "G9", "IMP", "IMD", 180, "2026-06-18", zone.buyer,
        line={"contributions": taxes(G9_LINE_TAXES)}, contributions=taxes(G9_HEADER_TAXES),
    )  # fmt: skip
    assert zone.owed() == [[("120",)], [("300",)]]
    paid = x.one("pedimentos/262434566000512/")["contributions"]
    assert {row["code"]: row["amount_mxn"] for row in paid if row["line"] == 1} == G9_LINE_TAXES
    assert {row["code"]: row["amount_mxn"] for row in paid if row["line"] is None} == G9_HEADER_TAXES

    # 5: J4 of 130 is refused: 120 are available, and the other client's 300 are untouched
    refusal = zone.out(J4_130, "J4", "EXP", "EXD", 130, "2026-06-19", zone.dallas, refused_at="reserve")
    assert (refusal["code"], refusal["context"]["asked"], refusal["context"]["free"]) == (
        "not_enough_free",
        "130",
        "120",
    )
    assert zone.owed() == [[("120",)], [("300",)]]
    assert x.columns("discharges/", "exit", "quantity") == X_ROWS
    assert x.columns("reservations/", "document", is_open="true") == []

    # 7: expiry of X's layer
    assert x.columns("bonded-lots/", "stay_limit_code", "must_leave_by", "legal_deadline") == [
        ("RFS-60M", "2031-03-09", "2031-03-10")
    ]
    assert y.columns("discharges/", "exit") == []
    assert list(verify_books()) == []


def test_what_the_warehouse_counted_is_told_to_the_client_it_concerns_and_to_no_other(zone):
    x, y = zone.x, zone.y
    zone.out(J4_200, "J4", "EXP", "EXD", 200, "2026-05-05", zone.dallas)
    zone.out(G9_180, "G9", "IMP", "IMD", 180, "2026-06-18", zone.buyer)
    seen_by_y = [y.rows(url) for url in ("stock/", "findings/", "postings/", "legs/")]

    # 6: a cycle count finds 118
    sheet = zone.count_118()

    assert zone.owed() == [[("120",)], [("300",)]]
    assert x.columns("differences/", "sku", "regime", "quantity", "origin", "document", "found_on", "resolved_at") == [
        ("SKU-9", "RFS", "-2", "count", sheet, "2026-07-01", None)
    ]
    in_zone = {"site": "slp", "regime": "RFS"}
    assert [(row["location"], row["quantity"]) for row in x.rows("stock/", **in_zone)] == [("A-01-RFS", "118")]
    assert [row["quantity"] for row in x.rows("stock-by-site/", as_of="2026-06-30", **in_zone)] == ["120"]
    assert [row["quantity"] for row in x.rows("stock-by-site/", as_of="2026-07-01", **in_zone)] == ["118"]
    assert x.columns("postings/", "document", "legal_date", kind="count") == [(sheet, "2026-07-01")]
    assert ("A-01-RFS", "-2") in x.columns("legs/", "location", "quantity", document=sheet)
    findings = {row["code"]: row["context"] for row in x.rows("findings/", is_open="true")}
    assert findings["stock_shortage"] == {"sku": "SKU-9", "quantity": "-2", "document": sheet}
    assert findings["count_difference"] == {
        "document": sheet, "location": "A-01-RFS", "sku": "SKU-9", "expected": "120", "counted": "118",
    }  # fmt: skip

    assert y.rows("differences/") == []
    assert [y.rows(url) for url in ("stock/", "findings/", "postings/", "legs/")] == seen_by_y
    assert list(verify_books()) == []


def test_goods_a_count_did_not_find_cannot_be_promised_though_the_law_still_asks_for_them(zone):
    zone.out(J4_200, "J4", "EXP", "EXD", 200, "2026-05-05", zone.dallas)
    zone.out(G9_180, "G9", "IMP", "IMD", 180, "2026-06-18", zone.buyer)
    zone.count_118()

    refusal = zone.out(J4_130, "J4", "EXP", "EXD", 120, "2026-07-02", zone.dallas, refused_at="reserve")

    assert (refusal["context"]["asked"], refusal["context"]["free"]) == ("120", "118")
    assert zone.owed()[0] == [("120",)]


def test_a_key_for_national_goods_takes_no_foreign_ones(zone):
    # G8 gives back national goods to the market, and would find none here (mexico.md §2.5).
    refusal = zone.out("26 24 3456 6000514", "G8", "EXP", "EXD", 10, "2026-05-06", zone.buyer, refused_at="dispatch")

    assert (refusal["code"], refusal["context"]["asked"], refusal["context"]["available"]) == (
        "not_enough_bonded", "10", "0",
    )  # fmt: skip
    assert zone.owed() == [[("500",)], [("300",)]]
    assert zone.x.rows("discharges/") == []
