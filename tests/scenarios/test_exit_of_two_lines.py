"""An exit of two lines of one item, 30 and 20 pieces: each line is written off for what it declares, from its own source."""

from decimal import Decimal

import pytest

from inventory.customs.models import Discharge
from inventory.findings.models import Finding
from inventory.reports.verification import verify_books
from inventory.reports.watching import watch_exits
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world
from tests.scenarios.api_door import ApiDoor
from warehouse.shipping.errors import NotCovered

pytestmark = pytest.mark.django_db

E1, E2, OUT = "26 24 3456 6000701", "26 24 3456 6000702", "26 24 3456 6000711"
ENTRY_KEYS = {"RFS": "M3", "DFI": "A4"}


class Services:
    """A warehouse under one regime, with two entries of 50 pieces, 5,000 and 6,000 pesos; every step by its service."""

    def __init__(self, regime):
        world.load_law()
        self.site = world.make_zone("agd", regime)
        self.authorisation = make_authorisation(regime, site=self.site)
        self.client = make_client("z")
        self.item = make_item(self.client, "CAJA")
        self.buyer = world.make_dc() if regime == "RFS" else world.make_consignee()
        self.regime = regime
        self.open()
        for number, day, value in ((E1, "2026-02-10", 5_000), (E2, "2026-02-20", 6_000)):
            self.bring_in(number, day, [self.line(50, value)])

    def open(self):
        pass

    def line(self, quantity, value, source=None):
        named = {"source_number": source.replace(" ", ""), "source_seq": 1} if source else {}
        return {"sku": "CAJA", "quantity": quantity, "value": value, **named}

    def declaration(self, number, day, lines, **header):
        return world.declaration(number, self.site, self.authorisation, lines, paid_on=day, **header)

    def entry(self, number, day, lines):
        option = {"update_option": "FI"} if self.regime == "DFI" else {}
        header = {"document_key": ENTRY_KEYS[self.regime], "regime": self.regime, "entered_on": day, **option}
        return self.declaration(number, day, lines, cleared_at=f"{day}T08:00:00-06:00", **header)

    def exit(self, lines):
        how = ("J4", "EXP", "EXD") if self.regime == "RFS" else ("G1", "IMP", "IMD")
        header = dict(zip(("document_key", "operation", "regime"), how, strict=True))
        self.out = self.enter(self.declaration(OUT, "2026-03-02", lines, **header), "2026-03-02")

    def bring_in(self, number, day, lines):
        world.bring_in(self.enter(self.entry(number, day, lines), day), day)

    def enter(self, data, day):
        return world.enter(self.client, data, day)

    def ship(self, quantity):
        return world.send_out(self.out, self.buyer, {self.item: quantity}, "2026-03-02")

    def is_refused(self, quantity):
        """The numbers of the refusal to clear a shipment."""
        with pytest.raises(NotCovered) as refusal:
            self.ship(quantity)
        return refusal.value.context

    def to_look_at(self, day):
        """After the watch of a day: subject, declared, still to leave, whether it is open."""
        watch_exits(at=world.at(day))
        return [
            (one.subject, one.context["declared"], one.context["left"], one.closed_at is None)
            for one in Finding.objects.filter(code="exit_incomplete").order_by("pk")
        ]

    def discharged(self):
        """Line of the exit, entry, pieces, pesos."""
        rows = Discharge.objects.select_related("outbound_line", "bonded_lot").order_by("outbound_line__seq", "pk")
        return [
            (row.outbound_line.seq, row.bonded_lot.pedimento_number[-3:], int(row.quantity), int(row.value_mxn))
            for row in rows
        ]


class Api(Services):
    """The same by the client's key."""

    def open(self):
        self.door = ApiDoor(self.client)

    def enter(self, data, day):
        return self.door.enter(data, day)

    def bring_in(self, number, day, lines):
        self.door.bring_in(self.enter(self.entry(number, day, lines), day), day, *self.places())

    def places(self):
        return f"ANDEN-{self.regime}", f"A-01-{self.regime}"

    def ship(self, quantity, **how):
        dock, _shelf = self.places()
        return self.door.send_out(self.out, "agd", self.buyer.code, "CAJA", quantity, dock, "2026-03-02", **how)

    def is_refused(self, quantity):
        refusal = self.ship(quantity, refused_at="assign-pedimento")
        assert refusal["code"] == "not_covered"
        return refusal["context"]

    def to_look_at(self, day):
        watch_exits(at=world.at(day))
        rows = self.door.columns("findings/", "subject", "context", "closed_at", code="exit_incomplete")
        return [(subject, told["declared"], told["left"], closed is None) for subject, told, closed in rows]

    def discharged(self):
        rows = self.door.columns("discharges/", "exit_line", "entry", "quantity", "value_mxn")
        return sorted((line, entry[-3:], int(Decimal(q)), int(Decimal(v))) for line, entry, q, v in rows)


doors = pytest.mark.parametrize("door", [Services, Api])


@doors
def test_a_shipment_of_both_lines_writes_each_off_for_what_it_declares(door):
    zone = door("RFS")
    zone.exit([zone.line(30, 4_000), zone.line(20, 3_000)])

    zone.ship(50)

    assert zone.discharged() == [(1, "701", 30, 3_000), (2, "701", 20, 2_000)]
    assert list(verify_books()) == []


@doors
def test_each_line_takes_from_the_entry_that_it_declares(door):
    deposit = door("DFI")
    deposit.exit([deposit.line(30, 4_000, source=E2), deposit.line(20, 3_000, source=E1)])

    deposit.ship(50)

    # By PEPS alone all 50 would be of the first entry; the document's declared source wins.
    assert deposit.discharged() == [(1, "702", 30, 3_600), (2, "701", 20, 2_000)]
    assert list(verify_books()) == []


@doors
def test_shipments_one_after_the_other_use_up_the_lines_in_their_order_and_no_more(door):
    zone = door("RFS")
    zone.exit([zone.line(30, 4_000), zone.line(20, 3_000)])

    zone.ship(35)
    assert zone.discharged() == [(1, "701", 30, 3_000), (2, "701", 5, 500)]
    assert zone.to_look_at("2026-03-03") == [("pedimento/262434566000711/2/CAJA", "20", "15", True)]

    refusal = zone.is_refused(16)
    assert {name: refusal[name] for name in ("asked", "left", "sku")} == {"asked": "16", "left": "15", "sku": "CAJA"}
    assert zone.discharged() == [(1, "701", 30, 3_000), (2, "701", 5, 500)]

    zone.ship(15)
    assert zone.discharged() == [(1, "701", 30, 3_000), (2, "701", 5, 500), (2, "701", 15, 1_500)]
    assert zone.to_look_at("2026-03-04") == [("pedimento/262434566000711/2/CAJA", "20", "15", False)]
    assert list(verify_books()) == []
