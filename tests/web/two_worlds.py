"""Clients with one of everything each. Whatever belongs to one of them carries its mark."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone

from inventory.customs import services as customs
from inventory.customs.models import Discharge, LegalNotice
from inventory.demand.models import CustomerOrderLine, DemandRecord
from inventory.findings import services as findings
from inventory.jobs.models import Job
from inventory.ledger import services as ledger
from inventory.ledger.moves import Move
from inventory.models import (
    Item,
    Location,
    Market,
    Pedimento,
    PedimentoConsignee,
    PedimentoContainer,
    PedimentoCustomsAccount,
    PedimentoOffset,
    PedimentoPayment,
    PedimentoPaymentDocument,
    PedimentoPermit,
    PedimentoRemesaNotice,
    PedimentoSeal,
    PedimentoSerial,
    PedimentoVehicle,
    PedimentoWaybill,
    Site,
)
from inventory.parties.scope import Actor
from inventory.placement.engine import what_if
from inventory.placement.engine.lead_times import Observation
from inventory.placement.engine.scenario_game import COST_LINES
from inventory.placement.files.scenario import SCHEMA
from inventory.placement.learning import learn_lead_times
from inventory.placement.models import (
    BacktestResult,
    LevelOverride,
    PlacementInput,
    PlacementLevel,
    PlacementRun,
    PlannedEvent,
    Recommendation,
    Scenario,
    ScenarioResult,
)
from inventory.places.services import virtual_location
from tests.builders import (
    ACTOR,
    make_account,
    make_authorisation,
    make_bonded_lot,
    make_client,
    make_item,
    make_lane,
    make_location,
    make_lot,
    make_outbound_line,
    make_pedimento,
    make_site,
    make_subline,
    make_user,
)
from tests.web.tested import make_backtest
from warehouse.models import (
    CountLine,
    CountSheet,
    MovementOrder,
    MovementOrderLine,
    Receipt,
    ReceiptLine,
    Shipment,
    ShipmentLine,
)
from warehouse.movements import services as moving

MARK = "ZQBRAVO"
COUNTED = (
    Job, DemandRecord, PlacementRun, Recommendation, Scenario, ScenarioResult, BacktestResult, MovementOrder,
    Receipt, Shipment, Item, Pedimento,
)  # fmt: skip
# Finds the mark, and is not found by whoever looks for the mark in a page that repeats the search.
PART_OF_MARK = "QBRAV"


@dataclass
class World:
    """One client's user, and the keys of everything it owns: numbers for `<int:pk>`, texts for `<slug:number>`."""

    client: object
    user: object
    ids: set = field(default_factory=set)
    texts: set = field(default_factory=set)
    things: list = field(default_factory=list)
    bonded: object = None

    def own(self, thing, text=""):
        """Remember a thing by its number and its text."""
        self.ids.add(thing.pk)
        self.things.append(thing)
        if text:
            self.texts.add(str(text))
        return thing

    def question_of(self, report):
        """What a report has to be asked before it answers, about this client's own."""
        answers = {
            "pedimento": self.bonded.pedimento_number, "sku": self.bonded.account.item.sku, "client": self.client.code,
        }  # fmt: skip
        return {ask.value: answers[ask.value] for ask in report.required}

    def state(self):
        """Every value of everything it owns, and how many things name its client: what a stranger may not change."""
        rows = [
            {field.attname: value for field, value in _values(type(thing)._default_manager.get(pk=thing.pk))}
            for thing in self.things
        ]
        counts = {model: model._default_manager.filter(client=self.client).count() for model in COUNTED}
        return rows, counts


def _values(thing):
    return [(field, str(getattr(thing, field.attname))) for field in thing._meta.concrete_fields]


@dataclass
class Ground:
    """What both share: the operator's sites and lanes, and a market."""

    zone: Site
    dc: Site
    crossing: Site
    market: Market
    authorisation: object
    regime: str = "RFS"


def make_ground(prefix="", regime="RFS"):
    zone, dc = make_site(f"{prefix}zone"), make_site(f"{prefix}dc", Site.Kind.US_DC)
    crossing = make_site(f"{prefix}bridge", Site.Kind.CROSSING)
    roads = [make_lane(zone, dc, crossing=crossing), make_lane(zone, dc, mode="rail"), make_lane(dc, zone)]
    today = timezone.localdate()
    came = Observation(today - timedelta(days=9), today - timedelta(days=1), today, 7.5)
    learn_lead_times(observations={roads[0].pk: [came] * 4}, as_of=today, at=timezone.now())
    code = f"{prefix}dallas"
    market = Market.objects.create(code=code, name="Dallas", latitude=32.7, longitude=-96.8, primary_dc=dc)
    return Ground(zone, dc, crossing, market, make_authorisation(regime, site=zone), regime)


