"""A world in which no column and no filter of a list has one value only: three clients, one of them elsewhere and earlier."""

from datetime import timedelta
from decimal import Decimal

import time_machine
from django.utils import timezone

from inventory.audit.context import acting, because
from inventory.customs import services as customs
from inventory.customs.models import BondedLot, Discharge, LegalNotice
from inventory.demand.models import CustomerOrderLine, DemandRecord
from inventory.findings import services as findings
from inventory.jobs.models import Job
from inventory.ledger import services as ledger
from inventory.ledger.moves import Move
from inventory.models import Hold, Item, Location, Lot, Pedimento
from inventory.parties.scope import Actor
from inventory.placement.models import (
    LeadTimeStat,
    PlacementLevel,
    PlacementRun,
    PlannedEvent,
    Recommendation,
    Scenario,
    ScenarioResult,
)
from inventory.places.services import virtual_location
from tests.builders import ACTOR, make_bonded_lot, make_item, make_location, make_lot
from tests.scenarios.world import load_law
from tests.web.tested import figures_of, make_backtest
from tests.web.two_worlds import MARK, make_ground, make_world
from warehouse.models import CountLine, CountSheet, Milestone, MovementOrder, Receipt, Shipment, ShipmentLine
from warehouse.movements import services as moving

OTHER = "ZQGOLF"
DAYS_APART = 40
PERSON = Actor(f"{OTHER} person")


def make_varied_world():
    """The world of the first client. The third one's is at other sites, under another regime, weeks older and farther on."""
    load_law()
    ground = make_ground()
    first = make_world(ground, MARK)
    make_world(ground, "ZQALFA")
    with time_machine.travel(timezone.now() - timedelta(days=DAYS_APART)):
        far = make_ground("far", "DFI")
        other = make_world(far, OTHER)
    with acting(PERSON, "192.0.2.7"), because(f"{OTHER} why"):
        _vary_goods(other, far)
        _vary_customs(other)
        _vary_work(other, far)
        _vary_plans(first, other, ground, far)
    return first


