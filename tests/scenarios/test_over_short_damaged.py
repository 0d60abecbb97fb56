"""Over, short and damaged, at the gate of a bonded zone and at a US distribution center: what each book then says.

mexico.md §7.2, §7.3: a shortage or an overage does not change the customs balance, it stands as a difference until a
document of law explains it; what is over waits in quarantine; a change of condition changes no balance.
"""

from datetime import date
from decimal import Decimal

import pytest

from inventory.customs import services as customs
from inventory.customs.models import BondedLot, Discharge, LegalNotice, StockDifference
from inventory.findings.models import Finding
from inventory.ledger import selectors as stock
from inventory.models import Account, Balance, Location, PatentNumber
from inventory.reports.verification import verify_books
from tests.api.conftest import caller_for
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.world import ACTOR, at
from warehouse.receiving import services as receiving
from warehouse.shipping import services as shipping
from warehouse.shipping.errors import NoStockToShip
from warehouse.shipping.services import Received

pytestmark = pytest.mark.django_db
DAY = "2026-03-03"
SKU = "SKU-9"


class Gate:
    """A zone that waits for a hundred pieces, and what each book says after they were counted."""

    def __init__(self, regime="RFS", key="M3", lines=None):
        world.load_law()
        PatentNumber.objects.create(code="3456", valid_from=date(2020, 1, 1))
        self.zone, self.regime = world.make_zone("slp", regime), regime
        self.client, authorisation = make_client("x"), make_authorisation(regime, site=self.zone)
        self.item = make_item(self.client, SKU)
        lines = lines or [{"sku": SKU, "quantity": 100, "value": 10_000}]
        option = {"update_option": "FI"} if key == "A4" else {}
        data = world.declaration(
            "26 24 3456 6000501", self.zone, authorisation, lines, document_key=key, regime=regime,
            paid_on="2026-03-02", cleared_at="2026-03-02T08:00:00-06:00", entered_on="2026-03-02", **option,
        )  # fmt: skip
        self.authorisation, self.entry = authorisation, world.enter(self.client, data, "2026-03-02")
        self.shelf = Location.objects.get(site=self.zone, code=f"A-01-{regime}")
        dock = Location.objects.get(site=self.zone, code=f"ANDEN-{regime}")
        receipt = receiving.expect(pedimento=self.entry, at=at(DAY, 8), actor=ACTOR)
        self.receipt = receiving.arrive(receipt=receipt, arrived_at=at(DAY, 8), dock=dock, at=at(DAY, 8), actor=ACTOR)

    def count(self, *counted):
        lines = self.receipt.lines.order_by("pk")
        counts = {
            line.pk: receiving.Count(Decimal(good), Decimal(damaged), self.shelf)
            for line, (good, damaged) in zip(lines, counted, strict=True)
        }
        self.receipt = receiving.count(receipt=self.receipt, counts=counts, at=at(DAY, 9), actor=ACTOR)

    def close(self, *counted):
        self.count(*counted)
        self.receipt = receiving.close(receipt=self.receipt, at=at(DAY, 10), actor=ACTOR)

    def lies(self):
        """What lies where, by code of the location."""
        rows = Balance.objects.filter(account__client=self.client, is_virtual=False).exclude(quantity=0)
        return {row.location.code: row.quantity for row in rows.select_related("location")}

    def owed(self):
        return [(lot.quantity, lot.remaining) for lot in BondedLot.objects.order_by("pk")]

    def seen(self, url, *names, **params):
        """These fields of each row the client sees at a URL of the API."""
        rows = caller_for(self.client).pages(url, params)
        return [tuple(row[name] for name in names) for row in rows]


def findings():
    rows = Finding.objects.filter(closed_at=None).order_by("code")
    return {row.code: (row.severity, row.context.get("quantity")) for row in rows}


def difference():
    return StockDifference.objects.values_list("quantity", "origin", "resolved_at").get()


