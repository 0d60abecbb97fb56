"""Scenario C of mexico.md §11: fiscal deposit, without its tax amounts."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.customs import services as customs
from inventory.customs.errors import KeyDoesNotApply, WrongEffect
from inventory.customs.models import BondedLot, Discharge, LegalNotice, StockDifference
from inventory.ledger import selectors as stock
from inventory.models import Account, Location
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.world import ACTOR, SEES_ALL, at
from warehouse.receiving import services as receiving
from warehouse.receiving.errors import NoticeOpen

pytestmark = pytest.mark.django_db


@pytest.fixture
def deposit():
    """The warehouse, its client, and the A4 of 1,000 boxes, not yet arrived."""
    world.load_law()
    site = world.make_zone("agd", "DFI")
    authorisation = make_authorisation("DFI", site=site)
    client = make_client("z")
    item = make_item(client, "CAJA")
    a4 = world.enter(
        client,
        world.declaration(
            "26 24 3456 6000601",
            site,
            authorisation,
            [{"sku": "CAJA", "quantity": 1000, "value": 500_000}],
            document_key="A4",
            regime="DFI",
            update_option="FI",
            entered_on="2026-02-10",
            paid_on="2026-02-10",
            cleared_at="2026-02-10T11:00:00-06:00",
        ),
        "2026-02-10",
    )
    return {"site": site, "authorisation": authorisation, "client": client, "item": item, "a4": a4}


def count_998(deposit):
    """Arrival on 2026-02-12 at 09:00, 998 boxes counted."""
    dock = Location.objects.get(site=deposit["site"], code="ANDEN-DFI")
    shelf = Location.objects.get(site=deposit["site"], code="A-01-DFI")
    arrived = at("2026-02-12", 9)
    receipt = receiving.expect(pedimento=deposit["a4"], at=arrived, actor=ACTOR)
    receipt = receiving.arrive(receipt=receipt, arrived_at=arrived, dock=dock, at=arrived, actor=ACTOR)
    line = receipt.lines.get()
    return receiving.count(
        receipt=receipt,
        counts={line.pk: receiving.Count(Decimal(998), location=shelf)},
        at=at("2026-02-12", 10),
        actor=ACTOR,
    )


def out(deposit, number, key, operation, regime, quantity, day):
    return world.enter(
        deposit["client"],
        world.declaration(
            number,
            deposit["site"],
            deposit["authorisation"],
            [{"sku": "CAJA", "quantity": quantity, "value": quantity * 500}],
            document_key=key,
            operation=operation,
            regime=regime,
            paid_on=day,
        ),
        day,
    )


def test_the_whole_of_scenario_c(deposit):
    receipt = count_998(deposit)
    discrepancy = LegalNotice.objects.get(kind="discrepancy")
    assert discrepancy.due_at == at("2026-02-13", 9)
    with pytest.raises(NoticeOpen):
        receiving.close(receipt=receipt, at=at("2026-02-12", 11), actor=ACTOR)
    assert not BondedLot.objects.exists()

    for notice in LegalNotice.objects.all():
        customs.close_notice(notice=notice, acknowledgement="A-778", at=at("2026-02-12", 12), actor=ACTOR)
    receiving.close(receipt=receipt, at=at("2026-02-12", 13), actor=ACTOR)
    account = Account.objects.get(item=deposit["item"], regime="DFI")
    lot = BondedLot.objects.get()
    assert (lot.remaining, stock.on_hand_as_of(SEES_ALL, account, date(2026, 2, 12))) == (1000, 998)
    assert (lot.stay_limit_code, lot.clock_start, lot.must_leave_by) == (
        "DFI-24M",
        date(2026, 2, 10),
        date(2028, 2, 10),
    )

    g1 = out(deposit, "26 24 3456 6000611", "G1", "IMP", "IMD", 400, "2026-09-15")
    world.send_out(g1, world.make_consignee(), {deposit["item"]: 400}, "2026-09-15")
    assert world.legal_balance(account) == 600

    k2 = out(deposit, "26 24 3456 6000612", "K2", "EXP", "EXD", 100, "2026-09-20")
    world.send_out(k2, world.make_consignee("otro-agd"), {deposit["item"]: 100}, "2026-09-20")
    assert world.legal_balance(account) == 500

    g8 = out(deposit, "26 24 3456 6000613", "G8", "EXP", "EXD", 10, "2026-09-25")
    before = Discharge.objects.count()
    with pytest.raises((KeyDoesNotApply, WrongEffect)):
        customs.discharge(
            key="g8",
            withdrawals=[customs.Withdrawal(g8.lines.get(), account.pk, Decimal(10))],
            legal_date=date(2026, 9, 25),
            at=at("2026-09-25", 18),
            actor=ACTOR,
        )
    assert Discharge.objects.count() == before

    assert world.legal_balance(account) == 500
    assert stock.on_hand_as_of(SEES_ALL, account, date(2026, 9, 25)) == 498
    difference = StockDifference.objects.get()
    assert (difference.quantity, difference.resolved_at) == (Decimal(-2), None)