def _alter(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def _vary_goods(other, far):
    now, today = timezone.now(), timezone.localdate()
    _alter(far.zone, city="Colón")
    item = Item.objects.get(client=other.client)
    _alter(
        item, tariff_code="7318159900", origin_country="DEU", unit_value_usd=Decimal(3), gtin="4006381333931",
        goods_kind="product",
    )  # fmt: skip
    make_item(other.client, f"{OTHER}-OLD", stock_unit="1", is_active=False)
    account = other.bonded.account
    _alter(Lot.objects.get(account=account), serial=f"{OTHER}-SERIAL")
    lot = make_lot(account, f"{OTHER}-FREE", serial=f"{OTHER}-SERIAL-2")
    dock = make_location(far.zone, "DFI", Location.Kind.DOCK, code="DOCK-GOLF")
    gate = virtual_location(far.zone, Location.Kind.VENDOR)
    move = Move(lot.pk, gate.pk, dock.pk, Decimal(11))
    ledger.post(key=f"{OTHER}/2", kind="receipt", moves=[move], legal_date=today, at=now, actor=ACTOR, document="DOC-2")
    ledger.reserve(document="EMB-X", wanted=[(lot, dock, Decimal(2))], at=now)
    shelf = make_location(far.zone, "DFI", code="SHELF-2-GOLF")
    moving.move_bin(
        key=f"{OTHER}/b", lot=lot, origin=dock, destination=shelf, quantity=Decimal(4), at=now, actor=PERSON
    )
    _alter(Hold.objects.get(lot__account=account), reason="muestra")


def _vary_customs(other):
    now, today = timezone.now(), timezone.localdate()
    account = other.bonded.account
    receipt = Receipt.objects.get(client=other.client)
    _alter(receipt.pedimento, state=Pedimento.State.CLEARED, remarks=f"{OTHER} remarks")
    late = make_bonded_lot(
        account, 80, day=today, must_leave_by=today - timedelta(days=3), line_seq=2, is_clock_provisional=True,
        serial=f"{OTHER}-NIV", recorded_at=now,
    )  # fmt: skip
    make_bonded_lot(account, 60, day=today, must_leave_by=None, recorded_at=now)
    far_off = make_bonded_lot(account, 70, day=today, must_leave_by=today + timedelta(days=200), recorded_at=now)
    BondedLot.objects.filter(pk=far_off.pk).update(remaining=Decimal(0))
    line = Discharge.objects.get(account=account).outbound_line
    Discharge.objects.create(
        account=account, bonded_lot=late, outbound_line=line, quantity=Decimal(6), tariff_quantity=Decimal(7),
        value_mxn=Decimal(60), legal_date=today, recorded_at=now, actor_label=PERSON.label, key=f"{OTHER}/2",
        reason=f"{OTHER} reason",
    )  # fmt: skip
    customs.record_difference(
        account=account, quantity=Decimal(2), origin="receipt", document=receipt.number, found_on=today, at=now,
        actor=PERSON,
    )  # fmt: skip
    LegalNotice.objects.create(
        pedimento=receipt.pedimento, kind="discrepancy", document=receipt.number, due_at=now + timedelta(hours=30)
    )
    findings.raise_finding(
        code="deadline_near", subject="bonded_lot/999", client=other.client, at=now, site_code="farzone",
        context={"sku": "X", "remaining": "1", "pedimento": "X", "line": 1, "must_leave_by": "2026-03-01"},
        due_on=today,
    )  # fmt: skip
    findings.raise_finding(
        code="clock_provisional", subject="bonded_lot/998", client=other.client, at=now, site_code="farzone",
        context={"pedimento": "X", "paid_on": "2026-03-01"},
    )  # fmt: skip
    done = findings.raise_finding(
        code="rule_overridden", subject="rule/1", client=other.client, at=now, context={}, due_on=today
    )
    findings.close(finding=done, at=now, actor=PERSON, resolution=f"{OTHER} resolution")


def _vary_work(other, far):
    now, today = timezone.now(), timezone.localdate()
    receipt = Receipt.objects.get(client=other.client)
    _alter(receipt, state="arrived", arrived_at=now, container_number="GOLU3054383", plates="GOLF-01")
    sent, waiting = Shipment.objects.filter(client=other.client).order_by("pk")
    _alter(
        sent, state="at_border", trailer="GOLF-53", plates="GOLF-02", pedimento=receipt.pedimento,
        promised_at=now - timedelta(hours=1),
    )  # fmt: skip
    _alter(waiting, due_on=today)
    line = sent.lines.get()
    ShipmentLine.objects.create(
        shipment=sent, seq=2, account=line.account, quantity=Decimal(6), lot=line.lot, location=line.location
    )
    Milestone.objects.create(
        shipment=sent, code="ARR_MX_YARD", occurred_at=now, recorded_at=now, source_event_id="1",
        actor_label=PERSON.label, site=far.crossing,
    )  # fmt: skip
    order = MovementOrder.objects.get(client=other.client)
    _alter(order, state="shipping", note=f"{OTHER} note")
    order.lines.create(item=order.lines.get().item, quantity=Decimal(3))
    sheet = CountSheet.objects.get(site=far.zone)
    _alter(sheet, state="counted", counted_by=f"{OTHER} counter")
    lot = Lot.objects.get(batch=f"{OTHER}-FREE")
    CountLine.objects.create(sheet=sheet, lot=lot, location=Location.objects.get(code="DOCK-GOLF"), expected=Decimal(7))


def _vary_plans(first, other, ground, far):
    now, today = timezone.now(), timezone.localdate()
    item = other.bonded.account.item
    record = DemandRecord.objects.filter(item=item).latest("week")
    for week in (record.week + timedelta(weeks=1), record.week + timedelta(weeks=2)):
        DemandRecord.objects.create(
            client=other.client, item=item, market=ground.market, week=week, quantity=Decimal(9), source="f",
            recorded_at=now,
        )  # fmt: skip
    Job.objects.create(
        kind="demand_import", title="x", client=other.client, requested_by=other.user, requested_label="x",
        requested_at=now, state="failed",
    )  # fmt: skip
    _alter(far.market, name="Fresno")
    for n, figures in enumerate(LeadTimeStat.objects.order_by("pk")):
        _alter(
            figures, n=figures.n + n, prior_mean_weeks=figures.prior_mean_weeks + n, mean_weeks=figures.mean_weeks + n,
            p50_weeks=figures.p50_weeks + n, p90_weeks=figures.p90_weeks + n, mean_days=Decimal(5 + n), p90_days=Decimal(9 + n),
            on_time_share=Decimal("0.5") + Decimal(n) / 100, border_mean_hours=Decimal(4 + n), border_p90_hours=Decimal(8 + n),
        )  # fmt: skip
    withdrawn = CustomerOrderLine.objects.get(client=first.client)
    _alter(withdrawn, cancelled=CustomerOrderLine.Cancelled.CUSTOMER, shipped=Decimal(2))
    short = CustomerOrderLine.objects.get(client=other.client)
    _alter(
        short, line=2, quantity=Decimal(9), shipped=Decimal(3), cancelled=CustomerOrderLine.Cancelled.OUT_OF_STOCK
    )  # fmt: skip
    _alter(Scenario.objects.get(client=other.client), created_by=f"{OTHER} someone")
    dearer, result = Scenario.objects.get(client=first.client), ScenarioResult.objects.get(client=first.client)
    Scenario.objects.create(
        client=first.client, name=f"{MARK} never computed", overlay=dearer.overlay, created_at=now, created_by="",
        changed_at=now + timedelta(hours=1),
    )  # fmt: skip
    ScenarioResult.objects.create(
        client=first.client, as_of=today - timedelta(days=9), created_at=now, actor_label=f"{MARK} other",
        inputs_hash="c" * 64, code_version="1", parameters=result.parameters, figures=result.figures,
    )  # fmt: skip
    make_backtest(
        first.client, f"{MARK} other", today - timedelta(weeks=3), now, weeks=9, figures=figures_of("X", engine=7.25),
        rule_cost="0.07", fill="0.91",
    )  # fmt: skip
    run = PlacementRun.objects.get(client=other.client)
    old, monday = Item.objects.get(sku=f"{OTHER}-OLD"), today - timedelta(days=today.weekday())
    for seq, state in enumerate(("proposed", "accepted", "refused")):
        is_last = state == "refused"
        Recommendation.objects.create(
            run=run, client=other.client, item=old if is_last else item, source=(ground if is_last else far).zone,
            target=(ground if is_last else far).dc, quantity=Decimal(13 + seq), priority=2 + seq, state=state,
            reason_code="REPLENISH" if state == "accepted" else "TOPUP_TRUCK", explanation={},
            expected_cost_usd=Decimal(10 + seq), expected_fill_before=Decimal("0.8"),
            expected_fill_after=Decimal("0.91") + Decimal(seq) / 100, ship_week=monday, arrive_week_p50=monday,
            arrive_week_p90=monday, accepted_quantity=Decimal(3),
        )  # fmt: skip
    over = today - timedelta(days=3)
    _alter(
        PlannedEvent.objects.get(client=other.client), first_day=over - timedelta(days=4), last_day=over, value=Decimal(2),
        market=None,
    )  # fmt: skip
    lane = ground.zone.lanes_out.order_by("pk").first()
    for seq, given in enumerate(
        (
            {"kind": "closure", "lane": lane, "value": Decimal("0.5")},
            {"kind": "holiday", "crossing": far.crossing, "value": Decimal(2), "ended_at": now, "ended_by": "x"},
            {"kind": "tariff", "origin_country": "DEU", "value": Decimal("0.35"), "last_day": None},
        )
    ):
        days = {"first_day": today + timedelta(days=5 + seq), "last_day": today + timedelta(days=9 + seq)}
        PlannedEvent.objects.create(
            **{**days, "reason": f"heard of {seq}", "created_at": now, "created_by": f"planner {seq}", **given}
        )
    level = PlacementLevel.objects.get(run__client=first.client)
    more = {
        name: getattr(level, name) + Decimal("0.01")
        for name in (
            "order_up_to", "reorder_point", "safety_stock", "expected_demand", "protection_weeks", "expected_fill",
            "expected_weekly_cost_usd",
        )
    }  # fmt: skip
    PlacementLevel.objects.create(
        run=level.run, item=make_item(first.client, f"{MARK}-TWO", description="Second"), site=far.dc,
        position=Decimal(50), explanation={"sentence": ""}, **more,
    )  # fmt: skip
