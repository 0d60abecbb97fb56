"""A client's program, from the item to the distribution center and back to the next recommendation, by the API alone.

What is the warehouse's own — its sites, lanes, markets and authorisation, and the worker that does jobs — is set up here.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from inventory.jobs import running
from inventory.models import Lane, Market, Site
from inventory.parties.scope import ClientScope
from inventory.places.services import open_site
from inventory.reports import asking, registry
from inventory.reports.verification import verify_books
from tests.builders import make_authorisation, make_client
from tests.scenarios import world
from tests.scenarios.api_door import ApiDoor
from tests.scenarios.world import at

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
WHEEL = {
    "sku": "WHEEL-75", "description": "Caster wheel 75 mm", "stock_unit": "6", "tariff_code": "8302.20.01 00",
    "origin_country": "CHN", "unit_value_usd": "12.50", "weight_kg": "0.5", "volume_m3": "0.004", "us_duty_rate": "0.25",
}  # fmt: skip
ROAD = ["ARR_MX_YARD", "MX_MODULE_GREEN", "US_PRIMARY_ARRIVAL", "US_RELEASED", "ARR_DC"]
ON_THE_ROAD = ["dispatched", "at_border", "crossed", "crossed", "released", "arrived"]


class Corridor:
    """A zone, a crossing, a distribution center and its market; and a client with a key and nothing else."""

    def __init__(self):
        world.load_law()
        self.zone, self.dc = world.make_zone("slp"), world.make_dc("dallas")
        bridge = open_site(
            code="laredo", name="Laredo", kind=Site.Kind.CROSSING, country="USA", latitude=27.6, longitude=-99.5,
            time_zone="America/Chicago",
        )  # fmt: skip
        Lane.objects.create(
            origin=self.zone, destination=self.dc, crossing=bridge, transit_hours_p50=60, transit_hours_p80=90,
            lead_weeks={"values": [1, 2], "probs": [0.85, 0.15]}, truck_m3=Decimal(75), truck_cost_usd=Decimal(2100),
        )  # fmt: skip
        Market.objects.create(code="texas", name="Texas", latitude=32.7, longitude=-96.8, primary_dc=self.dc)
        self.authorisation = make_authorisation("RFS", site=self.zone)
        self.client = make_client("acme")
        self.door = ApiDoor(self.client)

    def declare(self, number, quantity, day, **header):
        """Enter a pedimento of wheels, paid and cleared on the day."""
        line = {"sku": "WHEEL-75", "quantity": quantity, "value": quantity * 100}
        header = {"paid_on": day, "cleared_at": f"{day}T08:00:00-06:00", **header}
        return self.door.enter(world.declaration(number, self.zone, self.authorisation, [line], **header), day)

    def declare_return(self, number, quantity, day):
        """Enter the pedimento under which wheels leave for the US."""
        return self.declare(number, quantity, day, operation="EXP", document_key="J4", regime="EXD")

    def step(self, shipment, step, body, moment):
        """Take one step with a shipment; its state after it."""
        return self.door.post(f"shipments/{shipment}/{step}/", body, moment)["state"]

    def ship(self, shipment, pedimento, day):
        """Reserve, pick, clear and dispatch a shipment that was drafted."""
        moment = at(day, 15)
        states = [
            self.step(shipment, "reserve", {}, moment),
            self.step(shipment, "pick", {"dock": "ANDEN-RFS"}, moment),
            self.step(shipment, "assign-pedimento", {"pedimento": pedimento}, moment),
            self.step(shipment, "dispatch", {"seal": "US-4711"}, moment),
        ]
        assert states == ["reserved", "picked", "cleared", "dispatched"]

    def travel(self, shipment, day):
        """Tell what happened on the road, six hours apart; the state of the shipment after each."""
        moment, states = at(day, 15), [self.door.one(f"shipments/{shipment}/")["state"]]
        for code in ROAD:
            moment += timedelta(hours=6)
            fact = {
                "code": code,
                "occurred_at": moment.isoformat(),
                "source": "carrier",
                "event_id": f"{shipment}.{code}",
            }
            self.door.post(f"shipments/{shipment}/milestones/", fact, moment)
            states.append(self.door.one(f"shipments/{shipment}/")["state"])
        return states

    def deliver(self, shipment, day, good, damaged="0"):
        """Enter what the distribution center received of a shipment of one line."""
        line = {"line": 1, "good": good, "damaged": damaged, "location": "D-01"}
        body = {"shipment": shipment, "received_at": at(day, 17).isoformat(), "seal_found": "US-4711", "lines": [line]}
        return self.door.post("deliveries/", body, at(day, 18))["lines"][0]

    def work(self, job, moment):
        """Do a job as a worker would; how it stands then, as the client reads it."""
        assert self.door.one(f"jobs/{job['id']}/")["state"] == "queued"
        with time_machine.travel(moment, tick=False):
            running.run(job_id=job["id"], runner="worker", clock=timezone.now)
        return self.door.one(f"jobs/{job['id']}/")

    def stock(self):
        """What lies at which site under which regime, and whether it is on its way there."""
        rows = self.door.rows("stock-by-site/")
        return {(row["site"], row["regime"], row["in_transit"]): Decimal(row["quantity"]) for row in rows}

    def report(self, code, *names, **values):
        """These columns of a report, as people of this client read it at the end of the quarter."""
        report, end = registry.report(code), at("2026-03-31")
        asked = asking.read(report, values, scope=ClientScope.of(self.client.pk), at=end)
        rows = [dict(zip(report.names, row, strict=True)) for row in report.rows(asked)]
        return [tuple(_text(row[name]) for name in names) for row in rows]


@pytest.fixture
def corridor(settings, tmp_path):
    """The corridor with 900 wheels brought in by the client on 5 January."""
    settings.MEDIA_ROOT = tmp_path
    corridor = Corridor()
    corridor.door.post("items/", WHEEL, at("2026-01-05", 8))
    entry = corridor.declare("26 24 3456 6000101", 900, "2026-01-05")
    corridor.door.bring_in(entry, "2026-01-06", "ANDEN-RFS", "A-01-RFS")
    return corridor


def history(weeks=60):
    """More than a year of steady demand, as a client's file holds it."""
    rows = [f"WHEEL-75,texas,{MONDAY - timedelta(weeks=n)},{20 + n % 5}" for n in range(1, weeks)]
    return "\n".join(["sku,market,date,quantity", *rows]).encode()