def test_short_at_the_gate(db):
    gate = Gate()

    gate.close((97, 0))

    # The declaration owes customs the whole hundred; the shelf has what came; the rest stands as a difference.
    assert gate.lies() == {"A-01-RFS": 97}
    assert gate.owed() == [(100, 100)]
    assert difference() == (-3, "receipt", None)
    assert findings() == {"stock_shortage": ("critical", "-3")}
    assert gate.seen("stock/", "location", "kind", "quantity") == [("A-01-RFS", "storage", "97")]
    assert gate.seen("bonded-lots/", "opening_quantity", "remaining") == [("100", "100")]
    assert gate.seen("differences/", "sku", "quantity", "document", "resolved_at") == [
        (SKU, "-3", gate.receipt.number, None)
    ]
    assert gate.seen("findings/", "code", "severity") == [("stock_shortage", "critical")]
    assert list(verify_books()) == []


def test_over_at_the_gate(db):
    gate = Gate()

    gate.close((105, 0))

    # Five that nobody declared: not on the shelf, not in the customs books, not for shipping.
    assert gate.lies() == {"A-01-RFS": 100, "CUARENTENA-RFS": 5}
    assert gate.owed() == [(100, 100)]
    assert difference() == (5, "receipt", None)
    assert findings() == {"stock_overage": ("warning", "5")}
    assert set(gate.seen("stock/", "location", "kind", "quantity")) == {
        ("A-01-RFS", "storage", "100"),
        ("CUARENTENA-RFS", "quarantine", "5"),
    }
    line = caller_for(gate.client).get(f"receipts/{gate.receipt.number}/").json()["lines"][0]
    assert (line["declared"], line["good"], line["damaged"], line["difference"]) == ("100", "105", "0", "5")
    with pytest.raises(NoStockToShip) as short:
        reserve(gate, 101)
    assert (short.value.context["asked"], short.value.context["free"]) == ("101", "100")
    assert list(verify_books()) == []


def test_damaged_at_the_gate(db):
    gate = Gate()

    gate.close((96, 4))

    # Damaged is not gone: customs is owed all of it, the shelf has all of it, four of them aside.
    assert gate.lies() == {"A-01-RFS": 96, "CUARENTENA-RFS": 4}
    assert gate.owed() == [(100, 100)]
    assert not StockDifference.objects.exists()
    assert findings() == {"receipt_damaged": ("warning", "4")}
    assert set(gate.seen("stock/", "kind", "quantity", "hold")) == {("storage", "96", ""), ("quarantine", "4", "")}
    assert gate.seen("findings/", "code", "context") == [
        ("receipt_damaged", {"document": gate.receipt.number, "sku": SKU, "quantity": "4"})
    ]
    with pytest.raises(NoStockToShip) as short:
        reserve(gate, 97)
    assert short.value.context["free"] == "96"
    assert list(verify_books()) == []


def test_over_and_damaged_at_once_are_both_set_aside(db):
    gate = Gate()

    gate.close((98, 7))

    assert gate.lies() == {"A-01-RFS": 93, "CUARENTENA-RFS": 12}
    assert difference() == (5, "receipt", None)
    assert findings() == {"receipt_damaged": ("warning", "7"), "stock_overage": ("warning", "5")}
    assert list(verify_books()) == []


def test_short_and_damaged_at_once(db):
    gate = Gate()

    gate.close((90, 4))

    assert gate.lies() == {"A-01-RFS": 90, "CUARENTENA-RFS": 4}
    assert gate.owed() == [(100, 100)]
    assert difference() == (-6, "receipt", None)
    assert findings() == {"receipt_damaged": ("warning", "4"), "stock_shortage": ("critical", "-6")}
    assert list(verify_books()) == []


def test_nothing_came_of_what_was_declared(db):
    gate = Gate()

    gate.close((0, 0))

    assert gate.lies() == {}
    assert gate.owed() == [(100, 100)]
    assert difference() == (-100, "receipt", None)
    assert list(verify_books()) == []


TWO_BATCHES = [
    {"sku": SKU, "quantity": 60, "value": 6_000, "batch": "A"},
    {"sku": SKU, "quantity": 40, "value": 4_000, "batch": "B"},
]


def test_lines_of_one_item_that_make_up_for_each_other_leave_no_difference_and_nothing_aside(db):
    gate = Gate(lines=TWO_BATCHES)

    gate.close((65, 0), (35, 0))

    assert gate.owed() == [(60, 60), (40, 40)]
    rows = Balance.objects.filter(location=gate.shelf).order_by("lot__batch")
    assert [(row.lot.batch, row.quantity) for row in rows] == [("A", 65), ("B", 35)]
    assert gate.lies().keys() == {"A-01-RFS"}
    assert findings() == {}
    assert list(verify_books()) == []


