"""Scenario B of mexico.md §11: a strategic bonded zone away from customs, run by a 3PL for two clients."""

from datetime import UTC, date
from decimal import Decimal

import pytest

from inventory.customs import selectors as customs_books
from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded, NotInTime
from inventory.customs.models import BondedLot, Discharge, StockDifference
from inventory.customs.pedimento_models import Pedimento
from inventory.errors import ReferenceMissing
from inventory.findings.models import Finding
from inventory.ledger import selectors as stock
from inventory.models import Account, ClaveEffect, Leg, Location, Posting
from inventory.parties.scope import ClientScope
from inventory.reports import verification
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.world import ACTOR, SEES_ALL, at
from tests.told import told_once
from warehouse.shipping.errors import NoStockToShip

pytestmark = pytest.mark.django_db


@told_once
def zone():
    """The zone with both clients' goods in it, as after step 2."""
    world.load_law()
    site = world.make_zone("slp")
    authorisation = make_authorisation("RFS", site=site)
    clients = {name: make_client(name) for name in ("x", "y")}
    items = {name: make_item(clients[name], "SKU-9") for name in clients}
    consolidated = world.enter(
        clients["x"],
        world.declaration(
            "26 24 3456 6000501",
            site,
            authorisation,
            [{"sku": "SKU-9", "quantity": 500, "value": 50_000}],
            is_consolidated=True,
            consolidated_opened_on="2026-03-02",
        ),
        "2026-03-02",
    )
    world.bring_in(consolidated, "2026-03-03")
    customs.close_consolidated(
        pedimento=consolidated,
        closed_on=date(2026, 3, 9),
        paid_on=date(2026, 3, 9),
        at=at("2026-03-09", 18),
        actor=ACTOR,
    )
    other = world.enter(
        clients["y"],
        world.declaration(
            "26 24 3456 6000502",
            site,
            authorisation,
            [{"sku": "SKU-9", "quantity": 300, "value": 30_000}],
            paid_on="2026-03-20",
            cleared_at="2026-03-20T08:00:00-06:00",
        ),
        "2026-03-20",
    )
    world.bring_in(other, "2026-03-20")
    return {
        "site": site,
        "authorisation": authorisation,
        "clients": clients,
        "items": items,
        "x": Account.objects.get(item=items["x"], regime="RFS"),
        "y": Account.objects.get(item=items["y"], regime="RFS"),
    }


# The taxes of the G9 by the pattern of T1 (mexico.md §5.6), worked out by hand for a customs value of 18,000 pesos:
# IGI 15 % = 2,700; cuota compensatoria 24.5 % = 4,410; DTA 8 al millar = 144; IVA 16 % of 18,000 + 2,700 + 4,410 + 144
# = 4,040.64, to pay 4,041; prevalidation 350 and its IVA 56. All in cash.
G9_LINE_TAXES = {"6": "2700", "2": "4410", "3": "4041"}
G9_HEADER_TAXES = {"1": "144", "15": "350", "23": "56"}


def taxes(amounts):
    return [{"code": code, "payment_form": "0", "amount_mxn": amount} for code, amount in amounts.items()]


def out(zone, number, key, operation, regime, quantity, day, line=None, **header):
    """An outbound pedimento of client X, paid on the day."""
    return world.enter(
        zone["clients"]["x"],
        world.declaration(
            number,
            zone["site"],
            zone["authorisation"],
            [{"sku": "SKU-9", "quantity": quantity, "value": quantity * 100, **(line or {})}],
            document_key=key,
            operation=operation,
            regime=regime,
            paid_on=day,
            **header,
        ),
        day,
    )


def test_a_remesa_of_an_open_consolidated_is_provisional_and_its_clock_starts_when_it_closes():
    world.load_law()
    site = world.make_zone("slp")
    authorisation = make_authorisation("RFS", site=site)
    client = make_client("x")
    make_item(client, "SKU-9")
    consolidated = world.enter(
        client,
        world.declaration(
            "26 24 3456 6000501",
            site,
            authorisation,
            [{"sku": "SKU-9", "quantity": 500, "value": 50_000}],
            is_consolidated=True,
            consolidated_opened_on="2026-03-02",
        ),
        "2026-03-02",
    )

    world.bring_in(consolidated, "2026-03-03")

    lot = BondedLot.objects.get()
    assert (lot.is_provisional, lot.clock_start, lot.remaining) == (True, date(2026, 3, 3), 500)

    customs.close_consolidated(
        pedimento=consolidated,
        closed_on=date(2026, 3, 9),
        paid_on=date(2026, 3, 9),
        at=at("2026-03-09", 18),
        actor=ACTOR,
    )

    lot.refresh_from_db()
    assert (lot.is_provisional, lot.clock_start) == (False, date(2026, 3, 9))
    assert (lot.must_leave_by, lot.legal_deadline) == (date(2031, 3, 9), date(2031, 3, 10))
    assert [(c.before, c.after) for c in lot.clock_changes.all()] == [(date(2026, 3, 3), date(2026, 3, 9))]