def make_two_worlds():
    """Two clients with one of everything each, at the same sites: mine and theirs."""
    ground = make_ground()
    theirs = make_world(ground, MARK)
    return make_world(ground, "ZQALFA"), theirs


def make_world(ground, mark):
    """A client with an item, stock, layers, an exit, receipt, shipment, order, demand, a run, a finding and a file."""
    client = make_client(mark.lower(), name=f"{mark} SA")
    world = World(client, make_user(f"user-{mark.lower()}", role="client", client=client))
    world.texts.add(client.code)
    world.ids.add(client.pk)
    item = world.own(make_item(client, f"{mark}-SKU", description=f"{mark} wheel"), f"{mark}-SKU")
    at, today = timezone.now(), timezone.localdate()
    account, lot, bin_ = _stock(world, ground, item, mark, at, today)
    bonded = world.bonded = world.own(
        make_bonded_lot(account, 50, day=today, must_leave_by=today + timedelta(days=9), recorded_at=at)
    )
    world.own(bonded.subline.line.pedimento, bonded.pedimento_number)
    _exit(world, account, bonded, mark, today)
    _work(world, ground, account, lot, bin_, mark, at, today)
    _floor(world, ground, lot, bonded, bin_, mark, at, today)
    _plans(world, ground, item, mark, at, today)
    finding = findings.raise_finding(
        code="deadline_near", subject=f"bonded_lot/{bonded.pk}", client=client, at=at, site_code=ground.zone.code,
        context={"sku": item.sku, "remaining": "50", "pedimento": mark, "line": 1, "must_leave_by": "2026-03-01"},
    )  # fmt: skip
    world.own(finding)
    return world


def _stock(world, ground, item, mark, at, today):
    account = world.own(make_account(item, ground.regime, ground.authorisation))
    lot = world.own(make_lot(account, f"{mark}-LOT"), f"{mark}-LOT")
    bin_ = make_location(ground.zone, ground.regime, code=f"BIN-{mark[2:]}")
    gate = virtual_location(ground.zone, Location.Kind.VENDOR)
    move = Move(lot.pk, gate.pk, bin_.pk, Decimal(40))
    world.own(
        ledger.post(
            key=f"{mark}/1", kind="receipt", moves=[move], legal_date=today, at=at, actor=ACTOR, document=f"{mark}-DOC"
        )
    )
    return account, lot, bin_


def _exit(world, account, bonded, mark, today):
    line = make_outbound_line(account, 5)
    world.own(line.pedimento, line.pedimento.number)
    discharge = Discharge.objects.create(
        account=account, bonded_lot=bonded, outbound_line=line, quantity=Decimal(5), tariff_quantity=Decimal(5),
        value_mxn=Decimal(50), legal_date=today, recorded_at=timezone.now(), actor_label=f"{mark} person",
        key=f"{mark}/exit",
    )  # fmt: skip
    world.own(discharge)


