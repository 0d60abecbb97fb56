"""One account from its first entry to nothing, row by row as worked out by hand, through the services."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.customs import selectors as customs_books
from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.customs.models import BondedLot, Discharge
from inventory.findings.models import Finding
from inventory.ledger import selectors as stock
from inventory.models import Account
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.account_life import ENTRIES, FLAGS, ROWS, STEPS
from tests.scenarios.world import ACTOR, SEES_ALL, at
from warehouse.shipping import services as shipping

pytestmark = pytest.mark.django_db
DECLARED = {"RT": ("EXP", "EXD"), "F4": ("IMP", "IMD"), "A3": ("IMP", "IMD")}


class Life:
    """Walks the steps in order of their day, entries first, and remembers the documents."""

    def __init__(self):
        world.load_law()
        self.site = world.make_zone("nld", "ITE")
        self.client = make_client("norte")
        self.authorisation = make_authorisation("ITE", client=self.client, site=self.site)
        self.item = make_item(self.client, "MOTOR", tariff_unit="1", tariff_numerator=1, tariff_denominator=3)
        self.dallas, self.buyer = world.make_dc(), world.make_consignee()
        self.shipments, self.numbers = {}, {name: number for name, _day, number, *_rest in ENTRIES}

    def enter(self, name, day, number, pieces, kilos, value):
        line = {"sku": "MOTOR", "quantity": pieces, "value": value, "tariff_unit": "1", "tariff_quantity": kilos}
        line["tariff_code"] = "8501100100"
        header = {"document_key": "IN", "regime": "ITE", "paid_on": day, "cleared_at": f"{day}T08:00:00-06:00"}
        data = world.declaration(number, self.site, self.authorisation, [line], **header)
        world.bring_in(world.enter(self.client, data, day), day)

    def outbound(self, day, number, key, pieces, source):
        operation, regime = DECLARED[key]
        line = {"sku": "MOTOR", "quantity": pieces, "value": pieces * 150, "tariff_unit": "1"}
        line |= {"tariff_quantity": pieces, "tariff_code": "8501100100"}
        if source:
            line |= {"source_number": self.numbers[source], "source_seq": "1"}
        header = {"document_key": key, "operation": operation, "regime": regime, "paid_on": day}
        data = world.declaration(number, self.site, self.authorisation, [line], **header)
        return world.enter(self.client, data, day)

    def exit(self, name, day, number, key, pieces, source):
        pedimento = self.outbound(day, number, key, pieces, source)
        self.numbers[name] = pedimento.number
        to = self.dallas if key == "RT" else self.buyer
        self.shipments[name] = world.send_out(pedimento, to, {self.item: pieces}, day)

    def reverse(self, day, name):
        shipping.reverse_dispatch(shipment=self.shipments[name], at=at(day, 20), actor=ACTOR, reason="Turned back")

    def walk(self, until="2027-01-01"):
        entries = [(day, 0, (name, day, number, q, kg, value)) for name, day, number, q, kg, value, _by in ENTRIES]
        steps = [(step[1], 1, step) for step in STEPS]
        for day, _order, what in sorted(entries + steps, key=lambda event: event[:2]):
            if day >= until:
                break
            if what[0] == "reverse":
                self.reverse(what[1], what[2])
            elif what[0].startswith("E"):
                self.enter(*what)
            else:
                self.exit(*what)
        return Account.objects.get(item=self.item, regime="ITE")


@pytest.fixture
def life():
    return Life()


def test_the_life_of_the_account_is_as_worked_out_by_hand_row_by_row_and_day_by_day(life):
    account = life.walk()

    _check_rows(life, account)
    _check_entries(life)
    _check_days(account)


def _check_rows(life, account):
    names = {life.numbers[name].replace(" ", ""): name for name in life.numbers}
    rows = [row for row in customs_books.kardex(SEES_ALL, account) if row.kind != "entry"]
    written = [
        (
            names[row.document],
            names[row.source.split("-")[0]],
            row.quantity,
            row.tariff_quantity,
            row.value_mxn,
            row.lot_balance,
            row.account_balance,
        )
        for row in rows
    ]
    assert written == ROWS
    assert {names[row.document]: list(row.flags) for row in rows if row.flags} == FLAGS


def _check_entries(life):
    """They opened with their deadlines, end with nothing left, and the one that was passed over left a finding."""
    lots = BondedLot.objects.order_by("pedimento_number")
    assert [lot.must_leave_by.isoformat() for lot in lots] == [by for *_rest, by in ENTRIES]
    assert {(lot.remaining, lot.remaining_tariff, lot.remaining_value_mxn) for lot in lots} == {(0, 0, 0)}
    passed_over = lots.get(pedimento_number=life.numbers["E4"].replace(" ", ""))
    finding = Finding.objects.get(code="expired_lot_skipped")
    assert finding.subject == f"bonded_lot/{passed_over.pk}"
    assert finding.context["remaining"] == "40"


def _check_days(account):
    """Shelf and law agree at the end of each."""
    days = sorted({step[1] for step in STEPS} | {entry[1] for entry in ENTRIES})
    for day in map(date.fromisoformat, days):
        legal = sum(row.quantity for row in customs_books.bonded_as_of(SEES_ALL, day, account=account))
        assert stock.on_hand_as_of(SEES_ALL, account, day) == legal, day


def test_on_the_day_after_the_deadline_a_return_cannot_use_what_expired(life):
    account = life.walk(until="2026-12-06")
    rt = life.outbound("2026-12-06", "26 24 3456 6000299", "RT", 61, None)
    before = Discharge.objects.count()

    with pytest.raises(NotEnoughBonded) as refusal:
        customs.discharge(
            key="late",
            withdrawals=[customs.Withdrawal(rt.lines.get(), account.pk, Decimal(61))],
            legal_date=date(2026, 12, 6),
            at=at("2026-12-06", 18),
            actor=ACTOR,
        )

    assert refusal.value.context == {
        "asked": "61", "available": "60", "short": "1", "on": "2026-12-06", "later": "0", "expired": "40", "held": "0",
    }  # fmt: skip
    assert Discharge.objects.count() == before


def test_an_authorised_person_may_let_expired_goods_return_late_and_leaves_a_finding(life):
    account = life.walk(until="2026-12-06")
    rt = life.outbound("2026-12-06", "26 24 3456 6000299", "RT", 61, None)

    rows = customs.discharge(
        key="late",
        withdrawals=[customs.Withdrawal(rt.lines.get(), account.pk, Decimal(61))],
        legal_date=date(2026, 12, 6),
        at=at("2026-12-06", 18),
        actor=ACTOR,
        override_reason="Late return, LA 183, fine paid",
    )

    assert [(row.quantity, row.flags) for row in rows] == [(40, ["expired"]), (21, [])]
    assert Finding.objects.filter(code="rule_overridden", closed_at=None).count() == 1


def test_each_exit_again_changes_nothing(life):
    account = life.walk()
    before = list(Discharge.objects.order_by("pk").values())

    for shipment in life.shipments.values():
        line = shipment.lines.select_related("outbound_line").get() if shipment.lines.count() == 1 else None
        if line is None:
            continue
        quantity = sum((one.quantity for one in shipment.lines.all()), Decimal(0))
        customs.discharge(
            key=f"shipment/{shipment.number}/dispatch",
            withdrawals=[customs.Withdrawal(line.outbound_line, account.pk, quantity)],
            legal_date=shipment.dispatched_at.date(),
            at=at("2027-01-01", 12),
            actor=ACTOR,
        )

    assert list(Discharge.objects.order_by("pk").values()) == before
