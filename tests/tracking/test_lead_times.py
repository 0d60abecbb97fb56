"""What shipments and receipts tell of the lanes they came over, and the work that learns from it."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command

from inventory.errors import InvalidInput
from inventory.jobs import running
from inventory.jobs.models import Job
from inventory.models import LeadTimeStat, Site
from inventory.placement.engine.lead_times import Observation
from tests.builders import ACTOR, make_client, make_lane, make_pedimento, make_site
from warehouse import tasks
from warehouse.models import Delivery, Milestone, Receipt, Shipment
from warehouse.tracking import lead_times

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
LEFT = datetime(2026, 2, 10, 20, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def lane():
    return make_lane(crossing=make_site(kind=Site.Kind.CROSSING))


def delivered(lane, *, left=LEFT, after=3 * DAY, told=(), **values):
    """A shipment over a lane, received so long after it left; `told` are milestones by code and hours."""
    number = f"S-{Shipment.objects.count()}"
    way = {"origin": lane.origin, "destination": lane.destination, "crossing": lane.crossing}
    shipment = Shipment.objects.create(
        number=number, client=make_client(), state=Shipment.State.RECEIVED, created_at=left, dispatched_at=left,
        **{**way, **values},
    )  # fmt: skip
    for code, hours, *source in told:
        Milestone.objects.create(
            shipment=shipment, code=code, occurred_at=left + hours * HOUR, recorded_at=left + hours * HOUR,
            source=source[0] if source else "gate", source_event_id=f"{number}/{code}/{source}",
        )  # fmt: skip
    Delivery.objects.create(shipment=shipment, received_at=left + after, received_by="edi")
    return shipment


def arrived(zone, *, section="160", cleared=LEFT, after=2 * DAY, **values):
    """A receipt at a zone, so long after its pedimento was cleared at a section."""
    pedimento = make_pedimento(make_client(), zone, customs_section=section, cleared_at=cleared)
    return Receipt.objects.create(
        **{
            "number": f"R-{Receipt.objects.count()}",
            "client": pedimento.client,
            "site": zone,
            "pedimento": pedimento,
            "state": Receipt.State.ARRIVED,
            "arrived_at": cleared + after,
            **values,
        }
    )


def found(lane, as_of=AS_OF):
    return lead_times.arrivals(as_of=as_of).get(lane.pk, [])


# ── Shipments ───────────────────────────────────────────────────────────────────────────────────


def test_a_shipment_counts_from_the_gate_to_its_reception_each_on_its_own_calendar(lane):
    late_evening = datetime(2026, 2, 11, 5, 30, tzinfo=UTC)  # the tenth in Mexico, and in Chicago
    delivered(lane, left=late_evening - 36 * HOUR, told=[("GATE_OUT_ZONE", 36)], after=3 * DAY + 35 * HOUR)

    assert found(lane) == [Observation(date(2026, 2, 10), date(2026, 2, 13))]


def test_where_no_gate_told_it_counts_from_its_dispatch(lane):
    delivered(lane)

    assert [one.days for one in found(lane)] == [3]


def test_the_border_part_runs_from_the_yard_to_the_release_by_those_most_trusted(lane):
    told = [("ARR_MX_YARD", 10), ("US_RELEASED", 30, "manual"), ("US_RELEASED", 22, "customs"), ("ARR_DC", 60)]
    delivered(lane, told=told)
    delivered(lane, told=told[:1])

    assert [one.border_hours for one in found(lane)] == [12.0, None]


def test_it_is_in_time_by_its_promise_or_else_its_due_day(lane):
    due = LEFT.date() + 9 * DAY
    delivered(lane, promised_at=LEFT + 2 * DAY, due_on=due)
    delivered(lane, due_on=due)
    delivered(lane)

    assert [one.promised for one in found(lane)] == [date(2026, 2, 12), due, None]


def test_a_shipment_counts_for_the_lane_of_its_crossing_only(lane):
    other = make_lane(lane.origin, lane.destination, crossing=make_site(kind=Site.Kind.CROSSING))
    delivered(lane)
    delivered(other)
    delivered(other)
    delivered(lane, crossing=None)

    assert (len(found(lane)), len(found(other))) == (1, 2)


def test_where_two_modes_share_the_way_nobody_can_tell_which_it_was(lane):
    delivered(lane)
    make_lane(lane.origin, lane.destination, crossing=lane.crossing, mode="rail")

    assert lead_times.arrivals(as_of=AS_OF) == {}


def test_what_is_on_the_road_or_came_too_long_ago_is_not_read(lane):
    Shipment.objects.create(
        number="ON-ITS-WAY", client=make_client(), origin=lane.origin, destination=lane.destination,
        crossing=lane.crossing, state="crossed", created_at=LEFT, dispatched_at=LEFT,
    )  # fmt: skip
    delivered(lane, left=LEFT - 800 * DAY)
    delivered(lane, left=NOW)

    assert lead_times.arrivals(as_of=AS_OF) == {}


# ── Receipts ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def from_port():
    return make_lane(make_site(kind=Site.Kind.PORT, customs_section="160"), make_site())


def test_a_receipt_counts_from_clearance_at_the_port_to_the_zones_gate(from_port):
    arrived(from_port.destination, expected_on=date(2026, 2, 11))
    arrived(from_port.destination, section="240")
    arrived(make_site())

    assert found(from_port) == [Observation(date(2026, 2, 10), date(2026, 2, 12), promised=date(2026, 2, 11))]


def test_what_was_cancelled_or_cleared_after_it_came_tells_nothing(from_port):
    arrived(from_port.destination, state=Receipt.State.CANCELLED)
    arrived(from_port.destination, arrived_at=None)
    row = arrived(from_port.destination)
    row.pedimento.is_consolidated = True
    row.pedimento.save()

    assert found(from_port) == []


# ── The work ────────────────────────────────────────────────────────────────────────────────────


def test_reading_arrivals_takes_three_statements_however_many_there_are(lane, from_port, django_assert_num_queries):
    with django_assert_num_queries(3):
        lead_times.arrivals(as_of=AS_OF)
    for _n in range(12):
        delivered(lane, told=[("GATE_OUT_ZONE", 0.5), ("ARR_MX_YARD", 10), ("US_RELEASED", 20)])
        arrived(from_port.destination)
    for _n in range(6):
        make_lane()

    with django_assert_num_queries(3):
        assert {pk: len(rows) for pk, rows in lead_times.arrivals(as_of=AS_OF).items()} == {
            lane.pk: 12,
            from_port.pk: 12,
        }


def test_learning_takes_as_many_statements_for_many_lanes_as_for_one(lane, django_assert_num_queries):
    lead_times.learn(as_of=AS_OF, at=NOW)
    for _n in range(20):
        make_lane()

    with django_assert_num_queries(7):  # three to read, one for the lanes, the write, and the savepoint around it
        lead_times.learn(as_of=AS_OF, at=NOW)

    assert LeadTimeStat.objects.count() == 21


@time_machine.travel(NOW, tick=False)
def test_every_night_a_job_learns_the_lead_times_of_all_lanes(lane):
    for _n in range(4):
        delivered(lane, after=10 * DAY)
    make_lane()

    job_id = tasks.learn_lead_times_nightly()
    job = running.run(job_id=job_id, runner="test", clock=lambda: NOW)

    job.refresh_from_db()
    assert (job.state, job.client, job.requested_label) == ("done", None, "system:learn_lead_times")
    assert job.result == {"lanes": 2, "learned": 1}
    learned = LeadTimeStat.objects.get(lane=lane)
    assert (learned.as_of, learned.n, learned.mean_days, learned.computed_at) == (AS_OF, 4, 10, NOW)
    assert settings.CELERY_BEAT_SCHEDULE["learn_lead_times_nightly"]["task"] == tasks.learn_lead_times_nightly.name


def test_a_lane_without_any_prior_ends_the_job_with_its_name(lane):
    broken = make_lane(lead_weeks={"values": [1], "probs": [0.3]})
    job = lead_times.ask(at=NOW, actor=ACTOR)

    running.run(job_id=job.pk, runner="test", clock=lambda: NOW)

    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert str(broken) in job.error_message
    assert not LeadTimeStat.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_by_hand_they_are_learned_as_of_any_day_but_one_to_come(lane):
    for _n in range(3):
        delivered(lane)
    out = StringIO()

    call_command("learn_lead_times", stdout=out)
    call_command("learn_lead_times", "--as-of", "2026-02-13", stdout=out)

    assert f"{lane}: 3 arrivals, learned" in out.getvalue()
    assert f"{lane}: 0 arrivals, prior" in out.getvalue()
    assert "1 lanes, 1 of them learned." in out.getvalue()
    assert dict(LeadTimeStat.objects.values_list("as_of", "n")) == {AS_OF: 3, date(2026, 2, 13): 0}
    with pytest.raises(CommandError, match="future"):
        call_command("learn_lead_times", "--as-of", "2026-03-03")
    with pytest.raises(InvalidInput):
        lead_times.ask(at=NOW, actor=ACTOR, as_of=AS_OF + DAY)
