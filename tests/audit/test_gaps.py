"""What used to leave no trail: holds, lots, counts, deadlines, recommendations, demand, jobs and second factors."""

import io
from datetime import date
from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from auditlog.models import LogEntry

from inventory.audit import context, selectors
from inventory.customs import services as customs
from inventory.demand import reading
from inventory.demand import services as demand
from inventory.jobs import services as jobs
from inventory.ledger import services as ledger
from inventory.models import BondedLot, DemandRecord, Lot, Market, Site
from inventory.parties.scope import Actor
from tests.builders import ACTOR, NOON, make_client, make_item, make_lot, make_site, make_user
from tests.scenarios import world
from tests.scenarios.world import at
from tests.web.floor import make_floor
from warehouse.counting import services as counting
from warehouse.receiving import services as receiving

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.7"


def told(thing):
    """The changes that the trail tells of a thing, oldest first."""
    return [entry.changes for entry in selectors.trail_of(thing).reverse()]


@pytest.fixture
def floor(db):
    """A warehouse floor."""
    return make_floor()


@pytest.fixture
def arrived(floor):
    """A receipt of 100 at the dock."""
    return floor.arrived()


def test_freezing_a_lot_and_freeing_it_leave_a_trail_of_the_hold_and_of_the_lot():
    lot = make_lot(batch="L1")

    with context.acting(ACTOR, ADDRESS):
        hold = ledger.hold(lot=lot, reason="embargo", at=NOON, actor=ACTOR, note="Acta 7")
        ledger.lift_hold(hold=hold, release_document="Oficio 9", at=NOON, actor=ACTOR)

    opened, lifted = selectors.trail_of(hold).reverse()
    assert (opened.action, opened.changes["reason"], opened.changes["note"]) == (
        LogEntry.Action.CREATE,
        ["None", "embargo"],
        ["None", "Acta 7"],
    )
    assert lifted.changes["release_document"] == ["", "Oficio 9"]
    assert told(lot)[1:] == [{"hold_reason": ["", "embargo"]}, {"hold_reason": ["embargo", ""]}]
    assert {opened.remote_addr, lifted.remote_addr} == {ADDRESS}


def test_each_count_of_a_receipt_line_leaves_what_was_counted_before(floor, arrived):
    line = arrived.lines.get()

    for good in (98, 99):
        counts = {line.pk: receiving.Count(Decimal(good), Decimal(1), floor.shelf)}
        receiving.count(receipt=arrived, counts=counts, at=NOON, actor=ACTOR)

    assert [(one["good"], one.get("damaged")) for one in told(line)] == [
        (["None", "98"], ["0", "1"]),
        (["98", "99"], None),
    ]


def test_each_number_on_a_count_sheet_leaves_a_trail(floor):
    floor.stocked(100)
    sheet = counting.open_sheet(site=floor.zone, locations=[floor.shelf], at=NOON, actor=ACTOR)
    line = sheet.lines.get()

    for quantity in (90, 95):
        with context.because(f"Pallet {quantity}"):
            counting.record_counts(
                sheet=sheet, counts={line.pk: Decimal(quantity)}, at=NOON, actor=Actor(f"c{quantity}")
            )

    assert told(line) == [{"counted": ["None", "90"]}, {"recounted": ["None", "95"]}]
    assert selectors.trail_of(line)[0].additional_data["reason"] == "Pallet 95"


def test_a_deadline_that_changes_leaves_a_trail_and_what_is_written_off_does_not(floor):
    entry = floor.entered()
    receiving.close(receipt=floor.counted(entry), at=world.at("2030-01-01"), actor=ACTOR)
    lot = BondedLot.objects.get()
    entries = LogEntry.objects.count()

    BondedLot.objects.filter(pk=lot.pk).update(remaining=7)
    assert LogEntry.objects.count() == entries
    customs.record_clearance(
        pedimento=entry, cleared_at=at("2029-12-31"), was_examined=False, at=world.at("2030-01-01"), actor=ACTOR
    )

    (changed,) = told(lot)
    assert changed["clock_start"] == [lot.clock_start.isoformat(), "2029-12-31"]
    assert changed["must_leave_by"] == [lot.must_leave_by.isoformat(), "2034-12-31"]
    assert "remaining" not in changed


