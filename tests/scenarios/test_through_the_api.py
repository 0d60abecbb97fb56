"""The same scenarios, figure by figure, through the REST API with each client's own key."""

import pytest

from inventory.reports.verification import verify_books
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.account_life import ENTRIES, FLAGS, ROWS, STEPS
from tests.scenarios.api_door import ApiDoor
from tests.scenarios.test_account_life import DECLARED, Life
from tests.scenarios.world import at

pytestmark = pytest.mark.django_db


class ApiLife(Life):
    """The life of the account, each step by HTTP."""

    def __init__(self):
        super().__init__()
        self.door = ApiDoor(self.client)

    def enter(self, name, day, number, pieces, kilos, value):
        line = {"sku": "MOTOR", "quantity": pieces, "value": value, "tariff_unit": "1", "tariff_quantity": kilos}
        line["tariff_code"] = "8501100100"
        header = {"document_key": "IN", "regime": "ITE", "paid_on": day, "cleared_at": f"{day}T08:00:00-06:00"}
        digits = self.door.enter(world.declaration(number, self.site, self.authorisation, [line], **header), day)
        self.door.bring_in(digits, day, "ANDEN-ITE", "A-01-ITE")

    def exit(self, name, day, number, key, pieces, source):
        operation, regime = DECLARED[key]
        line = {"sku": "MOTOR", "quantity": pieces, "value": pieces * 150, "tariff_unit": "1"}
        line |= {"tariff_quantity": pieces, "tariff_code": "8501100100"}
        if source:
            line |= {"source_number": self.numbers[source], "source_seq": 1}
        header = {"document_key": key, "operation": operation, "regime": regime, "paid_on": day}
        self.numbers[name] = self.door.enter(
            world.declaration(number, self.site, self.authorisation, [line], **header), day
        )
        to = self.dallas if key == "RT" else self.buyer
        self.shipments[name] = self.door.send_out(
            self.numbers[name], self.site.code, to.code, "MOTOR", pieces, "ANDEN-ITE", day
        )

    def reverse(self, day, name):
        self.door.reverse(self.shipments[name], day)


def test_every_row_of_the_account_comes_out_of_the_api_as_worked_out_by_hand():
    life = ApiLife()
    life.walk()

    names = {number.replace(" ", ""): name for name, number in life.numbers.items()}
    rows = sorted(life.door.rows("discharges/"), key=lambda row: row["id"])
    written = [(names[r["exit"]], names[r["entry"]], r["quantity"], r["tariff_quantity"], r["value_mxn"]) for r in rows]
    assert written == [(x, e, plain(-q), plain(-kg), plain(-mxn)) for x, e, q, kg, mxn, _lot, _account in ROWS]
    assert {names[row["exit"]]: row["flags"] for row in rows if row["flags"]} == FLAGS
    lots = sorted(life.door.rows("bonded-lots/"), key=lambda lot: lot["pedimento"])
    assert [lot["must_leave_by"] for lot in lots] == [by for *_rest, by in ENTRIES]
    assert {(lot["remaining"], lot["remaining_tariff"], lot["remaining_value_mxn"]) for lot in lots} == {
        ("0", "0", "0")
    }
    assert len([step for step in STEPS if step[0] == "reverse"]) == len([r for r in rows if r["reverses"]])
    assert list(verify_books()) == []


def plain(number):
    """A decimal as the API writes it."""
    return format(number.normalize(), "f")


