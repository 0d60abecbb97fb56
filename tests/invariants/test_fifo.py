"""The PEPS plan by itself: for any lots and any exit."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.customs.fifo import Exit, NotEnoughBonded, OpenLot, after, plan_discharge, share

START = date(2025, 1, 1)
ON = START + timedelta(days=400)
amounts = st.decimals(min_value="0.000001", max_value="5000", places=6)


@st.composite
def open_lots(draw):
    lots = []
    for lot_id in range(draw(st.integers(1, 8))):
        declared = draw(amounts)
        value = draw(st.integers(0, 10**7))
        day = START + timedelta(days=draw(st.integers(0, 300)))
        lots.append(
            OpenLot(
                lot_id=lot_id,
                clock_start=day,
                paid_on=day - timedelta(days=draw(st.integers(0, 30))),
                pedimento_number=str(draw(st.integers(1, 3))),
                line_seq=draw(st.integers(1, 12)),
                remaining=declared,
                remaining_tariff=Decimal(draw(st.integers(1, 10**6))) / 1000,
                remaining_value=Decimal(value),
                declared=declared,
                declared_tariff=Decimal(1),
                declared_value=Decimal(value),
                available_from=draw(st.sampled_from([day, day, day, ON, ON + timedelta(days=1)])),
                must_leave_by=draw(st.sampled_from([None, ON - timedelta(days=1), ON, ON + timedelta(days=9)])),
                hold_reason=draw(st.sampled_from(["", "", "", "embargo"])),
            )
        )
    return lots


def usable(lots):
    return [lot for lot in lots if lot.available_from <= ON and not lot.hold_reason and not lot.is_expired(ON)]


def turn(lot):
    """Where a lot stands in the queue by mexico.md §3.4, whatever the plan believes."""
    return lot.clock_start, lot.paid_on, lot.pedimento_number, lot.line_seq, lot.lot_id


@given(open_lots(), amounts)
def test_a_plan_takes_exactly_what_was_asked(lots, asked):
    assume(asked <= sum(lot.remaining for lot in usable(lots)))

    plan = plan_discharge(lots, Exit(asked, ON))

    assert sum(take.quantity for take in plan.takes) == asked


@given(open_lots(), amounts)
def test_what_falls_short_is_refused_with_the_numbers(lots, asked):
    available = sum((lot.remaining for lot in usable(lots)), Decimal(0))
    assume(asked > available)

    with pytest.raises(NotEnoughBonded) as refusal:
        plan_discharge(lots, Exit(asked, ON))

    assert Decimal(refusal.value.context["available"]) == available
    assert Decimal(refusal.value.context["short"]) == asked - available
    others = sum(Decimal(refusal.value.context[name]) for name in ("later", "expired", "held"))
    assert available + others == sum(lot.remaining for lot in lots)


@given(open_lots(), amounts)
def test_no_older_usable_lot_is_left_standing(lots, asked):
    assume(asked <= sum(lot.remaining for lot in usable(lots)))

    plan = plan_discharge(lots, Exit(asked, ON))

    taken = {take.lot_id: take.quantity for take in plan.takes}
    last = max(turn(lot) for lot in lots if lot.lot_id in taken)
    for lot in usable(lots):
        if turn(lot) < last:
            assert taken.get(lot.lot_id) == lot.remaining


@given(open_lots(), st.integers(1, 7))
def test_however_a_lot_is_cut_the_parts_add_up_to_it(lots, cuts):
    lot = lots[0]
    left = lot
    tariff = value = Decimal(0)
    for n in range(cuts, 0, -1):
        quantity = left.remaining if n == 1 else (left.remaining / n).quantize(Decimal("0.000001"))
        if quantity <= 0:
            continue
        take = share(left, quantity)
        tariff, value, left = tariff + take.tariff_quantity, value + take.value, after(left, take)
        assert left.remaining >= 0
        assert left.remaining_tariff >= 0
        assert left.remaining_value >= 0

    assert (tariff, value) == (lot.remaining_tariff, lot.remaining_value)


@given(open_lots(), amounts, st.randoms())
def test_the_order_in_which_lots_are_read_changes_nothing(lots, asked, chance):
    assume(asked <= sum(lot.remaining for lot in usable(lots)))
    shuffled = list(lots)
    chance.shuffle(shuffled)

    assert plan_discharge(lots, Exit(asked, ON)) == plan_discharge(shuffled, Exit(asked, ON))


def test_the_last_take_of_a_lot_gets_the_residue():
    thousand = Decimal(1000)
    lot = OpenLot(
        1,
        START,
        START,
        "p",
        1,
        thousand,
        Decimal("333.333"),
        Decimal(100),
        thousand,
        Decimal("333.333"),
        Decimal(100),
        START,
    )

    kilos = []
    for pieces in (333, 333, 334):
        take = share(lot, Decimal(pieces))
        kilos.append(take.tariff_quantity)
        lot = after(lot, take)

    assert kilos == [Decimal("111.000"), Decimal("111.000"), Decimal("111.333")]
