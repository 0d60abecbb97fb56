"""Scenario A of mexico.md §11: the entries of an IMMEX programme, their deadlines, and what may leave once one has passed.

Production, rectification and transfer (its steps 3 to 9) come with a later step; the exits here are of our own making.
"""

from datetime import date
from decimal import Decimal

import pytest

from inventory.customs import selectors as customs_books
from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.customs.models import BondedLot, Discharge
from inventory.findings.catalogue import sentence
from inventory.findings.models import Finding
from inventory.models import Account, Posting
from inventory.reports import verification
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.world import ACTOR, SEES_ALL, at
from warehouse.shipping.models import Shipment

pytestmark = pytest.mark.django_db

COPPER, HOUSING = "RM-CU", "RM-HSG"
E1, E2 = "26 24 3456 6000123", "26 24 3456 6000457"


def copper(kilos, value):
    return {"sku": COPPER, "quantity": kilos, "value": value, "tariff_code": "7408110100", "unit": "1"}


def housings(pieces, value):
    return {
        "sku": HOUSING, "quantity": pieces, "value": value, "tariff_code": "8503009999",
        "tariff_unit": "1", "tariff_quantity": pieces / 4,
    }  # fmt: skip


class Programme:
    """ACME's programme at Nuevo Laredo, with both entries in."""

    def __init__(self):
        world.load_law()
        self.site = world.make_zone("nld", "ITE")
        self.client = make_client("acme", rfc="EKU9003173C9")
        self.authorisation = make_authorisation("ITE", self.client, self.site, number="1234-2006")
        kilo = {"stock_unit": "1", "commercial_unit": "1", "tariff_unit": "1"}
        make_item(self.client, COPPER, tariff_code="7408110100", **kilo)
        make_item(
            self.client, HOUSING, tariff_code="8503009999", tariff_unit="1", tariff_numerator=1, tariff_denominator=4
        )
        self.bring_in(E1, "2026-01-15", [copper(1000, 180_000), housings(5000, 100_000)])
        self.bring_in(E2, "2026-03-10", [copper(600, 114_000)])

    def bring_in(self, number, day, lines):
        entry = self.declare(number, day, lines, "IN", "IMP", "ITE", cleared_at=f"{day}T10:00:00-06:00")
        world.bring_in(entry, day, hour=12)

    def declare(self, number, day, lines, key, operation, regime, **header):
        return world.enter(self.client, self.data(number, day, lines, key, operation, regime, **header), day)

    def data(self, number, day, lines, key, operation, regime, **header):
        return world.declaration(
            number, self.site, self.authorisation, lines,
            document_key=key, operation=operation, regime=regime, paid_on=day, **header,
        )  # fmt: skip

    def account(self, sku):
        return Account.objects.get(item__sku=sku, regime="ITE")

    def lot(self, number, seq):
        return BondedLot.objects.get(pedimento_number=number.replace(" ", ""), line_seq=seq)

    def discharge(self, outbound, sku, quantity, day):
        return customs.discharge(
            key=f"exit/{outbound.number}",
            withdrawals=[customs.Withdrawal(outbound.lines.get(), self.account(sku).pk, Decimal(quantity))],
            legal_date=date.fromisoformat(day),
            at=at(day, 19),
            actor=ACTOR,
        )


@pytest.fixture
def programme():
    return Programme()


def rows(programme, sku):
    return [
        (row.legal_date.isoformat(), row.kind, row.source, row.quantity, row.lot_balance, row.account_balance, row.value_mxn)
        for row in customs_books.kardex(SEES_ALL, programme.account(sku))
    ]  # fmt: skip


def test_the_entries_stand_in_the_ledger_as_worked_out(programme):
    assert rows(programme, COPPER) == [
        ("2026-01-15", "entry", "262434566000123-1", 1000, 1000, 1000, 180_000),
        ("2026-03-10", "entry", "262434566000457-1", 600, 600, 1600, 114_000),
    ]
    assert rows(programme, HOUSING) == [("2026-01-15", "entry", "262434566000123-2", 5000, 5000, 5000, 100_000)]
    assert programme.lot(E1, 2).tariff_quantity == 1250


