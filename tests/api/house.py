"""Two clients in one warehouse, each with a row in every table a client may see, marked so that a leak is seen at once."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import time_machine
from django.core.files.base import ContentFile

from inventory.customs import services as customs
from inventory.findings import services as findings
from inventory.models import (
    Account,
    Authorisation,
    BacktestResult,
    BondedLot,
    Broker,
    Carrier,
    Client,
    CustomerOrderLine,
    DemandRecord,
    Discharge,
    ExchangeRate,
    HtsCode,
    Item,
    Job,
    LegalNotice,
    LevelOverride,
    LotCorrection,
    Market,
    Pedimento,
    PlacementLevel,
    PlacementRun,
    PlannedEvent,
    Posting,
    Recommendation,
    Reservation,
    Scenario,
    ScenarioResult,
    Site,
    StockDifference,
)
from inventory.parties.scope import Actor
from inventory.placement.engine import what_if
from inventory.placement.files.scenario import SCHEMA
from tests.builders import make_authorisation, make_client, make_item, make_site, pedimento_number
from tests.scenarios import world
from tests.web.tested import make_backtest
from tests.web.two_worlds import FOOTING
from warehouse.models import Delivery, MovementOrder, Receipt, Shipment
from warehouse.movements import services as movements
from warehouse.receiving import services as receiving
from warehouse.shipping import services as shipping
from warehouse.tracking import services as tracking

NOW = datetime(2026, 3, 20, 18, tzinfo=UTC)
MARKS = ("ZORRO", "TEJON")


@dataclass
class House:
    """What the warehouse is made of; nothing here belongs to a client."""

    zone: Site
    dc: Site
    authorisation: Authorisation
    market: Market


@dataclass
class Tenant:
    """One client with a row of everything, and the words by which its rows are known."""

    mark: str
    client: Client
    item: Item
    entry: Pedimento
    exit: Pedimento
    spare: Pedimento
    receipt: Receipt
    shipment: Shipment
    draft: Shipment
    order: MovementOrder
    run: PlacementRun
    level: PlacementLevel
    recommendation: Recommendation
    override: LevelOverride
    event: PlannedEvent
    scenario: Scenario
    draft_scenario: Scenario
    compared: ScenarioResult
    backtest: BacktestResult
    job: Job
    notice: LegalNotice
    own_authorisation: Authorisation
    rows: dict[str, Any] = field(default_factory=dict)

    def names(self):
        """Everything a stranger might know and try: numbers, codes and ids."""
        lots = BondedLot.objects.filter(account__client=self.client)
        return [
            self.item.sku, self.entry.number, self.exit.number, self.spare.number, self.receipt.number,
            self.shipment.number, self.draft.number, self.order.number, self.own_authorisation.number, self.client.code,
            f"{self.mark}-B1", f"{self.mark}-GTIN", f"{self.mark}-PO", *map(str, (
                self.scenario.pk, self.compared.pk, self.backtest.pk, self.run.pk, self.recommendation.pk,
                self.job.pk, self.notice.pk, self.item.pk,
                self.level.pk, self.override.pk, self.draft_scenario.pk, self.event.pk,
                *lots.values_list("pk", flat=True), *Posting.objects.filter(
                    legs__account__client=self.client).values_list("pk", flat=True).distinct(),
                *Account.objects.filter(client=self.client).values_list("pk", flat=True),
            )),
        ]  # fmt: skip


def settle(*marks):
    """Clients of one house, on its day."""
    with time_machine.travel(NOW, tick=False):
        house = make_house()
        return [move_in(house, mark) for mark in marks]


def make_house() -> House:
    """A bonded zone, a distribution center and the law."""
    world.load_law()
    zone, dc = world.make_zone("slp"), world.make_dc("dallas")
    Carrier.objects.create(code="norte", name="Transportes del Norte")
    Broker.objects.get_or_create(patente="3456", defaults={"name": "Agencia"})
    HtsCode.objects.create(code="8302200000", description="Castors", valid_from=date(2020, 1, 1))
    ExchangeRate.objects.create(
        currency="USD", determined_on=date(2026, 3, 2), published_on=date(2026, 3, 3), mxn_per_unit=Decimal("18.25")
    )
    market = Market.objects.create(code="tx", name="Texas", latitude=31, longitude=-97, primary_dc=dc)
    PlannedEvent.objects.create(
        kind="closure", crossing=make_site("bridge", Site.Kind.CROSSING), first_day=date(2026, 4, 6), reason="Works",
        created_at=NOW, created_by="planner",
    )  # fmt: skip
    return House(zone, dc, make_authorisation("RFS", site=zone), market)


def move_in(house: House, mark: str) -> Tenant:
    """A client whose every text carries its mark, with goods received, shipped, delivered and on order."""
    client = make_client(mark.lower(), name=f"{mark} SA", rfc="EKU9003173C9")
    actor = Actor(label=f"{mark} operadora")
    item = make_item(client, f"{mark}-SKU", description=f"{mark} rueda", gtin="")
    entry = _declare(house, client, item, mark, 100)
    receipt = _bring_in(house, entry, actor, mark)
    out = {"operation": "EXP", "document_key": "J4", "regime": "EXD"}
    exit_ = _declare(house, client, item, mark, 40, **out)
    shipment = _ship(house, client, item, exit_, actor, 40, mark)
    spare = _declare(house, client, item, mark, 20, **out)
    draft = shipping.draft(
        client=client, origin=house.zone, destination=house.dc, at=NOW, actor=actor, trailer=mark,
        wanted=[shipping.Wanted(item, Decimal(5))],
    )  # fmt: skip
    shipping.reserve(shipment=_ready(house, client, item, actor), at=NOW, actor=actor)
    order = movements.order(
        client=client,
        origin=house.zone,
        destination=house.dc,
        lines=[(item, Decimal(3))],
        at=NOW,
        actor=actor,
        note=mark,
    )
    run, level, recommendation = _recommend(house, client, item, mark)
    override, event = _by_hand(house, client, item, mark)
    scenario, draft_scenario, compared = _compare(client, mark)
    notice = customs.open_notice(
        pedimento=entry, kind="arrival", document=f"{mark}-1", arrived_at=NOW, details={"container": mark}, at=NOW
    )
    findings.raise_finding(
        code="delivery_short", subject=f"{mark}/1", client=client, context={"sku": item.sku, "quantity": 1}, at=NOW
    )
    _the_rest(house, client, item, entry, actor, mark)
    return Tenant(
        mark, client, item, entry, exit_, spare, receipt, shipment, draft, order, run, level, recommendation,
        override, event, scenario, draft_scenario, compared,
        make_backtest(client, mark, NOW.date(), NOW), _job(client, mark), notice, Authorisation.objects.get(client=client),
    )  # fmt: skip


def _declare(house, client, item, mark, quantity, **header):
    line = {"sku": item.sku, "quantity": quantity, "value": quantity * 100, "batch": f"{mark}-B1"}
    data = world.declaration(
        pedimento_number(), house.zone, house.authorisation, [line], paid_on="2026-03-02", remarks=f"{mark} nota",
        cleared_at="2026-03-02T09:00:00-06:00",
        **header,
    )  # fmt: skip
    return world.enter(client, world.with_everything(data, mark), "2026-03-02")


def _bring_in(house, entry, actor, mark):
    at, zone = NOW - timedelta(days=15), house.zone
    dock, shelf = zone.locations.get(code="ANDEN-RFS"), zone.locations.get(code="A-01-RFS")
    receipt = receiving.expect(pedimento=entry, at=at, actor=actor)
    receipt = receiving.arrive(
        receipt=receipt, arrived_at=at, dock=dock, at=at, actor=actor, driver=f"{mark} chofer",
        carrier=Carrier.objects.get(code="norte"), seals=[receiving.SealCheck(mark, mark, mark)],
    )  # fmt: skip
    counts = {line.pk: receiving.Count(Decimal(99), location=shelf, note=mark) for line in receipt.lines.all()}
    receipt = receiving.count(receipt=receipt, counts=counts, at=at, actor=actor)
    return receiving.close(receipt=receipt, at=at, actor=actor)


def _ship(house, client, item, exit_, actor, quantity, mark):
    at, who = NOW - timedelta(days=10), {"actor": actor, "at": NOW - timedelta(days=10)}
    wanted = [shipping.Wanted(item, Decimal(quantity))]
    shipment = shipping.draft(
        client=client, origin=house.zone, destination=house.dc, wanted=wanted, trailer=mark, **who
    )
    shipment = shipping.reserve(shipment=shipment, **who)
    shipment = shipping.pick(shipment=shipment, dock=house.zone.locations.get(code="ANDEN-RFS"), **who)
    shipment = shipping.assign_pedimento(shipment=shipment, pedimento=exit_, **who)
    shipment = shipping.dispatch(shipment=shipment, seal=mark, **who)
    tracking.record(
        shipment=shipment,
        code="GATE_OUT_ZONE",
        occurred_at=at,
        source_event_id=f"{mark}-1",
        references={"n": mark},
        **who,
    )
    received = {line.seq: shipping.Received(line.quantity, note=mark) for line in shipment.lines.all()}
    at += timedelta(days=2)
    shipping.receive(shipment=shipment, received=received, received_at=at, at=at, actor=actor, seal_found=mark)
    return Shipment.objects.get(pk=shipment.pk)


def _ready(house, client, item, actor):
    return shipping.draft(
        client=client, origin=house.zone, destination=house.dc, wanted=[shipping.Wanted(item, Decimal(2))], at=NOW,
        actor=actor,
    )  # fmt: skip


def _recommend(house, client, item, mark):
    run = PlacementRun.objects.create(
        client=client, as_of=NOW.date(), created_at=NOW, actor_label=mark, inputs_hash=mark, code_version="1",
        parameters={"of": mark}, metrics={"of": mark},
    )  # fmt: skip
    level = PlacementLevel.objects.create(
        run=run, item=item, site=house.dc, order_up_to=9, reorder_point=5, safety_stock=2, expected_demand=7,
        protection_weeks=2, expected_fill=Decimal("0.98"), expected_weekly_cost_usd=1, position=3, explanation={"of": mark},
        footing=what_if.packed(FOOTING),
    )  # fmt: skip
    return run, level, Recommendation.objects.create(
        run=run, client=client, item=item, source=house.zone, target=house.dc, quantity=6, reason_code="below_level",
        explanation={"of": mark}, priority=1, expected_cost_usd=12, expected_fill_before=Decimal("0.5"),
        expected_fill_after=Decimal("0.9"), ship_week=date(2026, 3, 23), arrive_week_p50=date(2026, 3, 30),
        arrive_week_p90=date(2026, 4, 6),
    )  # fmt: skip


def _by_hand(house, client, item, mark):
    override = LevelOverride.objects.create(
        item=item,
        site=house.dc,
        value=12,
        computed=9,
        until=date(2026, 4, 30),
        reason=mark,
        created_at=NOW,
        created_by=mark,
    )
    event = PlannedEvent.objects.create(
        kind="promotion", client=client, item=item, market=house.market, first_day=date(2026, 4, 6), last_day=date(2026, 4, 12),
        reason=mark, created_at=NOW, created_by=mark,
    )  # fmt: skip
    return override, event


def _compare(client, mark):
    scenario, draft = (
        Scenario.objects.create(
            client=client,
            name=f"{mark} {name}",
            overlay={"schema": SCHEMA, "changes": [{"kind": "demand", "factor": 1.1, "category": mark}]},
            created_at=NOW,
            created_by=mark,
            changed_at=NOW,
        )
        for name in ("dearer", "draft")
    )
    compared = ScenarioResult.objects.create(
        client=client, as_of=NOW.date(), created_at=NOW, actor_label=mark, inputs_hash=mark, code_version="1",
        parameters={"of": mark}, figures={"of": mark},
    )  # fmt: skip
    compared.scenarios.add(scenario)
    return scenario, draft, compared


def _job(client, mark):
    job = Job.objects.create(
        kind="report_export", title=f"{mark} informe", client=client, requested_label=mark, requested_at=NOW,
        state=Job.State.DONE, result={"of": mark}, error_message=mark,
    )  # fmt: skip
    job.result_file.save(f"{mark}.csv", ContentFile(f"{mark}\n".encode()))
    return job


def _the_rest(house, client, item, entry, actor, mark):
    make_authorisation("ITE", client=client, site=house.zone, number=f"{mark}-IMMEX")
    DemandRecord.objects.create(
        client=client, item=item, market=house.market, week=date(2026, 3, 2), quantity=7, source=mark, recorded_at=NOW
    )
    CustomerOrderLine.objects.create(
        client=client, reference=f"{mark}-PO", line=1, item=item, market=house.market, requested_on=date(2026, 3, 4),
        quantity=7, recorded_at=NOW,
    )  # fmt: skip
    lot = BondedLot.objects.filter(account__client=client).first()
    LotCorrection.objects.create(
        bonded_lot=lot, rectification=entry, quantity=0, tariff_quantity=0, value_mxn=1, legal_date=NOW.date(),
        recorded_at=NOW, actor_label=mark, reason=mark,
    )  # fmt: skip
    # What the house must hold for every list to have something to hide.
    for model, path in (
        (Discharge, "account__client"), (StockDifference, "account__client"), (Reservation, "account__client"),
        (Delivery, "shipment__client"), (LegalNotice, "pedimento__client"),
    ):  # fmt: skip
        assert model is LegalNotice or model.objects.filter(**{path: client}).exists(), model