def test_of_lines_that_make_up_for_each_other_in_part_only_the_rest_is_set_aside(db):
    gate = Gate(lines=TWO_BATCHES)

    gate.close((65, 0), (38, 0))

    aside = Balance.objects.get(location__kind=Location.Kind.QUARANTINE)
    assert (aside.lot.batch, aside.quantity) == ("A", 3)
    assert difference() == (3, "receipt", None)
    assert list(verify_books()) == []


@pytest.fixture
def deposit(db):
    """A fiscal deposit, where a difference must be notified within a day."""
    return Gate("DFI", "A4", TWO_BATCHES)


def test_the_notice_of_a_fiscal_deposit_sums_the_lines_of_an_item(deposit):
    deposit.count((65, 0), (38, 0))

    assert LegalNotice.objects.get(kind="discrepancy").details == {SKU: "3"}


def test_the_notice_says_what_was_counted_last(deposit):
    deposit.count((60, 0), (38, 0))
    deposit.count((60, 0), (37, 0))

    notice = LegalNotice.objects.get(kind="discrepancy")
    assert notice.details == {SKU: "-3"}
    assert (notice.due_at, notice.closed_at) == (at("2026-03-04", 8), None)


def test_a_recount_that_finds_everything_needs_no_notice_of_a_difference(deposit):
    deposit.count((60, 0), (38, 0))
    deposit.count((60, 0), (40, 0))

    notice = LegalNotice.objects.get(kind="discrepancy")
    assert (notice.closed_at, notice.closed_by) == (at(DAY, 9), "operadora")
    assert notice.exception_reason
    assert "notice_discrepancy_due" not in findings()
    assert "notice_arrival_due" in findings()


def test_a_difference_after_all_makes_the_notice_due_again(deposit):
    deposit.count((60, 0), (38, 0))
    deposit.count((60, 0), (40, 0))
    deposit.count((60, 0), (39, 0))

    notice = LegalNotice.objects.get(kind="discrepancy")
    assert (notice.details, notice.closed_at, notice.exception_reason) == ({SKU: "-1"}, None, "")
    assert "notice_discrepancy_due" in findings()


def test_a_notice_that_was_sent_stays_as_it_was_sent(deposit):
    deposit.count((60, 0), (38, 0))
    notice = LegalNotice.objects.get(kind="discrepancy")
    customs.close_notice(notice=notice, acknowledgement="A-778", at=at(DAY, 9), actor=ACTOR)

    deposit.count((60, 0), (37, 0))

    notice.refresh_from_db()
    assert (notice.details, notice.acknowledgement) == ({SKU: "-2"}, "A-778")


# ── At the distribution center ──────────────────────────────────────────────────────────────────


def reserve(gate, quantity):
    wanted = [shipping.Wanted(gate.item, Decimal(quantity))]
    who = {"at": at("2026-04-01"), "actor": ACTOR}
    shipment = shipping.draft(client=gate.client, origin=gate.zone, destination=world.make_dc(), wanted=wanted, **who)
    return shipping.reserve(shipment=shipment, **who)


class Dock(Gate):
    """A hundred pieces in the zone, forty of which went to Dallas."""

    def __init__(self):
        super().__init__()
        self.close((100, 0))
        self.dc = world.make_dc()
        j4 = world.declaration(
            "26 24 3456 6000511", self.zone, self.authorisation, [{"sku": SKU, "quantity": 40, "value": 4_000}],
            document_key="J4", operation="EXP", regime="EXD", paid_on="2026-04-01",
        )  # fmt: skip
        exit_ = world.enter(self.client, j4, "2026-04-01")
        self.shipment = world.send_out(exit_, self.dc, {self.item: 40}, "2026-04-01")

    def receive(self, good, damaged):
        moment = at("2026-04-05")
        received = {1: Received(Decimal(good), Decimal(damaged), self.dc.locations.get(code="D-01"))}
        shipping.receive(shipment=self.shipment, received=received, received_at=moment, at=moment, actor=ACTOR)

    def abroad(self):
        rows = Balance.objects.filter(account__regime="EXD", is_virtual=False).exclude(quantity=0)
        return {row.location.code: row.quantity for row in rows.select_related("location")}

    def on_the_road(self):
        """What is still in transit, and under which regime it is in the books."""
        rows = Balance.objects.filter(location__kind="transit").exclude(quantity=0)
        return [(row.account.regime, row.quantity) for row in rows.select_related("account")]

    def unknown(self):
        rows = Balance.objects.filter(location__kind="difference").exclude(quantity=0)
        return [(row.account.regime, row.quantity) for row in rows.select_related("account")]