@pytest.fixture
def weeks():
    """A client with an item and a market, and what brings in a file of demand."""
    acme = make_client("acme")
    make_item(acme, "A")
    Market.objects.create(
        code="LA", name="Los Angeles", latitude=34, longitude=-118, primary_dc=make_site("dc", Site.Kind.US_DC)
    )
    rows = "".join(f"A,LA,{date.fromordinal(738_886 + 7 * week)},{week + 1}\n" for week in range(50))

    def bring_in():
        file = reading.read_file(io.BytesIO(f"sku,market,date,quantity\n{rows}".encode()))
        return demand.import_history(client=acme, rows=file, source="demand.csv", at=NOON, actor=ACTOR)

    return bring_in


def test_an_import_of_demand_leaves_one_row_however_many_weeks_it_brings(weeks):
    entries = LogEntry.objects.count()

    with context.acting(ACTOR, ADDRESS), context.because("Season of 2024"):
        weeks()

    entry = LogEntry.objects.order_by("-pk").first()
    assert LogEntry.objects.count() == entries + 1
    assert (entry.content_type.model, entry.remote_addr) == ("demandrecord", ADDRESS)
    assert "demand.csv" in entry.object_repr
    assert entry.additional_data == {"actor": "tester", "reason": "Season of 2024", "event": "import"}
    assert entry.changes == {
        "rows": ["None", "50"], "weeks": ["None", "50"], "bad_rows": ["None", "0"],
        "first_week": ["None", "2024-01-01"], "last_week": ["None", "2024-12-09"],
    }  # fmt: skip


def test_a_week_of_demand_changed_or_deleted_by_hand_leaves_a_trail(weeks):
    weeks()
    first, second = DemandRecord.objects.order_by("week")[:2]

    first.quantity = Decimal(9)
    first.save()
    DemandRecord.objects.filter(pk=second.pk).delete()

    assert told(first) == [{"quantity": ["1", "9"]}]
    deleted = LogEntry.objects.get(content_type__model="demandrecord", object_pk=str(second.pk))
    assert (deleted.action, deleted.changes["quantity"]) == (LogEntry.Action.DELETE, ["2", "None"])


def test_a_job_leaves_who_asked_for_it_and_from_where_and_what_it_did_is_bound_to_it():
    ana = make_user("ana")

    with context.acting(Actor.person(ana), ADDRESS):
        job = jobs.request(kind="k", title="t", parameters={"a": 1}, client=None, actor=Actor.person(ana), at=NOON)
        jobs.cancel(job=job, at=NOON)

    asked, called_off = selectors.trail_of(job).reverse()
    assert (asked.remote_addr, asked.actor, asked.changes["kind"]) == (ADDRESS, ana, ["None", "k"])
    assert called_off.changes == {"cancel_requested": ["False", "True"]}


def test_a_second_factor_leaves_a_trail_without_its_secret():
    ana = make_user("ana")
    secret = "JBSWY3DPEHPK3PXP"

    made = TOTP.activate(ana, secret).instance
    made.record_usage()
    made.data = {"secret": "OTHERSECRET"}
    made.save()
    Authenticator.objects.filter(pk=made.pk).delete()

    entries = LogEntry.objects.filter(content_type__model="authenticator").order_by("pk")
    assert [entry.action for entry in entries] == [
        LogEntry.Action.CREATE,
        LogEntry.Action.UPDATE,
        LogEntry.Action.DELETE,
    ]
    assert entries[1].changes == {"data": ["•••", "•••"]}
    for entry in entries:
        text = str([getattr(entry, field.attname) for field in entry._meta.concrete_fields])
        assert not any(word in text for word in (secret, "OTHERSECRET", str(made.data))), text


def test_a_lot_changed_by_hand_leaves_a_trail():
    lot = make_lot(batch="L1")

    Lot.objects.filter(pk=lot.pk).update(expires_on=date(2027, 1, 1))

    assert told(lot)[1:] == [{"expires_on": ["None", "2027-01-01"]}]
