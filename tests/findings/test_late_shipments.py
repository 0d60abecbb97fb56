"""A shipment that has not arrived when it was promised leaves a finding, until it arrives."""

from datetime import timedelta

import pytest
from django.utils import translation

from inventory.findings.catalogue import sentence
from inventory.models import Finding, Site
from inventory.web.formatting import readable
from tests.builders import NOON, make_client, make_site
from warehouse import tasks
from warehouse.models import Milestone, Shipment
from warehouse.tracking.watching import watch_shipments

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def on_its_way(number="S-1", promised=NOON - HOUR, state=Shipment.State.CROSSED, **values):
    origin = Site.objects.filter(code="slp").first() or make_site("slp")
    return Shipment.objects.create(
        number=number,
        client=make_client(),
        origin=origin,
        destination=make_site(kind=Site.Kind.US_DC, time_zone="America/Chicago"),
        state=state,
        created_at=NOON - 50 * HOUR,
        dispatched_at=NOON - 40 * HOUR,
        eta=promised,
        promised_at=promised,
        **values,
    )


def seen(shipment, at):
    Milestone.objects.create(
        shipment=shipment, code="US_RELEASED", occurred_at=at, recorded_at=at, source_event_id=shipment.number
    )


def test_a_late_shipment_is_told_where_it_left_with_its_last_sign_of_life():
    shipment = on_its_way()
    seen(shipment, NOON - 20 * HOUR)

    assert watch_shipments(at=NOON) == 1

    finding = Finding.objects.get()
    assert (finding.code, finding.subject, finding.site_code) == ("shipment_late", "shipment/S-1", "slp")
    assert (finding.client_id, finding.closed_at) == (shipment.client_id, None)
    with translation.override("es-mx"):
        told = sentence(finding, readable)
    assert "S-1" in told
    assert "T" not in told.replace("CST", ""), told  # moments as people write them


def test_looking_again_leaves_one_finding_and_nothing_for_those_in_time():
    on_its_way()
    on_its_way("S-2", promised=NOON + HOUR)

    assert [watch_shipments(at=NOON), watch_shipments(at=NOON + timedelta(minutes=30))] == [1, 1]

    assert Finding.objects.get().subject == "shipment/S-1"


@pytest.mark.parametrize("state", [Shipment.State.ARRIVED, Shipment.State.RECEIVED, Shipment.State.RETURNED])
def test_one_that_arrived_or_came_back_is_late_no_more(state):
    shipment = on_its_way()
    watch_shipments(at=NOON)

    Shipment.objects.filter(pk=shipment.pk).update(state=state)

    assert watch_shipments(at=NOON + HOUR) == 0
    assert Finding.objects.get().closed_at == NOON + HOUR


def test_a_new_promise_gives_it_time_again():
    shipment = on_its_way()
    watch_shipments(at=NOON)

    Shipment.objects.filter(pk=shipment.pk).update(promised_at=NOON + 9 * HOUR)
    watch_shipments(at=NOON + HOUR)

    assert Finding.objects.get().closed_at == NOON + HOUR


def test_looking_at_many_late_shipments_again_does_not_read_each_milestone(django_assert_max_num_queries):
    for number in range(5):
        on_its_way(f"S-{number}")
    watch_shipments(at=NOON)

    with django_assert_max_num_queries(5 * 3 + 4):
        watch_shipments(at=NOON)


def test_the_clock_looks_every_hour(settings):
    on_its_way()

    assert tasks.watch_shipments_hourly() == 1
    assert settings.CELERY_BEAT_SCHEDULE["watch_shipments_hourly"]["task"] == tasks.watch_shipments_hourly.name