@pytest.fixture
def dock(db):
    return Dock()


def discharged():
    return sum(row.quantity for row in Discharge.objects.all())


def test_short_at_the_distribution_center(dock):
    dock.receive(37, 0)

    # Out of bond is out of bond: the exit was declared and left. What did not come stays on the road, in sight.
    assert dock.abroad() == {"D-01": 37}
    assert dock.on_the_road() == [("RFS", 3)]
    assert (dock.owed(), discharged()) == ([(100, 60)], 40)
    assert findings() == {"delivery_short": ("warning", "3")}
    assert not StockDifference.objects.exists()
    line = caller_for(dock.client).get(f"deliveries/{dock.shipment.number}/").json()["lines"][0]
    assert (line["shipped"], line["good"], line["damaged"], line["short"]) == ("40", "37", "0", "3")
    assert set(dock.seen("stock/", "regime", "kind", "quantity")) == {
        ("RFS", "storage", "60"),
        ("RFS", "transit", "3"),
        ("EXD", "storage", "37"),
    }
    assert list(verify_books()) == []


def test_damaged_at_the_distribution_center(dock):
    dock.receive(36, 4)

    assert dock.abroad() == {"D-01": 36, "CUARENTENA-EXD": 4}
    assert dock.on_the_road() == []
    assert (dock.owed(), discharged()) == ([(100, 60)], 40)
    assert findings() == {"delivery_damaged": ("warning", "4")}
    assert set(dock.seen("stock/", "site", "kind", "quantity", regime="EXD")) == {
        ("dallas", "storage", "36"),
        ("dallas", "quarantine", "4"),
    }
    assert list(verify_books()) == []


def test_over_at_the_distribution_center(dock):
    dock.receive(42, 0)

    # Two that no pedimento let out and no entry declared: aside, until it is known whose they are.
    assert dock.abroad() == {"D-01": 40, "CUARENTENA-EXD": 2}
    assert dock.on_the_road() == []
    assert dock.unknown() == [("EXD", -2)]
    assert (dock.owed(), discharged()) == ([(100, 60)], 40)
    assert findings() == {"delivery_over": ("warning", "2")}
    line = caller_for(dock.client).get(f"deliveries/{dock.shipment.number}/").json()["lines"][0]
    assert (line["good"], line["short"]) == ("42", "-2")
    assert list(verify_books()) == []


def test_over_and_damaged_at_the_distribution_center(dock):
    dock.receive(39, 3)

    assert dock.abroad() == {"D-01": 37, "CUARENTENA-EXD": 5}
    assert dock.unknown() == [("EXD", -2)]
    assert findings() == {"delivery_over": ("warning", "2"), "delivery_damaged": ("warning", "3")}
    assert list(verify_books()) == []


def test_nothing_came_to_the_distribution_center(dock):
    dock.receive(0, 0)

    assert dock.abroad() == {}
    assert dock.on_the_road() == [("RFS", 40)]
    assert dock.owed() == [(100, 60)]
    assert findings() == {"delivery_short": ("warning", "40")}
    dock.shipment.refresh_from_db()
    assert dock.shipment.state == "received"
    assert list(verify_books()) == []


def test_what_came_abroad_is_counted_from_the_day_it_came(dock):
    dock.receive(36, 4)

    account = Account.objects.get(regime="EXD")
    assert stock.on_hand_as_of(world.SEES_ALL, account, date(2026, 4, 4)) == 0
    assert stock.on_hand_as_of(world.SEES_ALL, account, date(2026, 4, 5)) == 40