def _work(world, ground, account, lot, bin_, mark, at, today):
    item = account.item
    pedimento = make_pedimento(world.client, ground.zone, ground.authorisation)
    world.own(pedimento)
    subline = make_subline(pedimento, item, 30)
    PedimentoWaybill.objects.create(pedimento=pedimento, number=f"{mark}-BL", kind="M")
    PedimentoContainer.objects.create(pedimento=pedimento, number=f"{mark}-BOX", type_code="31")
    PedimentoSeal.objects.create(pedimento=pedimento, number=f"{mark}-SEAL")
    PedimentoVehicle.objects.create(pedimento=pedimento, identification=f"{mark}-PLATE", carrier=f"{mark} carrier")
    PedimentoPayment.objects.create(
        pedimento=pedimento, capture_line=f"{mark:0<20}", amount_mxn=Decimal(1), payment_form="0", bank=f"{mark} bank"
    )
    PedimentoConsignee.objects.create(pedimento=pedimento, name=f"{mark} consignee", address=f"{mark} street")
    PedimentoRemesaNotice.objects.create(pedimento=pedimento, remesa=1, number=f"{mark}-AV", issued_on=today)
    PedimentoCustomsAccount.objects.create(
        pedimento=pedimento, account_kind="0", guarantee_kind="1", issuer="1", contract_number=f"{mark}-K",
        folio=f"{mark}-FOLIO", amount_mxn=Decimal(1), issued_on=today,
    )  # fmt: skip
    PedimentoOffset.objects.create(
        pedimento=pedimento, original_number=f"{mark:.15}", original_paid_on=today, code="6", amount_mxn=Decimal(1)
    )
    PedimentoPaymentDocument.objects.create(
        pedimento=pedimento, payment_form="2", issuer=f"{mark} issuer", number=f"{mark}-BOND", issued_on=today,
        amount_mxn=Decimal(2), balance_mxn=Decimal(1),
    )  # fmt: skip
    PedimentoPermit.objects.create(line=subline.line, code="C1", number=f"{mark}-PERMIT")
    PedimentoSerial.objects.create(line=subline.line, number=f"{mark}-NIV")
    receipt = Receipt.objects.create(
        number=f"REC-{mark}", client=world.client, site=ground.zone, pedimento=pedimento, expected_on=today,
        driver=f"{mark} driver",
    )  # fmt: skip
    world.own(receipt, receipt.number)
    ReceiptLine.objects.create(receipt=receipt, subline=subline, declared=Decimal(30))
    world.own(LegalNotice.objects.create(pedimento=pedimento, kind="arrival", document=receipt.number, due_at=at))
    shipment = Shipment.objects.create(
        number=f"EMB-{mark}", client=world.client, origin=ground.zone, destination=ground.dc, crossing=ground.crossing,
        state="dispatched", created_at=at, created_by=f"{mark} person", dispatched_at=at, eta=at, seal=f"{mark}-SEAL",
    )  # fmt: skip
    world.own(shipment, shipment.number)
    ShipmentLine.objects.create(
        shipment=shipment, seq=1, account=account, quantity=Decimal(5), lot=lot, location=bin_, is_picked=True
    )
    waiting = Shipment.objects.create(
        number=f"EMB-{mark}-2", client=world.client, origin=ground.zone, destination=ground.dc, state="reserved",
        created_at=at, created_by="x",
    )  # fmt: skip
    world.own(waiting)
    ShipmentLine.objects.create(shipment=waiting, seq=1, account=account, quantity=Decimal(5))
    order = MovementOrder.objects.create(
        number=f"MOV-{mark}", client=world.client, origin=ground.zone, destination=ground.dc, created_at=at,
        created_by=f"{mark} person", ship_by=today,
    )  # fmt: skip
    world.own(order, order.number)
    MovementOrderLine.objects.create(order=order, item=item, quantity=Decimal(7))


def _floor(world, ground, lot, bonded, bin_, mark, at, today):
    person = Actor(f"{mark} person")
    other_bin = make_location(ground.zone, ground.regime, code=f"SHELF-{mark[2:]}")
    moved = moving.move_bin(
        key=mark, lot=lot, origin=bin_, destination=other_bin, quantity=Decimal(3), at=at, actor=person
    )
    world.own(moved, moved.number)
    sheet = CountSheet.objects.create(number=f"CON-{mark}", site=ground.zone, opened_at=at, opened_by=person.label)
    world.own(sheet, sheet.number)
    CountLine.objects.create(sheet=sheet, lot=lot, location=bin_, expected=Decimal(37))
    world.own(
        customs.record_difference(
            account=lot.account, quantity=Decimal(-1), origin="count", document=sheet.number, found_on=today, at=at,
            actor=person,
        )
    )  # fmt: skip
    world.own(ledger.hold(lot=lot, reason="calidad", note=f"{mark} note", at=at, actor=person))
    world.own(customs.hold(bonded_lot=bonded, reason="robo", note=f"{mark} note", at=at, actor=person))


# Demand of 0 to 30 units, a third of it in the lead time.
FOOTING = what_if.Footing(
    np.arange(31.0), np.arange(31.0) / 3, what_if.Costs(0.1, 0.2, 0.1, 3.0, 1.0, 0.02, 1.0, 0.0, 0.02, 1.0)
)


def figures_of(*names):
    """What a comparison holds, with figures that differ from scenario to scenario."""
    lines = (*COST_LINES, "logistics", "total", "fill")
    outcomes = [
        {
            "name": name, "probability": 1,
            "lines": {line: {"mean": 0.9 - n / 100 if line == "fill" else 1000 + n, "error": 1, "delta": {"mean": n, "error": 1}}
                      for line in lines},
            "stock": {"DALLAS": 100 + n},
            "facts": {"supply_weeks": 8, "crossing_weeks": 1.2, "duty_rate": 0.25, "unit_value": 10, "capital_rate": 0.12},
            "advance": {"weeks": 3, "wanted": 10 * n, "sent": 4, "kept": {"bond_stock": 6}, "binding": "bond_stock"},
            "break_evens": {"probability_preparing_pays": None, "duty_points_switch_pays": 0.1} if n else {},
            "levels_changed": n, "levels": [], "moves_changed": n,
            "moves": [{"sku": f"{name}-SKU", "from_node": "A", "to_node": "B", "base": 1, "value": 2, "delta": 1}] * n,
        }
        for n, name in enumerate(("base", *names))
    ]  # fmt: skip
    side = {"mean": 5, "error": 1}
    return {
        "weeks": 20, "items": 3, "items_known": 4, "share_of_value": 0.8, "replications": 20, "outcomes": outcomes,
        "tornado": [{"driver": "duty", "less": side, "more": side, "swing": 5}], "tuning": {},
    }  # fmt: skip