def import_demand(corridor, name, content):
    """Hand in a file of demand and have it read; the job as it ended."""
    moment = at(MONDAY.isoformat(), 8)
    with time_machine.travel(moment, tick=False):
        answer = corridor.door.caller.upload("demand-imports/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 202, answer.content
    return corridor.work(answer.json(), moment)


def recommend(corridor, day):
    """Ask for a placement run and have it done; its recommendations, most urgent first, and the levels of Dallas."""
    job = corridor.work(corridor.door.post("placement-runs/", {"as_of": day}, at(day, 9), expect=(202,)), at(day, 9))
    assert (job["state"], job["error_code"]) == ("done", "")
    run = corridor.door.one(f"placement-runs/{job['result']['run']}/")
    assert (run["job"], run["as_of"]) == (job["id"], day)
    levels = corridor.door.rows("placement-levels/", run=run["id"], site="dallas")
    return corridor.door.rows("recommendations/", run=run["id"], ordering="priority"), levels


def test_what_arrives_short_stays_in_sight_of_the_client(corridor):
    door, body = corridor.door, {"origin": "slp", "destination": "dallas", "crossing": "laredo", "trailer": "TR-204"}
    lines = {"lines": [{"sku": "WHEEL-75", "quantity": "40"}]}
    shipment = door.post("shipments/", body | lines, at("2026-02-10", 9))["number"]
    corridor.ship(shipment, corridor.declare_return("26 24 3456 6000201", 40, "2026-02-10"), "2026-02-10")
    assert corridor.stock() == {("slp", "RFS", False): 860, ("dallas", "RFS", True): 40}

    assert corridor.travel(shipment, "2026-02-10") == ON_THE_ROAD
    line = corridor.deliver(shipment, "2026-02-12", "37", "1")

    assert (line["shipped"], line["good"], line["damaged"], line["short"]) == ("40", "37", "1", "2")
    assert door.one(f"shipments/{shipment}/")["state"] == "received"
    assert door.columns("milestones/", "code", shipment=shipment)[: len(ROAD)] == [(code,) for code in ROAD]
    assert corridor.stock() == {
        ("slp", "RFS", False): 860, ("dallas", "RFS", True): 2, ("dallas", "EXD", False): 38,
    }  # fmt: skip
    (short,) = door.rows("stock/", kind="transit")
    assert (short["site"], short["quantity"]) == ("dallas", "2")
    assert [row["quantity"] for row in door.rows("stock/", kind="quarantine")] == ["1"]
    findings = {row["code"]: row["context"] for row in door.rows("findings/", is_open="true", severity="warning")}
    facts = {"shipment": shipment, "sku": "WHEEL-75"}
    assert findings["delivery_short"] == facts | {"quantity": "2"}
    assert findings["delivery_damaged"] == facts | {"quantity": "1"}
    # Customs let all forty out, whatever arrived.
    assert door.columns("bonded-lots/", "remaining") == [("860",)]
    assert list(verify_books()) == []


def test_a_file_of_demand_is_read_to_its_end_or_refused_as_a_whole(corridor):
    refused = import_demand(corridor, "bad.csv", history() + b"\nNOPE,texas,2026-01-05,3\n")
    assert (refused["state"], refused["result"].get("weeks")) == ("failed", None)
    assert "NOPE" in refused["error_message"]
    assert corridor.door.rows("demand/") == []

    done = import_demand(corridor, "history.csv", history())
    assert (done["state"], done["result"]["weeks"], done["result"]["bad_rows"]) == ("done", 59, 0)
    weeks = corridor.door.rows("demand/", ordering="-week")
    assert (len(weeks), weeks[0]["week"], weeks[0]["quantity"]) == (59, "2026-02-23", "21")


def test_a_recommendation_is_accepted_ordered_shipped_and_received_until_its_order_is_done(corridor):
    door = corridor.door
    import_demand(corridor, "history.csv", history())
    (first,), (level,) = recommend(corridor, "2026-03-02")
    assert (first["sku"], first["source"], first["target"], first["state"]) == (
        "WHEEL-75", "slp", "dallas", "proposed",
    )  # fmt: skip
    assert (level["position"], level["order_up_to"]) == ("0", first["quantity"])
    quantity = Decimal(first["quantity"])
    assert 0 < quantity < 900

    accepted = door.post(f"recommendations/{first['id']}/accept/", {}, at("2026-03-02", 10))
    order = door.one(f"movement-orders/{accepted['movement_order']}/")
    assert (accepted["state"], order["state"]) == ("accepted", "open")
    assert [(line["sku"], line["quantity"], line["recommendation"]) for line in order["lines"]] == [
        ("WHEEL-75", first["quantity"], first["id"])
    ]

    shipment = door.post("shipments/", {"movement_order": order["number"]}, at("2026-03-03", 9))
    assert (shipment["movement_order"], shipment["crossing"]) == (order["number"], "laredo")
    assert [(line["sku"], line["quantity"]) for line in shipment["lines"]] == [("WHEEL-75", first["quantity"])]
    assert door.one(f"movement-orders/{order['number']}/")["state"] == "shipping"
    number = shipment["number"]
    exit_ = corridor.declare_return("26 24 3456 6000202", int(quantity), "2026-03-03")
    corridor.ship(number, exit_, "2026-03-03")
    assert corridor.travel(number, "2026-03-03") == ON_THE_ROAD
    line = corridor.deliver(number, "2026-03-05", first["quantity"])

    assert (line["good"], line["short"]) == (first["quantity"], "0")
    assert door.one(f"movement-orders/{order['number']}/")["state"] == "done"
    assert door.columns("shipments/", "number", "state", movement_order=order["number"]) == [(number, "received")]
    assert door.one(f"recommendations/{first['id']}/")["accepted_quantity"] == first["quantity"]
    assert corridor.stock() == {("slp", "RFS", False): 900 - quantity, ("dallas", "EXD", False): quantity}
    assert door.rows("reservations/", is_open="true") == []
    assert list(verify_books()) == []

    # What arrived is not asked for again.
    again, (level,) = recommend(corridor, "2026-03-09")
    assert (again, level["position"]) == ([], first["quantity"])


def test_in_the_end_the_api_and_the_reports_tell_one_story(corridor):
    door = corridor.door
    lines = [{"sku": "WHEEL-75", "quantity": "40"}]
    shipment = door.post("shipments/", {"origin": "slp", "destination": "dallas", "lines": lines}, at("2026-02-10", 9))
    exit_ = corridor.declare_return("26 24 3456 6000201", 40, "2026-02-10")
    corridor.ship(shipment["number"], exit_, "2026-02-10")
    corridor.deliver(shipment["number"], "2026-02-12", "37", "1")

    names = ("pedimento", "line", "sku", "opening", "balance", "tariff_balance", "value_mxn", "must_leave_by")
    same = ("opening_quantity", "remaining", "remaining_tariff", "remaining_value_mxn", "must_leave_by")
    owed = door.columns("bonded-lots/", "pedimento", "line", "sku", *same)
    assert owed == corridor.report("bonded_balance", *names)
    assert owed == [("262434566000101", 1, "WHEEL-75", "900", "860", "860", "86000", "2031-01-05")]
    shelves = [row for row in door.rows("stock/") if row["kind"] != "transit"]
    assert sorted((row["site"], row["location"], row["regime"], row["quantity"]) for row in shelves) == sorted(
        corridor.report("stock_by_site", "site", "location", "regime", "on_hand")
    )
    trail = ("entry", "entry_line", "exit", "exit_line", "quantity", "tariff_quantity", "value_mxn")
    written_off = door.columns("discharges/", *trail, exit=exit_)
    assert written_off == corridor.report("entries_of_exit", *trail, pedimento=exit_)
    assert written_off == corridor.report("exits_of_entry", *trail, pedimento="262434566000101")
    assert written_off == [("262434566000101", 1, exit_, 1, "40", "40", "4000")]


def _text(value):
    """A value of a report as the API writes it."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value