def test_an_exit_that_rightly_left_an_open_consolidated_alone_stays_right_once_it_closes(zone):
    of_x = zone["clients"]["x"]
    open_ = {"is_consolidated": True, "consolidated_opened_on": "2026-03-10"}
    lines = [{"sku": "SKU-9", "quantity": 50, "value": 5_000}]
    remesas = world.enter(
        of_x, world.declaration("26 24 3456 6000503", zone["site"], zone["authorisation"], lines, **open_), "2026-03-10"
    )
    world.bring_in(remesas, "2026-03-11")
    later = world.enter(
        of_x,
        world.declaration(
            "26 24 3456 6000504", zone["site"], zone["authorisation"], lines,
            paid_on="2026-03-12", cleared_at="2026-03-12T08:00:00-06:00",
        ),
        "2026-03-12",
    )  # fmt: skip
    world.bring_in(later, "2026-03-12")

    world.send_out(
        out(zone, "26 24 3456 6000514", "J4", "EXP", "EXD", 520, "2026-03-13"),
        world.make_dc(),
        {zone["items"]["x"]: 520},
        "2026-03-13",
    )
    customs.close_consolidated(
        pedimento=remesas, closed_on=date(2026, 3, 11), paid_on=date(2026, 3, 11), at=at("2026-03-16", 9), actor=ACTOR
    )

    left = dict(BondedLot.objects.filter(account=zone["x"]).values_list("pedimento_number", "remaining"))
    assert left == {"262434566000501": 0, "262434566000503": 50, "262434566000504": 30}
    assert [difference.check for difference in verification.verify_books()] == []


def test_national_goods_are_not_taken_for_foreign_where_the_law_has_a_gap(zone):
    m5 = world.enter(
        zone["clients"]["x"],
        world.declaration(
            "26 24 3456 6000505", zone["site"], zone["authorisation"], [{"sku": "SKU-9", "quantity": 5, "value": 500}],
            document_key="M5", operation="IMP", regime="RFS", paid_on="2026-03-12",
        ),
        "2026-03-12",
    )  # fmt: skip
    ClaveEffect.objects.filter(clave="M5").update(valid_to=date(2026, 1, 1))
    before = BondedLot.objects.count()

    with pytest.raises(ReferenceMissing):
        world.bring_in(m5, "2026-03-12")

    assert BondedLot.objects.count() == before


def test_tomorrow_is_the_future_in_the_evening_of_the_site_too(zone):
    open_ = {"is_consolidated": True, "consolidated_opened_on": "2026-03-10"}
    lines = [{"sku": "SKU-9", "quantity": 50, "value": 5_000}]
    remesas = world.enter(
        zone["clients"]["x"],
        world.declaration("26 24 3456 6000506", zone["site"], zone["authorisation"], lines, **open_),
        "2026-03-10",
    )
    evening = at("2026-03-11", 20).astimezone(UTC)

    with pytest.raises(NotInTime):
        customs.close_consolidated(
            pedimento=remesas, closed_on=date(2026, 3, 12), paid_on=date(2026, 3, 12), at=evening, actor=ACTOR
        )


