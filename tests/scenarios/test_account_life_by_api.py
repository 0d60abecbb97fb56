"""The life of one account by its client's key: what the API shows after each step is what was worked out by hand."""

from decimal import Decimal

import pytest

from inventory.reports.verification import verify_books
from tests.scenarios import world
from tests.scenarios.account_life import ENTRIES, FLAGS, ROWS, STEPS
from tests.scenarios.api_door import ApiDoor
from tests.scenarios.test_account_life import DECLARED, Life
from tests.told import told_once


class ByHand:
    """The state of the account after each step, put together from the table alone: pieces, kilos and pesos by entry."""

    def __init__(self):
        self.layers, self.total, self._ahead = {}, 0, list(ROWS)

    def enter(self, name, pieces, kilos, value):
        self.layers[name] = (Decimal(pieces), Decimal(kilos), Decimal(value))
        self.total += pieces

    def leave(self, name, *, back=False):
        """Take the next rows of this exit, or of its coming back."""
        while self._ahead and self._ahead[0][0] == name and (self._ahead[0][2] > 0) == back:
            _name, entry, pieces, kilos, pesos, left, self.total = self._ahead.pop(0)
            of_entry = tuple(map(sum, zip(self.layers[entry], (pieces, kilos, pesos), strict=True)))
            assert of_entry[0] == left, (name, entry)
            self.layers[entry] = of_entry

    def is_done(self):
        return not self._ahead


class ApiLife(Life):
    """The life of the account, each step by HTTP, and after each a look at the books by HTTP."""

    def __init__(self):
        super().__init__()
        self.door, self.by_hand, self.seen = ApiDoor(self.client), ByHand(), {}

    def enter(self, name, day, number, pieces, kilos, value):
        line = {"sku": "MOTOR", "quantity": pieces, "value": value, "tariff_unit": "1", "tariff_quantity": kilos}
        line["tariff_code"] = "8501100100"
        header = {"document_key": "IN", "regime": "ITE", "paid_on": day, "cleared_at": f"{day}T08:00:00-06:00"}
        digits = self.door.enter(world.declaration(number, self.site, self.authorisation, [line], **header), day)
        self.door.bring_in(digits, day, "ANDEN-ITE", "A-01-ITE")
        self.by_hand.enter(name, pieces, kilos, value)
        self.look(day)

    def exit(self, name, day, number, key, pieces, source):
        operation, regime = DECLARED[key]
        line = {"sku": "MOTOR", "quantity": pieces, "value": pieces * 150, "tariff_unit": "1"}
        line |= {"tariff_quantity": pieces, "tariff_code": "8501100100"}
        if source:
            line |= {"source_number": self.numbers[source], "source_seq": 1}
        header = {"document_key": key, "operation": operation, "regime": regime, "paid_on": day}
        data = world.declaration(number, self.site, self.authorisation, [line], **header)
        self.numbers[name] = self.door.enter(data, day)
        to = self.dallas if key == "RT" else self.buyer
        self.shipments[name] = self.door.send_out(
            self.numbers[name], self.site.code, to.code, "MOTOR", pieces, "ANDEN-ITE", day
        )
        self.by_hand.leave(name)
        self.look(day)

    def reverse(self, day, name):
        self.door.reverse(self.shipments[name], day)
        self.by_hand.leave(name, back=True)
        self.look(day)

    def look(self, day):
        """What the API shows of the account now is what the table says; kept, to be asked for again as of this day."""
        layers = self.layers()
        assert layers == {self.entry(name): layer for name, layer in self.by_hand.layers.items()}, day
        assert sum(pieces for pieces, _kilos, _pesos in layers.values()) == self.by_hand.total, day
        assert self.on_the_shelf() == self.by_hand.total, day
        self.seen[day] = layers

    def layers(self, **of_a_day):
        """Pieces, kilos and pesos that each entry still owes, by pedimento."""
        names = ("remaining", "remaining_tariff", "remaining_value_mxn")
        rows = self.door.rows("bonded-lots/", sku="MOTOR", **of_a_day)
        return {row["pedimento"]: tuple(Decimal(row[name]) for name in names) for row in rows}

    def on_the_shelf(self, **of_a_day):
        """What lies at the plant."""
        rows = self.door.rows("stock-by-site/", sku="MOTOR", site=self.site.code, **of_a_day)
        return sum(Decimal(row["quantity"]) for row in rows)

    def entry(self, name):
        return self.numbers[name].replace(" ", "")


@told_once
def lived():
    """The whole life, walked to its end."""
    life = ApiLife()
    life.walk()
    return life


@pytest.fixture
def life(lived, db):
    """The account at the end of its life."""
    return lived


def test_every_row_of_the_account_comes_out_of_the_api_as_worked_out_by_hand(life):
    names = {number.replace(" ", ""): name for name, number in life.numbers.items()}
    rows = life.door.rows("discharges/", ordering="id")

    written = [(names[r["exit"]], names[r["entry"]], r["quantity"], r["tariff_quantity"], r["value_mxn"]) for r in rows]
    assert written == [(x, e, plain(-q), plain(-kg), plain(-mxn)) for x, e, q, kg, mxn, _lot, _account in ROWS]
    assert {names[row["exit"]]: row["flags"] for row in rows if row["flags"]} == FLAGS
    assert len([step for step in STEPS if step[0] == "reverse"]) == len([r for r in rows if r["reverses"]])


def test_the_balances_of_every_entry_were_right_after_each_step_and_are_nothing_in_the_end(life):
    # Each step compared them as it was taken.
    assert life.by_hand.is_done()
    assert len(life.seen) == len({step[1] for step in STEPS} | {entry[1] for entry in ENTRIES})
    assert set(life.layers().values()) == {(0, 0, 0)}
    lots = sorted(life.door.rows("bonded-lots/"), key=lambda lot: lot["pedimento"])
    assert [lot["must_leave_by"] for lot in lots] == [by for *_rest, by in ENTRIES]
    assert list(verify_books()) == []


def test_every_day_can_be_asked_for_again_as_it_was_seen(life):
    for day, layers in life.seen.items():
        assert life.layers(as_of=day, known_on=day) == layers, day
        assert life.on_the_shelf(as_of=day) == sum(pieces for pieces, _kilos, _pesos in layers.values()), day


def test_the_entry_that_was_passed_over_is_a_finding_of_the_client(life):
    (lot,) = life.door.rows("bonded-lots/", pedimento=life.entry("E4"))
    (finding,) = life.door.rows("findings/", code="expired_lot_skipped")

    assert finding["subject"] == f"bonded_lot/{lot['id']}"
    assert finding["context"]["remaining"] == "40"


def plain(number):
    """A decimal as the API writes it."""
    return format(number.normalize(), "f")
