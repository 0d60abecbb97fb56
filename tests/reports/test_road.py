"""What is on the road, line by line, and how much went which way."""

from datetime import timedelta
from decimal import Decimal

from inventory.parties.models import Carrier
from inventory.parties.scope import ClientScope
from inventory.reports import asking, registry
from tests.builders import make_site
from tests.reports.world import moment
from warehouse.shipping.models import Shipment, ShipmentLine
from warehouse.tracking.models import Milestone

NOW = moment(3, 10)


def ship(world, number, quantity, dispatched_at, state="crossed", **values):
    """A shipment of Acme's wheels over Laredo to Dallas."""
    shipment = Shipment.objects.create(
        number=number, client=world.acme, origin=world.site, destination=world.dallas, crossing=world.laredo, state=state,
        carrier=world.carrier, trailer="ABCU1234560", created_at=dispatched_at, created_by="tester",
        dispatched_at=dispatched_at, **values,
    )  # fmt: skip
    ShipmentLine.objects.create(shipment=shipment, seq=1, account=world.account, quantity=quantity)
    return shipment


def mark(shipment, code, at):
    Milestone.objects.create(
        shipment=shipment,
        code=code,
        occurred_at=at,
        recorded_at=at,
        source_event_id=f"{shipment.pk}/{code}",
        actor_label="t",
    )


def furnish(world):
    world.dallas, world.laredo = make_site("dal", "us_dc", name="Dallas"), make_site("ldo", "crossing", name="Laredo")
    world.carrier = Carrier.objects.create(code="fletes", name="Fletes del Norte")
    return world


def ask(code, **values):
    report = registry.report(code)
    asked = asking.read(report, values, scope=ClientScope.everyone(), at=NOW)
    return [dict(zip(report.names, row, strict=True)) for row in report.rows(asked)]


def test_what_is_on_the_road_shows_its_last_sign_of_life(world):
    furnish(world)
    late = ship(world, "EMB-1", 40, moment(3, 8), eta=moment(3, 11), promised_at=moment(3, 10))
    ship(world, "EMB-2", 10, moment(3, 9), eta=moment(3, 12), promised_at=moment(3, 13))
    ship(world, "EMB-3", 99, moment(3, 1), state="received")
    mark(late, "GATE_OUT_ZONE", moment(3, 8))
    mark(late, "US_PRIMARY_ARRIVAL", moment(3, 9))

    first, second = ask("in_transit")

    assert (first["shipment"], first["quantity"], first["value_usd"]) == ("EMB-1", 40, Decimal(500))
    assert (first["origin"], first["crossing"], first["destination"]) == ("slp", "ldo", "dal")
    assert (first["last_milestone"], first["last_at"]) == (str(Milestone.Code.US_PRIMARY_ARRIVAL.label), moment(3, 9))
    assert (first["is_late"], second["is_late"], second["last_milestone"]) == (True, False, "")


def test_the_flows_of_a_period_add_up(world):
    furnish(world)
    ship(world, "EMB-1", 40, moment(3, 8))
    ship(world, "EMB-2", 10, moment(3, 1), state="received")
    ship(world, "EMB-3", 7, moment(2, 20), state="received")

    (row,) = ask("flows", since="2026-03-01", until="2026-03-31")

    assert (row["shipments"], row["units"], row["on_road_units"], row["value_usd"]) == (2, 50, 40, 625)
    assert (row["origin_name"], row["crossing_name"], row["destination_name"]) == ("SLP", "Laredo", "Dallas")
    assert ask("flows", since="2026-03-01", site="nowhere") == []


def test_a_shipment_of_the_last_minute_of_the_period_counts(world):
    furnish(world)
    ship(world, "EMB-1", 1, asking.end_of(moment(3, 5).date()) - timedelta(minutes=1))
    ship(world, "EMB-2", 1, asking.end_of(moment(3, 5).date()) + timedelta(minutes=1))

    assert ask("flows", since="2026-03-05", until="2026-03-05")[0]["shipments"] == 1


def test_what_is_on_the_road_is_asked_for_by_either_end(world):
    furnish(world)
    ship(world, "EMB-1", 40, moment(3, 8))

    found = {site: [row["shipment"] for row in ask("in_transit", site=site)] for site in ("slp", "dal", "ldo")}

    assert found == {"slp": ["EMB-1"], "dal": ["EMB-1"], "ldo": []}