def test_the_whole_of_scenario_b(zone):
    dallas, buyer = world.make_dc(), world.make_consignee()
    item = zone["items"]["x"]
    assert (world.legal_balance(zone["x"]), world.legal_balance(zone["y"])) == (500, 300)

    # 3: J4 in the same state, 200 pieces to the US
    same_state = [{"code": "J4", "complement_1": "2"}]
    j4 = out(zone, "26 24 3456 6000511", "J4", "EXP", "EXD", 200, "2026-05-05", identifiers=same_state)
    world.send_out(j4, dallas, {item: 200}, "2026-05-05")
    assert list(j4.identifiers.values_list("code", "complement_1")) == [("J4", "2")]
    assert (world.legal_balance(zone["x"]), world.legal_balance(zone["y"])) == (300, 300)

    # 4: G9, 180 pieces into the country
    g9 = out(
        zone, "26 24 3456 6000512", "G9", "IMP", "IMD", 180, "2026-06-18",
        line={"contributions": taxes(G9_LINE_TAXES)}, contributions=taxes(G9_HEADER_TAXES),
    )  # fmt: skip
    world.send_out(g9, buyer, {item: 180}, "2026-06-18")
    declared = {row.code: row.amount_mxn for row in g9.contributions.all()}
    assert declared == {code: Decimal(amount) for code, amount in {**G9_LINE_TAXES, **G9_HEADER_TAXES}.items()}
    assert sum(declared.values()) == 11_701
    assert (world.legal_balance(zone["x"]), world.legal_balance(zone["y"])) == (120, 300)

    # 5: J4 of 130 is refused: 120 are available, and the other client's 300 are untouched
    second = out(zone, "26 24 3456 6000513", "J4", "EXP", "EXD", 130, "2026-06-19")
    before = (Leg.objects.count(), Discharge.objects.count(), Posting.objects.count())
    with pytest.raises(NoStockToShip) as short:
        world.send_out(second, dallas, {item: 130}, "2026-06-19")
    assert (short.value.context["asked"], short.value.context["free"]) == ("130", "120")
    with pytest.raises(NotEnoughBonded) as refusal:
        customs.discharge(
            key="j4-130",
            withdrawals=[customs.Withdrawal(second.lines.get(), zone["x"].pk, Decimal(130))],
            legal_date=date(2026, 6, 19),
            at=at("2026-06-19", 18),
            actor=ACTOR,
        )
    assert (refusal.value.context["asked"], refusal.value.context["available"]) == ("130", "120")
    assert (Leg.objects.count(), Discharge.objects.count(), Posting.objects.count()) == before
    assert (world.legal_balance(zone["x"]), world.legal_balance(zone["y"])) == (120, 300)

    # 6: a cycle count finds 118; the law still says 120
    shelf = Location.objects.get(site=zone["site"], code="A-01-RFS")
    world.take_count(shelf, {zone["x"]: Decimal(118)}, "2026-07-01")
    assert world.legal_balance(zone["x"]) == 120
    difference = StockDifference.objects.get()
    assert (difference.account, difference.quantity, difference.origin) == (zone["x"], Decimal(-2), "count")
    assert Finding.objects.filter(code="stock_shortage", client=zone["clients"]["x"], closed_at=None).count() == 1
    assert stock.on_hand_as_of(SEES_ALL, zone["x"], date(2026, 7, 1)) == 118

    # 7: expiry of X's layer
    lot = BondedLot.objects.get(account=zone["x"])
    assert (lot.stay_limit_code, lot.must_leave_by, lot.legal_deadline) == (
        "RFS-60M",
        date(2031, 3, 9),
        date(2031, 3, 10),
    )


def test_the_books_of_scenario_b_can_be_asked_as_of_any_day(zone):
    j4 = out(zone, "26 24 3456 6000511", "J4", "EXP", "EXD", 200, "2026-05-05")
    world.send_out(j4, world.make_dc(), {zone["items"]["x"]: 200}, "2026-05-05")

    def legal(day):
        return sum(row.quantity for row in customs_books.bonded_as_of(SEES_ALL, day, account=zone["x"]))

    assert [legal(date(2026, 3, 2)), legal(date(2026, 5, 4)), legal(date(2026, 5, 5))] == [0, 500, 300]
    assert stock.on_hand_as_of(SEES_ALL, zone["x"], date(2026, 5, 4)) == 500
    assert stock.on_hand_as_of(SEES_ALL, zone["x"], date(2026, 5, 5)) == 300


def test_a_client_sees_nothing_of_the_other_in_the_books(zone):
    scope = ClientScope.of(zone["clients"]["y"].pk)

    assert {row.account_id for row in customs_books.bonded_lots(scope)} == {zone["y"].pk}
    assert {row.account_id for row in stock.stock(scope)} == {zone["y"].pk}
    assert list(customs_books.kardex(scope, zone["x"])) == []
    assert [p.client.code for p in customs_books.pedimentos(scope)] == ["y"]
    assert Pedimento.objects.count() == 2