def test_scenario_b_through_the_api():
    world.load_law()
    site = world.make_zone("slp")
    authorisation = make_authorisation("RFS", site=site)
    dallas, buyer = world.make_dc(), world.make_consignee()
    doors = {}
    for name in ("x", "y"):
        client = make_client(name)
        make_item(client, "SKU-9")
        doors[name] = ApiDoor(client)
    x, y = doors["x"], doors["y"]
    line = {"sku": "SKU-9", "quantity": 500, "value": 50_000}
    m3 = x.enter(
        world.declaration(
            "26 24 3456 6000501",
            site,
            authorisation,
            [line],
            is_consolidated=True,
            consolidated_opened_on="2026-03-02",
        ),
        "2026-03-02",
    )
    x.bring_in(m3, "2026-03-03", "ANDEN-RFS", "A-01-RFS")
    (lot,) = x.rows("bonded-lots/")
    assert (lot["is_provisional"], lot["remaining"]) == (True, "500")
    x.post(f"pedimentos/{m3}/close/", {"closed_on": "2026-03-09", "paid_on": "2026-03-09"}, at("2026-03-09", 18))
    header = {"paid_on": "2026-03-20", "cleared_at": "2026-03-20T08:00:00-06:00"}
    line = {"sku": "SKU-9", "quantity": 300, "value": 30_000}
    of_y = y.enter(world.declaration("26 24 3456 6000502", site, authorisation, [line], **header), "2026-03-20")
    y.bring_in(of_y, "2026-03-20", "ANDEN-RFS", "A-01-RFS")

    def out(number, key, operation, regime, quantity, day, to, expect=(200, 201)):
        line = {"sku": "SKU-9", "quantity": quantity, "value": quantity * 100}
        header = {"document_key": key, "operation": operation, "regime": regime, "paid_on": day}
        digits = x.enter(world.declaration(number, site, authorisation, [line], **header), day)
        return x.send_out(digits, "slp", to.code, "SKU-9", quantity, "ANDEN-RFS", day, expect)

    out("26 24 3456 6000511", "J4", "EXP", "EXD", 200, "2026-05-05", dallas)
    assert [lot["remaining"] for lot in x.rows("bonded-lots/")] == ["300"]
    out("26 24 3456 6000512", "G9", "IMP", "IMD", 180, "2026-06-18", buyer)
    assert [lot["remaining"] for lot in x.rows("bonded-lots/")] == ["120"]
    refusal = out("26 24 3456 6000513", "J4", "EXP", "EXD", 130, "2026-06-19", dallas, expect=(409,))

    assert (refusal["code"], refusal["context"]["asked"], refusal["context"]["free"]) == (
        "not_enough_free",
        "130",
        "120",
    )
    (lot,) = x.rows("bonded-lots/")
    assert (lot["remaining"], lot["must_leave_by"], lot["legal_deadline"]) == ("120", "2031-03-09", "2031-03-10")
    assert [lot["remaining"] for lot in y.rows("bonded-lots/")] == ["300"]
    assert [(row["exit"], row["quantity"]) for row in sorted(x.rows("discharges/"), key=lambda r: r["id"])] == [
        ("262434566000511", "200"),
        ("262434566000512", "180"),
    ]
    assert y.rows("discharges/") == []
    assert list(verify_books()) == []


def test_scenario_c_through_the_api():
    world.load_law()
    site = world.make_zone("agd", "DFI")
    authorisation = make_authorisation("DFI", site=site)
    client = make_client("z")
    make_item(client, "CAJA")
    door, buyer, other = ApiDoor(client), world.make_consignee(), world.make_consignee("otro-agd")
    header = {"document_key": "A4", "regime": "DFI", "update_option": "FI", "entered_on": "2026-02-10"}
    header |= {"paid_on": "2026-02-10", "cleared_at": "2026-02-10T11:00:00-06:00"}
    line = {"sku": "CAJA", "quantity": 1000, "value": 500_000}
    a4 = door.enter(world.declaration("26 24 3456 6000601", site, authorisation, [line], **header), "2026-02-10")
    receipt = door.post("receipts/", {"pedimento": a4}, at("2026-02-12", 9))
    url = f"receipts/{receipt['number']}/"
    door.post(
        f"{url}arrive/", {"arrived_at": at("2026-02-12", 9).isoformat(), "dock": "ANDEN-DFI"}, at("2026-02-12", 9)
    )
    counted = [{"id": receipt["lines"][0]["id"], "good": "998", "location": "A-01-DFI"}]
    door.post(f"{url}count/", {"lines": counted}, at("2026-02-12", 10))
    refusal = door.post(f"{url}close/", {}, at("2026-02-12", 11), expect=(409,))
    assert refusal["code"] == "notice_open"
    notices = {notice["kind"]: notice for notice in door.rows("notices/")}
    assert notices["discrepancy"]["due_at"].startswith("2026-02-13T15:00:00")
    for notice in notices.values():
        door.post(f"notices/{notice['id']}/close/", {"acknowledgement": "A-778"}, at("2026-02-12", 12))
    door.post(f"{url}close/", {}, at("2026-02-12", 13))
    (lot,) = door.rows("bonded-lots/")
    assert (lot["remaining"], lot["must_leave_by"]) == ("1000", "2028-02-10")

    def out(number, key, operation, regime, quantity, day):
        line = {"sku": "CAJA", "quantity": quantity, "value": quantity * 500}
        header = {"document_key": key, "operation": operation, "regime": regime, "paid_on": day}
        return door.enter(world.declaration(number, site, authorisation, [line], **header), day)

    g1 = out("26 24 3456 6000611", "G1", "IMP", "IMD", 400, "2026-09-15")
    door.send_out(g1, "agd", buyer.code, "CAJA", 400, "ANDEN-DFI", "2026-09-15")
    k2 = out("26 24 3456 6000612", "K2", "EXP", "EXD", 100, "2026-09-20")
    door.send_out(k2, "agd", other.code, "CAJA", 100, "ANDEN-DFI", "2026-09-20")

    assert [lot["remaining"] for lot in door.rows("bonded-lots/")] == ["500"]
    assert [row["quantity"] for row in door.rows("differences/")] == ["-2"]
    assert list(verify_books()) == []