def _scenario(world, mark, at, today):
    overlay = {"schema": SCHEMA, "changes": [{"kind": "duty", "delta": 0.1, "skus": [f"{mark}-SKU"]}]}
    scenario = Scenario.objects.create(
        client=world.client, name=f"{mark} dearer", overlay=overlay, created_at=at, created_by=f"{mark} person", changed_at=at
    )  # fmt: skip
    result = ScenarioResult.objects.create(
        client=world.client, as_of=today, created_at=at, actor_label=f"{mark} person", inputs_hash="b" * 64, code_version="1",
        parameters={"scenarios": [{"name": scenario.name, "overlay": overlay}]}, figures=figures_of(scenario.name),
    )  # fmt: skip
    result.scenarios.add(scenario)
    world.own(scenario)
    world.own(result)


def _plans(world, ground, item, mark, at, today):
    monday = today - timedelta(days=today.weekday() + 7)
    for back in range(10):
        DemandRecord.objects.create(
            client=world.client, item=item, market=ground.market, week=monday - timedelta(weeks=back),
            quantity=Decimal(7), source=f"{mark} file", recorded_at=at,
        )  # fmt: skip
    line = CustomerOrderLine.objects.create(
        client=world.client, reference=f"{mark}-PO", line=1, item=item, market=ground.market, requested_on=monday,
        quantity=Decimal(7), recorded_at=at,
    )  # fmt: skip
    world.own(line, line.reference)
    run = world.own(
        PlacementRun.objects.create(
            client=world.client, as_of=today, created_at=at, actor_label=f"{mark} person", inputs_hash="a" * 64,
            code_version="1", parameters={"note": mark},
        )
    )  # fmt: skip
    PlacementInput.of(run, "network.json", f'{{"note": "{mark}"}}'.encode()).save()
    level = PlacementLevel.objects.create(
        run=run, item=item, site=ground.dc, order_up_to=Decimal(20), reorder_point=Decimal(15), safety_stock=Decimal(5),
        expected_demand=Decimal(15), protection_weeks=Decimal(2), expected_fill=Decimal("0.97"),
        expected_weekly_cost_usd=Decimal(3), position=Decimal(4), explanation={"sentence": mark},
        forecast={"weeks": 2, "mean": 15, "quantiles": [9, 12, 15, 18, 21], "factors": [1] * 13},
        footing=what_if.packed(FOOTING),
    )  # fmt: skip
    world.own(level)
    world.own(
        LevelOverride.objects.create(
            item=item, site=ground.dc, value=Decimal(9), until=today, reason=f"{mark} reason", created_at=at,
            created_by=f"{mark} person",
        )
    )  # fmt: skip
    world.own(
        PlannedEvent.objects.create(
            kind="promotion", client=world.client, item=item, market=ground.market, first_day=today, last_day=today,
            value=Decimal("1.5"), reason=f"{mark} fair", created_at=at, created_by=f"{mark} person",
        )
    )  # fmt: skip
    recommendation = Recommendation.objects.create(
        run=run, client=world.client, item=item, source=ground.zone, target=ground.dc, quantity=Decimal(12),
        reason_code="REPLENISH", explanation={"sentence": f"{mark} wants 12"}, priority=1, expected_cost_usd=Decimal(9),
        expected_fill_before=Decimal("0.8"), expected_fill_after=Decimal("0.97"), ship_week=monday,
        arrive_week_p50=monday, arrive_week_p90=monday, lane=ground.zone.lanes_out.order_by("pk").first(),
    )  # fmt: skip
    world.own(recommendation)
    _scenario(world, mark, at, today)
    world.own(make_backtest(world.client, mark, today, at))
    job = Job(
        kind="report_export", title=f"{mark} report", client=world.client, requested_by=world.user,
        requested_label=world.user.username, requested_at=at, state="done", finished_at=at, result={"rows": 1},
    )  # fmt: skip
    job.result_file.save(f"{mark}.csv", ContentFile(f"{mark},1\n".encode()), save=False)
    job.save()
    world.own(job)