def test_each_entry_has_eighteen_months_from_its_clearance(programme):
    stays = [
        (lot.stay_limit_code, lot.clock_start, lot.must_leave_by)
        for lot in (programme.lot(E1, 1), programme.lot(E1, 2), programme.lot(E2, 1))
    ]

    assert stays == [
        ("IMX-18M", date(2026, 1, 15), date(2027, 7, 15)),
        ("IMX-18M", date(2026, 1, 15), date(2027, 7, 15)),
        ("IMX-18M", date(2026, 3, 10), date(2027, 9, 10)),
    ]


def test_on_its_last_day_an_entry_may_still_leave_and_the_day_after_only_by_regularisation(programme):
    in_time = programme.declare("27 24 3456 7003001", "2027-07-15", [housings(1600, 32_000)], "RT", "EXP", "EXD")
    (row,) = programme.discharge(in_time, HOUSING, 1600, "2027-07-15")
    assert (row.quantity, row.tariff_quantity, row.value_mxn, row.flags) == (1600, 400, 32_000, [])

    late = programme.declare("27 24 3456 7003002", "2027-07-16", [housings(100, 2_000)], "RT", "EXP", "EXD")
    before = Discharge.objects.count()
    with pytest.raises(NotEnoughBonded) as refusal:
        programme.discharge(late, HOUSING, 100, "2027-07-16")
    assert (refusal.value.context["available"], refusal.value.context["expired"]) == ("0", "3400")
    assert Discharge.objects.count() == before
    # "Skipped by PEPS and refused with finding": nothing changed, and somebody has to look at it.
    (finding,) = Finding.objects.filter(code="exit_refused", closed_at=None)
    assert (finding.subject, finding.severity) == ("pedimento/272434567003002", "critical")
    assert (finding.client, finding.site_code, finding.opened_at) == (programme.client, "nld", at("2027-07-16", 19))
    assert sentence(finding) == (
        "Exit 272434567003002 line 1 asked for 100 of RM-HSG on 2027-07-16, of which 0 may leave: 100 short."
    )
    assert finding.context["expired"] == "3400"

    expired = {**housings(3400, 68_000), "source_number": "262434566000123", "source_seq": 2}
    a3 = programme.declare("27 24 3456 7003120", "2027-08-02", [expired], "A3", "IMP", "IMD")
    (row,) = programme.discharge(a3, HOUSING, 3400, "2027-08-02")
    assert (row.quantity, row.tariff_quantity, row.value_mxn) == (3400, 850, 68_000)
    assert set(row.flags) == {"declared_source", "expired"}
    lot = programme.lot(E1, 2)
    assert (lot.remaining, lot.remaining_tariff, lot.remaining_value_mxn) == (0, 0, 0)


def test_a_truck_that_may_not_leave_changes_no_stock_and_leaves_a_finding(programme):
    late = programme.declare("27 24 3456 7003002", "2027-07-16", [housings(100, 2_000)], "RT", "EXP", "EXD")
    item = programme.account(HOUSING).item

    with pytest.raises(NotEnoughBonded):
        world.send_out(late, world.make_dc(), {item: 100}, "2027-07-16")

    assert (Shipment.objects.get().state, Discharge.objects.count()) == ("cleared", 0)
    assert not Posting.objects.filter(kind=Posting.Kind.DISPATCH).exists()
    (finding,) = Finding.objects.filter(code="exit_refused", closed_at=None)
    assert (finding.context["exit"], finding.context["short"]) == ("272434567003002", "100")


def test_one_kilo_more_than_stands_in_time_is_refused_with_the_numbers(programme):
    rt = programme.declare("27 24 3456 7003555", "2027-09-01", [copper(601, 114_190)], "RT", "EXP", "EXD")

    with pytest.raises(NotEnoughBonded) as refusal:
        programme.discharge(rt, COPPER, 601, "2027-09-01")

    assert refusal.value.context == {
        "asked": "601", "available": "600", "short": "1", "on": "2027-09-01", "later": "0", "expired": "1000", "held": "0",
    }  # fmt: skip
    assert "9_peps_order" not in [one.check for one in verification.verify_books()]
